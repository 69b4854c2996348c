"""Test-time augmentation: a tile is also seen mirrored and turned, and the scores are averaged.

Only exact movements of pixels within a plane, so nothing is interpolated and no scores are shifted.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
DOWN, ACROSS, DIAGONAL = 1, 2, 4
TTA: dict[str, tuple[int, ...]] = {
    "none": (0,),
    "flips": tuple(range(4)),
    "turns": tuple(range(8)),
}


def turned(images: Floats, code: int) -> Floats:
    """One of the eight symmetries of a square, of the last two axes but the channels.

    Args:
        images: ... x height x width x channels.
        code: 0 to 7: a sum of ``DOWN``, ``ACROSS`` and ``DIAGONAL`` (first).
    """
    if code & DIAGONAL:
        images = images.swapaxes(-3, -2)
    return _flipped(images, code)


def turned_back(images: Floats, code: int) -> Floats:
    """The inverse of ``turned``."""
    images = _flipped(images, code)
    return images.swapaxes(-3, -2) if code & DIAGONAL else images


def averaged(run: Callable[[Floats], Floats], tta: str) -> Callable[[Floats], Floats]:
    """The mean of what ``run`` says of each symmetry, turned back.

    Args:
        run: From images to scores at the same places.
        tta: A key of ``TTA``.
    """
    codes = TTA[tta]
    if len(codes) == 1:
        return run

    def mean(images: Floats) -> Floats:
        total = turned_back(run(turned(images, codes[0])), codes[0])
        for code in codes[1:]:
            total = total + turned_back(run(turned(images, code)), code)
        return total / np.float32(len(codes))

    return mean


def _flipped(images: Floats, code: int) -> Floats:
    if code & DOWN:
        images = images[..., ::-1, :, :]
    return images[..., ::-1, :] if code & ACROSS else images
