"""Images and masks turned alike, on 8-bit arrays.

Only exact movements of pixels: nothing is interpolated, so a mask stays a mask.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Draw = Callable[[np.random.Generator, tuple[int, int]], int]
DOWN, ACROSS, DIAGONAL = 1, 2, 4


def turned(picture: Picture, code: int) -> Picture:
    """One of the eight symmetries of a square: every mirror image of every right-angle turn.

    Shape: height x width, or height x width x channels.

    Args:
        picture: An image or a mask.
        code: 0 to 7: a sum of ``DOWN`` (upside down), ``ACROSS`` (left to right) and ``DIAGONAL``
            (rows become columns, first).
    """
    if code & DIAGONAL:
        picture = picture.swapaxes(0, 1)
    if code & DOWN:
        picture = picture[::-1]
    return picture[:, ::-1] if code & ACROSS else picture


def draw_flips(rng: np.random.Generator, size: tuple[int, int]) -> int:
    """A symmetry at random; an image that is not square keeps its height."""
    return int(rng.integers(8 if size[0] == size[1] else 4))


def draw_none(rng: np.random.Generator, size: tuple[int, int]) -> int:
    """The image as it is."""
    return 0


AUGMENTS: dict[str, Draw] = {"flips": draw_flips, "none": draw_none}


def symmetry(augment: str, seed: int, epoch: int, index: int, size: tuple[int, int]) -> int:
    """The ``code`` for one image of one epoch: a function of its arguments, not of any thread."""
    return AUGMENTS[augment](np.random.default_rng([seed, epoch, index + 1]), size)


def order(seed: int, epoch: int, count: int) -> NDArray[np.int64]:
    """The order of the images in an epoch."""
    return np.random.default_rng([seed, epoch, 0]).permutation(count)
