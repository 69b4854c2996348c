"""A convolution with what commonly follows it."""

from typing import Any, ClassVar

from archforge.blocks.recipe import Maker, Recipe
from archforge.graph import Example, arg, record
from archforge.layers import LAYERS
from archforge.layers.arguments import (
    ACTIVATION,
    COUNT,
    FLAG,
    INITIALIZER,
    PADDING,
    PAIR,
    POSITIVE,
    SHARE,
    Pair,
)


@record
class ConvNorm(Recipe):
    """A convolution without a bias, batch normalization, an activation."""

    SOURCE: ClassVar[str] = "Ioffe and Szegedy 2015, arXiv:1502.03167, section 3.2"
    EXAMPLE: ClassVar[Example] = Example({"filters": 16, "kernel_size": 3})

    filters: int = arg(COUNT)
    kernel_size: Pair = arg(PAIR)
    strides: Pair = arg(PAIR, 1)
    padding: str = arg(PADDING, "same")
    dilation_rate: Pair = arg(PAIR, 1)
    groups: int = arg(COUNT, 1)
    activation: str | None = arg(ACTIVATION, "relu", "null leaves it out")
    use_bias: bool = arg(FLAG, False, "true gives the convolution a bias, too")
    kernel_initializer: Any = arg(INITIALIZER, "glorot_uniform")
    epsilon: float = arg(POSITIVE, 1e-3)
    momentum: float = arg(SHARE, 0.99)
    scale: bool = arg(FLAG, True, "learn a factor, gamma")

    def cook(self, make: Maker, inputs: list[str]) -> str:
        own = ("filters", "kernel_size", "strides", "padding", "dilation_rate", "groups")
        convolution = {
            name: getattr(self, name) for name in (*own, "use_bias", "kernel_initializer")
        }
        norm = {"epsilon": self.epsilon, "momentum": self.momentum, "scale": self.scale}
        node = make.add(LAYERS["Conv2D"].of(convolution), *inputs)
        node = make.add(LAYERS["BatchNormalization"].of(norm), node)
        if self.activation is None:
            return node
        return make.add(LAYERS["Activation"].of({"activation": self.activation}), node)
