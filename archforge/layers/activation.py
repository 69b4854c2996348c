"""Activations as layers of their own."""

from collections.abc import Sequence
from math import prod
from typing import Any, ClassVar

from archforge.graph import Example, Layer, Parameters, Shape, Span, arg, record
from archforge.layers.arguments import (
    ACTIVATION,
    AXES,
    CONSTRAINT,
    INITIALIZER,
    NOT_NEGATIVE,
    NOT_NEGATIVE_OR_NULL,
    NUMBER,
    REGULARIZER,
    SHARED_AXES,
)
from archforge.layers.sizes import axis_indices, known
from archforge.layers.windows import whole


@record
class Activation(Layer):
    """An activation by its name."""

    EXAMPLE: ClassVar[Example] = Example({"activation": "relu"})

    activation: str | None = arg(ACTIVATION)


@record
class ReLU(Layer):
    """Rectified linear unit; `max_value: 6` is the ReLU6 of MobileNet."""

    max_value: float | None = arg(NOT_NEGATIVE_OR_NULL, None)
    negative_slope: float = arg(NOT_NEGATIVE, 0.0)
    threshold: float = arg(NOT_NEGATIVE, 0.0)


@record
class LeakyReLU(Layer):
    """Rectified linear unit that lets a part of negative values through."""

    negative_slope: float = arg(NOT_NEGATIVE, 0.3)


@record
class ELU(Layer):
    """Exponential linear unit."""

    alpha: float = arg(NUMBER, 1.0)


@record
class PReLU(Layer):
    """Rectified linear unit whose negative slope is learned."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("shared_axes",)
    KEEPS: ClassVar[bool] = True

    alpha_initializer: Any = arg(INITIALIZER, "zeros")
    alpha_regularizer: Any = arg(REGULARIZER, None)
    alpha_constraint: Any = arg(CONSTRAINT, None)
    shared_axes: tuple[int, ...] | None = arg(
        SHARED_AXES, None, "[1, 2] learns one slope per channel"
    )

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        self._slopes(inputs[0])
        return inputs[0]

    def weights(self, inputs: Sequence[Shape]) -> Parameters:
        return Parameters(self._slopes(inputs[0]))

    def _slopes(self, shape: Shape) -> int:
        shared = axis_indices(self.shared_axes or (), shape, "PReLU")
        own = [index for index in range(len(shape)) if index not in shared]
        return prod(known(shape, index, "PReLU") for index in own)


@record
class Softmax(Layer):
    """Shares that sum to one along an axis."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("axis",)
    KEEPS: ClassVar[bool] = True

    axis: int | tuple[int, ...] = arg(AXES, -1)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        axis_indices(self.axis, inputs[0], "Softmax")
        return inputs[0]

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        summed = axis_indices(self.axis, inputs[0], "Softmax")
        return whole(inputs[0][axis]) if axis in summed else span
