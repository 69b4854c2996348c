"""The graph while it grows."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from archforge.errors import Mark, refuse
from archforge.expand.scope import Place
from archforge.expand.tape import Tape
from archforge.graph import Included, Layer, Node, Parameters, Shape, ShapeError

MAX_NODES = 12_000
MAX_STEPS = 200_000


@dataclass
class Reads:
    """Which hyperparameters an expansion read, and what for.

    Args:
        steps: Those on which shapes, names or the choice of steps may hang.
        inputs: Those that the declared shapes of images read.
        sizes: Whether something asked for a height or a width.
    """

    steps: set[str] = field(default_factory=set)
    inputs: set[str] = field(default_factory=set)
    sizes: bool = False

    def size(self) -> None:
        """Something asks for a height or a width."""
        self.sizes = True


@dataclass
class Network:
    """Nodes made so far; the only thing an expansion changes.

    Args:
        nodes: By path.
        aliases: Names of blocks and loops with their output.
        steps: How many were run.
        included: Other architectures inside, by path.
        reads: Which hyperparameters were read.
        tape: Every layer that was tried, in order, where an expansion is recorded.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    steps: int = 0
    included: dict[str, Included] = field(default_factory=dict)
    reads: Reads = field(default_factory=Reads)
    tape: Tape | None = None

    def shape(self, node: str) -> Shape:
        """Shape of a node's output."""
        return self.nodes[node].shape

    def count_step(self, mark: Mark) -> None:
        """One more step is run.

        Raises:
            ProblemError: Far too many were.
        """
        self.steps += 1
        if self.steps > MAX_STEPS or len(self.nodes) >= MAX_NODES:
            refuse(
                "AF130",
                f"the network does not end: {len(self.nodes)} nodes and still growing",
                mark=mark,
                why=f"an architecture has at most {MAX_NODES} nodes",
                fix="look at the loops and `repeat:` around this step",
            )

    def add(self, path: str, layer: Layer, inputs: Sequence[str], place: Place, mark: Mark) -> str:
        """Add a node; below a shared step it uses the weights of its counterpart.

        Raises:
            ShapeError: The layer cannot take these inputs.
            ProblemError: The network does not end.
        """
        self.count_step(mark)
        owner = self._owner(path, place)
        if self.tape is not None:
            self.tape.tried(path, layer, inputs, owner)
        shapes = [self.nodes[name].shape for name in inputs]
        shape = layer.shape(shapes)
        if place.frozen and layer.weights(shapes).total:
            layer = type(layer)(**{**vars(layer), "trainable": False})
        if owner is not None:
            self._check_shared(owner, layer, shapes)
        parameters = layer.parameters(shapes) if owner is None else Parameters()
        self.nodes[path] = Node(
            path, layer, tuple(inputs), shape, parameters, owner, mark, place.frames
        )
        return path

    def _owner(self, path: str, place: Place) -> str | None:
        if place.sharing is None:
            return None
        new, old = place.sharing
        owner = old + path.removeprefix(new)
        return self.nodes[owner].shares or owner

    def _check_shared(self, owner: str, layer: Layer, shapes: Sequence[Shape]) -> None:
        first = self.nodes[owner]
        known = [self.nodes[name].shape for name in first.inputs]
        if layer.weights(shapes) != first.layer.weights(known):
            raise ShapeError(
                "AF232",
                f"the weights of '{owner}' do not fit here: they were made for "
                f"{known[0][-1]} channels, this input has {shapes[0][-1]}",
                fix="bring both inputs to the same channels, or write a layer of its own",
            )
