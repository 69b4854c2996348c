"""What a problem that a trial met means for the search."""

from archforge.errors import ProblemError

_BUILDING = ("AF1", "AF2", "AF3")
_BY_CODE = {"AF509": "diverged", "AF510": "out-of-memory"}


class TrialBugError(RuntimeError):
    """A trial met an exception that is no problem of the user's.

    Args:
        message: Which one, and where its traceback is.
        trace: That of its process, where the message does not have it whole.
    """

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message)
        self.trace = trace


def failure_kind(error: ProblemError) -> str:
    """Why this one trial failed; empty where every other trial would meet the same."""
    code = error.problems[0].code
    return _BY_CODE.get(code, "cannot-build" if code.startswith(_BUILDING) else "")


def first_words(error: ProblemError) -> str:
    """The first problem in one line."""
    first = error.problems[0]
    return f"{first.code} {first.message}"
