"""Pooling: over windows, and over the whole image.

Average pooling with ``same`` leaves padding out of its mean, as TensorFlow does.
"""

from collections.abc import Sequence
from typing import ClassVar

from archforge.graph import Example, Layer, Shape, Span, arg, record
from archforge.layers.arguments import FLAG, PADDING, PAIR, PAIR_OR_NULL, Pair
from archforge.layers.windows import Window, whole


@record
class Pooling(Layer):
    """A window over height and width, each channel on its own; not a layer on its own."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("pool_size", "strides", "padding")

    RANK: ClassVar[int | None] = 3

    pool_size: Pair = arg(PAIR)
    strides: Pair | None = arg(PAIR_OR_NULL, None, "null: as `pool_size`")
    padding: str = arg(PADDING, "valid")

    def window(self, axis: int) -> Window:
        """The window along ``axis``."""
        strides = self.pool_size if self.strides is None else self.strides
        return Window(self.pool_size[axis], strides[axis], same=self.padding == "same")

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        height, width, read = inputs[0]
        what = type(self).__name__
        return (self.window(0).length(height, what), self.window(1).length(width, what), read)

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        return self.window(axis).reads(span, inputs[0][axis])


@record
class MaxPooling2D(Pooling):
    """The largest value of each window."""

    pool_size: Pair = arg(PAIR, 2)


@record
class AveragePooling2D(Pooling):
    """The mean of each window."""

    EXAMPLE: ClassVar[Example] = Example({"pool_size": 2})


@record
class GlobalPooling(Layer):
    """One number per channel, from the whole image; not a layer on its own."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("keepdims",)

    RANK: ClassVar[int | None] = 3

    keepdims: bool = arg(FLAG, False, "true gives a 1x1 image in place of a vector")

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        read = inputs[0][-1]
        return (1, 1, read) if self.keepdims else (read,)

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        return whole(inputs[0][axis])


@record
class GlobalAveragePooling2D(GlobalPooling):
    """The mean of each channel."""


@record
class GlobalMaxPooling2D(GlobalPooling):
    """The largest value of each channel."""
