"""Normalization: by batch, layer, group, position; by given statistics; by neighbouring channels.

And `LayerScale`, the learned factor that stands where a normalization's own would.

What a layer reads is told for inference: batch statistics are constants then.
"""

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
    AXES,
    AXES_OR_NULL,
    AXIS,
    CONSTRAINT,
    FLAG,
    GROUPS,
    INITIALIZER,
    NATURAL,
    NUMBER,
    NUMBERS_OR_NULL,
    POSITIVE,
    REGULARIZER,
    SHARE,
)
from archforge.layers.sizes import axis_index, axis_indices, channels, known
from archforge.layers.windows import whole


@record
class Affine(Layer):
    """A learned scale and offset after normalizing; not a layer on its own."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("axis",)
    KEEPS: ClassVar[bool] = True

    epsilon: float = arg(POSITIVE, 1e-3)
    center: bool = arg(FLAG, True, "learn an offset, beta")
    scale: bool = arg(FLAG, True, "learn a factor, gamma")
    beta_initializer: Any = arg(INITIALIZER, "zeros")
    gamma_initializer: Any = arg(INITIALIZER, "ones")
    beta_regularizer: Any = arg(REGULARIZER, None)
    gamma_regularizer: Any = arg(REGULARIZER, None)
    beta_constraint: Any = arg(CONSTRAINT, None)
    gamma_constraint: Any = arg(CONSTRAINT, None)

    def kept(self, shape: Shape) -> int:
        """How many values have a scale and an offset of their own."""
        raise NotImplementedError  # each layer that is made from this one says it

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        self.kept(inputs[0])
        return inputs[0]

    def weights(self, inputs: Sequence[Shape]) -> Parameters:
        return Parameters((self.center + self.scale) * self.kept(inputs[0]))


@record
class BatchNormalization(Affine):
    """Mean 0 and variance 1 of each channel, by the batch while training, then by its average."""

    axis: int = arg(AXIS, -1)
    momentum: float = arg(SHARE, 0.99, "share of the moving average that a batch leaves as it is")
    moving_mean_initializer: Any = arg(INITIALIZER, "zeros")
    moving_variance_initializer: Any = arg(INITIALIZER, "ones")
    synchronized: bool = arg(FLAG, False, "one statistic over all devices")

    def kept(self, shape: Shape) -> int:
        return known(shape, axis_index(self.axis, shape, "BatchNormalization"), type(self).__name__)

    def weights(self, inputs: Sequence[Shape]) -> Parameters:
        kept = self.kept(inputs[0])
        return Parameters((self.center + self.scale) * kept, 2 * kept)


@record
class LayerNormalization(Affine):
    """Mean 0 and variance 1 along an axis, for each example on its own."""

    axis: int | tuple[int, ...] = arg(AXES, -1)

    def kept(self, shape: Shape) -> int:
        axes = axis_indices(self.axis, shape, "LayerNormalization")
        return prod(known(shape, index, "LayerNormalization") for index in axes)

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        mixed = axis_indices(self.axis, inputs[0], "LayerNormalization")
        return whole(inputs[0][axis]) if axis in mixed else span


@record
class GroupNormalization(Affine):
    """Mean 0 and variance 1 of each group of channels, for each example on its own."""

    EXAMPLE: ClassVar[Example] = Example({"groups": 2})

    SIDES: ClassVar[tuple[str, ...] | None] = ("axis", "groups")

    groups: int = arg(GROUPS, 32)
    axis: int = arg(AXIS, -1)

    def kept(self, shape: Shape) -> int:
        return known(shape, axis_index(self.axis, shape, "GroupNormalization"), type(self).__name__)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        kept = self.kept(inputs[0])
        if self.groups != -1 and kept % self.groups:
            raise ShapeError(
                "AF205",
                f"GroupNormalization has {kept} channels, "
                f"which {self.groups} groups cannot share evenly",
                why="each group takes its part of the channels",
                fix=f"make `groups` a divisor of {kept}, or -1 for one group per channel",
            )
        return inputs[0]

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        index = axis_index(self.axis, inputs[0], "GroupNormalization")
        if axis != index:
            return whole(inputs[0][axis])
        size = self.kept(inputs[0])
        group = 1 if self.groups == -1 else size // self.groups
        return (span[0] // group * group, span[1] // group * group + group - 1)


@record
class UnitNormalization(Layer):
    """Length 1 along an axis."""

    SIDES: ClassVar[tuple[str, ...] | None] = ("axis",)
    KEEPS: ClassVar[bool] = True

    axis: int | tuple[int, ...] = arg(AXES, -1)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        axis_indices(self.axis, inputs[0], "UnitNormalization")
        return inputs[0]

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        mixed = axis_indices(self.axis, inputs[0], "UnitNormalization")
        return whole(inputs[0][axis]) if axis in mixed else span


@record
class Normalization(Layer):
    """Subtracts a mean and divides by a standard deviation, given or adapted to the data.

    Without `mean` and `variance` both are weights, with a count: parity with EfficientNet.
    """

    SIDES: ClassVar[tuple[str, ...] | None] = ("axis", "mean", "variance")
    KEEPS: ClassVar[bool] = True

    axis: int | tuple[int, ...] | None = arg(AXES_OR_NULL, -1)
    mean: float | tuple[float, ...] | None = arg(NUMBERS_OR_NULL, None)
    variance: float | tuple[float, ...] | None = arg(NUMBERS_OR_NULL, None)
    invert: bool = arg(FLAG, False)

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        self.check_inputs(inputs)
        self._check_given(inputs[0], self._kept(inputs[0]))
        return inputs[0]

    def weights(self, inputs: Sequence[Shape]) -> Parameters:
        if self.mean is not None:
            return Parameters()
        return Parameters(0, 2 * prod(self._kept(inputs[0])) + 1)

    def _kept(self, shape: Shape) -> list[int]:
        axes = () if self.axis is None else self.axis
        indices = axis_indices(axes, shape, "Normalization")
        return [known(shape, index, "Normalization") for index in indices]

    def _check_given(self, shape: Shape, kept: list[int]) -> None:
        lengths = [_length(self.mean), _length(self.variance)]
        if lengths[0] != lengths[1]:
            raise self._refusal(
                shape, f"`mean` has {_words(lengths[0])}, `variance` has {_words(lengths[1])}"
            )
        if isinstance(self.mean, tuple) and (not kept or len(self.mean) not in {1, kept[-1]}):
            last = kept[-1] if kept else "no axis"
            raise self._refusal(shape, f"{len(self.mean)} numbers were given for {last}")

    def _refusal(self, shape: Shape, why: str) -> ShapeError:
        return ShapeError(
            "AF214",
            f"`mean` and `variance` of Normalization do not fit {show_shape(shape)}",
            why=why,
            fix="give both, each one number or one per channel, or neither",
        )


def _length(given: float | tuple[float, ...] | None) -> int | None:
    if given is None:
        return None
    return len(given) if isinstance(given, tuple) else 0


def _words(length: int | None) -> str:
    if length is None:
        return "no value"
    return f"{length} numbers" if length else "one number"


@record
class LocalResponseNormalization(Layer):
    """Divides by the strength of neighbouring channels (Krizhevsky, Sutskever and Hinton 2012).

    `x / (bias + alpha * sum of squares over 2 * depth_radius + 1 channels) ** beta`, section 3.3;
    names and defaults are those of `tf.nn.local_response_normalization`.
    """

    RANK: ClassVar[int | None] = 3

    depth_radius: int = arg(NATURAL, 5)
    bias: float = arg(NUMBER, 1.0)
    alpha: float = arg(NUMBER, 1.0)
    beta: float = arg(NUMBER, 0.5)


@record
class LayerScale(Layer):
    """A learned factor for each channel, almost zero at first (Touvron et al. 2021).

    Section 2 of arXiv:2103.17239; the default is that of ConvNeXt. A branch that it ends starts as
    almost nothing beside its shortcut, so that deep networks train.
    """

    init_values: float = arg(NUMBER, 1e-6, "what every factor starts at")

    def weights(self, inputs: Sequence[Shape]) -> Parameters:
        return Parameters(channels(inputs[0], "LayerScale"))
