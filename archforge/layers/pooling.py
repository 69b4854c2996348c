"""Pooling: over windows, and over the whole image.

Average pooling with ``same`` leaves padding out of its mean, as TensorFlow does.
"""

from collections.abc import Sequence
from typing import ClassVar

from archforge.graph import Example, Layer, Shape, Span, arg, record
from archforge.layers.arguments import (
    FLAG,
    ONE,
    ONE_OR_NULL,
    PADDING,
    PAIR,
    PAIR_OR_NULL,
    TRIPLE,
    TRIPLE_OR_NULL,
    Sides,
)
from archforge.layers.windows import Window, whole

STRIDES = "null: as `pool_size`"


@record
class Pooling(Layer):
    """A window over each channel on its own; not a layer on its own.

    A subclass says by ``RANK`` how many axes the window has, and what `pool_size` and `strides`
    accept for them.
    """

    EXAMPLE: ClassVar[Example] = Example({"pool_size": 2})

    SIDES: ClassVar[tuple[str, ...] | None] = ("pool_size", "strides", "padding")

    pool_size: Sides
    strides: Sides | None
    padding: str = arg(PADDING, "valid")

    def window(self, axis: int) -> Window:
        """The window along ``axis``."""
        strides = self.pool_size if self.strides is None else self.strides
        return Window(self.pool_size[axis], strides[axis], same=self.padding == "same")

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        *sizes, read = inputs[0]
        what = type(self).__name__
        return (*(self.window(axis).length(size, what) for axis, size in enumerate(sizes)), read)

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        return self.window(axis).reads(span, inputs[0][axis])


@record
class MaxPooling1D(Pooling):
    """The largest value of each window along a signal."""

    RANK: ClassVar[int | None] = 2

    pool_size: Sides = arg(ONE, 2)
    strides: Sides | None = arg(ONE_OR_NULL, None, STRIDES)


@record
class MaxPooling2D(Pooling):
    """The largest value of each window."""

    RANK: ClassVar[int | None] = 3

    pool_size: Sides = arg(PAIR, 2)
    strides: Sides | None = arg(PAIR_OR_NULL, None, STRIDES)


@record
class MaxPooling3D(Pooling):
    """The largest value of each window of a volume."""

    RANK: ClassVar[int | None] = 4

    pool_size: Sides = arg(TRIPLE, 2)
    strides: Sides | None = arg(TRIPLE_OR_NULL, None, STRIDES)


@record
class AveragePooling1D(Pooling):
    """The mean of each window along a signal."""

    RANK: ClassVar[int | None] = 2

    pool_size: Sides = arg(ONE)
    strides: Sides | None = arg(ONE_OR_NULL, None, STRIDES)


@record
class AveragePooling2D(Pooling):
    """The mean of each window."""

    RANK: ClassVar[int | None] = 3

    pool_size: Sides = arg(PAIR)
    strides: Sides | None = arg(PAIR_OR_NULL, None, STRIDES)


@record
class AveragePooling3D(Pooling):
    """The mean of each window of a volume."""

    RANK: ClassVar[int | None] = 4

    pool_size: Sides = arg(TRIPLE)
    strides: Sides | None = arg(TRIPLE_OR_NULL, None, STRIDES)


@record
class GlobalPooling(Layer):
    """One number per channel, from the whole image; not a layer on its own."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("keepdims",)

    keepdims: bool = arg(FLAG, False, "true keeps every axis, at size 1, in place of a vector")

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        *sizes, read = inputs[0]
        return (*[1] * len(sizes), read) if self.keepdims else (read,)

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        return whole(inputs[0][axis])


@record
class GlobalAveragePooling1D(GlobalPooling):
    """The mean of each channel of a signal."""

    RANK: ClassVar[int | None] = 2


@record
class GlobalAveragePooling2D(GlobalPooling):
    """The mean of each channel."""

    RANK: ClassVar[int | None] = 3


@record
class GlobalAveragePooling3D(GlobalPooling):
    """The mean of each channel of a volume."""

    RANK: ClassVar[int | None] = 4


@record
class GlobalMaxPooling1D(GlobalPooling):
    """The largest value of each channel of a signal."""

    RANK: ClassVar[int | None] = 2


@record
class GlobalMaxPooling2D(GlobalPooling):
    """The largest value of each channel."""

    RANK: ClassVar[int | None] = 3


@record
class GlobalMaxPooling3D(GlobalPooling):
    """The largest value of each channel of a volume."""

    RANK: ClassVar[int | None] = 4
