"""The convolution along signals, over images and through volumes, and what all kinds share.

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
    ONE,
    PADDING,
    PADDING_ONE,
    PAIR,
    REGULARIZER,
    TRIPLE,
    Sides,
)
from archforge.layers.sizes import channels, positions
from archforge.layers.windows import Window


@record
class Windowed(Layer):
    """A window over every axis but the channels, a bias, an activation; not a layer on its own.

    A subclass says by ``RANK`` how many axes there are, and what ``kernel_size``, ``strides`` and
    ``dilation_rate`` accept for them.
    """

    SIDES: ClassVar[tuple[str, ...] | None] = ("kernel_size", "strides", "padding", "dilation_rate")

    kernel_size: Sides
    strides: Sides
    padding: str = arg(PADDING, "valid")
    dilation_rate: Sides
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
            same=self.padding != "valid",
            causal=self.padding == "causal",
        )

    def spatial(self, inputs: Sequence[Shape]) -> Shape:
        """Sizes of the output along every axis but the channels."""
        self.check_inputs(inputs)
        what = type(self).__name__
        return tuple(
            self.window(axis).length(size, what) for axis, size in enumerate(inputs[0][:-1])
        )

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
class Convolution(Windowed):
    """A window that mixes all channels of its group; not a layer on its own."""

    EXAMPLE: ClassVar[Example] = Example({"filters": 16, "kernel_size": 3, "activation": "relu"})

    CHANNELS: ClassVar[tuple[str, ...]] = ("filters", "groups")

    filters: int = arg(COUNT)
    groups: int = arg(COUNT, 1)
    kernel_initializer: Any = arg(INITIALIZER, "glorot_uniform")
    kernel_regularizer: Any = arg(REGULARIZER, None)
    kernel_constraint: Any = arg(CONSTRAINT, None)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_strides()
        sizes = self.spatial(inputs)
        self._check_groups(channels(inputs[0], type(self).__name__))
        return (*sizes, self.filters)

    def weights(self, inputs: Sequence[Shape]) -> Parameters:
        return Parameters((self._taps(inputs) + self.use_bias) * self.filters)

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        return positions(output) * self._taps(inputs) * self.filters

    def _taps(self, inputs: Sequence[Shape]) -> int:
        """Weights of one filter without its bias."""
        return prod(self.kernel_size) * channels(inputs[0], type(self).__name__) // self.groups

    def _check_groups(self, read: int) -> None:
        for what, count in (("input channels", read), ("filters", self.filters)):
            if count % self.groups:
                raise ShapeError(
                    "AF205",
                    f"{type(self).__name__} has {count} {what}, "
                    f"which {self.groups} groups cannot share evenly",
                    why="each group takes its part of the channels and makes its part of filters",
                    fix=f"make `groups` a divisor of {count}",
                )


@record
class Conv1D(Convolution):
    """Convolution along the length of a signal."""

    RANK: ClassVar[int | None] = 2

    kernel_size: Sides = arg(ONE)
    strides: Sides = arg(ONE, 1)
    padding: str = arg(PADDING_ONE, "valid", "causal: no output reads what follows it")
    dilation_rate: Sides = arg(ONE, 1)


@record
class Conv2D(Convolution):
    """Convolution over height and width."""

    RANK: ClassVar[int | None] = 3

    kernel_size: Sides = arg(PAIR)
    strides: Sides = arg(PAIR, 1)
    dilation_rate: Sides = arg(PAIR, 1)


@record
class Conv3D(Convolution):
    """Convolution over planes, height and width."""

    RANK: ClassVar[int | None] = 4

    kernel_size: Sides = arg(TRIPLE)
    strides: Sides = arg(TRIPLE, 1)
    dilation_rate: Sides = arg(TRIPLE, 1)
