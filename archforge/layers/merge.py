"""Layers that make one of several inputs, in the order they are given.

All but Concatenate stretch a side of 1 to the other inputs' size, and a vector over an image's
height and width, as Keras does.
"""

from collections.abc import Sequence
from typing import ClassVar

from archforge.graph import PLACES, Layer, Shape, ShapeError, Span, arg, record
from archforge.layers.arguments import AXIS
from archforge.layers.sizes import axis_index, row
from archforge.layers.windows import whole

ALIGN = "use `align: crop`, `align: pad` or `align: resize`, or make the sizes equal"


@record
class Elementwise(Layer):
    """One value from the values at the same place; not a layer on its own."""

    SIDES: ClassVar[tuple[str, ...] | None] = ()

    INPUTS: ClassVar[tuple[int, int | None]] = (2, None)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        merged = inputs[0]
        for shape in inputs[1:]:
            merged = self._stretch(merged, shape, inputs)
        return merged

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        return self.reads_each(span, axis, inputs)[0]

    def reads_each(self, span: Span, axis: int, inputs: Sequence[Shape]) -> list[Span | None]:
        rank = max(map(len, inputs))
        # What has fewer axes is stretched over all positions.
        stretched = [len(shape) < rank or shape[axis] == 1 for shape in inputs]
        return [(0, 0) if stretch else span for stretch in stretched]

    def _stretch(self, one: Shape, other: Shape, inputs: Sequence[Shape]) -> Shape:
        """Keras's rule: axes are compared from the last; 1 takes the other's size."""
        long, short = sorted((one, other), key=len, reverse=True)
        rest = len(long) - len(short)
        merged = list(long[:rest])
        for index, (a, b) in enumerate(zip(long[rest:], short, strict=True), start=rest):
            if None in {a, b}:
                merged.append(None)
            elif a != b and 1 not in {a, b}:
                raise self._refusal(inputs, last=index == len(long) - 1)
            else:
                merged.append(b if a == 1 else a)
        return tuple(merged)

    def _refusal(self, inputs: Sequence[Shape], *, last: bool) -> ShapeError:
        what = type(self).__name__
        if not last:
            return ShapeError(
                "AF209",
                f"the inputs of {what} differ in size: {row(inputs)}",
                why="values are merged place by place; only a side of 1 is stretched",
                fix=ALIGN,
            )
        return ShapeError(
            "AF208",
            f"the inputs of {what} differ in channels: {row(inputs)}",
            why="values are merged channel by channel; only a single channel is stretched",
            fix="bring the shortcut to the same channels with a 1x1 convolution, "
            f"{{layer: {_convolution(inputs[0])}, kernel_size: 1, filters: ...}}",
        )


def _convolution(shape: Shape) -> str:
    return f"Conv{len(shape) - 1}D" if len(shape) in PLACES else "Conv2D"


@record
class Add(Elementwise):
    """The sum of its inputs."""


@record
class Subtract(Elementwise):
    """Its first input less its second."""

    INPUTS: ClassVar[tuple[int, int | None]] = (2, 2)


@record
class Multiply(Elementwise):
    """The product of its inputs."""


@record
class Average(Elementwise):
    """The mean of its inputs."""


@record
class Maximum(Elementwise):
    """The largest of its inputs, place by place."""


@record
class Minimum(Elementwise):
    """The smallest of its inputs, place by place."""


@record
class Concatenate(Layer):
    """Its inputs behind one another, along the channels unless `axis` says otherwise."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("axis",)

    # One input is legal: `x@i@*` may have a single member.
    INPUTS: ClassVar[tuple[int, int | None]] = (1, None)

    axis: int = arg(AXIS, -1)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        if len({len(shape) for shape in inputs}) > 1:
            raise ShapeError(
                "AF202",
                f"the inputs of Concatenate differ in their number of axes: {row(inputs)}",
                why="a vector and an image have no common axis to join along",
                fix="give global pooling `keepdims: true`, or Reshape one of them",
            )
        index = axis_index(self.axis, inputs[0], "Concatenate")
        self._check_others(inputs, index)
        joined = [shape[index] for shape in inputs]
        size = None if None in joined else sum(part or 0 for part in joined)
        return (*inputs[0][:index], size, *inputs[0][index + 1 :])

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        return self.reads_each(span, axis, inputs)[0]

    def reads_each(self, span: Span, axis: int, inputs: Sequence[Shape]) -> list[Span | None]:
        if axis != axis_index(self.axis, inputs[0], "Concatenate"):
            return [span] * len(inputs)
        parts: list[Span | None] = []
        start = 0
        for shape in inputs:
            size = shape[axis]
            if size is None:  # where one input ends and the next begins is not known
                return [whole(each[axis]) for each in inputs]
            first, last = max(span[0] - start, 0), min(span[1] - start, size - 1)
            parts.append((first, last) if first <= last else None)
            start += size
        return parts

    def _check_others(self, inputs: Sequence[Shape], index: int) -> None:
        for axis in range(len(inputs[0])):
            sizes = {shape[axis] for shape in inputs} - {None}
            if axis != index and len(sizes) > 1:
                raise ShapeError(
                    "AF204",
                    f"the inputs of Concatenate differ in size: {row(inputs)}",
                    why="every axis but the one that is joined must be equally long",
                    fix=ALIGN,
                )
