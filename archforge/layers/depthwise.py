"""Convolutions that look at each channel on its own: depthwise, and separable.

Both may have strides and dilation at once: Keras computes the dilated window at stride 1 and keeps
every n-th position (``_depthwise_conv_stride_dilation_decomposition``, Keras 3.15).
"""

from collections.abc import Sequence
from math import prod
from typing import Any, ClassVar

from archforge.graph import Example, Parameters, Shape, arg, record
from archforge.layers.arguments import (
    CONSTRAINT,
    COUNT,
    INITIALIZER,
    ONE,
    PAIR,
    REGULARIZER,
    Sides,
)
from archforge.layers.convolution import Windowed
from archforge.layers.sizes import channels, positions


@record
class DepthwiseConvolution(Windowed):
    """A window over each channel on its own; not a layer on its own."""

    EXAMPLE: ClassVar[Example] = Example({"kernel_size": 3, "padding": "same"})

    CHANNELS: ClassVar[tuple[str, ...]] = ("depth_multiplier",)

    depth_multiplier: int = arg(COUNT, 1)
    depthwise_initializer: Any = arg(INITIALIZER, "glorot_uniform")
    depthwise_regularizer: Any = arg(REGULARIZER, None)
    depthwise_constraint: Any = arg(CONSTRAINT, None)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        return (*self.spatial(inputs), self._filters(inputs))

    def weights(self, inputs: Sequence[Shape]) -> Parameters:
        return Parameters((prod(self.kernel_size) + self.use_bias) * self._filters(inputs))

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        return positions(output) * prod(self.kernel_size) * self._filters(inputs)

    def _filters(self, inputs: Sequence[Shape]) -> int:
        return channels(inputs[0], type(self).__name__) * self.depth_multiplier


@record
class DepthwiseConv1D(DepthwiseConvolution):
    """Convolution of each channel of a signal on its own."""

    RANK: ClassVar[int | None] = 2

    kernel_size: Sides = arg(ONE)
    strides: Sides = arg(ONE, 1)
    dilation_rate: Sides = arg(ONE, 1)


@record
class DepthwiseConv2D(DepthwiseConvolution):
    """Convolution of each channel on its own."""

    RANK: ClassVar[int | None] = 3

    kernel_size: Sides = arg(PAIR)
    strides: Sides = arg(PAIR, 1)
    dilation_rate: Sides = arg(PAIR, 1)


@record
class SeparableConvolution(Windowed):
    """A window over each channel, then a mixture of them; not a layer on its own."""

    EXAMPLE: ClassVar[Example] = Example({"filters": 16, "kernel_size": 3})

    CHANNELS: ClassVar[tuple[str, ...]] = ("filters", "depth_multiplier")

    filters: int = arg(COUNT)
    depth_multiplier: int = arg(COUNT, 1)
    depthwise_initializer: Any = arg(INITIALIZER, "glorot_uniform")
    pointwise_initializer: Any = arg(INITIALIZER, "glorot_uniform")
    depthwise_regularizer: Any = arg(REGULARIZER, None)
    pointwise_regularizer: Any = arg(REGULARIZER, None)
    depthwise_constraint: Any = arg(CONSTRAINT, None)
    pointwise_constraint: Any = arg(CONSTRAINT, None)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        sizes = self.spatial(inputs)
        self._kernels(inputs)
        return (*sizes, self.filters)

    def weights(self, inputs: Sequence[Shape]) -> Parameters:
        return Parameters(self._kernels(inputs) + self.use_bias * self.filters)

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        return positions(output) * self._kernels(inputs)

    def _kernels(self, inputs: Sequence[Shape]) -> int:
        """Weights of both kernels, each of which every output position uses once."""
        deep = channels(inputs[0], type(self).__name__) * self.depth_multiplier
        return (prod(self.kernel_size) + self.filters) * deep


@record
class SeparableConv1D(SeparableConvolution):
    """Depthwise convolution of a signal, then a convolution of one tap that mixes the channels."""

    RANK: ClassVar[int | None] = 2

    kernel_size: Sides = arg(ONE)
    strides: Sides = arg(ONE, 1)
    dilation_rate: Sides = arg(ONE, 1)


@record
class SeparableConv2D(SeparableConvolution):
    """Depthwise convolution, then a 1x1 convolution that mixes the channels."""

    RANK: ClassVar[int | None] = 3

    kernel_size: Sides = arg(PAIR)
    strides: Sides = arg(PAIR, 1)
    dilation_rate: Sides = arg(PAIR, 1)
