"""Attention over positions: a skip is multiplied by how much each of its positions matters."""

from typing import ClassVar

from archforge.blocks.convolution import Convolutional
from archforge.blocks.recipe import Maker
from archforge.graph import Example, arg, record
from archforge.layers import LAYERS
from archforge.layers.arguments import COUNT


@record
class AttentionGate(Convolutional):
    """The second input times a weight between 0 and 1 for each position, which the first decides.

    Both come in one size: the gate is the decoder's signal, brought up already.
    """

    SOURCE: ClassVar[str] = "Oktay et al. 2018, arXiv:1804.03999, section 2.2, equations 1 and 2"
    INPUTS: ClassVar[tuple[int, int | None]] = (2, 2)
    EXAMPLE: ClassVar[Example] = Example({"filters": 8}, ((32, 32, 16), (32, 32, 16)))

    filters: int = arg(COUNT, text="on which the two are compared; often half of the skip's")

    def cook(self, make: Maker, inputs: list[str]) -> str:
        gate, skip = inputs
        plain = {"filters": self.filters, "kernel_size": 1, "activation": None}
        both = [self.convolved(make, node, **plain) for node in (gate, skip)]
        node = self.activated(make, make.add(LAYERS["Add"].of({}), *both))
        one = {"filters": 1, "kernel_size": 1, "activation": "sigmoid"}
        node = self.convolved(make, node, **one)
        return make.add(LAYERS["Multiply"].of({}), skip, node)
