"""The losses on Keras tensors: each gives one number for each image.

Shape: masks batch x height x width, whole numbers (0 and 1 for one class, else class indices);
scores batch x height x width x classes, probabilities of a sigmoid (one class) or a softmax.
"""

from collections.abc import Iterable
from typing import Any

import keras
from keras import ops

from archforge.losses.table import find_function, loss_terms

PIXELS = (1, 2)
# Pixels added above and below the fraction line: an image without a class that predicts none of it
# has loss 0 and a gradient. Neither paper has it; it is what most public U-Net code adds.
SMOOTH = 1.0


def bce(masks: Any, scores: Any) -> Any:
    """Binary cross-entropy, mean over the pixels of an image."""
    truth = ops.cast(ops.expand_dims(masks, -1), "float32")
    return ops.mean(ops.binary_crossentropy(truth, scores), axis=(1, 2, 3))


def crossentropy(masks: Any, scores: Any) -> Any:
    """Cross-entropy with class indices, mean over the pixels of an image."""
    each = ops.sparse_categorical_crossentropy(ops.cast(masks, "int32"), scores)
    return ops.mean(each, axis=PIXELS)


def dice(masks: Any, scores: Any) -> Any:
    """``1 - (2 sum(p t) + s) / (sum(p) + sum(t) + s)`` of every image, mean over its classes.

    Not ``keras.losses.Dice``, which pools the batch: there a large nucleus in one image outweighs
    small ones in all others (0.10 where the mean over images is 0.53).

    Source: Drozdzal et al. 2016, arXiv:1608.04117, equation 1, which leaves out the squares of
    Milletari, Navab and Ahmadi 2016, arXiv:1606.04797, section 3.
    """
    truth = _planes(masks, scores.shape[-1])
    both = ops.sum(truth * scores, axis=PIXELS)
    each = ops.sum(truth, axis=PIXELS) + ops.sum(scores, axis=PIXELS)
    return 1 - ops.mean((2 * both + SMOOTH) / (each + SMOOTH), axis=-1)


def _planes(masks: Any, classes: int) -> Any:
    """One plane for each class, of 0 and 1."""
    if classes == 1:
        return ops.cast(ops.expand_dims(masks, -1), "float32")
    return ops.one_hot(ops.cast(masks, "int32"), classes, dtype="float32")


@keras.saving.register_keras_serializable("archforge")
class PixelLoss(keras.losses.Loss):
    """A sum of losses, mean over the images of a batch.

    Args:
        terms: Keys of ``LOSSES``; their order does not matter.
    """

    def __init__(self, terms: Iterable[str], name: str = "pixel_loss", **kwargs: Any) -> None:
        kwargs.setdefault("reduction", "sum_over_batch_size")
        super().__init__(name=name, **kwargs)
        self.terms = loss_terms("+".join(terms))
        self._functions = [find_function(term) for term in self.terms]

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """One number for each image."""
        scores = ops.cast(y_pred, "float32")
        masks = ops.convert_to_tensor(y_true)
        if len(masks.shape) == len(scores.shape):
            masks = masks[..., 0]
        return sum(function(masks, scores) for function in self._functions)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "terms": list(self.terms)}
