"""Layers of ours that bring an image to another one's size; the first input is the one changed.

Where all sizes are known each gives the Keras layer that does the same, so that saved models need
no code of ours. An odd row or column is taken off, or put on, at the bottom and right. What crops
and pads does so to signals and volumes too; Keras resizes images alone.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, ClassVar

from archforge.graph import (
    PLACES,
    Example,
    Layer,
    Shape,
    ShapeError,
    Span,
    arg,
    record,
    show_axes,
    show_shape,
)
from archforge.layers.arguments import EACH, INTERPOLATION, PADDING, PAIR, Pair, Sides
from archforge.layers.resampling import interpolated
from archforge.layers.resize import (
    Cropping1D,
    Cropping2D,
    Cropping3D,
    Identity,
    Resizing,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
)
from archforge.layers.sizes import check_each, row
from archforge.layers.windows import Window, unless_outside, whole

# By the number of axes, as `RANK` counts them.
CROPS: dict[int, type[Layer]] = {2: Cropping1D, 3: Cropping2D, 4: Cropping3D}
PADS: dict[int, type[Layer]] = {2: ZeroPadding1D, 3: ZeroPadding2D, 4: ZeroPadding3D}


@record
class Like(Layer):
    """What they share: a size taken from the inputs; not a layer on its own."""

    SIDES: ClassVar[tuple[str, ...] | None] = ()

    def target(self, inputs: Sequence[Shape], axis: int) -> int | None:
        """The size along ``axis``; ``None`` where it is open."""
        raise NotImplementedError  # each layer that is made from this one says it

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        *sizes, read = inputs[0]
        return (*(self.target(inputs, axis) for axis in range(len(sizes))), read)

    def check_inputs(self, inputs: Sequence[Shape]) -> None:
        super().check_inputs(inputs)
        what = type(self).__name__
        if len({len(shape) for shape in inputs}) > 1:
            raise ShapeError(
                "AF202",
                f"the inputs of {what} differ in their number of axes: {row(inputs)}",
                why="each axis takes its size from the same axis of the others",
                fix="bring them to as many axes with Reshape",
            )
        if len(inputs[0]) not in PLACES:
            raise ShapeError(
                "AF202",
                f"{what} needs an image, a signal or a volume, its input has "
                f"{show_axes(len(inputs[0]))}",
                why="only what has positions can be brought to another size",
                fix="put it before Flatten or global pooling",
            )

    def plain(self, inputs: Sequence[Shape]) -> Layer:
        made, read = self.shape(inputs)[:-1], inputs[0][:-1]
        if None in made or None in read:
            return self
        if made == read:
            return Identity(**self._base())
        before, after = ([size or 0 for size in sizes] for sizes in (read, made))
        return self._keras(before, after)

    def reads_each(self, span: Span, axis: int, inputs: Sequence[Shape]) -> list[Span | None]:
        # Of the other inputs only the size is read.
        return [self.reads(span, axis, inputs), *[None] * (len(inputs) - 1)]

    def _keras(self, before: Sequence[int], after: Sequence[int]) -> Layer:
        """The Keras layer that brings an image of one size to another."""
        raise NotImplementedError  # each layer that is made from this one says it

    def _base(self) -> dict[str, Any]:
        return {"trainable": self.trainable, "dtype": self.dtype}


def _sizes(inputs: Sequence[Shape], axis: int) -> list[int] | None:
    sizes = [shape[axis] for shape in inputs]
    return None if None in sizes else [size for size in sizes if size is not None]


def _halves(rest: int) -> Pair:
    return (rest // 2, rest - rest // 2)


def _edges(before: Sequence[int], after: Sequence[int]) -> Any:
    """What is between the two sizes, before and behind along each axis, as Keras has it."""
    edges = tuple(_halves(abs(one - two)) for one, two in zip(before, after, strict=True))
    return edges if len(edges) > 1 else edges[0]


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

    def _keras(self, before: Sequence[int], after: Sequence[int]) -> Layer:
        kind = CROPS[len(before) + 1]
        return kind.of({"cropping": _edges(before, after), **self._base()})


@record
class Padded(Like):
    """Zeros around its first input; not a layer on its own."""

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        size, target = inputs[0][axis], self.target(inputs, axis)
        if size is None or target is None:
            return whole(size)
        before = (target - size) // 2
        return unless_outside(span[0] - before, span[1] - before, size)

    def _keras(self, before: Sequence[int], after: Sequence[int]) -> Layer:
        kind = PADS[len(before) + 1]
        return kind.of({"padding": _edges(before, after), **self._base()})


@record
class PadLike(Padded):
    """Pads its first input with zeros to the largest of all (ours, after `ZeroPadding2D`)."""

    INPUTS: ClassVar[tuple[int, int | None]] = (2, None)

    def target(self, inputs: Sequence[Shape], axis: int) -> int | None:
        sizes = _sizes(inputs, axis)
        return None if sizes is None else max(sizes)


@record
class PadToStep(Padded):
    """Pads with zeros to the next size that a network takes (ours; what `sizes: pad` adds)."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("minimum", "step")

    INPUTS: ClassVar[tuple[int, int | None]] = (1, 1)

    minimum: int | Sides = arg(EACH, 1)
    step: int | Sides = arg(EACH, 1)

    def check_inputs(self, inputs: Sequence[Shape]) -> None:
        super().check_inputs(inputs)
        check_each(self.minimum, len(inputs[0]), "`minimum` of PadToStep")
        check_each(self.step, len(inputs[0]), "`step` of PadToStep")

    def target(self, inputs: Sequence[Shape], axis: int) -> int | None:
        size, least, step = inputs[0][axis], _at(self.minimum, axis), _at(self.step, axis)
        if size is None:
            return None
        above = max(size - least, 0)
        return least + -(-above // step) * step


def _at(given: int | Sides, axis: int) -> int:
    return given if isinstance(given, int) else given[axis]


@record
class ResizeLike(Like):
    """Resizes its first input to the second's size (FCN, Long, Shelhamer and Darrell 2015)."""

    RANK: ClassVar[int | None] = 3

    INPUTS: ClassVar[tuple[int, int | None]] = (2, 2)

    interpolation: str = arg(INTERPOLATION, "bilinear")

    def check_inputs(self, inputs: Sequence[Shape]) -> None:
        rank = len(inputs[0])
        if rank in PLACES and rank != self.RANK:
            raise ShapeError(
                "AF202",
                f"ResizeLike resizes images, its input has {show_axes(rank)}",
                why="Keras interpolates over height and width alone",
                fix="use `align: crop` or `align: pad`, or the layer CropLike or PadLike",
            )
        super().check_inputs(inputs)

    def target(self, inputs: Sequence[Shape], axis: int) -> int | None:
        return inputs[1][axis]

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        size, target = inputs[0][axis], inputs[1][axis]
        if size is None or target is None:
            return whole(size)
        return interpolated(span, Fraction(size, target), self.interpolation)

    def _keras(self, before: Sequence[int], after: Sequence[int]) -> Layer:
        height, width = after
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
