"""On which level of resolution each node stands: 0 for the image, one more for each halving."""

from math import log2

from archforge.graph import Graph, Node, Shape


def levels(graph: Graph) -> dict[str, int]:
    """Halvings before each node; a valid convolution's loss of some pixels is none."""
    found: dict[str, int] = {}
    for node in graph:
        found[node.name] = _level(graph, node, found)
    return found


def _level(graph: Graph, node: Node, found: dict[str, int]) -> int:
    if not node.inputs:
        return 0
    alike = [name for name in node.inputs if _size(graph.nodes[name].shape) == _size(node.shape)]
    if alike:
        return max(found[name] for name in alike)
    deepest = max(node.inputs, key=lambda name: found[name])
    return found[deepest] + _halvings(graph.nodes[deepest].shape, node.shape)


def _size(shape: Shape) -> Shape:
    return shape[:-1] or shape


def _halvings(before: Shape, after: Shape) -> int:
    if len(before) != len(after) or len(before) == 1:
        return 0
    pairs = zip(before[:-1], after[:-1], strict=True)
    # What halves some axes alone is as far down as one that halves all.
    ratios = [one / two for one, two in pairs if one and two]
    ratio = max(ratios, key=lambda ratio: abs(log2(ratio)), default=1.0)
    # Global pooling ends the image: it goes one row down, not seven.
    return max(min(round(log2(ratio)), 2), -2) if not 0.6 < ratio < 1.7 else 0
