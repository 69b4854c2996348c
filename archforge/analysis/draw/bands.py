"""A very long picture is broken like a line of text, where only one box is read beyond the break.

Each piece ends, and the next one begins, with a small box that says where it goes on.
"""

from dataclasses import replace
from itertools import pairwise

from archforge.analysis.draw.boxes import Box, Edge, Folded
from archforge.analysis.draw.spots import Placed

WIDEST = 12_000
"""Pixels: a U-Net of depth 7 with all blocks opened fits, and a PNG of it can still be opened."""


def bands(folded: Folded, placed: Placed) -> list[Folded]:
    """The network in pieces, each of which can be placed on its own.

    Args:
        folded: All boxes.
        placed: Where they stand if nothing is broken.
    """
    cuts, fits = [0], 0
    for place in [*_breaks(folded), len(folded.boxes)]:
        width = placed.spots[place - 1].right - placed.spots[cuts[-1]].x
        if width > WIDEST and fits > cuts[-1]:
            cuts.append(fits)
        fits = place
    if len(cuts) == 1:
        return [folded]
    inside: list[list[Edge]] = [[] for _ in cuts]
    spans = list(pairwise([*cuts, len(folded.boxes)]))
    owner = {place: index for index, span in enumerate(spans) for place in range(*span)}
    for edge in folded.edges:
        inside[owner[edge.target]].append(edge)
    return [_piece(folded, span, edges) for span, edges in zip(spans, inside, strict=True)]


def _breaks(folded: Folded) -> list[int]:
    """Positions before which, of all boxes, only the last is read later; never inside a frame."""
    furthest = [0] * len(folded.boxes)
    for edge in folded.edges:
        furthest[edge.source] = max(furthest[edge.source], edge.target)
    found, reach = [], 0
    for place, (before, box) in enumerate(pairwise(folded.boxes), start=1):
        if reach < place and not before.tall and not {*before.within} & {*box.within}:
            found.append(place)
        reach = max(reach, furthest[place - 1])
    return found


def _piece(folded: Folded, span: tuple[int, int], edges: list[Edge]) -> Folded:
    """The boxes of ``span``, between the one it goes on from and the one that goes on."""
    first, stop = span
    boxes = folded.boxes[first:stop]
    begins = int(first > 0)
    moved = [
        replace(edge, source=edge.source - first + begins, target=edge.target - first + begins)
        for edge in edges
    ]
    if begins:
        boxes = [_reference(folded.boxes[first - 1]), *boxes]
    if stop < len(folded.boxes):
        moved.append(Edge(len(boxes) - 1, len(boxes), boxes[-1].level))
        boxes = [*boxes, _reference(folded.boxes[stop])]
    return Folded(boxes, moved, folded.opened)


def _reference(box: Box) -> Box:
    """A small box that names one in another piece; no node is in it."""
    return replace(
        box,
        label=f"… {box.name} …",
        kind="small",
        parameters=0,
        nodes=(),
        count=1,
        outputs=(),
        within=(),
        shares="",
        highest=box.level,
        mark="",
    )
