"""Lines before the page has heights: their corners are in rows, at boxes and on lanes."""

from dataclasses import dataclass

from archforge.analysis.draw.boxes import Edge, Net


@dataclass(frozen=True)
class At:
    """A height that is not known yet: of a row's middle, a box's edge or a lane.

    Args:
        kind: ``middle`` of a row, ``top`` or ``bottom`` of a box, ``lane`` above a row.
        index: Of the row or box.
        net: Whose lane: the box that is read.
    """

    kind: str
    index: int
    net: Net = (-1, 0)


Points = tuple[tuple[float, At], ...]


@dataclass(frozen=True)
class Way:
    """A line.

    Args:
        edge: What it joins.
        points: Its corners.
        skip: Whether it passes over something in its own level.
    """

    edge: Edge
    points: Points
    skip: bool = False


@dataclass(frozen=True)
class Routed:
    """All lines.

    Args:
        ways: One for each edge.
        lanes: For each row, the place of each box's lane above it; 0 is next to the row.
    """

    ways: list[Way]
    lanes: dict[int, dict[Net, int]]
