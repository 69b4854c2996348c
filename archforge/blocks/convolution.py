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
    PAIR,
    POSITIVE,
    SHARE,
    Pair,
    one_of,
)

PADDINGS = one_of("valid", "same", "symmetric")


@record
class NormAct(Recipe):
    """Batch normalization, then an activation: what stands before a pre-activated convolution."""

    SOURCE: ClassVar[str] = "He et al. 2016, arXiv:1603.05027, figure 1b"
    EXAMPLE: ClassVar[Example] = Example()

    activation: str | None = arg(ACTIVATION, "relu", "null leaves it out")
    epsilon: float = arg(POSITIVE, 1e-3)
    momentum: float = arg(SHARE, 0.99)
    scale: bool = arg(FLAG, True, "learn a factor, gamma")

    def cook(self, make: Maker, inputs: list[str]) -> str:
        norm = {name: getattr(self, name) for name in ("epsilon", "momentum", "scale")}
        node = make.add(LAYERS["BatchNormalization"].of(norm), *inputs)
        if self.activation is None:
            return node
        return make.add(LAYERS["Activation"].of({"activation": self.activation}), node)


@record
class Convolutional(Recipe):
    """What blocks of normalized convolutions have in common; not a block on its own."""

    BASE: ClassVar[tuple[str, ...]] = (
        *("activation", "use_bias", "kernel_initializer"),
        *("epsilon", "momentum", "scale"),
    )

    activation: str | None = arg(ACTIVATION, "relu", "null leaves it out")
    use_bias: bool = arg(FLAG, False, "true gives convolutions a bias, too")
    kernel_initializer: Any = arg(INITIALIZER, "glorot_uniform")
    epsilon: float = arg(POSITIVE, 1e-3, "of the normalization, as the two that follow")
    momentum: float = arg(SHARE, 0.99)
    scale: bool = arg(FLAG, True, "learn a factor, gamma")

    def convolved(self, make: Maker, node: str, **arguments: Any) -> str:
        """``node`` through a convolution, its normalization and the activation.

        Args:
            make: Adds the layers.
            node: What is read.
            arguments: Of ``conv_norm``, in place of the block's own.
        """
        shared = {name: getattr(self, name) for name in Convolutional.BASE}
        return ConvNorm.of(shared | arguments).cook(make, [node])

    def normalized(self, make: Maker, node: str) -> str:
        """``node`` through a normalization and the activation."""
        own = ("activation", "epsilon", "momentum", "scale")
        return NormAct.of({name: getattr(self, name) for name in own}).cook(make, [node])

    def activated(self, make: Maker, node: str) -> str:
        """``node`` through the activation, if there is one."""
        if self.activation is None:
            return node
        return make.add(LAYERS["Activation"].of({"activation": self.activation}), node)


@record
class ConvNorm(Convolutional):
    """A convolution without a bias, batch normalization, an activation."""

    SOURCE: ClassVar[str] = "Ioffe and Szegedy 2015, arXiv:1502.03167, section 3.2"
    EXAMPLE: ClassVar[Example] = Example({"filters": 16, "kernel_size": 3})

    filters: int = arg(COUNT)
    kernel_size: Pair = arg(PAIR)
    strides: Pair = arg(PAIR, 1)
    padding: str = arg(
        PADDINGS, "same", "`same` puts an odd row behind, `symmetric` pads all sides alike"
    )
    dilation_rate: Pair = arg(PAIR, 1)
    groups: int = arg(COUNT, 1)

    def cook(self, make: Maker, inputs: list[str]) -> str:
        node, padding = self._padded(make, inputs[0])
        own = ("filters", "kernel_size", "strides", "dilation_rate", "groups")
        given = {name: getattr(self, name) for name in (*own, "use_bias", "kernel_initializer")}
        node = make.add(LAYERS["Conv2D"].of({**given, "padding": padding}), node)
        return self.normalized(make, node)

    def _padded(self, make: Maker, node: str) -> tuple[str, str]:
        """``node`` with zeros around it where Conv2D cannot pad so itself, and Conv2D's padding."""
        if self.padding != "symmetric":
            return node, self.padding
        windows = zip(self.kernel_size, self.dilation_rate, strict=True)
        beyond = [(kernel - 1) * dilation for kernel, dilation in windows]
        if self.strides == (1, 1) and not any(size % 2 for size in beyond):
            return node, "same"
        edges = {"padding": [size // 2 for size in beyond]}
        return make.add(LAYERS["ZeroPadding2D"].of(edges), node), "valid"
