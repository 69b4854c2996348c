"""The study in optuna-dashboard, and in plain Optuna."""

import time
from collections.abc import Callable
from http.client import HTTPConnection

import optuna
import pytest

from archforge.errors import ProblemError
from archforge.search import Study
from archforge.search import dashboard as room
from archforge.search.dashboard import check_dashboard, dashboard

Searching = Callable[..., Study]


def test_a_study_opens_in_plain_optuna(known: Study) -> None:
    storage = f"sqlite:///{known.folder / 'study.db'}"

    study = optuna.load_study(study_name="archforge", storage=storage)

    assert study.best_value == pytest.approx(known.best.value if known.best else None)
    assert study.best_params == dict(known.best.values if known.best else {})
    assert len(study.trials) == len(known.trials)


def test_the_dashboard_shows_the_study_on_loopback_and_is_gone_afterwards(known: Study) -> None:
    pytest.importorskip("optuna_dashboard")

    with dashboard(f"sqlite:///{known.folder / 'study.db'}") as address:
        assert address.startswith("http://127.0.0.1:")
        port = int(address.split(":")[2].partition("/")[0])
        said = answer(port)

    assert '"archforge"' in said
    with pytest.raises(ConnectionRefusedError):
        HTTPConnection("127.0.0.1", port, timeout=2).connect()


def answer(port: int) -> str:
    """What it says of its studies, once it has started."""
    for _ in range(200):
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/api/studies")
            return connection.getresponse().read().decode()
        except ConnectionRefusedError:
            time.sleep(0.3)
        finally:
            connection.close()
    raise AssertionError("the dashboard did not start")


def test_a_dashboard_that_is_not_installed_names_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "PACKAGE", "no_such_package")

    with pytest.raises(
        ProblemError, match=r"AF608 the dashboard needs(.|\n)*archforge\[dashboard\]"
    ):
        check_dashboard()
