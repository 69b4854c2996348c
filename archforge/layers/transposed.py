"""The transposed convolution: each input position spreads a window over the output.

Source: Dumoulin and Visin 2016, arXiv:1603.07285, section 4; sizes as Keras 3.15 computes them.
"""

from collections.abc import Sequence
from math import prod
from typing import Any, ClassVar

from archforge.graph import Example, Parameters, Shape, ShapeError, Span, arg, record
from archforge.layers.arguments import (
    CONSTRAINT,
    COUNT,
    INITIALIZER,
    ONE,
    OUTPUT_ONE,
    OUTPUT_PAIR,
    OUTPUT_TRIPLE,
    PAIR,
    REGULARIZER,
    TRIPLE,
    Sides,
)
from archforge.layers.convolution import Windowed
from archforge.layers.sizes import channels, positions
from archforge.layers.windows import TransposedWindow


@record
class TransposedConvolution(Windowed):
    """A window spread over the output at each input position; not a layer on its own."""

    EXAMPLE: ClassVar[Example] = Example({"filters": 16, "kernel_size": 2, "strides": 2})

    SIDES: ClassVar[tuple[str, ...] | None] = (
        "kernel_size",
        "strides",
        "padding",
        "dilation_rate",
        "output_padding",
    )
    CHANNELS: ClassVar[tuple[str, ...]] = ("filters",)

    filters: int = arg(COUNT)
    output_padding: Sides | None
    kernel_initializer: Any = arg(INITIALIZER, "glorot_uniform")
    kernel_regularizer: Any = arg(REGULARIZER, None)
    kernel_constraint: Any = arg(CONSTRAINT, None)

    def transposed(self, axis: int) -> TransposedWindow:
        """The window along ``axis``, turned round."""
        padding = None if self.output_padding is None else self.output_padding[axis]
        return TransposedWindow(self.window(axis), padding)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        self.check_strides()
        self._check_padding()
        self._taps(inputs)
        sizes = (self.transposed(axis).length(size) for axis, size in enumerate(inputs[0][:-1]))
        return (*sizes, self.filters)

    def weights(self, inputs: Sequence[Shape]) -> Parameters:
        return Parameters((self._taps(inputs) + self.use_bias) * self.filters)

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        return positions(inputs[0]) * self._taps(inputs) * self.filters

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        return self.transposed(axis).reads(span, inputs[0][axis])

    def _taps(self, inputs: Sequence[Shape]) -> int:
        """Weights of one filter without its bias."""
        return prod(self.kernel_size) * channels(inputs[0], type(self).__name__)

    def _check_padding(self) -> None:
        if self.output_padding is None:
            return
        for axis, padding in enumerate(self.output_padding):
            stride = self.strides[axis]
            if padding >= stride:
                raise ShapeError(
                    "AF213",
                    f"output_padding {padding} is not below the stride {stride}",
                    why="that many positions behind the last would belong to a further window",
                    fix=f"use at most {stride - 1}, or leave `output_padding` out",
                )
            even = self.window(axis).extent % 2 == 0
            if even and padding == 0 and self.padding == "same":
                # Keras gives a size here which TensorFlow then refuses to compute.
                raise ShapeError(
                    "AF213",
                    "output_padding 0 does not go with `padding: same` and an even window",
                    why="the output would lack the last window's positions",
                    fix="leave `output_padding` out",
                )


@record
class Conv1DTranspose(TransposedConvolution):
    """Transposed convolution, which makes a signal longer by its strides."""

    RANK: ClassVar[int | None] = 2

    kernel_size: Sides = arg(ONE)
    strides: Sides = arg(ONE, 1)
    dilation_rate: Sides = arg(ONE, 1)
    output_padding: Sides | None = arg(OUTPUT_ONE, None)


@record
class Conv2DTranspose(TransposedConvolution):
    """Transposed convolution, which makes an image larger by its strides."""

    RANK: ClassVar[int | None] = 3

    kernel_size: Sides = arg(PAIR)
    strides: Sides = arg(PAIR, 1)
    dilation_rate: Sides = arg(PAIR, 1)
    output_padding: Sides | None = arg(OUTPUT_PAIR, None)


@record
class Conv3DTranspose(TransposedConvolution):
    """Transposed convolution, which makes a volume larger by its strides."""

    RANK: ClassVar[int | None] = 4

    kernel_size: Sides = arg(TRIPLE)
    strides: Sides = arg(TRIPLE, 1)
    dilation_rate: Sides = arg(TRIPLE, 1)
    output_padding: Sides | None = arg(OUTPUT_TRIPLE, None)
