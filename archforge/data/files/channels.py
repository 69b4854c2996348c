"""The channel axis: always there, and only as long as the content needs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def is_grey(values: NDArray[Any]) -> bool:
    """Whether three channels hold the same values."""
    first = values[..., 0]
    return bool(
        values.shape[-1] == 3
        and (first == values[..., 1]).all()
        and (first == values[..., 2]).all()
    )


def without_repeats(values: NDArray[Any]) -> NDArray[Any]:
    """RGB of grey content as 1 channel, all else as it is.

    Shape: ... x channels.
    """
    return np.ascontiguousarray(values[..., :1]) if is_grey(values) else values
