"""Layers that act while training only: dropout and noise."""

from collections.abc import Sequence
from typing import ClassVar

from archforge.graph import Example, Layer, Shape, ShapeError, arg, record, show_shape
from archforge.layers.arguments import NOISE_SHAPE, RATE, SEED, SHARE


@record
class Masking(Layer):
    """A part of the values is dropped; not a layer on its own."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("noise_shape",)
    KEEPS: ClassVar[bool] = True

    rate: float = arg(RATE)
    noise_shape: tuple[int | None, ...] | None = arg(NOISE_SHAPE, None)
    seed: int | None = arg(SEED, None)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        if self.noise_shape is not None and not _fits(self.noise_shape, (None, *inputs[0])):
            raise ShapeError(
                "AF217",
                f"noise_shape {_written(self.noise_shape)} does not fit {show_shape(inputs[0])}",
                why="it has one entry for each axis, the batch first: null, 1, or the axis's size",
                fix=f"use {_written((None, *[1] * len(inputs[0])))} to drop whole examples",
            )
        return inputs[0]


def _fits(noise: Sequence[int | None], shape: Sequence[int | None]) -> bool:
    pairs = zip(noise, shape, strict=False)
    return len(noise) == len(shape) and all(n in {None, 1} or n == size for n, size in pairs)


def _written(noise: Sequence[int | None]) -> str:
    return f"[{', '.join('null' if size is None else str(size) for size in noise)}]"


@record
class Dropout(Masking):
    """Sets values to zero at random while training."""

    EXAMPLE: ClassVar[Example] = Example({"rate": 0.1})


@record
class AlphaDropout(Masking):
    """Dropout that keeps mean and variance, for networks of `selu`."""

    EXAMPLE: ClassVar[Example] = Example({"rate": 0.1})


@record
class SpatialDropout(Layer):
    """Sets whole channels to zero at random; not a layer on its own."""

    EXAMPLE: ClassVar[Example] = Example({"rate": 0.1})

    rate: float = arg(RATE)
    seed: int | None = arg(SEED, None)


@record
class SpatialDropout1D(SpatialDropout):
    """Sets whole channels of a signal to zero at random while training."""

    RANK: ClassVar[int | None] = 2


@record
class SpatialDropout2D(SpatialDropout):
    """Sets whole channels to zero at random while training."""

    RANK: ClassVar[int | None] = 3


@record
class SpatialDropout3D(SpatialDropout):
    """Sets whole channels of a volume to zero at random while training."""

    RANK: ClassVar[int | None] = 4


@record
class GaussianNoise(Layer):
    """Adds noise while training."""

    EXAMPLE: ClassVar[Example] = Example({"stddev": 0.1})

    stddev: float = arg(SHARE)
    seed: int | None = arg(SEED, None)


@record
class GaussianDropout(Layer):
    """Multiplies by noise around one while training."""

    EXAMPLE: ClassVar[Example] = Example({"rate": 0.1})

    rate: float = arg(RATE)
    seed: int | None = arg(SEED, None)


@record
class StochasticDepth(Layer):
    """Sets whole examples to zero at random while training (Huang et al. 2016).

    Before an Add with a shortcut it leaves a block out, for some examples of a batch and not for
    others; section 3 of arXiv:1603.09382, scaled while training as Dropout is.
    """

    EXAMPLE: ClassVar[Example] = Example({"drop_path_rate": 0.1})

    drop_path_rate: float = arg(RATE)
    seed: int | None = arg(SEED, None)
