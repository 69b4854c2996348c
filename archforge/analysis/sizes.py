"""Which image sizes a network takes: the smallest, and the step from one to the next.

Found by expanding the spec again at other sizes, so formulas and `align:` count; a size is accepted
if the network builds on it with the same weights.
"""

from collections.abc import Callable
from dataclasses import dataclass

from archforge.graph import Graph

Expand = Callable[[tuple[int, int]], Graph | None]
"""The same network on images of another height and width, or ``None``."""

REACH = 512
"""Up to which side the smallest size is looked for."""


@dataclass(frozen=True)
class AcceptedSizes:
    """Sizes of one input that a network takes.

    Args:
        minimum: Smallest height and width.
        step: From one accepted height and width to the next; 0 where no other one is.
    """

    minimum: tuple[int, int]
    step: tuple[int, int]


def accepted_sizes(graph: Graph, expand: Expand) -> AcceptedSizes | None:
    """The sizes that ``graph`` takes; ``None`` without exactly one image as its input.

    Args:
        graph: The network at its own size.
        expand: Expands the same spec at other sizes.
    """
    images = [node.shape for node in graph.inputs.values() if len(node.shape) == 3]
    if len(images) != 1 or len(graph.inputs) != 1:
        return None
    height, width = (side or REACH for side in images[0][:2])
    rows = _along(lambda side: _takes(graph, expand((side, width))), height)
    columns = rows
    if height != width:
        columns = _along(lambda side: _takes(graph, expand((height, side))), width)
    return AcceptedSizes((rows[0], columns[0]), (rows[1], columns[1]))


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
