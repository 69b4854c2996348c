"""Layers of ours that bring an image to another one's size; the first input is the one changed.

Where all sizes are known each gives the Keras layer that does the same, so that saved models need
no code of ours. An odd row or column is taken off, or put on, at the bottom and right.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, ClassVar

from archforge.graph import Example, Layer, Shape, ShapeError, Span, arg, record, show_shape
from archforge.layers.arguments import INTERPOLATION, PADDING, PAIR, Pair
from archforge.layers.resampling import interpolated
from archforge.layers.resize import Cropping2D, Identity, Resizing, ZeroPadding2D
from archforge.layers.windows import Window, unless_outside, whole


@record
class Like(Layer):
    """What the three share: a height and width taken from the inputs; not a layer on its own."""

    SIDES: ClassVar[tuple[str, ...] | None] = ()

    RANK: ClassVar[int | None] = 3

    def target(self, inputs: Sequence[Shape], axis: int) -> int | None:
        """The size along ``axis``; ``None`` where it is open."""
        raise NotImplementedError

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        return (self.target(inputs, 0), self.target(inputs, 1), inputs[0][-1])

    def plain(self, inputs: Sequence[Shape]) -> Layer:
        height, width, _ = self.shape(inputs)
        if height is None or width is None or None in inputs[0][:2]:
            return self
        if (height, width) == inputs[0][:2]:
            return Identity(**self._base())
        return self._keras(inputs[0], (height, width))

    def reads_each(self, span: Span, axis: int, inputs: Sequence[Shape]) -> list[Span | None]:
        # Of the other inputs only the size is read.
        return [self.reads(span, axis, inputs), *[None] * (len(inputs) - 1)]

    def _keras(self, read: Shape, size: Pair) -> Layer:
        raise NotImplementedError

    def _base(self) -> dict[str, Any]:
        return {"trainable": self.trainable, "dtype": self.dtype}


def _sizes(inputs: Sequence[Shape], axis: int) -> list[int] | None:
    sizes = [shape[axis] for shape in inputs]
    return None if None in sizes else [size for size in sizes if size is not None]


def _halves(rest: int) -> Pair:
    return (rest // 2, rest - rest // 2)


def _edges(read: Shape, size: Pair) -> tuple[Pair, Pair]:
    """What is between the two sizes, before and behind, for height and width."""
    height, width = read[0] or 0, read[1] or 0
    return (_halves(abs(height - size[0])), _halves(abs(width - size[1])))


@record
class CropLike(Like):
    """Crops its first input to the smallest of all (U-Net, Ronneberger, Fischer and Brox 2015)."""

    INPUTS: ClassVar[tuple[int, int | None]] = (2, None)

    def target(self, inputs: Sequence[Shape], axis: int) -> int | None:
        sizes = _sizes(inputs, axis)
        return None if sizes is None else min(sizes)

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        size, target = inputs[0][axis], self.target(inputs, axis)
        if size is None or target is None:
            return whole(size)
        before = (size - target) // 2
        return (span[0] + before, span[1] + before)

    def _keras(self, read: Shape, size: Pair) -> Layer:
        return Cropping2D(cropping=_edges(read, size), **self._base())


@record
class PadLike(Like):
    """Pads its first input with zeros to the largest of all (ours, after `ZeroPadding2D`)."""

    INPUTS: ClassVar[tuple[int, int | None]] = (2, None)

    def target(self, inputs: Sequence[Shape], axis: int) -> int | None:
        sizes = _sizes(inputs, axis)
        return None if sizes is None else max(sizes)

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        size, target = inputs[0][axis], self.target(inputs, axis)
        if size is None or target is None:
            return whole(size)
        before = (target - size) // 2
        return unless_outside(span[0] - before, span[1] - before, size)

    def _keras(self, read: Shape, size: Pair) -> Layer:
        return ZeroPadding2D(padding=_edges(read, size), **self._base())


@record
class PadToStep(Like):
    """Pads with zeros to the next size that a network takes (ours; what `sizes: pad` adds)."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("minimum", "step")

    INPUTS: ClassVar[tuple[int, int | None]] = (1, 1)

    minimum: Pair = arg(PAIR, 1)
    step: Pair = arg(PAIR, 1)

    def target(self, inputs: Sequence[Shape], axis: int) -> int | None:
        size = inputs[0][axis]
        if size is None:
            return None
        above = max(size - self.minimum[axis], 0)
        return self.minimum[axis] + -(-above // self.step[axis]) * self.step[axis]

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        size, target = inputs[0][axis], self.target(inputs, axis)
        if size is None or target is None:
            return whole(size)
        before = (target - size) // 2
        return unless_outside(span[0] - before, span[1] - before, size)

    def _keras(self, read: Shape, size: Pair) -> Layer:
        return ZeroPadding2D(padding=_edges(read, size), **self._base())


@record
class ResizeLike(Like):
    """Resizes its first input to the second's size (FCN, Long, Shelhamer and Darrell 2015)."""

    INPUTS: ClassVar[tuple[int, int | None]] = (2, 2)

    interpolation: str = arg(INTERPOLATION, "bilinear")

    def target(self, inputs: Sequence[Shape], axis: int) -> int | None:
        return inputs[1][axis]

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        size, target = inputs[0][axis], inputs[1][axis]
        if size is None or target is None:
            return whole(size)
        return interpolated(span, Fraction(size, target), self.interpolation)

    def _keras(self, read: Shape, size: Pair) -> Layer:
        height, width = size
        return Resizing(
            height=height, width=width, interpolation=self.interpolation, **self._base()
        )


@record
class MaxUnpool2D(Layer):
    """Puts values where its second input's maxima were (Badrinarayanan, Kendall, Cipolla 2017).

    Takes the second input's size; all other places are zero. Of equal maxima the first counts.
    SegNet, section 3, arXiv:1511.00561.
    """

    SIDES: ClassVar[tuple[str, ...] | None] = ("pool_size", "padding")

    INPUTS: ClassVar[tuple[int, int | None]] = (2, 2)
    RANK: ClassVar[int | None] = 3

    EXAMPLE: ClassVar[Example] = Example(inputs=((16, 16, 4), (32, 32, 4)))

    pool_size: Pair = arg(PAIR, 2)
    padding: str = arg(PADDING, "valid", "that of the pooling")

    def window(self, axis: int) -> Window:
        """The window of the pooling along ``axis``."""
        pool = self.pool_size[axis]
        return Window(pool, pool, same=self.padding == "same")

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        pooled, before = inputs
        sides = [self.window(axis).length(before[axis], "MaxUnpool2D") for axis in (0, 1)]
        if not all(map(_agree, pooled, (*sides, before[2]))):
            raise ShapeError(
                "AF215",
                f"MaxUnpool2D cannot bring {show_shape(pooled)} back to {show_shape(before)}",
                why=f"pooled by {self.pool_size[0]}x{self.pool_size[1]} with "
                f"`padding: {self.padding}` the second input must have the first's size and "
                "channels",
                fix="give the tensor before the pooling as the second input, and bring the first "
                "to its channels",
            )
        return before

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        pool, before = self.pool_size[axis], self.window(axis).before(inputs[1][axis])
        first, last = ((place + before) // pool for place in span)
        return unless_outside(first, last, inputs[0][axis])

    def reads_each(self, span: Span, axis: int, inputs: Sequence[Shape]) -> list[Span | None]:
        values = self.reads(span, axis, inputs)
        if values is None:
            return [None, None]
        # Where the maximum is depends on the whole window.
        return [values, self.window(axis).reads(values, inputs[1][axis])]


def _agree(one: int | None, other: int | None) -> bool:
    return None in {one, other} or one == other
