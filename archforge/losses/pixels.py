"""What every loss looks at: truth and scores side by side, and which pixels count.

An image of any rank is compared in the same way: 2-D, 3-D, or none at all, where a classifier gives
one row of scores for each image.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from keras import ops

from archforge.losses.table import IGNORED


@dataclass(frozen=True, eq=False)
class Pixels:
    """Truth and scores of a batch; spatial axes stand between the first and the last.

    Args:
        index: The class of each pixel, 0 where it is ignored; no planes.
        truth: 1 where a pixel is of the plane's class; 0 elsewhere and where it is ignored. One
            plane for a sigmoid (its foreground), else one for each class.
        scores: Probabilities, of the same shape.
        counted: 1 where a pixel counts, 0 where it is ignored; one plane.
        weights: What a pixel counts: its class's weight, 0 where it is ignored; no planes.
    """

    index: Any
    truth: Any
    scores: Any
    counted: Any
    weights: Any

    @property
    def axes(self) -> tuple[int, ...]:
        """The spatial axes."""
        return tuple(range(1, len(self.scores.shape) - 1))

    @property
    def planes(self) -> int:
        """1 for a sigmoid, else the number of classes."""
        return int(self.scores.shape[-1])

    def sum(self, values: Any) -> Any:
        """The sum over the pixels that count: batch x planes."""
        return ops.sum(values * self.counted, axis=self.axes)

    def mean(self, each: Any) -> Any:
        """The weighted mean of one value for each pixel: one number for each image.

        Where an image is one pixel, its value is multiplied by its weight: a mean over itself would
        cancel it. That is what ``class_weight`` of ``keras.Model.fit`` does.
        """
        if not self.axes:
            return each * self.weights
        total = ops.sum(each * self.weights, axis=self.axes)
        return total / whole(ops.sum(self.weights, axis=self.axes))


def whole(divisor: Any) -> Any:
    """The divisor, but 1 where it is 0: what is divided by it is 0 there too."""
    return ops.where(divisor > 0, divisor, ops.ones_like(divisor))


def compare(masks: Any, scores: Any, class_weights: Sequence[float] | None = None) -> Pixels:
    """Put masks and scores side by side.

    Args:
        masks: Class indices, or ``IGNORED``; batch x spatial axes.
        scores: Probabilities of a sigmoid or a softmax; the same with an axis of planes.
        class_weights: For each class; two for a sigmoid.
    """
    masks, planes = ops.cast(masks, "int32"), int(scores.shape[-1])
    known = masks != IGNORED
    counted = ops.cast(known, "float32")
    index = ops.where(known, masks, ops.zeros_like(masks))
    if planes == 1:
        truth = ops.cast(ops.expand_dims(index, -1), "float32")
    else:
        truth = ops.one_hot(index, planes, dtype="float32") * ops.expand_dims(counted, -1)
    weights = counted
    if class_weights is not None:
        weights = counted * ops.take(ops.convert_to_tensor(class_weights, "float32"), index)
    return Pixels(index, truth, scores, ops.expand_dims(counted, -1), weights)
