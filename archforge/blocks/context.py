"""Blocks that let every position see far: what is near it is judged by what is around it."""

from collections.abc import Iterator
from typing import ClassVar

from archforge.blocks.convolution import Convolutional
from archforge.blocks.recipe import Maker
from archforge.graph import Example, ShapeError, arg, record, show_shape
from archforge.layers import LAYERS
from archforge.layers.arguments import COUNT, SIZES

WIDE = ((32, 32, 16),)


@record
class Aspp(Convolutional):
    """Atrous spatial pyramid pooling: dilated convolutions side by side, and the image's mean.

    The branches stand in the order of Keras's example: mean, 1x1, then the rates.
    """

    SOURCE: ClassVar[str] = "Chen et al. 2017, arXiv:1706.05587, section 3.3"
    EXAMPLE: ClassVar[Example] = Example({"filters": 8, "rates": [2, 4]}, WIDE)

    filters: int = arg(COUNT, 256)
    rates: tuple[int, ...] = arg(SIZES, [6, 12, 18], "dilations of the 3x3 convolutions")

    def cook(self, make: Maker, inputs: list[str]) -> str:
        (given,) = inputs
        mean = make.add(LAYERS["GlobalAveragePooling2D"].of({"keepdims": True}), given)
        # A single position has no neighbours to normalize with: the bias stays, as in the example.
        mean = self.convolved(make, mean, filters=self.filters, kernel_size=1, use_bias=True)
        branches = [make.add(LAYERS["ResizeLike"].of({}), mean, given)]
        branches.append(self.convolved(make, given, filters=self.filters, kernel_size=1))
        for rate in self.rates:
            dilated = {"filters": self.filters, "kernel_size": 3, "dilation_rate": rate}
            branches.append(self.convolved(make, given, **dilated))
        joined = make.add(LAYERS["Concatenate"].of({}), *branches)
        return self.convolved(make, joined, filters=self.filters, kernel_size=1)


@record
class PyramidPooling(Convolutional):
    """The input beside its means over grids of several sizes, brought back to its size."""

    SOURCE: ClassVar[str] = "Zhao et al. 2017, arXiv:1612.01105, section 3.2, figure 3"
    EXAMPLE: ClassVar[Example] = Example({"filters": 4, "grids": [1, 2, 4]}, WIDE)

    filters: int = arg(COUNT, text="of each grid; the paper divides the channels by their number")
    grids: tuple[int, ...] = arg(SIZES, [1, 2, 3, 6], "the image is cut into so many rows, columns")

    def cook(self, make: Maker, inputs: list[str]) -> str:
        (given,) = inputs
        sides = list(self._sides(make, given))
        branches = [self._branch(make, given, grid, sides) for grid in self.grids]
        return make.add(LAYERS["Concatenate"].of({}), given, *branches)

    def _branch(self, make: Maker, given: str, grid: int, sides: list[int]) -> str:
        pool = {"pool_size": [side // grid for side in sides]}
        node = make.add(LAYERS["AveragePooling2D"].of(pool), given)
        node = self.convolved(make, node, filters=self.filters, kernel_size=1)
        return make.add(LAYERS["ResizeLike"].of({}), node, given)

    def _sides(self, make: Maker, given: str) -> Iterator[int]:
        shape, most = make.shape(given), max(self.grids)
        for side in shape[:-1]:
            if side is None or side < most:
                raise ShapeError(
                    "AF203",
                    f"pyramid_pooling cuts into {most} rows and columns, "
                    f"its input is {show_shape(shape)}",
                    why="each cell of a grid is the mean of one position at least",
                    fix="use a larger image of a known size, or coarser `grids`",
                )
            yield side
