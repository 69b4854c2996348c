"""A database that is away for a while, as while its server restarts, does not end a search.

Calls are repeated until it answers again. All that Optuna writes may be written twice: an attribute
or a value replaces the same one, a trial that was begun twice belongs to nobody and is taken up, a
trial that was ended cannot end again and says so.
"""

import time
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from optuna.exceptions import StorageInternalError, UpdateFinishedTrialError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from archforge.errors import refuse

PAUSE_S = 1.0
LONGEST_S = 300.0
# The last is how all begins that PostgreSQL says while it starts, recovers or stops.
_RESTARTING = (
    "connection refused",
    "closed the connection",
    "reset by peer",
    "administrator command",
    "the database system is ",
)

P = ParamSpec("P")
T = TypeVar("T")


class Patience:
    """How long is waited for the database, and who is told.

    Args:
        longest_s: After which it is given up.
        pause_s: Between two tries.
    """

    def __init__(self, longest_s: float = LONGEST_S, pause_s: float = PAUSE_S) -> None:
        self.told: Callable[[str], None] = lambda words: None
        self._longest_s = longest_s
        self._pause_s = pause_s
        self._given_up = False

    def call(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Do ``work``, again and again while the database is away.

        Raises:
            ProblemError: It was away for too long.
        """
        since: float | None = None
        while True:
            try:
                done = work(*args, **named)
            except (SQLAlchemyError, StorageInternalError) as error:
                if not passes(error):
                    raise
                since = self._wait(error, since)
            else:
                if since is not None:
                    self.told("the database answers again")
                return done

    def _wait(self, error: Exception, since: float | None) -> float:
        now = time.monotonic()
        if since is None:
            since = now
            minutes = self._longest_s / 60
            self.told(f"the database is away, trying again for {minutes:g} minutes: {why(error)}")
        if self._given_up or now - since >= self._longest_s:
            self._given_up = True  # what still is to be written now need not wait as long again
            refuse(
                "AF631",
                "the study's database cannot be reached",
                why=why(error),
                fix="start its server again; the same command goes on where it stopped",
            )
        time.sleep(self._pause_s)
        return since


class PatientStorage:
    """Optuna's storage, with patience in every call.

    Args:
        storage: Optuna's.
        patience: With its database.
    """

    def __init__(self, storage: Any, patience: Patience) -> None:
        self._storage = storage
        self._patience = patience

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._storage, name)
        if not callable(found):
            return found

        def call(*args: Any, **named: Any) -> Any:
            return self._patience.call(found, *args, **named)

        return call

    def set_trial_state_values(self, *args: Any, **named: Any) -> bool:
        """End a trial; where the end got through and its answer did not, it is ended."""
        tries = 0

        def end() -> bool:
            nonlocal tries
            tries += 1
            try:
                return bool(self._storage.set_trial_state_values(*args, **named))
            except UpdateFinishedTrialError:
                if tries == 1:
                    raise
                return True

        return self._patience.call(end)


def passes(error: BaseException) -> bool:
    """Whether the database may answer if it is asked again."""
    cause = _of_database(error)
    if cause is None:
        return False
    if type(cause.orig).__module__.startswith("sqlite3"):
        return "locked" in str(cause.orig)
    return isinstance(cause, OperationalError | InterfaceError) or cause.connection_invalidated


def restarts(error: BaseException) -> bool:
    """Whether this is what a server says, or nobody in its place, while it is started again."""
    return passes(error) and any(words in why(error).lower() for words in _RESTARTING)


def why(error: BaseException) -> str:
    """What the database said, in a line."""
    cause = _of_database(error)
    said = str(cause.orig if cause is not None else error).strip().split("\n")
    return said[0][:200] or type(error).__name__


def _of_database(error: BaseException | None) -> DBAPIError | None:
    while error is not None and not isinstance(error, DBAPIError):
        error = error.__cause__
    return error
