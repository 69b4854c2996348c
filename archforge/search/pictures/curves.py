"""How the trials learned: the score after each epoch."""

from collections.abc import Sequence
from contextlib import suppress
from math import isfinite
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from archforge.search.pictures.folders import run_of
from archforge.search.pictures.style import (
    ACCENTS,
    ORANGE,
    RED,
    SKY,
    WIDTH,
    Room,
    best_keys,
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
from archforge.search.records import COMPLETE, FAILED, PRUNED, Study, Trial
from archforge.train import read_history

# Colour, mark of the last epoch, and words; the order of drawing.
LOOKS = {
    COMPLETE: (SKY, "", "complete"),
    PRUNED: (ORANGE, "v", "pruned"),
    FAILED: (RED, "x", "failed"),
}


def draw_curves(study: Study, path: Path) -> Path | None:
    """A line for each trial, the best on top; pruned and failed ones end with a mark."""
    told = {each.number: scores_of(each) for each in study.trials if each.state in LOOKS}
    if max(map(len, told.values()), default=0) < 2:
        return None
    best = [each for each in completed(study)[: len(ACCENTS)] if told[each.number]]
    rest = [each for each in study.trials if told.get(each.number) and each not in best]
    keys = [*best_keys(best, lines=True), *_keys(rest)]
    below = 0.5 + legend_inches(len(keys))
    figure = new_figure(WIDTH, Room.above + 3.3 + below)
    (axes,) = panels(figure, 1, 1, Room(below=below), same_y=False)
    for state in LOOKS:
        _lines(axes, state, [told[each.number] for each in rest if each.state == state])
    for order, (accent, each) in enumerate(zip(ACCENTS, best, strict=False)):
        scores = told[each.number]
        axes.plot(range(1, len(scores) + 1), scores, color=accent.colour, linestyle=accent.line,
                  linewidth=2, marker=accent.mark, markevery=[-1], zorder=6 - order)  # fmt: skip
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("epoch")
    axes.set_ylabel("score of validation images")
    heading(figure, f"How the trials of {name_of(study)} learned", _words(study, told))
    legend(figure, keys)
    return save(figure, path)


def scores_of(trial: Trial) -> list[float]:
    """Scores after each epoch; those that the database lacks, as of several goals, from the run."""
    told = list(trial.epochs)
    run = None if told else run_of(trial)
    if run is not None:
        with suppress(OSError, ValueError):  # lost or damaged: the trial has no line
            told = [row["score"] for row in read_history(run.history)]
    return [value for value in told if isfinite(value)]


def _lines(axes: Axes, state: str, lines: list[list[float]]) -> None:
    """One collection for all: hundreds of lines take matplotlib long."""
    colour, mark, _ = LOOKS[state]
    points = [list(enumerate(line, start=1)) for line in lines]
    drawn = LineCollection(points, colors=colour, linewidths=1, alpha=0.8, zorder=2)
    axes.add_collection(drawn)
    if mark:
        ends = [line[-1] for line in points]
        axes.scatter([x for x, _ in ends], [y for _, y in ends], color=colour, marker=mark, s=28,
                     zorder=3)  # fmt: skip
    axes.autoscale_view()


def _keys(drawn: Sequence[Trial]) -> list[Line2D]:
    there = {each.state for each in drawn}
    return [
        key(colour, words, mark, "-")
        for state, (colour, mark, words) in LOOKS.items()
        if state in there
    ]


def _words(study: Study, told: dict[int, list[float]]) -> str:
    pruned = sum(each.state == PRUNED for each in study.trials)
    epochs = sum(map(len, told.values()))
    return f"{epochs} epochs in all; {pruned} of {len(told)} trials were stopped before their end"
