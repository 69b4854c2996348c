"""The values over the trials: a panel for each goal."""

from math import isfinite
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from archforge.search.measures import Goal
from archforge.search.pictures.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    RED,
    WIDTH,
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
from archforge.search.records import FAILED, PRUNED, Study

# What a training tells after each epoch; pruned trials have a place on the axis of no other goal.
TOLD = "dice"


def draw_history(study: Study, path: Path) -> Path:
    """Value over trial, the best so far, and what was stopped or failed.

    What never trained (infeasible and duplicate draws) is counted in the caption.
    """
    keys = _keys(study)
    below = 0.5 + legend_inches(len(keys))
    count = len(study.goals)
    high = 3.3 if count == 1 else 1.9 * count
    figure = new_figure(WIDTH, Room.above + high + below)
    rows = panels(figure, count, 1, Room(below=below), same_y=False)
    for index, (axes, goal) in enumerate(zip(rows, study.goals, strict=True)):
        _values(study, axes, index, goal)
        _without_value(study, axes, goal)
    rows[-1].set_xlabel("trial (0 has the defaults)")
    rows[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    counts = ", ".join(f"{count} {state}" for state, count in study.counts().items())
    heading(figure, f"Search of {name_of(study)}", counts)
    legend(figure, keys)
    return save(figure, path)


def _values(study: Study, axes: Axes, index: int, goal: Goal) -> None:
    done = sorted((each.number, each.goals[index]) for each in completed(study))
    if done:
        numbers, values = zip(*done, strict=True)
        axes.scatter(numbers, values, color=BLUE, s=30, zorder=3)
        best = _best_so_far(values, goal)
        until = max(each.number for each in study.trials)
        axes.step([*numbers, until], [*best, best[-1]], where="post", color=BLACK, linewidth=1.2)
    if goal.name in study.baseline:
        axes.axhline(study.baseline[goal.name], color=GREY, linestyle=":", linewidth=1.4)
    if goal.name in study.limits:
        axes.axhline(study.limits[goal.name], color=RED, linestyle="--", linewidth=1.2)
    axes.set_ylabel(goal.title)
    amounts(axes, axes.yaxis, [value for _, value in done], goal)


def _best_so_far(values: tuple[float, ...], goal: Goal) -> list[float]:
    best: list[float] = []
    for value in values:
        best.append(min([*best[-1:], value], key=goal.loss))
    return best


def _without_value(study: Study, axes: Axes, goal: Goal) -> None:
    """Pruned trials where they were stopped, if that is on this axis; all others at the foot."""
    foot = axes.get_xaxis_transform()
    pruned = _pruned(study)
    if goal.name == TOLD:
        axes.scatter(*_pairs(list(pruned.items())), color=ORANGE, marker="v", s=30, zorder=3)
    else:
        at_foot = [(number, 0.03) for number in pruned]
        axes.scatter(*_pairs(at_foot), color=ORANGE, marker="v", s=30, transform=foot, zorder=3)
    failed = [(each.number, 0.03) for each in study.trials if each.state == FAILED]
    axes.scatter(*_pairs(failed), color=RED, marker="x", s=30, transform=foot, zorder=3)


def _pruned(study: Study) -> dict[int, float]:
    return {
        each.number: each.epochs[-1]
        for each in study.trials
        if each.state == PRUNED and each.epochs and isfinite(each.epochs[-1])
    }


def _pairs(points: list[tuple[int, float]]) -> tuple[list[int], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _keys(study: Study) -> list[Line2D]:
    """Entries for what occurs."""
    where = "score when it was stopped" if study.goals[0].name == TOLD else "no value"
    entries = [
        (bool(study.best), key(BLUE, "complete", "o")),
        (bool(_pruned(study)), key(ORANGE, f"pruned ({where})", "v")),
        (study.counts()[FAILED] > 0, key(RED, "failed (no value)", "x")),
        (bool(study.best), key(BLACK, "best so far", line="-")),
        (study.goals[0].name in study.baseline, key(GREY, "Otsu's threshold", line=":")),
        (any(g.name in study.limits for g in study.goals), key(RED, "limit", line="--")),
    ]
    return [entry for occurs, entry in entries if occurs]
