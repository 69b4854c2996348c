"""The terms of a loss, checked against the table, and the one way in which each is written."""

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from archforge.errors import Problem, ProblemError, did_you_mean
from archforge.losses.grammar import Written, mapped_terms, read_terms
from archforge.losses.table import LOSSES, Argument

AUTO = "auto"


@dataclass(frozen=True)
class Term:
    """One loss of a sum.

    Args:
        name: A key of ``LOSSES``, or ``auto`` on its own.
        weight: Its loss is multiplied by this; above 0.
        arguments: Those that are not at their defaults, sorted by name.
    """

    name: str
    weight: float = 1.0
    arguments: tuple[tuple[str, float], ...] = ()

    def __str__(self) -> str:
        inside = ",".join(f"{name}={_plain(value)}" for name, value in self.arguments)
        weight = "" if self.weight == 1 else f"{_plain(self.weight)}*"
        return f"{weight}{self.name}" + (f"({inside})" if inside else "")


def loss_terms(text: str) -> tuple[Term, ...]:
    """The terms of a sum, sorted, so that order does not matter; ``auto`` stands alone.

    Raises:
        ProblemError: With every name that is unknown or stands twice and every argument that cannot
            be; or the text is no sum.
    """
    return (Term(AUTO),) if text.strip() == AUTO else _checked(read_terms(text))


def loss_from_mapping(value: Mapping[str, object]) -> str:
    """The canonical text of what an experiment file says.

    Args:
        value: ``{dice: 0.5, focal: {weight: 1, gamma: 1.5}}``: weights, or arguments with a weight.

    Raises:
        ProblemError: As ``loss_terms``.
    """
    return join_terms(_checked(mapped_terms(value)))


def join_terms(terms: Sequence[Term]) -> str:
    """The canonical text of terms: equal losses have equal texts."""
    return "+".join(map(str, terms))


def _checked(written: Sequence[Written]) -> tuple[Term, ...]:
    problems = [problem for one in written for problem in _problems(one)]
    names = [one.name for one in written]
    problems += [_twice(name) for name in dict.fromkeys(names) if names.count(name) > 1]
    if problems:
        raise ProblemError(problems)
    return tuple(sorted(map(_term, written), key=lambda term: term.name))


def _twice(name: str) -> Problem:
    return Problem("AF504", f"the loss '{name}' stands twice", fix="write each loss once")


def _problems(written: Written) -> Iterator[Problem]:
    if written.name not in LOSSES:
        fix = did_you_mean(written.name, LOSSES)
        yield Problem("AF504", f"no loss is called '{written.name}'", None, written.place, fix)
        return
    weight = written.weight
    if not _is_number(weight) or not 0 < weight < math.inf:
        message = f"the weight of '{written.name}' cannot be {_shown(weight)}"
        yield Problem("AF504", message, None, written.place, "give a number above 0")
    known = LOSSES[written.name].arguments
    for name, value in written.arguments.items():
        yield from _argument_problems(written, name, value, known)


def _argument_problems(
    written: Written, name: str, value: object, known: Mapping[str, Argument]
) -> Iterator[Problem]:
    if name not in known:
        fix = did_you_mean(name, known) or f"write '{written.name}' alone"
        message = f"the loss '{written.name}' has no argument '{name}'"
        yield Problem("AF504", message, None, written.place, fix)
        return
    low, high = known[name].low, known[name].high
    if not _is_number(value) or not low <= value <= high:
        message = f"{name} of '{written.name}' cannot be {_shown(value)}"
        fix = f"give a number from {_plain(low)} to {_plain(high)}"
        yield Problem("AF504", message, None, f"it is {known[name].title}", fix)


def _term(written: Written) -> Term:
    known = LOSSES[written.name].arguments
    given = {name: _number(value) for name, value in written.arguments.items()}
    kept = {name: value for name, value in given.items() if value != known[name].default}
    return Term(written.name, _number(written.weight), tuple(sorted(kept.items())))


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and not _is_huge(value)


def _is_huge(value: object) -> bool:
    """Whether a whole number has no floating-point number near it."""
    return isinstance(value, int) and abs(value) > sys.float_info.max


def _number(value: object) -> float:
    assert _is_number(value), "values are checked before they are taken"
    return float(value)


def _shown(value: object) -> str:
    if _is_huge(value):
        return "so large a number"
    return _plain(value) if _is_number(value) else f"'{value}'"


def _plain(number: float) -> str:
    """A number as people write it, from which the very same number is read."""
    return str(int(number)) if float(number).is_integer() else repr(float(number))
