"""Inception modules that are of use outside their network; the others stand in their specs."""

from collections.abc import Sequence
from typing import ClassVar

from archforge.blocks.convolution import Convolutional
from archforge.blocks.recipe import Maker
from archforge.graph import Argument, Example, arg, record
from archforge.layers import LAYERS
from archforge.layers.arguments import COUNT, frozen


def _widths(count: int) -> Argument:
    """As many numbers of filters as a branch has convolutions."""
    each = {"type": "integer", "minimum": 1}
    return Argument(
        {"type": "array", "items": each, "minItems": count, "maxItems": count},
        frozen,
        "filters of each convolution of the branch",
    )


@record
class InceptionV4B(Convolutional):
    """The 17x17 module of Inception-v4: four branches, the longest with a 13x13 receptive field."""

    SOURCE: ClassVar[str] = "Szegedy, Ioffe, Vanhoucke and Alemi 2016, arXiv:1602.07261, figure 5"
    EXAMPLE: ClassVar[Example] = Example(inputs=((17, 17, 1024),))

    one: int = arg(COUNT, 384, "filters of the 1x1 branch")
    seven: tuple[int, ...] = arg(_widths(3), (192, 224, 256))
    double: tuple[int, ...] = arg(_widths(5), (192, 192, 224, 224, 256))
    pooled: int = arg(COUNT, 128, "filters after the average pooling")

    def cook(self, make: Maker, inputs: list[str]) -> str:
        pooling = LAYERS["AveragePooling2D"].of({"pool_size": 3, "strides": 1, "padding": "same"})
        branches = [
            self._chain(make, inputs[0], [1], [self.one]),
            self._chain(make, inputs[0], [1, [1, 7], [7, 1]], self.seven),
            self._chain(make, inputs[0], [1, [7, 1], [1, 7], [7, 1], [1, 7]], self.double),
            self._chain(make, make.add(pooling, *inputs), [1], [self.pooled]),
        ]
        return make.add(LAYERS["Concatenate"].of({}), *branches)

    def _chain(
        self, make: Maker, node: str, kernels: Sequence[object], filters: Sequence[int]
    ) -> str:
        for kernel, width in zip(kernels, filters, strict=True):
            node = self.convolved(make, node, filters=width, kernel_size=kernel)
        return node
