"""Where a line can still go: beside boxes, and not along lines of others."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from archforge.analysis.draw.boxes import Edge, Net
from archforge.analysis.draw.lanes import APART
from archforge.analysis.draw.spots import Placed

CLEAR = 6
"""How near a line may pass to a box."""
STEP = 8
FAR = 40
"""How many boxes to each side are tried for a way between them."""


class Room:
    """What stands where, and which ways are taken.

    Args:
        placed: All boxes.
    """

    def __init__(self, placed: Placed) -> None:
        self.boxes: dict[int, list[tuple[float, float]]] = defaultdict(list)
        for spot in placed.spots:
            for row in range(spot.top_row, spot.row + 1):
                self.boxes[row].append((spot.x, spot.right))
        for found in self.boxes.values():
            found.sort()
        self.tall = [spot for spot in placed.spots if spot.top_row < spot.row]
        self.right = max((spot.right for spot in placed.spots), default=0.0)
        self.taken: dict[tuple[int, int], list[tuple[float, Net, int]]] = defaultdict(list)
        self.level: dict[int, list[tuple[float, float, Edge]]] = defaultdict(list)

    def along(self, row: int, left: float, right: float, edge: Edge) -> bool:
        """Whether a line can go through the middle of a row; two may run into the same box."""
        return self.free_between(row, left, right) and all(
            right <= a or b <= left or edge.net == one.net or edge.target == one.target
            for a, b, one in self.level[row]
        )

    def take_along(self, row: int, left: float, right: float, edge: Edge) -> None:
        """Keep the middle of a row, where it is not between two neighbours anyway."""
        self.level[row].append((left, right, edge))

    def blocking(self, gap: int, a: float, b: float) -> int | None:
        """The uppermost row of tall boxes that stand across the gap above a row."""
        left, right = min(a, b), max(a, b)
        rows = [
            spot.top_row
            for spot in self.tall
            if spot.top_row < gap <= spot.row and spot.x < right and left < spot.right
        ]
        return min(rows, default=None)

    def passage(self, edge: Edge, start: int, end: int, wanted: Sequence[float]) -> float:
        """Where a line can pass between the boxes of all rows in between."""
        passed, gaps = between(start, end), zones(start, end)[1:-1]
        for x in wanted:
            if self.open_at(x, passed, gaps, edge):
                return x
        sides = [x for row in passed for x in self._sides(row, wanted[0])]
        for x in sorted(sides, key=lambda x: abs(x - wanted[0])):
            if self.open_at(x, passed, gaps, edge):
                return x
        return self.right + 2 * STEP

    def _sides(self, row: int, x: float) -> Iterator[float]:
        """Places beside the boxes of a row that are near to ``x``."""
        boxes = self.boxes[row]
        near = bisect_left(boxes, (x, x))
        for left, right in boxes[max(near - FAR, 0) : near + FAR]:
            yield from (left - STEP, right + STEP, left - 2 * STEP + 1, right + 2 * STEP - 1)

    def free_between(self, row: int, left: float, right: float) -> bool:
        """Whether no box of the row stands between two places."""
        boxes = self.boxes[row]
        place = bisect_left(boxes, (right - 1, right))
        return left <= right and (place == 0 or boxes[place - 1][1] < left + 1)

    def open_at(
        self,
        x: float,
        rows: Iterable[int],
        zones: Iterable[int],
        edge: Edge,
        *,
        joins: bool = False,
    ) -> bool:
        """Whether a line can go up or down at ``x`` through these rows.

        Args:
            x: Where.
            rows: That it passes.
            zones: Gaps and rows where other lines may be.
            edge: What it joins.
            joins: Whether it may run into another line to the same box.
        """
        return all(self.free_between(row, x - CLEAR, x + CLEAR) for row in rows) and all(
            self.clear(x, zone, edge, joins=joins) for zone in zones
        )

    def clear(self, x: float, zone: int, edge: Edge, *, joins: bool = False) -> bool:
        """Whether no line of another box goes up or down there."""
        cell = int(x // STEP)
        near = (one for each in (cell - 1, cell, cell + 1) for one in self.taken[zone, each])
        return all(
            abs(x - at) >= APART or net == edge.net or (joins and target == edge.target)
            for at, net, target in near
        )

    def take(self, x: float, zones: Iterable[int], edge: Edge) -> None:
        for zone in zones:
            self.taken[zone, int(x // STEP)].append((x, edge.net, edge.target))


def between(start: int, end: int) -> range:
    """The rows between two rows."""
    return range(min(start, end) + 1, max(start, end))


def zones(start: int, end: int) -> range:
    """Between two rows: 2 * row is the gap above a row, 2 * row + 1 the row itself."""
    return range(2 * min(start, end) + 2, 2 * max(start, end) + 1)
