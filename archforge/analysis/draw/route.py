"""Lines between boxes: straight where nothing stands between, else along lanes between rows.

Lines go around boxes. Where lines of several boxes run side by side between two rows, each box
has a lane of its own, and all lines that leave one box share its lane.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from archforge.analysis.draw.boxes import Edge, Net
from archforge.analysis.draw.lanes import assigned
from archforge.analysis.draw.room import STEP, Room, between, zones
from archforge.analysis.draw.spots import Placed, Spot
from archforge.analysis.draw.ways import At, Points, Routed, Way


def route(placed: Placed, edges: Sequence[Edge]) -> Routed:
    """Lines for all edges; where they compete for a way, the first has it."""
    router = _Router(placed)
    ways = [router.way(edge) for edge in edges]
    return Routed(ways, {row: assigned(spans) for row, spans in router.spans.items()})


class _Router:
    """What stands where, and which ways are taken."""

    def __init__(self, placed: Placed) -> None:
        self.spots = placed.spots
        self.rows = placed.rows
        self.main = {level: i for i, (level, track) in enumerate(placed.rows) if track == 0}
        self.room = Room(placed)
        self.spans: dict[int, dict[Net, tuple[float, float]]] = defaultdict(dict)
        self.ports: dict[tuple[Net, int], float] = {}

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
        if self.room.free_between(row, source.right, target.x):
            return Way(edge, ((source.right, middle), (target.x, middle)))
        begin = self._leave(edge, row, zone=2 * row, up=True)
        finish = self._arrive(edge, row, zone=2 * row, down=True)
        left, right = begin[-1][0], finish[0][0]
        if self.room.blocking(row, left, right) is not None:
            return Way(edge, self._over(edge, begin, finish, (row, row)), skip=True)
        return Way(edge, (*begin, *self._lane(edge, row, left, right), *finish), skip=True)

    def _straight(self, edge: Edge, start: int, end: int) -> Points | None:
        """Straight up or down, where the boxes stand above each other with nothing between."""
        source, target = self.spots[edge.source], self.spots[edge.target]
        if source.box.tall or target.box.tall:
            return None
        left, right = max(source.x, target.x) + 10, min(source.right, target.right) - 10
        passed, gaps = between(start, end), zones(start, end)
        for x in (target.middle, source.middle, (left + right) / 2, left, right):
            if left <= x <= right and self.room.open_at(x, passed, gaps, edge):
                self.room.take(x, gaps, edge)
                down = end > start
                return ((x, _leaving(edge, down=down)), (x, _arriving(edge, down=down)))
        return None

    def _corner(self, edge: Edge, start: int, end: int) -> Points | None:
        """One corner: first up or down and then to the side, or the other way round."""
        source, target = self.spots[edge.source], self.spots[edge.target]
        passed, gaps = between(start, end), zones(start, end)
        down = end > start
        x = source.middle
        if not source.box.tall and x < target.x - STEP and self.room.along(end, x, target.x, edge):
            inner = [*gaps, 2 * end + 1]
            if self.room.open_at(x, [*passed, end], inner, edge):
                self.room.take(x, inner, edge)
                self.room.take_along(end, x, target.x, edge)
                row = At("middle", end)
                return ((x, _leaving(edge, down=down)), (x, row), (target.x, row))
        x = target.middle
        if (
            not target.box.tall
            and x > source.right
            and self.room.along(start, source.right, x, edge)
        ):
            inner = [2 * start + 1, *gaps]
            if self.room.open_at(x, [*passed, start], inner, edge, joins=True):
                self.room.take(x, inner, edge)
                self.room.take_along(start, source.right, x, edge)
                row = At("middle", start)
                return ((source.right, row), (x, row), (x, _arriving(edge, down=down)))
        return None

    def _step(self, edge: Edge, start: int, end: int) -> Points | None:
        """To the side, up or down, and to the side again."""
        source, target = self.spots[edge.source], self.spots[edge.target]
        passed, gaps = between(start, end), zones(start, end)
        for x in (source.right + STEP, source.right + 2 * STEP - 1, target.x - STEP):
            beside = self.room.along(start, source.right, x, edge) and self.room.along(
                end, x, target.x, edge
            )
            if beside and self.room.open_at(x, passed, gaps, edge):
                self.room.take(x, gaps, edge)
                self.room.take_along(start, source.right, x, edge)
                self.room.take_along(end, x, target.x, edge)
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
        x = self.room.passage(edge, start, end, (right, left))
        parts = ((first, left, x), (last, x, right))
        if any(self.room.blocking(gap, a, b) is not None for gap, a, b in parts):
            return self._over(edge, begin, finish, (first, last))
        self.room.take(x, range(min(first, last) * 2, max(first, last) * 2 + 1), edge)
        lanes = (point for gap, a, b in parts for point in self._lane(edge, gap, a, b))
        return (*begin, *lanes, *finish)

    def _over(self, edge: Edge, begin: Points, finish: Points, gaps: tuple[int, int]) -> Points:
        """Over the tall boxes that stand across the ways from one gap to another."""
        left, right = begin[-1][0], finish[0][0]
        over = min(gaps)
        while (higher := self.room.blocking(over, left, right)) is not None:
            over = higher
        first, last = gaps
        a = self.room.passage(edge, over - 1, first, (left,))
        b = self.room.passage(edge, over - 1, last, (right,))
        for x, gap in ((a, first), (b, last)):
            self.room.take(x, range(2 * over, 2 * gap + 1), edge)
        parts = ((first, left, a), (over, a, b), (last, b, right))
        lanes = (point for gap, c, d in parts for point in self._lane(edge, gap, c, d))
        return (*begin, *lanes, *finish)

    def _lane(self, edge: Edge, gap: int, a: float, b: float) -> Points:
        """From one place to another along the source's lane in a gap."""
        if a == b:
            return ()
        left, right = self.spans[gap].get(edge.net, (a, a))
        self.spans[gap][edge.net] = (min(left, a, b), max(right, a, b))
        lane = At("lane", gap, edge.net)
        return ((a, lane), (b, lane))

    def _leave(self, edge: Edge, row: int, *, zone: int, up: bool) -> Points:
        """From the source to the height of its lane; all its lines leave at one place."""
        source = self.spots[edge.source]
        if source.box.tall:
            x = self._port([source.right + 7, source.right + 13], zone, edge)
            return ((source.right, At("middle", row)), (x, At("middle", row)))
        key = (edge.net, zone)
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
        x = next((x for x in places if self.room.clear(x, zone, edge)), places[0])
        self.room.take(x, [zone], edge)
        return x


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
