"""Where a study's trials lie, and how long is waited for a database that is away."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from archforge.errors import ProblemError
from archforge.search.patience import Patience
from archforge.search.places import Place, find_place, shown

URL = "postgresql://anna:secret@server:5433/studies?password=secret&sslmode=require"


class Away:
    """Answers 42 after so many failures, as a driver tells them."""

    def __init__(self, failures: int, error: type[OperationalError | IntegrityError]) -> None:
        self.left = failures
        self._error = error

    def __call__(self) -> int:
        self.left -= 1
        if self.left >= 0:
            raise self._error("SELECT 1", {}, Exception("the connection was refused"))
        return 42


def test_a_database_that_was_away_is_asked_again_and_a_person_is_told() -> None:
    patience = Patience(pause_s=0.0)
    told: list[str] = []
    patience.told = told.append

    found = patience.call(Away(3, OperationalError))

    assert found == 42
    assert told == [
        "the database is away, trying again for 5 minutes: the connection was refused",
        "the database answers again",
    ]


def test_a_database_that_stays_away_is_given_up_and_not_waited_for_a_second_time() -> None:
    patience = Patience(longest_s=0.2, pause_s=0.01)
    second = Away(10, OperationalError)

    for work in (Away(10_000, OperationalError), second):
        with pytest.raises(ProblemError, match="AF631 the study's database cannot be reached"):
            patience.call(work)

    assert second.left == 9


def test_what_a_database_refuses_is_not_asked_again() -> None:
    refused = Away(10, IntegrityError)

    with pytest.raises(IntegrityError):
        Patience().call(refused)

    assert refused.left == 9


def test_a_password_is_never_shown() -> None:
    assert shown(URL) == "postgresql://anna@server:5433/studies?sslmode=require"


def test_a_study_has_one_name_that_is_made_from_its_folder(tmp_path: Path) -> None:
    first, second = (find_place(tmp_path / "nuclei", URL) for _ in range(2))

    assert first.study.startswith("nuclei-")
    assert first.study != second.study  # two machines may have a folder of that name
    assert first.url.startswith("postgresql+psycopg://anna:secret@")
    assert first.facts == {"url": shown(first.url), "study": first.study}
    assert "secret" not in repr(first)


@pytest.mark.parametrize("url", ["mysql://anna:secret@server/studies", "postgresql://server", "x"])
def test_a_url_that_is_no_database_of_postgresql_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ProblemError) as caught:
        find_place(tmp_path, url)

    assert "AF608 the storage cannot be" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_study_of_its_folder_stays_there(tmp_path: Path) -> None:
    (tmp_path / "study.db").touch()

    with pytest.raises(ProblemError, match="AF606"):
        find_place(tmp_path, URL)


def test_a_server_that_does_not_answer_is_told_before_anything_is_written(tmp_path: Path) -> None:
    from archforge.search.measures import Goal
    from archforge.search.store import make_study

    place = find_place(tmp_path / "study", "postgresql://anna:secret@127.0.0.1:1/studies")

    with pytest.raises(ProblemError) as caught:
        make_study(place, (Goal("dice", maximize=True),))

    assert "AF631" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert not (tmp_path / "study").exists()


@pytest.mark.parametrize(
    "words",
    [
        "Connection refused\nIs it running?",
        "FATAL:  the database system is starting up",
        "FATAL:  the database system is not yet accepting connections\nDETAIL:  Not consistent.",
        "FATAL:  the database system is shutting down",
        "FATAL:  the database system is in recovery mode",
        "server closed the connection unexpectedly",
        "FATAL:  terminating connection due to administrator command",
    ],
)
def test_a_study_is_opened_when_its_server_is_back_from_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    from archforge.search import store

    left = [OperationalError("", None, Exception(words))] * 2

    def opened(url: str, flags: Any) -> Any:
        if left:
            raise left.pop()
        return url

    monkeypatch.setattr(store, "RDBStorage", opened)
    monkeypatch.setattr(store, "PAUSE_S", 0.01)
    known = Place("postgresql+psycopg://anna@server/studies", "nuclei", server=True)

    store.reached(known)

    assert not left


def test_a_wrong_password_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from archforge.search import store

    tries: list[str] = []

    def opened(url: str, flags: Any) -> None:
        tries.append(url)
        raise OperationalError("", None, Exception("password authentication failed"))

    monkeypatch.setattr(store, "RDBStorage", opened)

    with pytest.raises(OperationalError):
        store.reached(Place("postgresql+psycopg://anna@server/studies", "nuclei", server=True))

    assert len(tries) == 1
