"""Lanes between two rows: for each box whose lines run there, one of its own."""

from bisect import bisect_left, insort

from archforge.analysis.draw.boxes import Net

APART = 5
"""How near two lines may run to each other."""


def assigned(spans: dict[Net, tuple[float, float]]) -> dict[Net, int]:
    """A lane for every net; short ones next to the row, so that long ones go around them."""
    lanes: list[list[tuple[float, float]]] = []
    found: dict[Net, int] = {}
    for net, (left, right) in sorted(spans.items(), key=lambda one: (one[1][1] - one[1][0], one)):
        around = (left - 2 * APART, right + 2 * APART)
        number = next((i for i, lane in enumerate(lanes) if _fits(lane, around)), len(lanes))
        if number == len(lanes):
            lanes.append([])
        insort(lanes[number], (left, right))
        found[net] = number
    return found


def _fits(lane: list[tuple[float, float]], span: tuple[float, float]) -> bool:
    """Whether nothing in the lane is where ``span`` is."""
    place = bisect_left(lane, span)
    before = place == 0 or lane[place - 1][1] <= span[0]
    return before and (place == len(lane) or lane[place][0] >= span[1])
