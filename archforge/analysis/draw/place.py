"""Where boxes stand: rows by resolution, left to right in the order of computation."""

from collections import defaultdict
from dataclasses import dataclass

from archforge.analysis.draw.fold import Box, Edge

ROW = 112
GAP = 22
CARD = (146, 50)
PILL = (74, 30)
DOT = (58, 30)
ALIGNED = (106, 30)


@dataclass(frozen=True)
class Placed:
    """A box with its place.

    Args:
        box: What stands there.
        x: Left edge.
        y: Middle of its row.
        width: In pixels.
        height: In pixels.
    """

    box: Box
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height / 2


def place(boxes: list[Box], edges: list[Edge]) -> list[Placed]:
    """Every box at its place; a box never stands left of what it reads."""
    sources: dict[int, list[int]] = defaultdict(list)
    for source, target in edges:
        sources[target].append(source)
    rows = {level: row for row, level in enumerate(sorted({box.level for box in boxes}))}
    ends: dict[int, float] = defaultdict(lambda: -GAP)
    placed: list[Placed] = []
    for index, box in enumerate(boxes):
        width, height = _size(box)
        row = rows[box.level]
        left = ends[row] + GAP
        for source in sources[index]:
            before = placed[source]
            same_row = rows[before.box.level] == row
            below = before.middle - width / 2
            left = max(left, before.right + GAP if same_row else below)
        placed.append(Placed(box, left, row * ROW, width, height))
        ends[row] = left + width
    return placed


def _size(box: Box) -> tuple[int, int]:
    if box.kind in ("block", "weights", "input"):
        return CARD
    if box.kind == "merge":
        return ALIGNED if "+" in box.label else DOT
    return PILL
