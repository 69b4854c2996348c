"""One image to be scored: what is true of it, and what was said about it."""

from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

# The class index of pixels that count nowhere; the losses leave out the same.
IGNORED = 255


@dataclass(frozen=True, eq=False)
class Case:
    """One image; each metric takes what it needs and is left out where that is missing.

    Args:
        truth: Class indices (0 and 1 for one class) or ``IGNORED``; any number of axes, none for an
            image with one class as a whole.
        predicted: The same shape.
        scores: Probabilities, one more axis: 1 for a sigmoid, else one for each class.
        true_labels: Objects, numbered from 1 in any order; 0 is background.
        predicted_labels: The same shape.
        spacing: Micrometres from pixel to pixel along each axis.
        id: The image's name.
        group: The name of what it makes with others, such as a stack; empty where it stands alone.
    """

    truth: NDArray[Any] | None = None
    predicted: NDArray[Any] | None = None
    scores: NDArray[np.float32] | None = None
    true_labels: NDArray[Any] | None = None
    predicted_labels: NDArray[Any] | None = None
    spacing: tuple[float, ...] | None = None
    id: str = ""
    group: str = ""

    @property
    def known(self) -> NDArray[np.bool_] | None:
        """Where pixels count; ``None`` where all do."""
        if self.truth is None:
            return None
        known: NDArray[np.bool_] = np.asarray(self.truth != IGNORED)
        return None if known.all() else known


class Tally(Protocol):
    """Counts of one image that add up to those of many."""

    def numbers(self) -> NDArray[np.float64]:
        """Its counts in a row."""

    def of(self, numbers: NDArray[np.float64]) -> Self:
        """The same kind of tally with other counts."""


def check_shapes(**arrays: NDArray[Any]) -> None:
    """Make sure that arrays, by name, have one shape.

    Raises:
        ValueError: They differ, or hold no pixels.
    """
    shapes = [array.shape for array in arrays.values()]
    if len(set(shapes)) > 1 or 0 in shapes[0]:
        names, told = " and ".join(arrays), " and ".join(map(str, shapes))
        raise ValueError(f"{names} must have one shape with pixels, got {told}")
