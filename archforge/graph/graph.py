"""Nodes and the graph they make."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from archforge.errors import Mark
from archforge.graph.layer import Input, Layer, Parameters
from archforge.graph.shape import Shape


@dataclass(frozen=True)
class Frame:
    """One step outwards from a node to the file: the block or the loop's turn it was made in.

    Args:
        kind: ``architecture``, ``block``, ``loop``, ``repeat`` or ``branch``.
        name: The path of the block or the loop; what a picture folds by.
        label: What to call it: ``DoubleConv``, ``i``.
        turn: The loop's turn from 0; 0 for blocks.
    """

    kind: str
    name: str
    label: str
    turn: int = 0


@dataclass(frozen=True)
class Node:
    """One call of one layer.

    Args:
        name: Its path, ``skip@2.conv2d_1``.
        layer: The layer's record.
        inputs: Names of earlier nodes, in the order of the operands.
        shape: Of its output, without the batch.
        parameters: Of its own weights; none if it shares another's.
        shares: The node whose weights it uses.
        mark: Where it was written.
        within: The frames around it, outermost first.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    shape: Shape
    parameters: Parameters = field(default_factory=Parameters)
    shares: str | None = None
    mark: Mark | None = None
    within: tuple[Frame, ...] = ()

    @property
    def kind(self) -> str:
        """What a spec calls the layer: ``Conv2D``, ``lab/Swirl``."""
        return self.layer.called()

    @property
    def keras_name(self) -> str:
        """The path with ``@`` as ``.``: TensorFlow refuses ``@`` in a layer's name."""
        return self.name.replace("@", ".")


@dataclass(frozen=True)
class Included:
    """Another architecture inside a graph.

    Args:
        path: Of the step; its nodes are ``PATH.NODE``.
        architecture: Its name.
        preset: The preset it was made with, if any.
        mark: Where it is included.
        weights: The file or run that its weights come from, ``imagenet``, or nothing.
        twin: The function of keras.applications that makes the same network, for ``imagenet``.
        whole: Makes the included network on its own, for those that bring weights.
    """

    path: str
    architecture: str
    preset: str | None
    mark: Mark
    weights: str | None = None
    twin: str | None = None
    whole: "Callable[[], Graph] | None" = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Graph:
    """A whole network.

    Args:
        name: Of the architecture.
        task: ``segmentation`` or ``classification``.
        nodes: By name, in an order in which they can be computed.
        outputs: What the network gives back: the name people use, and the node behind it.
        aliases: Names of blocks and loops, with the node that is their output.
        preset: The preset it was made with, if any.
        hyperparameters: Every value that the graph was made from.
        read: Names (``filters``, ``dropout@2``) of the hyperparameters that making it read.
        included: Other architectures inside it.
        loss_weights: For each output what its loss counts in training; empty where all count once.
    """

    name: str
    task: str
    nodes: Mapping[str, Node]
    outputs: Mapping[str, str]
    aliases: Mapping[str, str] = field(default_factory=dict)
    preset: str | None = None
    hyperparameters: Mapping[str, object] = field(default_factory=dict)
    read: tuple[str, ...] = ()
    included: tuple[Included, ...] = ()
    loss_weights: Mapping[str, float] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    @property
    def inputs(self) -> dict[str, Node]:
        """The input nodes, in the order of the file."""
        return {node.name: node for node in self if isinstance(node.layer, Input)}

    def node(self, name: str) -> Node:
        """The node called ``name``, or the output of the block or loop called so.

        Raises:
            KeyError: There is none.
        """
        return self.nodes[self.aliases.get(name, name)]

    def shapes(self, node: Node) -> list[Shape]:
        """Shapes of the node's inputs."""
        return [self.nodes[name].shape for name in node.inputs]

    def macs(self, node: Node) -> int:
        """Multiply-accumulates of the node's call."""
        return node.layer.macs(self.shapes(node), node.shape)
