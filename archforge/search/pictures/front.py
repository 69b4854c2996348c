"""What a better score costs: the first score against each other goal, the front marked.

With one goal, against MACs and parameters: what people want to see anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes

from archforge.search.measures import COSTS, Goal, front
from archforge.search.pictures.labels import place_labels
from archforge.search.pictures.style import (
    BLUE,
    FEWEST,
    GREY,
    ORANGE,
    RED,
    Room,
    amounts,
    completed,
    heading,
    key,
    legend,
    legend_inches,
    name_of,
    new_figure,
    panels,
    save,
)
from archforge.search.records import Study, Trial

ALWAYS = (Goal("macs", maximize=False), Goal("parameters", maximize=False))
COLUMNS = 3


@dataclass(frozen=True)
class Point:
    """A complete trial in a panel.

    Args:
        number: Of the trial.
        x: Its cost, or its other score.
        y: Its first score.
        on_front: Whether no other beats it in all goals.
    """

    number: int
    x: float
    y: float
    on_front: bool


def draw_front(study: Study, path: Path) -> Path | None:
    """A panel for each goal but the first; points on the front carry their trial's number."""
    if len(completed(study)) < FEWEST:
        return None
    others = study.goals[1:] or ALWAYS
    columns = min(len(others), COLUMNS)
    keys = [
        key(BLUE, "complete", "o"),
        key(ORANGE, "on the front, with the trial's number", "s"),
        *([key(RED, "limit", line="--")] if study.limits else []),
    ]
    below = 0.5 + legend_inches(len(keys))
    rows = -(-len(others) // columns)
    height = Room.above + 3.2 * rows + 0.55 * (rows - 1) + below
    figure = new_figure(1.0 + 3.9 * columns, height)
    room = Room(below=below, across=0.3, down=0.55)
    for axes, other in zip(
        panels(figure, len(others), columns, room, same_y=True), others, strict=True
    ):
        _panel(axes, study, other)
    for axes in figure.axes[::columns]:
        axes.set_ylabel(study.goals[0].title)
    heading(figure, f"What a better score costs in the search of {name_of(study)}", _words(study))
    legend(figure, keys)
    return save(figure, path)


def _words(study: Study) -> str:
    if len(study.goals) == 1:
        return "on the front: no cheaper network has a score as high"
    return "on the front: no other network is better in one goal without being worse in another"


def _panel(axes: Axes, study: Study, other: Goal) -> None:
    points = points_of(study, other)
    axes.set_xlabel(other.title if other.is_score else f"{other.title}: {COSTS[other.name]}")
    amounts(axes, axes.xaxis, [each.x for each in points], other)
    rest = [each for each in points if not each.on_front]
    best = [each for each in points if each.on_front]
    axes.scatter(*_places(rest), color=BLUE, s=24, alpha=0.7, zorder=3)
    axes.scatter(*_places(best), color=ORANGE, edgecolor="black", marker="s", s=36, zorder=4)
    stairs = sorted(_places_on_stairs(points, study.goals[0], other))
    axes.step(*zip(*stairs, strict=True), where="pre" if other.maximize else "post",
              color=GREY, linewidth=1, zorder=2)  # fmt: skip
    if other.name in study.limits:
        axes.axvline(study.limits[other.name], color=RED, linestyle="--", linewidth=1.2)
    axes.margins(0.1)
    place_labels(axes, [(each.x, each.y, str(each.number)) for each in best])


def points_of(study: Study, other: Goal) -> list[Point]:
    """Complete trials in the panel of a goal, the best score first."""
    done = completed(study)
    places = [(_amount(study, each, other), each.goals[0]) for each in done]
    if len(study.goals) == 1:
        kept = front([(other.loss(x), study.goals[0].loss(y)) for x, y in places])
    else:
        numbers = {each.number for each in study.front}
        kept = [each.number in numbers for each in done]
    return [
        Point(each.number, x, y, on_front)
        for each, (x, y), on_front in zip(done, places, kept, strict=True)
    ]


def _amount(study: Study, trial: Trial, goal: Goal) -> float:
    if goal in study.goals:
        return trial.goals[study.goals.index(goal)]
    return float({"macs": trial.macs, "parameters": trial.parameters}[goal.name])


def _places(points: Sequence[Point]) -> tuple[list[float], list[float]]:
    return [each.x for each in points], [each.y for each in points]


def _places_on_stairs(
    points: Sequence[Point], score: Goal, other: Goal
) -> set[tuple[float, float]]:
    """The front of this panel alone: of three goals it holds a part of the whole one."""
    kept = front([(other.loss(each.x), score.loss(each.y)) for each in points])
    return {(each.x, each.y) for each, keep in zip(points, kept, strict=True) if keep}
