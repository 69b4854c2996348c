"""A graph's nodes folded into boxes: a block is one box, equal copies in a row are one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import log2

from archforge.graph import Graph, Node, Shape

KINDS: dict[str, tuple[str, ...]] = {
    "input": ("Input",),
    "pool": ("MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D", "GlobalMaxPooling2D"),
    "up": ("Conv2DTranspose", "UpSampling2D", "Resizing", "ResizeLike", "MaxUnpool2D"),
    "merge": ("Concatenate", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"),
    "weights": ("Conv2D", "SeparableConv2D", "DepthwiseConv2D", "Dense"),
}
"""Layers by how they are drawn; all others are ``small``."""


ALIGNING = {"CropLike": "crop", "PadLike": "pad", "ResizeLike": "resize"}
"""Layers that `align:` puts before a merge, and what a picture calls them."""


@dataclass(frozen=True)
class Box:
    """What is drawn as one.

    Args:
        name: Of the block, or of the layer.
        label: The block's or the layer's class.
        kind: A key of ``KINDS``, or ``block`` or ``small``.
        shape: Of its output.
        parameters: Of everything inside.
        level: How often the image was halved, less how often doubled.
        nodes: What is inside.
        count: Copies in a row.
        output: The name under which the network gives it back, if it does.
    """

    name: str
    label: str
    kind: str
    shape: Shape
    parameters: int
    level: int
    nodes: tuple[str, ...]
    count: int = 1
    output: str = ""


Edge = tuple[int, int]
"""Positions of two boxes: from, to."""


def fold(graph: Graph) -> tuple[list[Box], list[Edge]]:
    """The boxes of a graph in the order of its nodes, and what leads where."""
    levels = _levels(graph)
    boxes = _counted(graph, [_box(graph, group, levels) for group in _groups(graph)])
    owner = {name: index for index, box in enumerate(boxes) for name in box.nodes}
    edges = {
        (owner[source], owner[node.name]): None
        for node in graph
        for source in node.inputs
        if owner[source] != owner[node.name]
    }
    return boxes, list(edges)


def _groups(graph: Graph) -> Iterable[list[Node]]:
    """Nodes of one outermost block together, a merge with its `align:`; every other node alone."""
    groups: dict[str, list[Node]] = {}
    for node in graph:
        block = next((frame.name for frame in node.within if frame.kind == "block"), None)
        key = f"block {block}" if block else f"node {_merge_of(graph, node)}"
        groups.setdefault(key, []).append(node)
    return groups.values()


def _merge_of(graph: Graph, node: Node) -> str:
    """The merge whose `align:` made this node, or the node itself."""
    merge = node.name.rpartition(".")[0]
    return merge if node.kind in ALIGNING and merge in graph.nodes else node.name


def _box(graph: Graph, group: list[Node], levels: dict[str, int]) -> Box:
    first, last = group[0], group[-1]
    frame = next((frame for frame in first.within if frame.kind == "block"), None)
    parameters = sum(node.parameters.total for node in group)
    names = tuple(node.name for node in group)
    outputs = [name for name, node in graph.outputs.items() if node in names]
    return Box(
        frame.name if frame else last.name,
        frame.label if frame else _label(group),
        "block" if frame else _kind(last),
        last.shape,
        parameters,
        levels[last.name],
        names,
        output=outputs[0] if outputs else "",
    )


def _label(group: list[Node]) -> str:
    aligned = {ALIGNING[node.kind]: None for node in group[:-1]}
    return " + ".join([*aligned, group[-1].kind])


def _kind(node: Node) -> str:
    return next((kind for kind, layers in KINDS.items() if node.kind in layers), "small")


def _levels(graph: Graph) -> dict[str, int]:
    """Halvings before each node; a valid convolution's loss of some pixels is none."""
    levels: dict[str, int] = {}
    for node in graph:
        before = [graph.nodes[name] for name in node.inputs]
        level = max((levels[name] for name in node.inputs), default=0)
        if before and len(before) == 1:
            level += _halvings(before[0].shape, node.shape)
        levels[node.name] = level
    return levels


def _halvings(before: Shape, after: Shape) -> int:
    if len(before) < 3 or len(after) < 3 or not before[0] or not after[0]:
        return 0
    ratio = before[0] / after[0]
    # Global pooling ends the image: it goes one row down, not seven.
    return max(min(round(log2(ratio)), 2), -2) if not 0.6 < ratio < 1.7 else 0


def _counted(graph: Graph, boxes: list[Box]) -> list[Box]:
    """Copies that follow each other, alike but for their name, as one box."""
    folded: list[Box] = []
    for box in boxes:
        before = folded[-1] if folded else None
        if before is not None and _copies(graph, before, box):
            folded[-1] = replace(
                before,
                name=_stem(before),
                parameters=before.parameters + box.parameters,
                nodes=before.nodes + box.nodes,
                count=before.count + 1,
                output=box.output,
            )
        else:
            folded.append(box)
    return folded


def _copies(graph: Graph, before: Box, box: Box) -> bool:
    alike = (before.label, before.shape, before.kind) == (box.label, box.shape, box.kind)
    chained = before.nodes[-1] in graph.nodes[box.nodes[0]].inputs
    same_step = _stem(before) == _family(box.name) or before.kind == "small"
    return alike and chained and same_step and before.kind in ("block", "weights", "small")


def _stem(box: Box) -> str:
    """What copies of this box are called together."""
    return box.name if box.count > 1 else _family(box.name)


def _family(name: str) -> str:
    head, at, index = name.rpartition("@")
    return head if at and index.isdigit() else name
