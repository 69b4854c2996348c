"""Heights on the page: rows as high as their boxes, with room between them for all lanes."""

from collections import defaultdict

from archforge.analysis.draw.scene import Point
from archforge.analysis.draw.spots import PILL, Outline, Placed, Spot
from archforge.analysis.draw.ways import At, Points, Routed

LANE = 10
FIRST_LANE = 12
TITLE = 22
"""Height of the name over an opened frame."""
UNDER = 10
"""Between a frame's lower edge and what is inside it."""
BETWEEN_LEVELS, BETWEEN_ROWS, ABOVE_ALL = 40, 18, 12


class Heights:
    """Where each row, box, lane and outline is from above.

    Args:
        placed: Columns and rows.
        routed: Lines and their lanes.
    """

    def __init__(self, placed: Placed, routed: Routed) -> None:
        self._placed = placed
        self._lanes = routed.lanes
        self._counts = {
            row: 1 + max(lanes.values(), default=-1) for row, lanes in routed.lanes.items()
        }
        self._names = _most(placed, 0)
        self._ends = _most(placed, 1)
        self.tops: list[float] = []
        self.bottoms: list[float] = []
        high: dict[int, float] = defaultdict(lambda: float(PILL))
        for spot in placed.spots:
            if not spot.box.tall:
                high[spot.row] = max(high[spot.row], spot.height)
        for row in range(len(placed.rows)):
            below = self.bottoms[-1] if self.bottoms else 0.0
            self.tops.append(below + self._gap(row))
            self.bottoms.append(self.tops[-1] + high[row])

    def _gap(self, row: int) -> float:
        """Between a row and what is above it."""
        rows = self._placed.rows
        if row == 0:
            base = ABOVE_ALL
        else:
            base = BETWEEN_ROWS if rows[row][0] == rows[row - 1][0] else BETWEEN_LEVELS
        return base + self._clear(row) + TITLE * self._names[row] + UNDER * self._ends[row - 1]

    def _clear(self, row: int) -> float:
        """What the lanes above a row take."""
        count = self._counts.get(row, 0)
        return FIRST_LANE + LANE * count if count else 6

    @property
    def bottom(self) -> float:
        """The lower edge of everything."""
        last = len(self._placed.rows)
        return self.bottoms[-1] + UNDER * self._ends[last - 1] + self._clear(last)

    def middle(self, row: int) -> float:
        """Of a row."""
        return (self.tops[row] + self.bottoms[row]) / 2

    def box(self, spot: Spot) -> tuple[float, float]:
        """Upper and lower edge of a box."""
        if spot.box.tall:
            return self.tops[spot.top_row], self.bottoms[spot.row]
        middle = self.middle(spot.row)
        return middle - spot.height / 2, middle + spot.height / 2

    def outline(self, outline: Outline) -> tuple[float, float]:
        """Upper and lower edge of a frame."""
        first, last = outline.rows
        top = self.tops[first] - self._clear(first) - TITLE * outline.above
        return top, self.bottoms[last] + UNDER * outline.below

    def line(self, points: Points) -> tuple[Point, ...]:
        """A line's corners on the page, without those that are none."""
        found = [(x, self._at(at)) for x, at in points]
        return tuple(
            point for index, point in enumerate(found) if index == 0 or point != found[index - 1]
        )

    def _at(self, at: At) -> float:
        if at.kind == "middle":
            return self.middle(at.index)
        if at.kind == "lane":
            lane = self._lanes[at.index][at.net]
            if at.index == len(self.tops):
                return (
                    self.bottoms[-1] + UNDER * self._ends[at.index - 1] + FIRST_LANE + LANE * lane
                )
            return self.tops[at.index] - FIRST_LANE - LANE * lane
        top, bottom = self.box(self._placed.spots[at.index])
        return top if at.kind == "top" else bottom


def _most(placed: Placed, end: int) -> dict[int, int]:
    """How many frames begin at a row, or end there, one inside the other."""
    found: dict[int, int] = defaultdict(int)
    for outline in placed.outlines:
        row = outline.rows[end]
        found[row] = max(found[row], outline.below if end else outline.above)
    return found
