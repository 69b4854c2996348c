"""Layers that change an image's size, or its values' range, with nothing learned."""

from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar

from archforge.graph import (
    PLACES,
    Example,
    Layer,
    Shape,
    ShapeError,
    Span,
    arg,
    record,
    show_shape,
)
from archforge.layers.arguments import (
    COUNT,
    EDGES,
    ENDS,
    FACES,
    FLAG,
    INTERPOLATION,
    NUMBER,
    NUMBERS,
    PAIR,
    TRIPLE,
    Edges,
    Pair,
    Sides,
)
from archforge.layers.resampling import interpolated
from archforge.layers.windows import unless_outside, whole


@record
class UpSampling(Layer):
    """Makes an image larger by whole factors; not a layer on its own."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("size",)

    def factor(self, axis: int) -> int:
        """How many positions become of one along ``axis``."""
        raise NotImplementedError  # each layer that is made from this one says it

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        *sizes, read = inputs[0]
        larger = (
            None if size is None else size * self.factor(axis) for axis, size in enumerate(sizes)
        )
        return (*larger, read)

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        return interpolated(span, Fraction(1, self.factor(axis)), "nearest")


@record
class UpSampling1D(UpSampling):
    """Makes a signal longer by a whole factor: each position is repeated."""

    RANK: ClassVar[int | None] = 2

    size: int = arg(COUNT, 2)

    def factor(self, axis: int) -> int:
        return self.size


@record
class UpSampling2D(UpSampling):
    """Makes an image larger by whole factors."""

    RANK: ClassVar[int | None] = 3

    size: Sides = arg(PAIR, 2)
    interpolation: str = arg(INTERPOLATION, "nearest")

    def factor(self, axis: int) -> int:
        return self.size[axis]

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        return interpolated(span, Fraction(1, self.size[axis]), self.interpolation)


@record
class UpSampling3D(UpSampling):
    """Makes a volume larger by whole factors: each position is repeated."""

    RANK: ClassVar[int | None] = 4

    size: Sides = arg(TRIPLE, 2)

    def factor(self, axis: int) -> int:
        return self.size[axis]


@record
class ZeroPadding(Layer):
    """Adds zeros before and behind; not a layer on its own."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("padding",)

    def edges(self) -> Edges:
        """How many before and behind, for each axis but the channels."""
        raise NotImplementedError  # each layer that is made from this one says it

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        *sizes, read = inputs[0]
        larger = (
            None if size is None else size + sum(ends)
            for size, ends in zip(sizes, self.edges(), strict=True)
        )
        return (*larger, read)

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        before = self.edges()[axis][0]
        return unless_outside(span[0] - before, span[1] - before, inputs[0][axis])


@record
class ZeroPadding1D(ZeroPadding):
    """Adds zeros before and behind a signal."""

    RANK: ClassVar[int | None] = 2

    padding: Pair = arg(ENDS, 1)

    def edges(self) -> Edges:
        return (self.padding,)


@record
class ZeroPadding2D(ZeroPadding):
    """Adds rows and columns of zeros."""

    RANK: ClassVar[int | None] = 3

    padding: Edges = arg(EDGES, 1)

    def edges(self) -> Edges:
        return self.padding


@record
class ZeroPadding3D(ZeroPadding):
    """Adds planes, rows and columns of zeros."""

    RANK: ClassVar[int | None] = 4

    padding: Edges = arg(FACES, 1)

    def edges(self) -> Edges:
        return self.padding


@record
class Cropping(Layer):
    """Cuts off what is before and behind; not a layer on its own."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("cropping",)

    def edges(self) -> Edges:
        """How much before and behind, for each axis but the channels."""
        raise NotImplementedError  # each layer that is made from this one says it

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        *sizes, read = inputs[0]
        return (*(self._left(size, axis, len(inputs[0])) for axis, size in enumerate(sizes)), read)

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        before = self.edges()[axis][0]
        return (span[0] + before, span[1] + before)

    def _left(self, size: int | None, axis: int, rank: int) -> int | None:
        off = sum(self.edges()[axis])
        if size is None:
            return None
        if off >= size:
            raise ShapeError(
                "AF212",
                f"{type(self).__name__} cuts {off} {PLACES[rank][axis]} off an input of {size}",
                why="nothing would be left",
                fix=f"cut fewer than {size}, or use a larger input",
            )
        return size - off


@record
class Cropping1D(Cropping):
    """Cuts positions off both ends of a signal."""

    RANK: ClassVar[int | None] = 2

    cropping: Pair = arg(ENDS, 1)

    def edges(self) -> Edges:
        return (self.cropping,)


@record
class Cropping2D(Cropping):
    """Cuts rows and columns off."""

    RANK: ClassVar[int | None] = 3

    cropping: Edges = arg(EDGES, 0)

    def edges(self) -> Edges:
        return self.cropping


@record
class Cropping3D(Cropping):
    """Cuts planes, rows and columns off."""

    RANK: ClassVar[int | None] = 4

    cropping: Edges = arg(FACES, 1)

    def edges(self) -> Edges:
        return self.cropping


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
