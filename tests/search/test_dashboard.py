"""The study in optuna-dashboard, and in plain Optuna."""

import json
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import optuna
import pytest

from archforge.errors import ProblemError
from archforge.search import Study
from archforge.search import dashboard as room
from archforge.search.dashboard import check_dashboard, dashboard
from archforge.search.places import find_place
from tests.search.conftest import Searching
from tests.search.services import Server
from tests.search.test_death import wait_for


def test_a_study_opens_in_plain_optuna(known: Study) -> None:
    storage = f"sqlite:///{known.folder / 'study.db'}"

    study = optuna.load_study(study_name="archforge", storage=storage)

    assert study.best_value == pytest.approx(known.best.value if known.best else None)
    assert study.best_params == dict(known.best.values if known.best else {})
    assert len(study.trials) == len(known.trials)


def test_the_dashboard_shows_the_study_on_loopback_and_is_gone_afterwards(known: Study) -> None:
    pytest.importorskip("optuna_dashboard")

    with dashboard(find_place(known.folder)) as address:
        assert address.startswith("http://127.0.0.1:")
        port = int(address.split(":")[2].partition("/")[0])
        said = answer(port)

    assert '"archforge"' in said
    with pytest.raises(ConnectionRefusedError):
        HTTPConnection("127.0.0.1", port, timeout=2).connect()


def test_the_dashboard_of_a_search_that_was_killed_is_gone_too(known: Study) -> None:
    pytest.importorskip("optuna_dashboard")
    program = (
        "import sys; from pathlib import Path; from archforge.search.dashboard import dashboard; "
        "from archforge.search.places import find_place\n"
        "with dashboard(find_place(Path(sys.argv[1]))) as at: print(at, flush=True); input()"
    )
    search = subprocess.Popen(
        [sys.executable, "-c", program, known.folder], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert search.stdout is not None
    port = int(search.stdout.readline().split(":")[2].partition("/")[0])
    answer(port)
    with search:
        search.kill()

    assert wait_for(lambda: not answers(port))


@pytest.mark.cluster
@pytest.mark.slow
def test_the_dashboard_of_a_server_shows_this_study_and_tells_nobody_the_password(
    searching: Searching, server: Server, tmp_path: Path
) -> None:
    pytest.importorskip("optuna_dashboard")
    for name in ("other", "study"):  # the server holds others too
        study = searching(trials=1, storage=server.url, folder=tmp_path / name)
    place = find_place(study.folder, server.url)

    with dashboard(place) as address:
        port, number = int(address.split(":")[2].partition("/")[0]), address.rpartition("/")[2]
        rows = json.loads(answer(port))["study_summaries"]
        commands = b"".join(each.read_bytes() for each in Path("/proc").glob("[0-9]*/cmdline"))

    assert {row["study_id"]: row["study_name"] for row in rows}[int(number)] == place.study
    assert server.password.encode() not in commands


def answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.connect()
    except OSError:
        return False
    finally:
        connection.close()
    return True


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
