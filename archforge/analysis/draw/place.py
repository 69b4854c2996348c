"""Where boxes stand: a row for each resolution, left to right in the order of computation.

A level has as many rows as it has branches side by side. An opened frame keeps a stretch of its
levels to itself, so that its outline goes around nothing else; a tall box does the same.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from archforge.analysis.draw.boxes import Box, Edge, Folded
from archforge.analysis.draw.lettering import DETAIL_PX, width
from archforge.analysis.draw.spots import Outline, Placed, Row, Spot, size_of

GAP = 22
PAD = 14
"""Between an outline and what is inside it."""
BESIDE, LATER = 60, 400
"""How many pixels to the right are worth a row of its own: to a branch, to anything else."""


def place(folded: Folded) -> Placed:
    """Every box at its place; a box never stands left of what it reads in its own level."""
    return _Placing(folded).placed()


@dataclass
class _Run:
    """An opened frame while its boxes are placed."""

    name: str
    levels: range
    x: float
    right: float = 0.0
    boxes: list[int] = field(default_factory=list)
    inner: list["_Run"] = field(default_factory=list)


class _Placing:
    """One placing, from the left to the right."""

    def __init__(self, folded: Folded) -> None:
        self.folded = folded
        self.size = [size_of(box) for box in folded.boxes]
        self.sources: dict[int, list[Edge]] = defaultdict(list)
        for edge in folded.edges:
            self.sources[edge.target].append(edge)
        self.aside = _aside(folded)
        self.x: list[float] = []
        self.row: list[Row] = []
        self.ends: dict[Row, float] = defaultdict(lambda: -GAP)
        self.floors: dict[int, float] = defaultdict(lambda: -GAP)
        self.furthest: dict[int, float] = defaultdict(lambda: -GAP)
        self.tracks: dict[int, set[int]] = defaultdict(set)
        self.open: list[_Run] = []
        self.runs: list[_Run] = []

    def placed(self) -> Placed:
        """Place all boxes, then number the rows that came out."""
        spans = _spans(self.folded.boxes)
        for index, box in enumerate(self.folded.boxes):
            self._change_frames(box.within, spans)
            self._put(index, box)
            for run in self.open:
                run.boxes.append(index)
        self._change_frames((), spans)
        boxes = self.folded.boxes
        left = {(edge.level, 0) for edge in self.folded.edges if boxes[edge.source].tall}
        rows = sorted({*self.row, *left})
        position = {row: index for index, row in enumerate(rows)}
        return Placed(list(self._spots(position)), rows, list(self._outlines(position)))

    def _change_frames(self, within: Sequence[str], spans: Mapping[str, range]) -> None:
        """Close the frames that ended, inner ones first, and open those that begin."""
        known = [run.name for run in self.open]
        same = 0
        while same < min(len(known), len(within)) and known[same] == within[same]:
            same += 1
        while len(self.open) > same:
            self._close(self.open.pop())
        for name in within[same:]:
            self._open(name, spans[name])

    def _open(self, name: str, levels: range) -> None:
        run = _Run(name, levels, max(self.furthest[level] for level in levels) + GAP)
        for level in levels:
            self.floors[level] = self.furthest[level] = run.x + PAD - GAP
        if self.open:
            self.open[-1].inner.append(run)
        self.open.append(run)
        self.runs.append(run)

    def _close(self, run: _Run) -> None:
        lefts = [self.x[index] for index in run.boxes] + [one.x for one in run.inner]
        rights = [self.x[index] + self.size[index][0] for index in run.boxes]
        run.x = min(lefts) - PAD
        label = width(self._outline(run, (0, 0)).text, DETAIL_PX)
        run.right = max([*rights, *(one.right for one in run.inner), run.x + label]) + PAD
        for level in run.levels:
            self.floors[level] = self.furthest[level] = run.right

    def _put(self, index: int, box: Box) -> None:
        wide, need = self.size[index][0], self._need(index, box)
        levels = range(box.highest, box.level + 1) if box.tall else (box.level,)
        row, x = self._row(index, box, need)
        if box.tall:
            x = max([need, *(self.furthest[level] + GAP for level in levels)])
            self.floors.update(dict.fromkeys(levels, x + wide))
        self.x.append(x)
        self.row.append(row)
        self.tracks[row[0]].add(row[1])
        self.ends[row] = x + wide
        for level in levels:
            self.furthest[level] = max(self.furthest[level], x + wide)

    def _need(self, index: int, box: Box) -> float:
        """Right of what it reads in its own level, under or over the middle of all else."""
        need = self.floors[box.level] + GAP
        for edge in self.sources[index]:
            if edge.source >= index:
                continue
            before, wide = self.folded.boxes[edge.source], self.size[edge.source][0]
            left = self.x[edge.source]
            beside = edge.level == box.level or before.tall or box.tall
            under = left + (wide - self.size[index][0]) / 2
            need = max(need, left + wide + GAP if beside else under)
        return max(need, 0.0)

    def _row(self, index: int, box: Box, need: float) -> tuple[Row, float]:
        """The row in which it stands furthest to the left; leaving its own row has a price."""
        if box.tall:
            return (box.level, 0), need
        own, price = self._own_row(index, box)
        side = -1 if index in self.aside else 1
        known = {track for track in self.tracks[box.level] if track * side > 0}
        known |= {0} if side > 0 else {-1}
        known.add(side * (max(abs(track) for track in known) + 1))

        def x(track: int) -> float:
            return max(need, self.ends[box.level, track] + GAP)

        def cost(track: int) -> tuple[float, int]:
            return (x(track) + (price if track != own else 0), abs(track))

        track = min(known, key=cost)
        return (box.level, track), x(track)

    def _own_row(self, index: int, box: Box) -> tuple[int, float]:
        """The row of what it reads first in its level, and what leaving it costs."""
        for edge in self.sources[index]:
            row = self.row[edge.source] if edge.source < index else None
            if row is not None and row[0] == box.level:
                return (row[1], BESIDE)
        return 0, LATER if self.sources[index] else 1

    def _spots(self, position: Mapping[Row, int]) -> Iterator[Spot]:
        first = {
            level: min(index for row, index in position.items() if row[0] >= level)
            for level in {box.highest for box in self.folded.boxes if box.tall}
        }
        for index, box in enumerate(self.folded.boxes):
            row = position[self.row[index]]
            top = first[box.highest] if box.tall else row
            yield Spot(box, self.x[index], *self.size[index], row, top)

    def _outlines(self, position: Mapping[Row, int]) -> Iterator[Outline]:
        found: dict[int, Outline] = {}
        for run in reversed(self.runs):  # inner ones were opened later
            at = [position[self.row[index]] for index in run.boxes]
            rows = (min(at), max(at))
            inner = [found[id(one)] for one in run.inner]
            found[id(run)] = replace(
                self._outline(run, rows),
                above=1 + max((one.above for one in inner if one.rows[0] == rows[0]), default=0),
                below=1 + max((one.below for one in inner if one.rows[1] == rows[1]), default=0),
            )
        yield from reversed(found.values())

    def _outline(self, run: _Run, rows: tuple[int, int]) -> Outline:
        return Outline(run.name, self.folded.opened[run.name], run.x, run.right, rows)


def _spans(boxes: list[Box]) -> dict[str, range]:
    """From which level to which each opened frame goes."""
    found: dict[str, range] = {}
    for box in boxes:
        for name in box.within:
            known = found.get(name, range(box.highest, box.level + 1))
            low, stop = min(known.start, box.highest), max(known.stop, box.level + 1)
            found[name] = range(low, stop)
    return found


def _aside(folded: Folded) -> frozenset[int]:
    """Boxes that lead to an output beside the main way: an auxiliary head, deep supervision."""
    readers: dict[int, list[int]] = defaultdict(list)
    for edge in folded.edges:
        readers[edge.source].append(edge.target)
    aside: set[int] = set()
    for index in range(len(folded.boxes) - 2, -1, -1):
        box = folded.boxes[index]
        if box.kind != "input" and aside.issuperset(readers[index]):
            aside.add(index)
    return frozenset(aside)
