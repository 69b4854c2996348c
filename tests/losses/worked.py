"""What the tests of losses share: one number for small arrays."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from archforge.losses import parse_loss


def value(
    text: str, classes: int, masks: ArrayLike, scores: ArrayLike, weights: Any = None
) -> float:
    """The loss of a batch."""
    truth = np.asarray(masks, dtype=np.uint8)
    task = "segmentation" if truth.ndim > 1 else "classification"
    loss = parse_loss(text, classes, weights, task=task)
    return float(loss(truth, np.asarray(scores, dtype=np.float32)))


def column(*numbers: float) -> Any:
    """One image one pixel wide, one class."""
    return np.array(numbers, dtype=np.float32).reshape(1, -1, 1, 1)


def line(*indices: int) -> Any:
    """The mask of such an image."""
    return np.array(indices, dtype=np.uint8).reshape(1, -1, 1)
