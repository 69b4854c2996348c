"""Parallel coordinates: a line for each network through everything that was drawn for it.

Source: Inselberg 1985, "The plane with parallel coordinates", The Visual Computer 1.
"""

from collections.abc import Sequence
from pathlib import Path

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from archforge.search.pictures.scales import ABSENT, UNREAD, Scale, scales
from archforge.search.pictures.style import (
    ACCENTS,
    BLACK,
    FEWEST,
    SMALL,
    WIDTH,
    Room,
    best_keys,
    completed,
    heading,
    legend,
    legend_inches,
    name_of,
    new_figure,
    panels,
    save,
)
from archforge.search.records import Study, Trial

STEP = 1.05
"""Inches from axis to axis."""
LIGHTEST = 0.85
"""Of the colours: those above are hard to see on white."""
LONG = 11
"""Letters of a name that fit between two axes."""


def draw_parallel(study: Study, path: Path) -> Path | None:
    """An axis for each hyperparameter that varies, the first score on the right."""
    done = completed(study)
    drawn = scales(study, done)
    if len(done) < FEWEST or not drawn:
        return None
    names = [*(scale.key for scale in drawn), study.goals[0].title]
    slanted = max(map(len, names)) > LONG
    best = done[: len(ACCENTS)]
    below = (0.9 if slanted else 0.45) + legend_inches(len(best))
    figure = new_figure(max(WIDTH, STEP * len(drawn) + 1.6), Room.above + 3.2 + below)
    (axes,) = panels(figure, 1, 1, Room(below=below), same_y=False)
    _lines(axes, drawn, done, _score(study, done))
    for at, scale in enumerate([*drawn, _score(study, done)]):
        _axis(axes, at, scale)
    axes.set_xticks(range(len(names)), names, rotation=20 if slanted else 0,
                    ha="right" if slanted else "center")  # fmt: skip
    _bare(axes, len(drawn), absent=any(scale.absent for scale in drawn))
    words = f"{len(done)} complete trials, the darker the lower; {UNREAD} not read by that network"
    heading(figure, f"Values and scores in the search of {name_of(study)}", words)
    legend(figure, best_keys(best, lines=True))
    return save(figure, path)


def _score(study: Study, done: Sequence[Trial]) -> Scale:
    """The axis on the right."""
    values = [each.goals[0] for each in done]
    return Scale(study.goals[0].title, min(values), max(values))


def _lines(axes: Axes, drawn: Sequence[Scale], done: Sequence[Trial], score: Scale) -> None:
    """The best on top of all others."""
    paths = []
    for each in done:
        places = [*(scale.place(each) for scale in drawn), score.share(each.goals[0])]
        paths.append(list(enumerate(places)))
    colours = [colormaps["cividis"](LIGHTEST * line[-1][1]) for line in paths]
    others = slice(None, len(ACCENTS) - 1, -1)
    axes.add_collection(LineCollection(paths[others], colors=colours[others], linewidths=1.1,
                                       alpha=0.8, zorder=2))  # fmt: skip
    for order, (accent, line) in enumerate(zip(ACCENTS, paths, strict=False)):
        xs, ys = zip(*line, strict=True)
        axes.plot(xs, ys, color=accent.colour, linestyle=accent.line, linewidth=2.2,
                  marker=accent.mark, markersize=5, zorder=5 - order * 0.1)  # fmt: skip


def _axis(axes: Axes, at: int, scale: Scale) -> None:
    """A vertical line with its ticks on the left, on a ground that lines do not shine through."""
    axes.plot([at, at], [0, 1], color=BLACK, linewidth=1, zorder=3)
    ground = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.8}
    for place, text in scale.ticks():
        axes.plot([at - 0.03, at], [place, place], color=BLACK, linewidth=1, zorder=3)
        # Lines of all networks that lack it meet there.
        beside = (at - 0.06, place, "right", "center")
        x, y, across, along = (at, place - 0.04, "center", "top") if place < 0 else beside
        axes.text(x, y, text, ha=across, va=along, fontsize=SMALL, bbox=ground, zorder=6,
                  parse_math=False)  # fmt: skip


def _bare(axes: Axes, last: int, *, absent: bool) -> None:
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(axis="x", length=0, labelsize=9.5)
    axes.set_yticks([])
    axes.set_xlim(-0.35, last + 0.3)
    axes.set_ylim((ABSENT - 0.1 if absent else -0.05), 1.05)
