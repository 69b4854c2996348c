"""A sum of losses as one Keras loss, which is saved and loaded with a network."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import import_module
from typing import Any

import keras
from keras import ops

from archforge.losses.pixels import Pixels, compare
from archforge.losses.table import LOSSES
from archforge.losses.terms import Term, loss_terms


@keras.saving.register_keras_serializable("archforge")
class PixelLoss(keras.losses.Loss):
    """A sum of losses, mean over the images of a batch.

    Shape: masks batch x spatial axes, whole numbers (0 and 1 for one class, else class indices,
    ``IGNORED`` for what counts nowhere), with or without an axis of channels; scores the same with
    an axis of classes, probabilities of a sigmoid (one class) or a softmax.

    Args:
        terms: What ``loss_terms`` reads; their order does not matter.
        class_weights: As for ``parse_loss``.
    """

    def __init__(
        self,
        terms: Iterable[str],
        class_weights: Sequence[float] | None = None,
        name: str = "pixel_loss",
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("reduction", "sum_over_batch_size")
        super().__init__(name=name, **kwargs)
        parts = loss_terms("+".join(terms))
        self.terms = tuple(map(str, parts))
        self.class_weights = None if class_weights is None else list(map(float, class_weights))
        self._parts = [(term.weight, _function(term)) for term in parts]

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """One number for each image."""
        scores = ops.cast(y_pred, "float32")
        masks = ops.convert_to_tensor(y_true)
        if len(masks.shape) == len(scores.shape):
            masks = masks[..., 0]
        pixels = compare(masks, scores, self.class_weights)
        return sum(weight * function(pixels) for weight, function in self._parts)

    def get_config(self) -> dict[str, Any]:
        own = {"terms": list(self.terms), "class_weights": self.class_weights}
        return {**super().get_config(), **own}


def _function(term: Term) -> Callable[[Pixels], Any]:
    module, name = LOSSES[term.name].function.split(":")
    return partial(getattr(import_module(module), name), **dict(term.arguments))
