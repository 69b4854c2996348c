"""A block: arguments, a source, and a recipe made of layers."""

from typing import ClassVar

from archforge.blocks import Maker, Recipe
from archforge.graph import Argument, arg, record
from archforge.layers import LAYERS

SIDE = Argument({"type": "integer", "minimum": 1}, text="side of the window that the gate looks at")


@record
class Gate(Recipe):
    """Its input, every value multiplied by a number between 0 and 1 that is learned."""

    SOURCE: ClassVar[str] = "Dauphin, Fan, Auli and Grangier 2017, arXiv:1612.08083, equation 1"

    kernel_size: int = arg(SIDE, 1)

    def cook(self, make: Maker, inputs: list[str]) -> str:
        filters = make.channels(inputs[0])
        window = {"filters": filters, "kernel_size": self.kernel_size, "padding": "same"}
        opened = make.add(LAYERS["Conv2D"].of({**window, "activation": "sigmoid"}), *inputs)
        return make.add(LAYERS["Multiply"].of({}), inputs[0], opened)
