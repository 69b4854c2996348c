"""Places: what has a column and a row, before anything has a height on the page."""

from dataclasses import dataclass

from archforge.analysis.draw.boxes import Box
from archforge.analysis.draw.lettering import DETAIL_PX, NAME_PX, on_card, on_pill, width

CARD_KINDS = ("block", "weights", "input", "architecture")
NARROWEST, WIDEST = 146, 270
LINE = 16
CARD = 50
"""Height of a box with a name and one more line."""
PILL = 30

Row = tuple[int, int]
"""A level, and one of its rows: 0 is the main one, those above it are negative."""


@dataclass(frozen=True)
class Spot:
    """A box with its place.

    Args:
        box: What stands there.
        x: Left edge.
        width: In pixels.
        height: In pixels; a tall box has that of its rows.
        row: Position of its row from above; of a tall box the lowest.
        top_row: Position of a tall box's uppermost row, else ``row``.
    """

    box: Box
    x: float
    width: float
    height: float
    row: int
    top_row: int

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True)
class Outline:
    """The frame around an opened block.

    Args:
        name: Of the block or architecture.
        label: Its class.
        x: Left edge.
        right: Right edge.
        rows: Positions of its first and its last row.
        above: Outlines, itself among them, whose names stand one above the other over its row.
        below: Outlines, itself among them, that end one below the other under its last row.
    """

    name: str
    label: str
    x: float
    right: float
    rows: tuple[int, int]
    above: int = 1
    below: int = 1

    @property
    def text(self) -> str:
        """What stands over it."""
        return f"{self.name} · {self.label}"


@dataclass(frozen=True)
class Placed:
    """Everything that has a column and a row.

    Args:
        spots: One for each box.
        rows: Level and row within the level, from above.
        outlines: Of opened frames, outer ones first.
    """

    spots: list[Spot]
    rows: list[Row]
    outlines: list[Outline]


def is_pill(box: Box) -> bool:
    """Whether one word says all that is to be said."""
    return not (box.kind in CARD_KINDS or box.outputs or box.shares)


def size_of(box: Box) -> tuple[float, float]:
    """Width and height of a box."""
    if is_pill(box):
        least = 58 if box.kind == "merge" else 74
        return max(least, round(width(on_pill(box), DETAIL_PX)) + 18), PILL
    first, *rest = on_card(box)
    needed = max(width(first, NAME_PX, bold=True), *(width(line, DETAIL_PX) for line in rest))
    return min(max(NARROWEST, round(needed) + 18), WIDEST), CARD + LINE * (len(rest) - 1)
