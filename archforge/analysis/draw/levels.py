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
    alike = [name for name in node.inputs if graph.nodes[name].shape[:2] == node.shape[:2]]
    if alike:
        return max(found[name] for name in alike)
    deepest = max(node.inputs, key=lambda name: found[name])
    return found[deepest] + _halvings(graph.nodes[deepest].shape, node.shape)


def _halvings(before: Shape, after: Shape) -> int:
    if len(before) < 3 or len(after) < 3 or not before[0] or not after[0]:
        return 0
    ratio = before[0] / after[0]
    # Global pooling ends the image: it goes one row down, not seven.
    return max(min(round(log2(ratio)), 2), -2) if not 0.6 < ratio < 1.7 else 0
