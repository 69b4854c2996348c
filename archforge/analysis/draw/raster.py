"""Writes a scene as PNG or PDF with matplotlib, whose DejaVu Sans comes along.

PNG has two dots for every pixel of the scene; a PDF's page has the scene's size at 96 pixels an
inch, its text stays text, and two runs give the same bytes.
"""

import pathlib
from collections.abc import Callable
from functools import lru_cache
from itertools import groupby

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.collections import LineCollection, PatchCollection, PathCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from archforge.analysis.draw.scene import Line, Rect, Scene, Text, flat
from archforge.analysis.draw.styles import DASH, FILLS, LINES, STRONG, TEXTS, THIN, Letters

Write = Callable[[Axes, list[Text], float, int], None]
"""Puts texts on axes, at a scale, above what has a lower order."""

PX_PER_INCH = 96
POINTS = 72 / PX_PER_INCH
DOTS = 2
"""Dots of a PNG for each pixel."""
MOST_DOTS = 30_000
"""Along one side of a PNG: matplotlib draws at most 65,536, and few programs open that."""
MOST_DOTS_IN_ALL = 100_000_000
MOST_INCHES = 200
"""PDF readers show no larger page."""
SMALLEST = 1.0
"""Dots that letters must be high to be drawn: smaller ones nobody can read."""
HEAD = (9.0, 4.5)
"""Length and half the width of an arrow's head."""


def write_png(scene: Scene, path: pathlib.Path) -> None:
    """Write the scene as PNG, smaller where it would have too many dots."""
    longest = max(scene.width, scene.height)
    area = (MOST_DOTS_IN_ALL / (scene.width * scene.height)) ** 0.5
    dots = min(DOTS, MOST_DOTS / longest, area)
    figure = Figure(figsize=_inches(scene, 1), dpi=PX_PER_INCH * dots)
    FigureCanvasAgg(figure)
    _draw(scene, figure, _as_shapes, 1, dots)
    figure.savefig(path, format="png", metadata={"Software": None, "Title": scene.title})


def write_pdf(scene: Scene, path: pathlib.Path) -> None:
    """Write the scene as PDF, smaller where its page would be too large."""
    scale = min(1.0, MOST_INCHES * PX_PER_INCH / max(scene.width, scene.height))
    figure = Figure(figsize=_inches(scene, scale))
    FigureCanvasPdf(figure)
    _draw(scene, figure, _as_text, scale, scale * 4)
    # Type 42 embeds the letters as they are; without dates two runs give the same file.
    with rc_context({"pdf.fonttype": 42}):
        known = {"CreationDate": None, "ModDate": None, "Title": scene.title}
        figure.savefig(path, format="pdf", metadata=known)


def _inches(scene: Scene, scale: float) -> tuple[float, float]:
    return scene.width / PX_PER_INCH * scale, scene.height / PX_PER_INCH * scale


def _draw(scene: Scene, figure: Figure, write: Write, scale: float, dots: float) -> None:
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, scene.width)
    axes.set_ylim(scene.height, 0)
    axes.set_axis_off()
    things = list(flat(scene.items))
    drawn = [thing for thing in things if not isinstance(thing, Text)]
    runs = groupby(drawn, key=lambda thing: thing.style if isinstance(thing, Line) else "")
    for order, (_, run) in enumerate(runs):
        together = list(run)
        _rects(axes, [thing for thing in together if isinstance(thing, Rect)], scale, order)
        _lines(axes, [thing for thing in together if isinstance(thing, Line)], scale, order)
    texts = [thing for thing in things if isinstance(thing, Text)]
    readable = [text for text in texts if TEXTS[text.style].size * dots >= SMALLEST]
    write(axes, readable, scale, len(drawn))  # nothing ever covers a text


def _rects(axes: Axes, rects: list[Rect], scale: float, order: int) -> None:
    """One collection for all: thousands of artists take matplotlib many seconds."""
    patches = [_patch(rect, scale) for rect in rects]
    axes.add_collection(PatchCollection(patches, match_original=True, zorder=order), autolim=False)


def _patch(rect: Rect, scale: float) -> FancyBboxPatch:
    look = FILLS[rect.style]
    width = (STRONG if rect.strong else THIN) * POINTS * scale
    radius = min(rect.radius, rect.width / 2, rect.height / 2)
    return FancyBboxPatch(
        (rect.x, rect.y),
        rect.width,
        rect.height,
        boxstyle=f"round,pad=0,rounding_size={radius}" if radius else "square,pad=0",
        facecolor=look.inside,
        edgecolor=look.line,
        linewidth=0 if look.line == "none" else width,
        linestyle=(0, DASH) if rect.dashed else "solid",
    )


def _as_text(axes: Axes, texts: list[Text], scale: float, order: int) -> None:
    """As text, which a reader of a PDF can select and search."""
    for text in texts:
        look = TEXTS[text.style]
        axes.text(
            text.x,
            text.y,
            text.text,
            fontproperties=_font(look, scale),
            color=look.colour,
            horizontalalignment="center" if text.middle else "left",
            verticalalignment="baseline",
            zorder=order,
            clip_on=False,
            parse_math=False,  # a name is no formula, whatever stands between two dollars
        )


def _as_shapes(axes: Axes, texts: list[Text], scale: float, order: int) -> None:
    """As shapes, each word drawn once: ten thousand texts take matplotlib half a minute."""
    shape = lru_cache(maxsize=None)(_shape)
    for style, look in TEXTS.items():
        paths = [
            shape(text.text, look.size, bold=look.bold, middle=text.middle).transformed(
                Affine2D().translate(text.x, text.y)
            )
            for text in texts
            if text.style == style
        ]
        filled = PathCollection(paths, facecolors=look.colour, linewidths=0, zorder=order)
        axes.add_collection(filled, autolim=False)


def _shape(text: str, size: float, *, bold: bool, middle: bool) -> Path:
    """A text's outline in pixels, downwards, from its base line's left end or middle."""
    font = _font(Letters(size / POINTS, "", bold), POINTS)
    path = TextPath((0, 0), text, prop=font, usetex=False)
    # Not `get_extents`, which solves for the extremes of every curve: most of the time of it all.
    left = path.vertices[:, 0].max() / 2 if middle else 0.0
    return path.transformed(Affine2D().translate(-left, 0).scale(1, -1))


def _font(look: Letters, scale: float) -> FontProperties:
    weight = "bold" if look.bold else "normal"
    return FontProperties(family="DejaVu Sans", size=look.size * POINTS * scale, weight=weight)


def _lines(axes: Axes, lines: list[Line], scale: float, order: int) -> None:
    if not lines:
        return
    stroke = LINES[lines[0].style]
    width = stroke.width * POINTS * scale
    drawn = LineCollection([line.points for line in lines], colors=stroke.colour, linewidths=width)
    drawn.set_zorder(order)
    axes.add_collection(drawn, autolim=False)
    heads = [_head(line) for line in lines if line.arrow]
    filled = PolyCollection(heads, facecolors=stroke.colour, linewidths=0)
    filled.set_zorder(order)
    axes.add_collection(filled, autolim=False)


def _head(line: Line) -> tuple[tuple[float, float], ...]:
    """The arrow's head: a triangle whose point is the line's end."""
    (a, b), (x, y) = line.points[-2:]
    length, half = HEAD
    if b == y:
        back = x - length if x > a else x + length
        return ((x, y), (back, y - half), (back, y + half))
    back = y - length if y > b else y + length
    return ((x, y), (x - half, back), (x + half, back))
