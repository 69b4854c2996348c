"""From scores to the classes of the mask, whatever was learned in its place."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.predict.objects import foreground_score
from archforge.predict.predictor import THRESHOLD, as_mask


def mask_of(
    scores: NDArray[np.float32], *, bordered: bool = False, threshold: float = THRESHOLD
) -> NDArray[Any]:
    """Class indices; inside and border of an object are both its class, 1.

    Shape: spatial axes x classes to spatial axes.
    """
    if bordered:
        return (foreground_score(scores) >= np.float32(threshold)).astype(np.uint8)
    return as_mask(scores, threshold)
