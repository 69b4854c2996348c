"""Layers that change an image's height and width, or its values' range, with nothing learned."""

from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar

from archforge.graph import Example, Layer, Shape, ShapeError, Span, arg, record, show_shape
from archforge.layers.arguments import (
    COUNT,
    EDGES,
    FLAG,
    INTERPOLATION,
    NUMBER,
    NUMBERS,
    PAIR,
    Edges,
    Pair,
)
from archforge.layers.resampling import interpolated
from archforge.layers.windows import unless_outside, whole


@record
class UpSampling2D(Layer):
    """Makes an image larger by whole factors."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("size",)

    RANK: ClassVar[int | None] = 3

    size: Pair = arg(PAIR, 2)
    interpolation: str = arg(INTERPOLATION, "nearest")

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        height, width = (
            None if size is None else size * factor
            for size, factor in zip(inputs[0][:2], self.size, strict=True)
        )
        return (height, width, inputs[0][-1])

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        return interpolated(span, Fraction(1, self.size[axis]), self.interpolation)


@record
class ZeroPadding2D(Layer):
    """Adds rows and columns of zeros."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("padding",)

    RANK: ClassVar[int | None] = 3

    padding: Edges = arg(EDGES, 1)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        height, width = (
            None if size is None else size + sum(edges)
            for size, edges in zip(inputs[0][:2], self.padding, strict=True)
        )
        return (height, width, inputs[0][-1])

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        before = self.padding[axis][0]
        return unless_outside(span[0] - before, span[1] - before, inputs[0][axis])


@record
class Cropping2D(Layer):
    """Cuts rows and columns off."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("cropping",)

    RANK: ClassVar[int | None] = 3

    cropping: Edges = arg(EDGES, 0)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        return (self._left(inputs[0], 0), self._left(inputs[0], 1), inputs[0][-1])

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        before = self.cropping[axis][0]
        return (span[0] + before, span[1] + before)

    def _left(self, shape: Shape, axis: int) -> int | None:
        size, off = shape[axis], sum(self.cropping[axis])
        if size is None:
            return None
        if off >= size:
            side = ("rows", "columns")[axis]
            raise ShapeError(
                "AF212",
                f"Cropping2D cuts {off} {side} off an input of {size}",
                why="nothing would be left",
                fix=f"cut fewer than {size}, or use a larger input",
            )
        return size - off


@record
class Resizing(Layer):
    """Brings an image to a given height and width."""

    EXAMPLE: ClassVar[Example] = Example({"height": 64, "width": 64})

    SIDES: ClassVar[tuple[str, ...] | None] = (
        "height",
        "width",
        "crop_to_aspect_ratio",
        "pad_to_aspect_ratio",
    )

    RANK: ClassVar[int | None] = 3

    height: int = arg(COUNT)
    width: int = arg(COUNT)
    interpolation: str = arg(INTERPOLATION, "bilinear")
    crop_to_aspect_ratio: bool = arg(FLAG, False)
    pad_to_aspect_ratio: bool = arg(FLAG, False)
    fill_value: float = arg(NUMBER, 0.0)
    antialias: bool = arg(FLAG, False)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            raise ShapeError(
                "AF216",
                "Resizing cannot have crop_to_aspect_ratio and pad_to_aspect_ratio at once",
                why="one cuts what does not fit, the other fills up",
                fix="keep one of them",
            )
        return (self.height, self.width, inputs[0][-1])

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        size = inputs[0][axis]
        if size is None or self.crop_to_aspect_ratio or self.pad_to_aspect_ratio:
            return whole(size)
        scale = Fraction(size, (self.height, self.width)[axis])
        return interpolated(span, scale, self.interpolation, antialias=self.antialias)


@record
class Rescaling(Layer):
    """Multiplies by `scale` and adds `offset`, each one number or one per channel."""

    EXAMPLE: ClassVar[Example] = Example({"scale": "=1/255"})

    SIDES: ClassVar[tuple[str, ...] | None] = ("scale", "offset")
    KEEPS: ClassVar[bool] = True

    scale: float | tuple[float, ...] = arg(NUMBERS)
    offset: float | tuple[float, ...] = arg(NUMBERS, 0.0)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        for name, given in (("scale", self.scale), ("offset", self.offset)):
            if isinstance(given, tuple) and len(given) not in {1, inputs[0][-1]}:
                raise ShapeError(
                    "AF214",
                    f"`{name}` of Rescaling has {len(given)} numbers, "
                    f"its input is {show_shape(inputs[0])}",
                    why="a list has one number per channel",
                    fix=f"give one number, or {inputs[0][-1] or 'as many as there are channels'}",
                )
        return inputs[0]


@record
class Identity(Layer):
    """Its input, unchanged."""
