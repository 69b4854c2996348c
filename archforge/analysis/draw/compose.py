"""The scene of one graph: boxes, lines, frames, what stands around them, and it all in words."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from archforge.analysis.costs import costs
from archforge.analysis.draw.bands import bands
from archforge.analysis.draw.boxes import Box, Folded
from archforge.analysis.draw.fold import NO_MARKS, fold
from archforge.analysis.draw.heights import Heights
from archforge.analysis.draw.inside import inside
from archforge.analysis.draw.lettering import (
    DETAIL_PX,
    NAME_PX,
    fit,
    on_card,
    on_pill,
    show,
    tip,
    width,
)
from archforge.analysis.draw.place import place
from archforge.analysis.draw.route import route
from archforge.analysis.draw.scene import (
    Group,
    Item,
    Line,
    Panel,
    Rect,
    Scene,
    Text,
    moved,
    titled,
)
from archforge.analysis.draw.spots import LINE, PILL, Outline, Placed, Spot, is_pill
from archforge.analysis.draw.styles import LEGEND, SIGNS
from archforge.analysis.draw.unfold import opened
from archforge.analysis.draw.ways import Routed
from archforge.graph import Graph

LEFT, TOP, RIGHT, BOTTOM = 96, 60, 28, 56
MARGIN = 24
LEAST = 760
ROOM = 0.6
"""How small the inside of an architecture may become when it is opened over its picture."""


def compose(
    graph: Graph,
    unfold: Collection[str] = (),
    marks: Mapping[str, str] = NO_MARKS,
    *,
    panels: bool = True,
    path: str = "",
) -> Scene:
    """The picture of ``graph``.

    Args:
        graph: To draw.
        unfold: Names of blocks and included architectures to open; ``*`` for all.
        marks: ``+``, ``-`` or ``~`` for nodes that another network does not share.
        panels: Whether included architectures can be opened over the picture.
        path: Of the architecture whose inside ``graph`` is.
    """
    folded = fold(graph, opened(graph, unfold), marks)
    pages = list(_pages(folded))
    insides = tuple(_panels(graph, folded, path)) if panels else ()
    wide = max(
        [
            *(page.right + RIGHT for page in pages),
            LEAST,
            *(ROOM * one.scene.width for one in insides),
        ]
    )
    legend, legend_height = _legend(folded.boxes, wide)
    high = max([pages[-1].bottom + BOTTOM, *(ROOM * one.scene.height for one in insides)])
    below = [moved(item, 0, high - 30) for item in legend]
    items = (
        Rect(0, 0, wide, high + legend_height, "page", radius=0),
        *_head(graph),
        *(
            item
            for page in pages
            for item in page.items({panel.name: panel.anchor for panel in insides})
        ),
        *below,
    )
    described = "In the order of computation: " + "; ".join(_said(box) for box in folded.boxes)
    return Scene(wide, high + legend_height, titled(graph), described, items, insides)


def _pages(folded: Folded) -> Iterator["_Page"]:
    """One below the other, where the picture would be too wide."""
    top = float(TOP)
    placed = place(folded)
    sized = {box.name: show(box.shape[:-1]) for box in _with_size(folded.boxes)}
    widest = max((width(text, DETAIL_PX) for text in sized.values()), default=0)
    left = max(LEFT, MARGIN + widest + 8)
    for piece in bands(folded, placed):
        here = placed if piece is folded else place(piece)
        page = _Page(piece, here, route(here, piece.edges), top, left, sized)
        yield page
        top = page.bottom


def _with_size(boxes: list[Box]) -> Iterator[Box]:
    """The boxes of images, or of signals or volumes where those are what goes in."""
    rank = max((len(box.shape) for box in boxes), default=0)
    return (box for box in boxes if len(box.shape) == rank > 1)


def anchor(name: str) -> str:
    """The anchor of the panel that shows the inside of an architecture."""
    return "inside-" + "".join(
        letter if letter.isascii() and letter.isalnum() else f"_{ord(letter):x}_" for letter in name
    )


def _panels(graph: Graph, folded: Folded, path: str) -> Iterator[Panel]:
    """The insides of all closed architectures; each has those inside it."""
    for box in folded.boxes:
        if box.kind == "architecture":
            here = f"{path}{box.name}."
            yield Panel(box.name, anchor(here), compose(inside(graph, box), path=here))


def _said(box: Box) -> str:
    outputs = f", output {' and '.join(box.outputs)}" if box.outputs else ""
    shares = f", same weights as {box.shares}" if box.shares else ""
    word = next((f", {SIGNS[box.mark][0]}" for _ in box.mark), "")
    return f"{box.name} ({box.label}) {show(box.shape)}{shares}{outputs}{word}"


def _head(graph: Graph) -> Iterator[Item]:
    total = costs(graph)
    said = f"{total.parameters.total:,} parameters, {total.macs:,} MACs for one image"
    yield Text(24, 34, titled(graph), "title", middle=False)
    yield Text(24, 55, said, "subtitle", middle=False)


@dataclass
class _Page:
    """What has a place, and where that is on the page.

    Args:
        folded: What is drawn on it.
        placed: Where the boxes are.
        routed: Where the lines are.
        top: Where the page begins in the picture.
        left: How far the boxes are from its edge; the sizes of the levels stand there.
        sized: What these are, for the boxes that have one.
    """

    folded: Folded
    placed: Placed
    routed: Routed
    top: float
    left: float
    sized: Mapping[str, str]

    def __post_init__(self) -> None:
        self.heights = Heights(self.placed, self.routed)
        spots = [spot.right for spot in self.placed.spots]
        lines = [x for way in self.routed.ways for x, _ in way.points]
        frames = [outline.right for outline in self.placed.outlines]
        self.right = max([*spots, *lines, *frames], default=0.0) + self.left
        self.bottom = self.heights.bottom + self.top

    def items(self, anchors: Mapping[str, str]) -> Iterator[Item]:
        """Frames under lines under boxes."""
        yield from map(self._frame, self.placed.outlines)
        yield from self._sizes()
        yield from self._lines()
        yield from map(self._frame_name, self.placed.outlines)
        for spot in self.placed.spots:
            yield self._box(spot, anchors.get(spot.box.name, ""))

    def _frame(self, outline: Outline) -> Item:
        top, bottom = self.heights.outline(outline)
        x, wide = outline.x + self.left, outline.right - outline.x
        return Rect(x, top + self.top, wide, bottom - top, "frame", radius=9)

    def _frame_name(self, outline: Outline) -> Item:
        """Over the lines, on a ground of its own: a line may have to pass there."""
        top, _ = self.heights.outline(outline)
        x, y = outline.x + self.left + 8, top + self.top
        long = width(outline.text, DETAIL_PX)
        ground = Rect(x - 2, y + 3, long + 4, 15, "under", radius=2)
        return Group((ground, Text(x, y + 14, outline.text, "detail", middle=False)))

    def _sizes(self) -> Iterator[Item]:
        """The image's size at every resolution."""
        seen: dict[int, tuple[int, str]] = {}
        for spot in self.placed.spots:
            if spot.box.name in self.sized:
                seen.setdefault(spot.box.level, (spot.row, self.sized[spot.box.name]))
        for row, size in seen.values():
            y = self.heights.middle(row) + self.top + 4
            yield Text(MARGIN, y, size, "detail", middle=False)

    def _lines(self) -> Iterator[Item]:
        for way in self.routed.ways:
            points = self.heights.line(way.points)
            at = tuple((x + self.left, y + self.top) for x, y in points)
            yield Line(_short_of(at), "skip" if way.skip else "way")

    def _box(self, spot: Spot, opens: str) -> Group:
        box = spot.box
        top, bottom = (y + self.top for y in self.heights.box(spot))
        x = spot.x + self.left
        items: list[Item] = []
        if box.count > 1:
            items.append(_ground(box, x + 4, top - 4, spot.width, bottom - top))
        items.append(_ground(box, x, top, spot.width, bottom - top))
        items += _words(box, spot, x + spot.width / 2, (top + bottom) / 2)
        if box.mark:
            items += _sign(box.mark, x, top)
        said = f"{tip(box)}; opens" if opens else tip(box)
        return Group(tuple(items), said, opens)


def _short_of(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """The line, ended a little before the box so that its head does not lie on the edge."""
    (a, b), (x, y) = points[-2:]
    step = (x - a) and (1 if x > a else -1), (y - b) and (1 if y > b else -1)
    return (*points[:-1], (x - step[0], y - step[1]))


def _ground(box: Box, x: float, y: float, wide: float, high: float) -> Rect:
    radius = high / 2 if high <= PILL else 7
    return Rect(
        x, y, wide, high, box.kind, radius, strong=bool(box.outputs), dashed=bool(box.shares)
    )


def _words(box: Box, spot: Spot, x: float, y: float) -> Iterator[Text]:
    room = spot.width - 10
    if is_pill(box):
        yield Text(x, y + 4, fit(on_pill(box), room, DETAIL_PX), "detail")
        return
    name, *rest = on_card(box)
    first = y - LINE * len(rest) / 2 + 4
    yield Text(x, first, fit(name, room, NAME_PX, bold=True), "name")
    for index, line in enumerate(rest, start=1):
        yield Text(x, first + 1 + LINE * index, fit(line, room, DETAIL_PX), "detail")


def _sign(mark: str, x: float, y: float) -> Iterator[Item]:
    yield Rect(x - 9, y - 9, 18, 18, SIGNS[mark][0], radius=9)
    yield Text(x, y + 5, "\N{MINUS SIGN}" if mark == "-" else mark, "sign")


def _legend(boxes: Iterable[Box], wide: float) -> tuple[list[Item], float]:
    """What colours and lines mean, as far as they occur; and how much more than a line it takes."""
    x, y = 24.0, 0.0
    items: list[Item] = []
    for sample, text in _meanings(list(boxes)):
        long = 42 + width(text, DETAIL_PX)
        if x + long > wide and x > 24:
            x, y = 24.0, y + 20
        items += [moved(item, x, y) for item in sample]
        items.append(Text(x + 22, y + 10, text, "detail", middle=False))
        x += long
    return items, y


def _meanings(boxes: list[Box]) -> Iterator[tuple[tuple[Item, ...], str]]:
    kinds = {"weights" if box.kind == "block" else box.kind for box in boxes}
    for kind, text in LEGEND:
        if kind in kinds:
            yield (Rect(0, 0, 16, 12, kind, radius=3),), text
    if any(box.outputs for box in boxes):
        yield (Rect(0, 0, 16, 12, "input", radius=3, strong=True),), "thick: an output"
    if any(box.shares for box in boxes):
        yield (Rect(0, 0, 16, 12, "input", radius=3, dashed=True),), "dashed: another's weights"
    for mark, (_, text) in SIGNS.items():
        if any(box.mark == mark for box in boxes):
            yield tuple(_sign(mark, 8, 6)), text[2:]
