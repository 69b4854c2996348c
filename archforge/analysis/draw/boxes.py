"""What a picture is made of: boxes, what leads from one to another, and opened frames."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from archforge.graph import Graph, Node, Shape

KINDS: dict[str, tuple[str, ...]] = {
    "input": ("Input",),
    "pool": ("MaxPooling", "AveragePooling", "GlobalAveragePooling", "GlobalMaxPooling"),
    "up": ("ConvTranspose", "UpSampling", "Resizing", "ResizeLike", "MaxUnpool"),
    "merge": ("Concatenate", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"),
    "weights": ("Conv", "SeparableConv", "DepthwiseConv", "Dense"),
}
"""Layers by how they are drawn, as ``without_rank`` has them; all others are ``small``."""

RANK = re.compile(r"(?<=\w)[123]D(?=Transpose$|$)")
ALIGNING = {"CropLike": "crop", "PadLike": "pad", "ResizeLike": "resize"}
"""Layers that `align:` puts before a merge, and what a picture calls them."""


@dataclass(frozen=True)
class Box:
    """What is drawn as one.

    Args:
        name: Of the block or included architecture, or of the layer.
        label: The block's, architecture's or layer's class.
        kind: A key of ``KINDS``, or ``block``, ``architecture`` or ``small``.
        shape: Of its output.
        parameters: Of everything inside.
        level: How often the image was halved, less how often doubled.
        nodes: What is inside.
        count: Copies in a row.
        outputs: The names under which the network gives back what is inside.
        within: Opened frames around it, outermost first.
        shares: The box whose weights it uses, if it has none of its own.
        highest: The lowest level number at which something inside is read.
        mark: ``+``, ``-`` or ``~`` where two networks are compared.
    """

    name: str
    label: str
    kind: str
    shape: Shape
    parameters: int
    level: int
    nodes: tuple[str, ...]
    count: int = 1
    outputs: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    shares: str = ""
    highest: int = 0
    mark: str = ""

    @property
    def title(self) -> str:
        """Its name as it reads inside its frame."""
        frame = f"{self.within[-1]}." if self.within else ""
        return self.name.removeprefix(frame)

    @property
    def tall(self) -> bool:
        """Whether it stands across several levels, because several are read."""
        return self.highest < self.level


Net = tuple[int, int]
"""A box and the level at which it is read."""


@dataclass(frozen=True)
class Edge:
    """What leads from one box to another.

    Args:
        source: Position of the box that is read.
        target: Position of the box that reads.
        level: Of the node that is read: where the line leaves a tall box.
    """

    source: int
    target: int
    level: int

    @property
    def net(self) -> Net:
        """What shares a line: everything that reads one box at one level."""
        return (self.source, self.level)


@dataclass(frozen=True)
class Folded:
    """A graph as boxes.

    Args:
        boxes: In the order of the graph's nodes.
        edges: What leads where.
        opened: Labels of the opened frames, by name.
    """

    boxes: list[Box]
    edges: list[Edge]
    opened: Mapping[str, str] = field(default_factory=dict)


def kind_of(node: Node) -> str:
    """How a layer on its own is drawn."""
    name = without_rank(node.kind)
    known = next((kind for kind, layers in KINDS.items() if name in layers), "small")
    # No table of ours holds another package's layer: its parameters say what it is.
    return "weights" if node.layer.NAME and node.parameters.total else known


def without_rank(name: str) -> str:
    """A layer's name without its number of axes: ``ConvTranspose`` of ``Conv2DTranspose``."""
    return RANK.sub("", name)


def merge_of(graph: Graph, node: Node) -> str:
    """The merge whose `align:` made this node, or the node itself."""
    merge = node.name.rpartition(".")[0]
    return merge if node.kind in ALIGNING and merge in graph.nodes else node.name


def family(name: str) -> str:
    """What members of a family are called together: ``conv@2`` is one of ``conv``."""
    head, at, index = name.rpartition("@")
    return head if at and index.isdigit() else name
