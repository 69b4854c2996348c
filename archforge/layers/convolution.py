"""The convolution, and what all four kinds of convolution share.

MACs count padding as real positions and no biases; FLOPs are twice the MACs.
"""

from collections.abc import Sequence
from math import prod
from typing import Any, ClassVar

from archforge.graph import Example, Layer, Parameters, Shape, ShapeError, Span, arg, record
from archforge.layers.arguments import (
    ACTIVATION,
    CONSTRAINT,
    COUNT,
    FLAG,
    INITIALIZER,
    PADDING,
    PAIR,
    REGULARIZER,
    Pair,
)
from archforge.layers.sizes import channels, positions
from archforge.layers.windows import Window


@record
class Convolution(Layer):
    """A window over height and width, a bias, an activation; not a layer on its own."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("kernel_size", "strides", "padding", "dilation_rate")

    RANK: ClassVar[int | None] = 3

    kernel_size: Pair = arg(PAIR)
    strides: Pair = arg(PAIR, 1)
    padding: str = arg(PADDING, "valid")
    dilation_rate: Pair = arg(PAIR, 1)
    activation: str | None = arg(ACTIVATION, None)
    use_bias: bool = arg(FLAG, True)
    bias_initializer: Any = arg(INITIALIZER, "zeros")
    bias_regularizer: Any = arg(REGULARIZER, None)
    bias_constraint: Any = arg(CONSTRAINT, None)
    activity_regularizer: Any = arg(REGULARIZER, None)

    def window(self, axis: int) -> Window:
        """The window along ``axis``."""
        return Window(
            self.kernel_size[axis],
            self.strides[axis],
            self.dilation_rate[axis],
            same=self.padding == "same",
        )

    def spatial(self, inputs: Sequence[Shape]) -> tuple[int | None, int | None]:
        """Height and width of the output."""
        self.check_inputs(inputs)
        what = type(self).__name__
        height, width = inputs[0][:2]
        return self.window(0).length(height, what), self.window(1).length(width, what)

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        return self.window(axis).reads(span, inputs[0][axis])

    def check_strides(self) -> None:
        """Refuse strides together with dilation, as Keras does where it cannot compute both."""
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ShapeError(
                "AF206",
                f"{type(self).__name__} cannot have strides and dilation_rate at once",
                why="Keras computes one or the other",
                fix="set one of them to 1",
            )


@record
class Conv2D(Convolution):
    """Convolution over height and width."""

    EXAMPLE: ClassVar[Example] = Example({"filters": 16, "kernel_size": 3, "activation": "relu"})

    CHANNELS: ClassVar[tuple[str, ...]] = ("filters", "groups")

    filters: int = arg(COUNT)
    groups: int = arg(COUNT, 1)
    kernel_initializer: Any = arg(INITIALIZER, "glorot_uniform")
    kernel_regularizer: Any = arg(REGULARIZER, None)
    kernel_constraint: Any = arg(CONSTRAINT, None)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_strides()
        height, width = self.spatial(inputs)
        self._check_groups(channels(inputs[0], "Conv2D"))
        return (height, width, self.filters)

    def weights(self, inputs: Sequence[Shape]) -> Parameters:
        kernel = prod(self.kernel_size) * channels(inputs[0], "Conv2D") // self.groups
        return Parameters((kernel + self.use_bias) * self.filters)

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        taps = prod(self.kernel_size) * channels(inputs[0], "Conv2D") // self.groups
        return positions(output) * taps * self.filters

    def _check_groups(self, read: int) -> None:
        for what, count in (("input channels", read), ("filters", self.filters)):
            if count % self.groups:
                raise ShapeError(
                    "AF205",
                    f"Conv2D has {count} {what}, which {self.groups} groups cannot share evenly",
                    why="each group takes its part of the channels and makes its part of filters",
                    fix=f"make `groups` a divisor of {count}",
                )
