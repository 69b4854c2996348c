"""What a search is for, and what it must not exceed: goals and limits.

A goal is a metric (``dice``) or a cost (``macs``); a limit is a cost with the most that is allowed.
Costs are counted from the graph before a trial starts; ``predict_ms`` alone is measured, in the
trial's process, before its training. To add a cost: a line in ``COSTS``, and its value among the
facts of a draw (``plan.draw_facts``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archforge.crew.means import read_amount
from archforge.errors import Problem, ProblemError, did_you_mean
from archforge.metrics import METRICS

COSTS: dict[str, str] = {
    "parameters": "learned numbers",
    "macs": "multiply-accumulates for one image",
    "memory": "bytes that a training needs at least",
    "predict_ms": "milliseconds for one image, measured",
}
MEASURED = "predict_ms"
DEFAULT_GOALS = ("dice",)


@dataclass(frozen=True)
class Goal:
    """One thing that is to be as high, or as low, as can be.

    Args:
        name: A key of ``METRICS`` or ``COSTS``.
        maximize: Whether more is better.
    """

    name: str
    maximize: bool

    @property
    def is_score(self) -> bool:
        """Whether it is known only after a training."""
        return self.name not in COSTS

    @property
    def title(self) -> str:
        """As tables and pictures name it: scores are of validation images."""
        return f"val_{self.name}" if self.is_score else self.name

    def loss(self, value: float) -> float:
        """The value, turned so that less is better."""
        return -value if self.maximize else value


def find_goals(texts: Sequence[str]) -> tuple[Goal, ...]:
    """The goals that texts such as ``dice``, ``maximize val_dice`` or ``macs`` say.

    Returns:
        Scores first: the first one ranks. What the pruner sees is the validation score of each
        epoch, whatever the goal.

    Raises:
        ProblemError: With every text that cannot be, or none of them is a score.
    """
    found: list[Goal] = []
    problems: list[Problem] = []
    for text in texts:
        goal = _goal(text)
        if isinstance(goal, Problem):
            problems.append(goal)
        elif goal in found:
            problems.append(_wrong(f"the goal '{goal.name}' is named twice", "name each once"))
        else:
            found.append(goal)
    if not problems and not any(goal.is_score for goal in found):
        why = "the smallest network of all has the lowest costs"
        fix = "name a metric too, such as dice"
        problems.append(Problem("AF608", "no goal is a score", why=why, fix=fix))
    if problems:
        raise ProblemError(problems)
    return tuple(sorted(found, key=lambda goal: not goal.is_score))


def _goal(text: str) -> Goal | Problem:
    *way, name = text.split() or [""]
    name = name.removeprefix("val_")
    if name not in METRICS and name not in COSTS:
        return _wrong(f"there is no goal '{text}'", did_you_mean(name, (*METRICS, *COSTS)))
    goal = Goal(name, name in METRICS and METRICS[name].higher_is_better)
    right = "maximize" if goal.maximize else "minimize"
    if way not in ([], [right]):
        return _wrong(f"the goal cannot be '{text}'", f"write '{right} {goal.title}'")
    return goal


def _wrong(message: str, fix: str) -> Problem:
    return Problem("AF608", message, fix=fix)


def read_limits(texts: Mapping[str, Any]) -> dict[str, float]:
    """The most that each cost may be, from ``2e9``, ``1.5M`` or ``4GiB``.

    Raises:
        ProblemError: With every one that cannot be.
    """
    problems = [
        Problem("AF608", f"there is no limit '{name}'", fix=did_you_mean(name, COSTS))
        for name in texts
        if name not in COSTS
    ]
    found = {}
    for name, text in texts.items():
        most = read_amount(text, of_time=name == MEASURED)
        if most <= 0:
            fix = "give a number above 0, such as 2e9, 1.5M or 4GiB"
            problems.append(Problem("AF608", f"the limit of {name} cannot be '{text}'", fix=fix))
        found[name] = most
    if problems:
        raise ProblemError(problems)
    return found


def excess(limits: Mapping[str, float], costs: Mapping[str, float]) -> dict[str, float]:
    """How far each cost lies above its limit, as a share of the limit; below 0 where it keeps it.

    Args:
        limits: The most of each.
        costs: Those that are known; a limit of another one says nothing here.
    """
    return {name: costs[name] / most - 1 for name, most in limits.items() if name in costs}


def excess_words(limits: Mapping[str, float], costs: Mapping[str, float]) -> str:
    """What is above its limit, in words."""
    over = [name for name, share in excess(limits, costs).items() if share > 0]
    return "; ".join(
        f"{amount(name, costs[name])}, the limit is {amount(name, limits[name])}" for name in over
    )


def amount(name: str, value: float) -> str:
    """A cost as people read it: ``1,095,345 parameters``, ``1.4 GiB memory``, ``12.3 ms``."""
    if name == "memory":
        return f"{value / 2**30:.2f} GiB of memory"
    if name == MEASURED:
        return f"{value:.1f} ms for an image"
    return f"{value:,.0f} {'MACs' if name == 'macs' else name}"


def front(values: Iterable[tuple[float, ...]]) -> list[bool]:
    """Which points no other beats in one value without losing in another; less is better."""
    points = list(values)
    return [
        not any(
            all(a <= b for a, b in zip(other, point, strict=True)) and other != point
            for other in points
        )
        for point in points
    ]
