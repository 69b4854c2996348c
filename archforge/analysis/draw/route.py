"""Lines between boxes: straight where nothing stands between, else along lanes between rows.

No line crosses a box. Where lines of several boxes run side by side between two rows, each box
has a lane of its own, and all lines that leave one box share its lane.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from archforge.analysis.draw.boxes import Edge
from archforge.analysis.draw.lanes import APART, assigned
from archforge.analysis.draw.spots import Placed, Spot
from archforge.analysis.draw.ways import At, Points, Routed, Way

CLEAR = 6
"""How near a line may pass to a box."""
STEP = 8
FAR = 40
"""How many boxes to each side are tried for a way between them."""


def route(placed: Placed, edges: Sequence[Edge]) -> Routed:
    """Lines for all edges, shorter ones first where they compete for a way."""
    router = _Router(placed)
    ways = [router.way(edge) for edge in edges]
    return Routed(ways, {row: assigned(spans) for row, spans in router.spans.items()})


class _Router:
    """What stands where, and which ways are taken."""

    def __init__(self, placed: Placed) -> None:
        self.spots = placed.spots
        self.rows = placed.rows
        self.main = {level: i for i, (level, track) in enumerate(placed.rows) if track == 0}
        self.boxes: dict[int, list[tuple[float, float]]] = defaultdict(list)
        for spot in placed.spots:
            for row in range(spot.top_row, spot.row + 1):
                self.boxes[row].append((spot.x, spot.right))
        for found in self.boxes.values():
            found.sort()
        self.right = max((spot.right for spot in placed.spots), default=0.0)
        self.spans: dict[int, dict[int, tuple[float, float]]] = defaultdict(dict)
        self.taken: dict[tuple[int, int], list[tuple[float, int, int]]] = defaultdict(list)
        self.ports: dict[tuple[int, int], float] = {}

    def way(self, edge: Edge) -> Way:
        """The line for one edge."""
        start, end = self._rows(edge)
        if start == end:
            return self._along(edge, start)
        for shape in (self._straight, self._corner, self._step):
            points = shape(edge, start, end)
            if points:
                return Way(edge, points)
        return Way(edge, self._around(edge, start, end))

    def _rows(self, edge: Edge) -> tuple[int, int]:
        """The row in which a line leaves, and that in which it arrives."""
        source, target = self.spots[edge.source], self.spots[edge.target]
        start = self.main[edge.level] if source.box.tall else source.row
        if not target.box.tall:
            return start, target.row
        return start, min(max(start, target.top_row), target.row)

    def _along(self, edge: Edge, row: int) -> Way:
        """In one row: straight to a neighbour, else over what stands between."""
        source, target = self.spots[edge.source], self.spots[edge.target]
        middle = At("middle", row)
        if self._free_between(row, source.right, target.x):
            return Way(edge, ((source.right, middle), (target.x, middle)))
        lane = At("lane", row, edge.source)
        begin = self._leave(edge, row, zone=2 * row, up=True)
        finish = self._arrive(edge, row, zone=2 * row, down=True)
        left, right = begin[-1][0], finish[0][0]
        self._use_lane(row, edge.source, left, right)
        return Way(edge, (*begin, (left, lane), (right, lane), *finish), skip=True)

    def _straight(self, edge: Edge, start: int, end: int) -> Points | None:
        """Straight up or down, where the boxes stand above each other with nothing between."""
        source, target = self.spots[edge.source], self.spots[edge.target]
        if source.box.tall or target.box.tall:
            return None
        left, right = max(source.x, target.x) + 10, min(source.right, target.right) - 10
        between, zones = _between(start, end), _zones(start, end)
        for x in (target.middle, source.middle, (left + right) / 2, left, right):
            if left <= x <= right and self._open_at(x, between, zones, edge):
                self._take(x, zones, edge)
                down = end > start
                return ((x, _leaving(edge, down=down)), (x, _arriving(edge, down=down)))
        return None

    def _corner(self, edge: Edge, start: int, end: int) -> Points | None:
        """One corner: first up or down and then to the side, or the other way round."""
        source, target = self.spots[edge.source], self.spots[edge.target]
        between, zones = _between(start, end), _zones(start, end)
        down = end > start
        x = source.middle
        if not source.box.tall and x < target.x - STEP and self._free_between(end, x, target.x):
            inner = [*zones, 2 * end + 1]
            if self._open_at(x, [*between, end], inner, edge):
                self._take(x, inner, edge)
                row = At("middle", end)
                return ((x, _leaving(edge, down=down)), (x, row), (target.x, row))
        x = target.middle
        if not target.box.tall and x > source.right and self._free_between(start, source.right, x):
            inner = [2 * start + 1, *zones]
            if self._open_at(x, [*between, start], inner, edge, joins=True):
                self._take(x, inner, edge)
                row = At("middle", start)
                return ((source.right, row), (x, row), (x, _arriving(edge, down=down)))
        return None

    def _step(self, edge: Edge, start: int, end: int) -> Points | None:
        """To the side, up or down, and to the side again."""
        source, target = self.spots[edge.source], self.spots[edge.target]
        between, zones = _between(start, end), _zones(start, end)
        for x in (source.right + STEP, source.right + 2 * STEP - 1, target.x - STEP):
            beside = self._free_between(start, source.right, x) and self._free_between(
                end, x, target.x
            )
            if beside and self._open_at(x, between, zones, edge):
                self._take(x, zones, edge)
                first, last = At("middle", start), At("middle", end)
                return ((source.right, first), (x, first), (x, last), (target.x, last))
        return None

    def _around(self, edge: Edge, start: int, end: int) -> Points:
        """Along a lane next to the source, a free way up or down, and a lane next to the target."""
        down = end > start
        first, last = (start + 1, end) if down else (start, end + 1)
        begin = self._leave(edge, start, zone=2 * first, up=not down)
        finish = self._arrive(edge, end, zone=2 * last, down=down)
        left, right = begin[-1][0], finish[0][0]
        x = self._passage(edge, start, end, (right, left))
        self._take(x, range(min(first, last) * 2, max(first, last) * 2 + 1), edge)
        points = [*begin]
        for row, a, b in ((first, left, x), (last, x, right)):
            if a != b:
                self._use_lane(row, edge.source, a, b)
                lane = At("lane", row, edge.source)
                points += [(a, lane), (b, lane)]
        return (*points, *finish)

    def _passage(self, edge: Edge, start: int, end: int, wanted: Sequence[float]) -> float:
        """Where a line can pass between the boxes of all rows in between."""
        between = _between(start, end)
        zones = _zones(start, end)[1:-1]
        for x in wanted:
            if self._open_at(x, between, zones, edge):
                return x
        sides = [x for row in between for x in self._sides(row, wanted[0])]
        for x in sorted(sides, key=lambda x: abs(x - wanted[0])):
            if self._open_at(x, between, zones, edge):
                return x
        return self.right + 2 * STEP

    def _sides(self, row: int, x: float) -> Iterator[float]:
        """Places beside the boxes of a row that are near to ``x``."""
        boxes = self.boxes[row]
        near = bisect_left(boxes, (x, x))
        for left, right in boxes[max(near - FAR, 0) : near + FAR]:
            yield from (left - STEP, right + STEP, left - 2 * STEP + 1, right + 2 * STEP - 1)

    def _leave(self, edge: Edge, row: int, *, zone: int, up: bool) -> Points:
        """From the source to the height of its lane; all its lines leave at one place."""
        source = self.spots[edge.source]
        if source.box.tall:
            x = self._port([source.right + 7, source.right + 13], zone, edge)
            return ((source.right, At("middle", row)), (x, At("middle", row)))
        key = (edge.source, zone)
        if key not in self.ports:
            self.ports[key] = self._port(_inside(source, source.right - 14), zone, edge)
        x = self.ports[key]
        return ((x, _leaving(edge, down=not up)),)

    def _arrive(self, edge: Edge, row: int, *, zone: int, down: bool) -> Points:
        """From the height of the last lane into the target."""
        target = self.spots[edge.target]
        if target.box.tall:
            x = self._port([target.x - 8, target.x - 14], zone, edge)
            return ((x, At("middle", row)), (target.x, At("middle", row)))
        x = self._port(_inside(target, target.middle), zone, edge)
        return ((x, _arriving(edge, down=down)),)

    def _port(self, wanted: Iterable[float], zone: int, edge: Edge) -> float:
        """The first of the places that no other line takes, else the first."""
        places = list(wanted)
        x = next((x for x in places if self._clear(x, zone, edge)), places[0])
        self._take(x, [zone], edge)
        return x

    def _use_lane(self, row: int, net: int, a: float, b: float) -> None:
        left, right = self.spans[row].get(net, (a, a))
        self.spans[row][net] = (min(left, a, b), max(right, a, b))

    def _free_between(self, row: int, left: float, right: float) -> bool:
        """Whether no box of the row stands between two places."""
        boxes = self.boxes[row]
        place = bisect_left(boxes, (right - 1, right))
        return left <= right and (place == 0 or boxes[place - 1][1] < left + 1)

    def _open_at(
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
        return all(self._free_between(row, x - CLEAR, x + CLEAR) for row in rows) and all(
            self._clear(x, zone, edge, joins=joins) for zone in zones
        )

    def _clear(self, x: float, zone: int, edge: Edge, *, joins: bool = False) -> bool:
        """Whether no line of another box goes up or down there."""
        cell = int(x // STEP)
        near = (one for each in (cell - 1, cell, cell + 1) for one in self.taken[zone, each])
        return all(
            abs(x - at) >= APART or net == edge.source or (joins and target == edge.target)
            for at, net, target in near
        )

    def _take(self, x: float, zones: Iterable[int], edge: Edge) -> None:
        for zone in zones:
            self.taken[zone, int(x // STEP)].append((x, edge.source, edge.target))


def _between(start: int, end: int) -> range:
    """The rows between two rows."""
    return range(min(start, end) + 1, max(start, end))


def _zones(start: int, end: int) -> range:
    """Between two rows: 2 * row is the gap above a row, 2 * row + 1 the row itself."""
    return range(2 * min(start, end) + 2, 2 * max(start, end) + 1)


def _leaving(edge: Edge, *, down: bool) -> At:
    return At("bottom" if down else "top", edge.source)


def _arriving(edge: Edge, *, down: bool) -> At:
    return At("top" if down else "bottom", edge.target)


def _inside(spot: Spot, wanted: float) -> list[float]:
    """Places on a box's upper or lower edge, the nearest to ``wanted`` first."""
    steps = range(-int(spot.width // STEP), int(spot.width // STEP) + 1)
    places = [wanted + STEP * step for step in steps]
    inside = [x for x in places if spot.x + 8 <= x <= spot.right - 8] or [spot.middle]
    return sorted(inside, key=lambda x: abs(x - wanted))
