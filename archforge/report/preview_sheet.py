"""The sheet of a preview: a row for each image, first as it is, then augmented.

Matplotlib by its objects, without pyplot: nothing global is changed and no window is asked for.
"""

import textwrap
import warnings
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from archforge.data import IGNORED
from archforge.data.findings import short
from archforge.data.targets import BORDER, INSIDE
from archforge.files import said_if_unwritable, whole_file
from archforge.report.plots import SETTINGS
from archforge.report.thumbnails import OKABE_ITO
from archforge.train import Seen, Shown

DPI = 120
SIDE = 1.75  # inches of one picture
LINE = 120  # letters of a line of the title
OBJECTS = {INSIDE: OKABE_ITO[1], BORDER: OKABE_ITO[0]}
Scale = tuple[float, float]


@mpl.rc_context(SETTINGS)
def write_preview(
    path: Path, rows: Sequence[Shown], title: str, classes: Sequence[str], *, bordered: bool = False
) -> None:
    """Draw the sheet as a PNG.

    Args:
        path: Of the picture.
        rows: As ``train.preview`` gives them.
        title: Above all.
        classes: Names of the classes but the background.
        bordered: Whether the truth is inside and border of objects: drawn as areas, not outlines.

    Raises:
        ProblemError: The file cannot be written.
    """
    columns = 1 + len(rows[0].augmented)
    figure = Figure(figsize=(SIDE * columns, SIDE * len(rows) + 1), layout="constrained")
    grid = figure.subplots(len(rows), columns, squeeze=False)
    for line, row in zip(grid, rows, strict=True):
        _draw(line, row, bordered=bordered)
    grid[0][0].set_title("as it is", fontsize=9)
    grid[0][1].set_title("augmented", fontsize=9, loc="left")
    names = {"inside": OBJECTS[INSIDE], "border": OBJECTS[BORDER]} if bordered else _named(classes)
    if rows[0].plain.truth is not None:
        figure.legend(handles=[_key(name, colour) for name, colour in names.items()], ncols=8,
                      loc="outside lower center", fontsize=9, frameon=False)  # fmt: skip
    figure.suptitle("\n".join(textwrap.wrap(title, LINE)), fontsize=10)
    FigureCanvasAgg(figure)
    with said_if_unwritable(path), whole_file(path) as part, warnings.catch_warnings():
        # A letter that the font lacks is a box in the picture, which says enough.
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        figure.savefig(part, dpi=DPI, format="png")


def _named(classes: Sequence[str]) -> dict[str, str]:
    return dict(zip(classes, cycle(OKABE_ITO), strict=False))


def _key(name: str, colour: str) -> Line2D:
    return Line2D([], [], color=colour, linewidth=2, label=name)


def _draw(line: Sequence[Axes], row: Shown, *, bordered: bool) -> None:
    """All of a row by the contrast of its first, so that changes of light are seen as they are."""
    low, high = np.percentile(row.plain.image, (0.5, 99.5))
    scale = float(low), float(high - low) or 1.0
    for axes, seen in zip(line, (row.plain, *row.augmented), strict=True):
        axes.set_xticks([])
        axes.set_yticks([])
        axes.imshow(_coloured(seen.image, scale))
        _mark(axes, seen, bordered=bordered)
    line[0].set_ylabel(short(row.name), fontsize=8)


def _coloured(image: NDArray[np.float32], scale: Scale) -> NDArray[np.float32]:
    """Red, green and blue; of two or more than three channels the first alone."""
    shown = image if image.shape[-1] == 3 else image[..., :1]
    scaled = np.clip((shown - scale[0]) / scale[1], 0, 1)
    return np.broadcast_to(scaled, (*scaled.shape[:2], 3))


def _mark(axes: Axes, seen: Seen, *, bordered: bool) -> None:
    if seen.truth is None:
        return
    for value in np.unique(seen.truth).tolist():
        if value in {0, IGNORED}:
            continue
        where = seen.truth == value
        if bordered:
            _fill(axes, where, OBJECTS[value], 0.25 if value == INSIDE else 0.9)
        elif not where.all():
            colour = OKABE_ITO[(value - 1) % len(OKABE_ITO)]
            axes.contour(where.astype(np.float32), levels=[0.5], colors=[colour], linewidths=0.9)


def _fill(axes: Axes, where: NDArray[Any], colour: str, alpha: float) -> None:
    shown = np.ma.masked_equal(where.astype(np.uint8), 0)
    axes.imshow(shown, cmap=ListedColormap([colour]), alpha=alpha, interpolation="nearest")
