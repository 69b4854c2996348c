"""Residual blocks: what a few convolutions learn is added to their input (He et al. 2015).

Two writings are in use, and both can be written. The paper, its Caffe code and Keras put a
bottleneck's stride into the first 1x1 convolution; PyTorch puts it into the 3x3 ("version 1.5") and
pads a strided 3x3 by one on all sides, where Keras's `same` puts the row behind alone.
"""

from typing import ClassVar

from archforge.blocks.convolution import PADDINGS, Convolutional
from archforge.blocks.recipe import Maker
from archforge.graph import Example, arg, record
from archforge.layers import LAYERS
from archforge.layers.arguments import COUNT, PAIR, Pair, one_of

STRIDED = one_of("1x1", "3x3")


@record
class Shortcut(Convolutional):
    """A block whose output is added to its input; not a block on its own."""

    filters: int = arg(COUNT)
    strides: Pair = arg(PAIR, 1)
    padding: str = arg(PADDINGS, "same", "of the 3x3 convolutions, as in `conv_norm`")
    dilation_rate: Pair = arg(PAIR, 1, "of the 3x3 convolutions")

    def added(self, make: Maker, node: str, branch: str) -> str:
        """``branch`` added to ``node``, which is projected where their shapes differ.

        The shortcut is the first operand, as in Keras: the order of a model's weights hangs on it.
        """
        filters, shortcut = make.channels(branch), node
        if self.strides != (1, 1) or make.channels(node) != filters:
            projection = {"filters": filters, "kernel_size": 1, "strides": self.strides}
            shortcut = self.convolved(make, node, **projection, activation=None)
        return self.activated(make, make.add(LAYERS["Add"].of({}), shortcut, branch))

    def three(self) -> dict[str, object]:
        """The arguments of a 3x3 convolution."""
        own = ("filters", "padding", "dilation_rate")
        return {"kernel_size": 3} | {name: getattr(self, name) for name in own}


@record
class Residual(Shortcut):
    """Two 3x3 convolutions added to their input, or to its projection where the shape changes."""

    SOURCE: ClassVar[str] = "He et al. 2015, arXiv:1512.03385, figure 5, left"
    EXAMPLE: ClassVar[Example] = Example({"filters": 64, "strides": 2})

    def cook(self, make: Maker, inputs: list[str]) -> str:
        node = self.convolved(make, inputs[0], **self.three(), strides=self.strides)
        node = self.convolved(make, node, **self.three(), activation=None)
        return self.added(make, inputs[0], node)


@record
class Bottleneck(Shortcut):
    """Convolutions 1x1, 3x3 and 1x1, the 3x3 on fewer channels, added to their input."""

    SOURCE: ClassVar[str] = "He et al. 2015, arXiv:1512.03385, figure 5, right"
    EXAMPLE: ClassVar[Example] = Example({"filters": 64, "strides": 2})

    expansion: int = arg(COUNT, 4, "the output has so many times `filters` channels")
    strided: str = arg(STRIDED, "1x1", "which convolution has the stride: 1x1, or 3x3 as PyTorch")

    def cook(self, make: Maker, inputs: list[str]) -> str:
        first, second = (self.strides, 1) if self.strided == "1x1" else (1, self.strides)
        one = {"filters": self.filters, "kernel_size": 1}
        node = self.convolved(make, inputs[0], **one, strides=first)
        node = self.convolved(make, node, **self.three(), strides=second)
        one["filters"] = self.filters * self.expansion
        node = self.convolved(make, node, **one, activation=None)
        return self.added(make, inputs[0], node)
