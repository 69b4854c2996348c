"""What all pictures of a search share: colours, marks, margins, and that a file is there whole.

Margins are inches, so that letters have room at any size; a layout engine would draw all of it
twice.

Colours: Okabe and Ito 2008, Color Universal Design, told apart by most colour-blind people; marks
and lines differ too.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import EngFormatter, LogLocator, NullLocator
from matplotlib.typing import LineStyleType

from archforge.files import whole_file
from archforge.search.measures import MEASURED, Goal
from archforge.search.records import Study, Trial

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, RED, PURPLE = "#0072B2", "#D55E00", "#CC79A7"
GREY, GRID = "#666666", "#DDDDDD"
DPI = 120
WIDTH = 7.2
SMALL = 8.5
"""Points of the letters of captions, legends and ticks."""
# Where the largest is more than so many times the smallest, an axis of logarithms shows both.
WIDE = 10
FEWEST = 5
"""With fewer complete trials the table that is printed says more than points do."""
LINE = 0.24
"""Inches that a line of a legend takes."""


@dataclass(frozen=True)
class Accent:
    """How one of the best trials stands out.

    Args:
        colour: Of its line and mark.
        line: Matplotlib's style of it.
        mark: Matplotlib's name of it.
    """

    colour: str
    line: LineStyleType
    mark: str


ACCENTS = (Accent(RED, "-", "D"), Accent(PURPLE, "--", "s"), Accent(GREEN, "-.", "^"))
"""Of the best three, the best first."""


@dataclass(frozen=True)
class Room:
    """Inches around and between panels.

    Args:
        left: For labels of the vertical axis.
        below: For labels of the horizontal axis and a legend.
        across: Between columns.
        down: Between rows.
    """

    left: float = 0.8
    below: float = 0.6
    across: float = 0.75
    down: float = 0.25

    right = 0.2
    above = 0.75


def new_figure(width: float, height: float) -> Figure:
    """An empty sheet, sizes in inches."""
    figure = Figure(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def panels(figure: Figure, count: int, columns: int, room: Room, *, same_y: bool) -> list[Axes]:
    """``count`` axes in rows of ``columns``, under the heading.

    Args:
        figure: That they fill.
        count: How many.
        columns: In a row.
        room: Around and between them.
        same_y: Whether rows share the vertical axis, else columns the horizontal one.
    """
    rows = ceil(count / columns)
    width, height = figure.get_size_inches()
    wide = (width - room.left - room.right - room.across * (columns - 1)) / columns
    high = (height - room.above - room.below - room.down * (rows - 1)) / rows
    grid = figure.subplots(
        rows,
        columns,
        squeeze=False,
        sharex=not same_y,
        sharey=same_y,
        gridspec_kw={
            "left": room.left / width,
            "right": 1 - room.right / width,
            "bottom": room.below / height,
            "top": 1 - room.above / height,
            "wspace": room.across / wide,
            "hspace": room.down / high,
        },
    )
    flat: list[Axes] = list(grid.flat)
    for axes in flat[count:]:
        axes.set_visible(False)
    for axes in flat[:count]:
        _plain(axes)
    return flat[:count]


def heading(figure: Figure, title: str, words: str) -> None:
    """A title, and below it a line in smaller letters."""
    height = figure.get_size_inches()[1]
    left = figure.subplotpars.left if not figure.axes else figure.axes[0].get_position().x0
    figure.text(left, 1 - 0.3 / height, title, fontsize=11.5, parse_math=False)
    figure.text(left, 1 - 0.55 / height, words, fontsize=SMALL, color=GREY, parse_math=False)


def legend(figure: Figure, handles: Sequence[Line2D], columns: int = 3) -> None:
    """Below everything, where it covers no point."""
    if handles:
        figure.legend(
            handles=list(handles), loc="lower center", ncols=columns, fontsize=SMALL, frameon=False
        )


def legend_inches(count: int, columns: int = 3) -> float:
    """Room that a legend of ``count`` entries needs."""
    return LINE * ceil(count / columns)


def key(
    colour: str, label: str, mark: str = "", line: LineStyleType = "none", *, hollow: bool = False
) -> Line2D:
    """An entry of a legend."""
    inside = "none" if hollow else colour
    return Line2D([], [], color=colour, marker=mark, linestyle=line, label=label, markersize=6,
                  markerfacecolor=inside, linewidth=1.6)  # fmt: skip


def best_keys(best: Sequence[Trial], *, lines: bool) -> list[Line2D]:
    """Entries of the best trials, with their values."""
    return [
        key(
            accent.colour,
            f"trial {each.number}: {each.value:.4f}",
            accent.mark,
            accent.line if lines else "none",
        )
        for accent, each in zip(ACCENTS, best, strict=False)
    ]


def amounts(axes: Axes, axis: Axis, values: Sequence[float], goal: Goal) -> None:
    """Ticks such as 81M for a cost, at equal ratios where values are of several magnitudes.

    Args:
        axes: Whose axis it is.
        axis: ``axes.xaxis`` or ``axes.yaxis``.
        values: That stand on it.
        goal: What they are.
    """
    if goal.is_score:
        return
    ratio = max(values) / min(values) if values and min(values) > 0 else 1.0
    if ratio > WIDE:
        (axes.set_xscale if axis is axes.xaxis else axes.set_yscale)("log")
        axis.set_major_locator(LogLocator(subs=(1.0,) if ratio > WIDE**2 else (1.0, 2.0, 5.0)))
        axis.set_minor_locator(NullLocator())
    if goal.name != MEASURED:
        axis.set_major_formatter(EngFormatter(sep=""))


def completed(study: Study) -> list[Trial]:
    """Complete trials with numbers as values, the best first."""
    return [each for each in study.ranked if all(map(isfinite, each.goals))]


def name_of(study: Study) -> str:
    """The architecture and its preset."""
    return f"{study.architecture} ({study.preset})" if study.preset else study.architecture


def save(figure: Figure, path: Path) -> Path:
    """Write it in the format that the file's ending says, the same file for the same study."""
    kind = path.suffix[1:]
    # A vector has a date and random names of its parts, unless it is told otherwise.
    dated = {"Date": None} if kind == "svg" else None
    with (
        whole_file(path) as part,
        mpl.rc_context({"svg.hashsalt": "archforge"}),
        warnings.catch_warnings(),
    ):
        # A letter that the font lacks is a box in the picture, which says enough.
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        figure.savefig(part, dpi=DPI, format=kind, metadata=dated)
    return path


def _plain(axes: Axes) -> None:
    axes.grid(visible=True, color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=SMALL)
