"""The records: where something is, what is wrong with it, and all of a file's problems at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NoReturn

from archforge.errors.codes import CODES


@dataclass(frozen=True, order=True)
class Mark:
    """A place in a file.

    Args:
        file: The file as the person wrote it, relative where they wrote it so.
        line: From 1; 0 means the file as a whole.
        column: From 1; 0 means the line as a whole.
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        numbers = [str(number) for number in (self.line, self.column) if number]
        return ":".join([self.file, *numbers])


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, in words for the person who can mend it.

    Args:
        code: A key of ``CODES``.
        message: What is wrong: one line, lower case, no full stop.
        mark: Where; ``None`` where there is no file.
        why: What makes it wrong.
        fix: What to write instead.
        trail: How the place was reached, innermost first: ``Unit (line 31), used at line 42``.
    """

    code: str
    message: str
    mark: Mark | None = None
    why: str = ""
    fix: str = ""
    trail: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert self.code in CODES, f"{self.code} has no line in CODES"

    def __str__(self) -> str:
        place = f"{self.mark}: " if self.mark else ""
        lines = [f"{place}{self.code} {self.message}"]
        lines += [f"  in: {step}" for step in self.trail]
        lines += [f"  {label}: {text}" for label, text in self._notes() if text]
        return "\n".join(lines)

    def _notes(self) -> tuple[tuple[str, str], ...]:
        return (("why", self.why), ("fix", self.fix))

    def facts(self) -> dict[str, object]:
        """What ``--json`` prints of this problem."""
        return {
            "code": self.code,
            "file": self.mark.file if self.mark else None,
            "line": self.mark.line if self.mark and self.mark.line else None,
            "column": self.mark.column if self.mark and self.mark.column else None,
            "message": self.message,
            "why": self.why,
            "fix": self.fix,
        }

    def via(self, step: str) -> "Problem":
        """The same problem with one more step outwards in its trail."""
        return replace(self, trail=(*self.trail, step))


class ProblemError(Exception):
    """A person's file, data or result cannot be used; carries every problem that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=_place))
        assert self.problems, "a ProblemError carries at least one problem"
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type["ProblemError"], tuple[tuple[Problem, ...]]]:
        # Exceptions are pickled by their args; ours must cross from a trial's process as they are.
        return (ProblemError, (self.problems,))


def _place(problem: Problem) -> tuple[str, int, int]:
    mark = problem.mark or Mark("")
    return (mark.file, mark.line, mark.column)


@dataclass
class Problems:
    """Collects problems while a file is read to its end; the same place and code count once."""

    found: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._seen = {(problem.code, problem.mark) for problem in self.found}

    def add(self, problem: Problem) -> None:
        """Keep ``problem``, unless its code was already found at the same place."""
        place = (problem.code, problem.mark)
        if place not in self._seen:
            self._seen.add(place)
            self.found.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Keep every one of ``problems``."""
        for problem in problems:
            self.add(problem)

    def raise_any(self) -> None:
        """Raise what was found, if anything was.

        Raises:
            ProblemError: With all problems, in the order of their places.
        """
        if self.found:
            raise ProblemError(self.found)


def refuse(
    code: str, message: str, *, mark: Mark | None = None, why: str = "", fix: str = ""
) -> NoReturn:
    """Raise one problem on its own."""
    raise ProblemError([Problem(code, message, mark, why, fix)])
