"""Slices: the first score against each hyperparameter on its own."""

from collections.abc import Sequence
from math import ceil
from pathlib import Path

from matplotlib.axes import Axes

from archforge.search.pictures.scales import ABSENT, UNREAD, Scale, scales
from archforge.search.pictures.style import (
    ACCENTS,
    BLUE,
    FEWEST,
    GREY,
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
from archforge.search.records import Study, Trial

COLUMNS = 4
# The golden ratio spreads numbers that follow one another over the whole width.
GOLDEN = 0.618034
LETTERS = 26
"""That the ticks of a panel may have side by side."""
SLANT = 22
SPREAD = 0.06
"""How far choices are spread, so that equal points do not hide each other."""


def draw_slices(study: Study, path: Path) -> Path | None:
    """A panel for each hyperparameter that varies."""
    done = completed(study)
    drawn = scales(study, done)
    if len(done) < FEWEST or not drawn:
        return None
    columns = min(len(drawn), COLUMNS)
    keys = [*best_keys(done[: len(ACCENTS)], lines=False), key(BLUE, "other complete trials", "o")]
    slanted = 0.3 if any(map(_crowded, drawn)) else 0.0
    below = 0.55 + slanted + legend_inches(len(keys), 4)
    room = Room(below=below, across=0.2, down=0.6 + slanted)
    rows = ceil(len(drawn) / columns)
    height = Room.above + 1.8 * rows + room.down * (rows - 1) + room.below
    figure = new_figure(max(WIDTH, 1.0 + 2.1 * columns), height)
    for at, (axes, scale) in enumerate(
        zip(panels(figure, len(drawn), columns, room, same_y=True), drawn, strict=True)
    ):
        _panel(axes, scale, done)
        if at % columns == 0:
            axes.set_ylabel(study.goals[0].title)
    words = f"{len(done)} complete trials, other values mixed; {UNREAD} not read by that network"
    heading(figure, f"Score against each value in the search of {name_of(study)}", words)
    legend(figure, keys, 4)
    return save(figure, path)


def _panel(axes: Axes, scale: Scale, done: Sequence[Trial]) -> None:
    places = [scale.place(each) + _spread(scale, each) for each in done]
    values = [each.goals[0] for each in done]
    others = slice(len(ACCENTS), None)
    axes.scatter(places[others], values[others], color=BLUE, s=20, alpha=0.6, zorder=3)
    for accent, place, value in zip(ACCENTS, places, values, strict=False):
        axes.scatter([place], [value], color=accent.colour, marker=accent.mark, s=36, zorder=4,
                     edgecolor="black", linewidth=0.6)  # fmt: skip
    ticks, texts = zip(*scale.ticks(), strict=True)
    axes.set_xticks(ticks, texts, parse_math=False)  # a choice may have dollars
    if _crowded(scale):
        axes.tick_params(axis="x", labelrotation=SLANT)
    axes.set_xlim((ABSENT if scale.absent else 0) - 0.12, 1.12)
    if scale.absent:
        axes.axvline(ABSENT / 2, color=GREY, linewidth=0.8, linestyle=":")
    axes.set_xlabel(scale.key, labelpad=2)


def _crowded(scale: Scale) -> bool:
    return sum(len(text) + 1 for _, text in scale.ticks()) > LETTERS


def _spread(scale: Scale, trial: Trial) -> float:
    if not scale.choices:
        return 0.0
    return SPREAD * (2 * (trial.number * GOLDEN % 1) - 1)
