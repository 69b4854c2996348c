"""Dense layers, and those that only order values anew."""

from collections.abc import Sequence
from math import prod
from typing import Any, ClassVar

from archforge.graph import (
    Example,
    Layer,
    Parameters,
    Shape,
    ShapeError,
    Span,
    arg,
    record,
    show_shape,
)
from archforge.layers.arguments import (
    ACTIVATION,
    CONSTRAINT,
    COUNT,
    FLAG,
    INITIALIZER,
    REGULARIZER,
    SIZES,
    TARGET_SHAPE,
)
from archforge.layers.sizes import channels, positions
from archforge.layers.windows import whole


@record
class Dense(Layer):
    """Every output from every input of the last axis."""

    EXAMPLE: ClassVar[Example] = Example({"units": 10, "activation": "softmax"})

    SIDES: ClassVar[tuple[str, ...] | None] = ()
    CHANNELS: ClassVar[tuple[str, ...]] = ("units",)

    units: int = arg(COUNT)
    activation: str | None = arg(ACTIVATION, None)
    use_bias: bool = arg(FLAG, True)
    kernel_initializer: Any = arg(INITIALIZER, "glorot_uniform")
    bias_initializer: Any = arg(INITIALIZER, "zeros")
    kernel_regularizer: Any = arg(REGULARIZER, None)
    bias_regularizer: Any = arg(REGULARIZER, None)
    activity_regularizer: Any = arg(REGULARIZER, None)
    kernel_constraint: Any = arg(CONSTRAINT, None)
    bias_constraint: Any = arg(CONSTRAINT, None)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        channels(inputs[0], "Dense")
        return (*inputs[0][:-1], self.units)

    def weights(self, inputs: Sequence[Shape]) -> Parameters:
        return Parameters((channels(inputs[0], "Dense") + self.use_bias) * self.units)

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        return positions(output) * channels(inputs[0], "Dense") * self.units


@record
class Flatten(Layer):
    """All values in one row."""

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        return (_count(inputs[0]),)

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        return whole(inputs[0][axis])


@record
class Reshape(Layer):
    """The same values in the same order, cut into other sizes."""

    EXAMPLE: ClassVar[Example] = Example({"target_shape": [-1, 4]})

    target_shape: Shape = arg(TARGET_SHAPE)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        count, target = _count(inputs[0]), [size or 0 for size in self.target_shape]
        given = prod(size for size in target if size != -1)
        if 0 in target or target.count(-1) > 1:
            raise self._refusal(inputs[0], "every size is 1 or more, and one of them may be -1")
        if count is None:
            return tuple(None if size == -1 else size for size in target)
        if count % given or (-1 not in target and count != given):
            raise self._refusal(inputs[0], f"{count} values do not fill {given}")
        return tuple(count // given if size == -1 else size for size in target)

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        read, made = inputs[0], self.shape(inputs)
        if len(read) != len(made) or len(made) == 1 or None in (*read, *made):
            return whole(read[axis])
        # How many values one position of the axis holds, in the input and in the output.
        held, holds = (prod(size or 0 for size in each[axis + 1 :]) for each in (read, made))
        if axis > 0 and held * (read[axis] or 0) != holds * (made[axis] or 0):
            return whole(read[axis])  # rows are cut at other places, so columns mix
        return (span[0] * holds // held, ((span[1] + 1) * holds - 1) // held)

    def _refusal(self, read: Shape, why: str) -> ShapeError:
        wanted = ", ".join(str(size) for size in self.target_shape)
        return ShapeError(
            "AF211",
            f"Reshape cannot make [{wanted}] of {show_shape(read)}",
            why=why,
            fix="use -1 for one of the sizes: it becomes whatever is left",
        )


@record
class Permute(Layer):
    """The axes in another order; axis 1 is the first after the batch."""

    EXAMPLE: ClassVar[Example] = Example({"dims": [2, 1, 3]})

    dims: tuple[int, ...] = arg(SIZES)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        rank = len(inputs[0])
        if sorted(self.dims) != list(range(1, rank + 1)):
            raise ShapeError(
                "AF210",
                f"Permute has dims {list(self.dims)}, its input {show_shape(inputs[0])} "
                f"has axes 1 to {rank}",
                why="every axis of the input must stand in `dims` once",
                fix=f"use an order of {list(range(1, rank + 1))}",
            )
        return tuple(inputs[0][dim - 1] for dim in self.dims)

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        return span if self.dims[axis] == axis + 1 else whole(inputs[0][axis])


def _count(shape: Shape) -> int | None:
    return None if None in shape else prod(size or 0 for size in shape)
