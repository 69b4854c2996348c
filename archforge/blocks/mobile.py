"""Blocks of networks made for telephones: depthwise convolutions, and attention to channels."""

from typing import Any, ClassVar

from archforge.blocks.convolution import Convolutional
from archforge.blocks.recipe import Maker, Recipe
from archforge.graph import Example, arg, record
from archforge.layers import LAYERS
from archforge.layers.arguments import ACTIVATION, COUNT, INITIALIZER, PAIR, RATE, SHARE, Pair


@record
class SqueezeExcite(Recipe):
    """Each channel times a weight between 0 and 1, worked out from the means of all channels."""

    SOURCE: ClassVar[str] = "Hu, Shen and Sun 2017, arXiv:1709.01507, figure 2"
    EXAMPLE: ClassVar[Example] = Example({"filters": 4})

    filters: int = arg(COUNT, text="to which the means are reduced")
    activation: str | None = arg(ACTIVATION, "relu", "after the reduction")
    kernel_initializer: Any = arg(INITIALIZER, "glorot_uniform")

    def cook(self, make: Maker, inputs: list[str]) -> str:
        one = {"kernel_size": 1, "kernel_initializer": self.kernel_initializer}
        reduced = {**one, "filters": self.filters, "activation": self.activation}
        weights = {**one, "filters": make.channels(inputs[0]), "activation": "sigmoid"}
        node = make.add(LAYERS["GlobalAveragePooling2D"].of({"keepdims": True}), *inputs)
        node = make.add(LAYERS["Conv2D"].of(reduced), node)
        node = make.add(LAYERS["Conv2D"].of(weights), node)
        return make.add(LAYERS["Multiply"].of({}), inputs[0], node)


@record
class InvertedResidual(Convolutional):
    """A depthwise convolution on more channels than go in or come out (MobileNetV2, EfficientNet).

    1x1 to ``expansion`` times the channels, depthwise, perhaps a squeeze and excitation, 1x1 with
    no activation; added to the input where the shapes agree. Padding is Keras's `same`: at a stride
    of 2 just what its `correct_pad` works out from the size, and it holds at open sizes too.
    """

    SOURCE: ClassVar[str] = "Sandler et al. 2018, arXiv:1801.04381, figure 3b"
    EXAMPLE: ClassVar[Example] = Example({"filters": 16})

    filters: int = arg(COUNT)
    kernel_size: Pair = arg(PAIR, 3)
    strides: Pair = arg(PAIR, 1)
    expansion: int = arg(COUNT, 6, "1 leaves the first convolution out")
    squeeze: float = arg(SHARE, 0, "squeeze and excitation to this share of the input's channels")
    drop_rate: float = arg(RATE, 0, "the share of examples that leave the block out in training")

    def cook(self, make: Maker, inputs: list[str]) -> str:
        given, node = make.channels(inputs[0]), inputs[0]
        if self.expansion > 1:
            wide = {"filters": self.expansion * given, "kernel_size": 1}
            node = self.convolved(make, node, **wide)
        node = self.normalized(make, make.add(self._depthwise(), node))
        if self.squeeze > 0:
            node = self._squeezed(make, node, max(1, int(given * self.squeeze)))
        narrow = {"filters": self.filters, "kernel_size": 1, "activation": None}
        node = self.convolved(make, node, **narrow)
        alike = self.strides == (1, 1) and given == self.filters
        return self._added(make, inputs[0], node) if alike else node

    def _depthwise(self) -> Any:
        own = {name: getattr(self, name) for name in ("kernel_size", "strides", "use_bias")}
        own |= {"padding": "same", "depthwise_initializer": self.kernel_initializer}
        return LAYERS["DepthwiseConv2D"].of(own)

    def _squeezed(self, make: Maker, node: str, filters: int) -> str:
        shared = {name: getattr(self, name) for name in ("activation", "kernel_initializer")}
        return SqueezeExcite.of({**shared, "filters": filters}).cook(make, [node])

    def _added(self, make: Maker, node: str, branch: str) -> str:
        if self.drop_rate > 0:
            whole = {"rate": self.drop_rate, "noise_shape": [None, 1, 1, 1]}
            branch = make.add(LAYERS["Dropout"].of(whole), branch)
        return make.add(LAYERS["Add"].of({}), node, branch)
