"""Blocks that bring one image to another's height and width."""

from typing import ClassVar

from archforge.blocks.recipe import Maker, Recipe
from archforge.graph import Example, arg, record
from archforge.layers import LAYERS
from archforge.layers.arguments import INTERPOLATION, PADDING, PAIR, Pair


@record
class CropLike(Recipe):
    """The first input cut at its centre to the second's height and width."""

    SOURCE: ClassVar[str] = "Ronneberger, Fischer and Brox 2015, arXiv:1505.04597, figure 1"
    INPUTS: ClassVar[tuple[int, int | None]] = (2, 2)
    EXAMPLE: ClassVar[Example] = Example(inputs=((32, 32, 4), (16, 16, 4)))

    def cook(self, make: Maker, inputs: list[str]) -> str:
        return make.add(LAYERS["CropLike"].of({}), *inputs)


@record
class PadLike(Recipe):
    """The first input with zeros around it, up to the second's height and width."""

    SOURCE: ClassVar[str] = "the counterpart of crop_like"
    INPUTS: ClassVar[tuple[int, int | None]] = (2, 2)
    EXAMPLE: ClassVar[Example] = Example(inputs=((16, 16, 4), (32, 32, 4)))

    def cook(self, make: Maker, inputs: list[str]) -> str:
        return make.add(LAYERS["PadLike"].of({}), *inputs)


@record
class ResizeLike(Recipe):
    """The first input resized to the second's height and width."""

    SOURCE: ClassVar[str] = "Zhao et al. 2017, arXiv:1612.01105, section 3.2"
    INPUTS: ClassVar[tuple[int, int | None]] = (2, 2)
    EXAMPLE: ClassVar[Example] = Example(inputs=((16, 16, 4), (32, 32, 4)))

    interpolation: str = arg(INTERPOLATION, "bilinear")

    def cook(self, make: Maker, inputs: list[str]) -> str:
        return make.add(LAYERS["ResizeLike"].of({"interpolation": self.interpolation}), *inputs)


@record
class MaxUnpool(Recipe):
    """Values put back where the maxima of the second input, before pooling, were."""

    SOURCE: ClassVar[str] = "Badrinarayanan, Kendall and Cipolla 2017, arXiv:1511.00561, figure 3"
    INPUTS: ClassVar[tuple[int, int | None]] = (2, 2)

    EXAMPLE: ClassVar[Example] = Example(inputs=((16, 16, 4), (32, 32, 4)))

    pool_size: Pair = arg(PAIR, 2)
    padding: str = arg(PADDING, "valid", "that of the pooling")

    def cook(self, make: Maker, inputs: list[str]) -> str:
        pooling = {"pool_size": self.pool_size, "padding": self.padding}
        return make.add(LAYERS["MaxUnpool2D"].of(pooling), *inputs)
