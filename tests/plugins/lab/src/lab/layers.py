"""What archforge must know of our layer; no Keras here, so that checking a spec stays quick."""

from collections.abc import Sequence
from typing import ClassVar

from archforge.graph import Argument, Layer, Parameters, Shape, ShapeError, Span, arg, record

BLOCK = Argument({"type": "integer", "minimum": 1}, text="how many rows and columns become one")
FLAG = Argument({"type": "boolean"}, text="whether each channel is multiplied by a learned number")


@record
class SpaceToDepth(Layer):
    """Squares of pixels laid behind one another as channels, each channel scaled."""

    NAME: ClassVar[str] = "lab/SpaceToDepth"
    KERAS: ClassVar[str] = "lab.keras_layers:SpaceToDepth"
    RANK: ClassVar[int | None] = 3
    SIDES: ClassVar[tuple[str, ...] | None] = ("block_size",)

    block_size: int = arg(BLOCK, 2)
    scale: bool = arg(FLAG, True)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        height, width, channels = inputs[0]
        if channels is None:
            raise ShapeError("AF207", "lab/SpaceToDepth must know the channels of its input")
        return (self._cut(height), self._cut(width), channels * self.block_size**2)

    def weights(self, inputs: Sequence[Shape]) -> Parameters:
        return Parameters(self.shape(inputs)[2] or 0) if self.scale else Parameters()

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        return (span[0] * self.block_size, (span[1] + 1) * self.block_size - 1)

    def _cut(self, size: int | None) -> int | None:
        if size is not None and size % self.block_size:
            raise ShapeError(
                "AF231",
                f"lab/SpaceToDepth cannot cut {size} into blocks of {self.block_size}",
                fix=f"use a multiple of {self.block_size}, or ZeroPadding2D before it",
            )
        return None if size is None else size // self.block_size
