"""Which image sizes a network takes: the smallest, and the step from one to the next.

Found by expanding the spec again at other sizes, so formulas and `align:` count; a size is accepted
if the network builds on it with the same weights.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from archforge.analysis.receptive import alike, halo
from archforge.graph import PLACES, Graph

Size = tuple[int, ...]
"""Height and width of an image, length of a signal, planes, height and width of a volume."""

Sizes = Mapping[str, Size]
"""Sizes for some of a network's images."""

Expand = Callable[[Sizes], Graph | None]
"""The same network on images of another size, or ``None``."""

REACH = 512
"""Up to which side the smallest size is looked for."""

LARGEST = 4_096
"""Up to which side an image is made larger to see the whole of a receptive field."""


@dataclass(frozen=True)
class AcceptedSizes:
    """Sizes of one input that a network takes.

    Args:
        minimum: Smallest height and width of an image, or as many sizes as its kind has.
        step: From one accepted height and width to the next; 0 where no other one is.
        halo: Rows above and below, and columns left and right, by which a tile of a large image
            must be larger than what is kept of its output, for that to be the output of the whole
            image; tiles begin on the grid of the network's strides. ``None`` where every position
            reads everything.
    """

    minimum: Size
    step: Size
    halo: Size | None = None


def accepted_sizes(graph: Graph, expand: Expand) -> dict[str, AcceptedSizes]:
    """The sizes that ``graph`` takes, by the name of the image.

    Images of one size change together, those of other sizes stay as they are.

    Args:
        graph: The network at its own size.
        expand: Expands the same spec at other sizes.
    """
    groups: dict[Size, list[str]] = {}
    for name, node in graph.inputs.items():
        if len(node.shape) in PLACES:
            size = tuple(side or REACH for side in node.shape[:-1])
            groups.setdefault(size, []).append(name)
    return {
        name: found
        for size, names in groups.items()
        for found in [_accepted(graph, expand, size, names)]
        for name in names
    }


def _accepted(graph: Graph, expand: Expand, size: Size, names: list[str]) -> AcceptedSizes:
    def at(size: Size) -> Graph | None:
        return expand(dict.fromkeys(names, size))

    def along(axis: int) -> tuple[int, int]:
        def takes(side: int) -> bool:
            return _takes(graph, at((*size[:axis], side, *size[axis + 1 :])))

        return _along(takes, size[axis])

    first = along(0)
    others = (
        first if all(alike(node, axis) for node in graph) else along(axis)
        for axis in range(1, len(size))
    )
    minimum, step = zip(first, *others, strict=True)
    found = AcceptedSizes(minimum, step)
    return replace(found, halo=_halo(graph, at, size, found))


def _halo(
    graph: Graph, at: Callable[[Size], Graph | None], size: Size, accepted: AcceptedSizes
) -> Size | None:
    """What tiles must overlap by, seen on an image that is large enough."""
    grown: Graph | None = graph
    while grown is not None:
        found = halo(grown)
        if found is not None:
            return found
        if not all(accepted.step) or max(size) >= LARGEST:
            return None
        # The next accepted size that is at least twice as large.
        size = tuple(map(_next, size, accepted.step))
        grown = at(size)
    return None


def _next(side: int, step: int) -> int:
    step = step if step > 1 else 64  # where every size is taken, a round one
    return side + -(-side // step) * step


def _takes(graph: Graph, other: Graph | None) -> bool:
    if other is None:
        return False
    return [node.parameters for node in graph if node.parameters.total] == [
        node.parameters for node in other if node.parameters.total
    ]


def _along(takes: Callable[[int], bool], own: int) -> tuple[int, int]:
    """Smallest side and step: the accepted sides next to ``own``, then down as far as they go."""
    above = next((side for side in range(own + 1, own + _far(own)) if takes(side)), None)
    if above is None:
        return own, 0
    step = above - own
    smallest = own - step * _most(lambda k: takes(own - step * k), (own - 1) // step)
    if step == 1 and not takes(own + 1_000):
        return own, 0  # only rounding lets a few sizes through, as before Flatten and Dense
    return smallest, step


def _most(holds: Callable[[int], bool], most: int) -> int:
    """The largest number up to ``most`` for which ``holds``, which is true from 0 to there."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def _far(own: int) -> int:
    return min(own, REACH) + 1
