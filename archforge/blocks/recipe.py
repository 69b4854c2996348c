"""The base of all registry blocks."""

from typing import ClassVar, Protocol

from archforge.graph import Described, Layer, Shape, record


class Maker(Protocol):
    """What a recipe may do: add layers and look at shapes."""

    def add(self, layer: Layer, *inputs: str, name: str | None = None) -> str:
        """Add one layer below the block's own path and return its node's name.

        Raises:
            ShapeError: It cannot take these inputs.
        """

    def channels(self, node: str) -> int:
        """Channels of a node.

        Raises:
            ShapeError: They are open.
        """

    def shape(self, node: str) -> Shape:
        """Shape of a node; who asks for channels alone keeps the block the same at every size."""

    def axes(self, node: str) -> int:
        """How many axes a node has: unlike its shape the same at every size of the image."""


@record
class Recipe(Described):
    """A block: its arguments as fields, and how it adds layers to a graph.

    Shapes, costs, pictures and the Keras form follow from the layers.
    """

    SOURCE: ClassVar[str] = ""
    """The paper or convention it comes from."""

    def cook(self, make: Maker, inputs: list[str]) -> str:
        """Add the block's layers.

        Args:
            make: Adds them.
            inputs: Names of the nodes it reads, as many as ``INPUTS`` says.

        Returns:
            The node that is the block's output.
        """
        raise NotImplementedError  # each block says it
