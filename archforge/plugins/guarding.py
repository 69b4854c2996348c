"""Code of other packages, held so that its mistakes are told as theirs.

What a plug-in raises, or gives back that nobody can use, becomes AF118 with the package's name. A
refusal of inputs, a ``ShapeError`` with a code of ours, is no mistake and passes.
"""

import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import PurePath
from typing import Any

from archforge.errors import CODES, Mark, Problem, ProblemError
from archforge.graph import ShapeError
from archforge.plugins.finding import package_of

CODE = "AF118"
LATER = frozenset({"macs", "reads", "reads_each"})
"""Methods that are asked when the graph is made: then no step is there to refuse."""

Fits = Callable[[Any], bool]


def told(
    name: str, what: str, error: BaseException | None = None, mark: Mark | None = None
) -> Problem:
    """The problem that the plug-in ``name`` cannot be used: ``what``, and where it was raised."""
    package = package_of(name)
    raised = "" if error is None else f"{type(error).__name__}: {_line(error)}"
    return Problem(
        CODE,
        f"'{name}' cannot be used: {what}{f', {raised}' if raised else ''}",
        mark,
        why="" if error is None else _place(error, package),
        fix=f"mend or update the package '{package}', or do without it",
    )


@contextmanager
def blamed(name: str, what: str, mark: Mark | None = None) -> Iterator[None]:
    """What is raised here is the plug-in's own doing.

    Raises:
        ProblemError: AF118, in place of any exception that is no problem already.
    """
    try:
        yield
    except (ProblemError, ShapeError):
        raise
    # Another package's code may raise anything, and SystemExit would end us without a word.
    except (Exception, SystemExit) as error:
        raise ProblemError([told(name, what, error, mark)]) from error


def guard(kind: type, name: str, methods: Mapping[str, Fits]) -> None:
    """Guard these methods of a plug-in's class, those that it does not inherit from archforge.

    While steps are run they raise ``ShapeError``, which becomes a problem at the step's place.
    """
    for method, fits in methods.items():
        function = getattr(kind, method)
        ours = function.__module__.partition(".")[0] == "archforge"
        if not ours and not hasattr(function, "__guarded__"):
            setattr(kind, method, _guarded(name, function, fits))


def _guarded(name: str, function: Callable[..., Any], fits: Fits) -> Callable[..., Any]:
    what = f"{function.__name__}() fails"
    fault = _later if function.__name__ in LATER else refusal

    @wraps(function)
    def call(*given: Any, **named: Any) -> Any:
        try:
            value = function(*given, **named)
        except ShapeError as error:
            if error.code in CODES:
                raise
            unknown = f"{what} with the unknown code '{error.code}'"
            raise fault(told(name, unknown)) from error
        except ProblemError:
            raise
        except Exception as error:  # whatever another package's code raises is told as its own
            raise fault(told(name, what, error)) from error
        if not fits(value):
            raise fault(told(name, f"{function.__name__}() gives {value!r:.80}"))
        return value

    vars(call)["__guarded__"] = True
    return call


def _later(problem: Problem) -> ProblemError:
    return ProblemError([problem])


def refusal(problem: Problem) -> ShapeError:
    """The problem as a layer or a block says it while steps are run."""
    return ShapeError(problem.code, problem.message, why=problem.why, fix=problem.fix)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or "without a message"


def _place(error: BaseException, package: str) -> str:
    """Where it was raised; the last two parts of the path are enough to find it."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return f"it comes from the package '{package}'"
    last = "/".join(PurePath(frames[-1].filename).parts[-2:])
    return f"raised at {last}:{frames[-1].lineno}, behind the package '{package}'"
