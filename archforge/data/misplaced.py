"""Whether a mask lies beside what it should cover.

Outlines drawn by a person lie on edges of the image. Where the outlines of a mask, moved by a few
pixels, fit the edges of its image far better than where they are, the mask was moved: cropped with
another border, exported with an offset, or paired with its neighbour.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]  # scipy ships no types
from skimage.registration import phase_cross_correlation

# Pixels; people draw outlines one or two pixels off.
LEAST_SHIFT = 3
# Beyond this share of the side another pattern was found, not the same one moved.
MOST_SHIFT = 0.15
# The outlines must fit at least so well there (correlation), and so many times better than here.
LEAST_FIT = 0.3
LEAST_GAIN = 1.5
SMALLEST = 32
# The middle is enough, and its transform fast.
WINDOW = 256
Edges = NDArray[np.float32]


def shift_of(image: NDArray[Any], mask: NDArray[Any]) -> tuple[int, ...]:
    """Rows and columns by which the mask lies off its image, empty where that is not certain.

    Shape: height x width, both.
    """
    image, mask = _middle(image), _middle(mask)
    if min(mask.shape) < SMALLEST or (mask == mask.flat[0]).all():
        return ()
    there, drawn = _edges(image.astype(np.float32)), _outlines(mask)
    found, _, _ = phase_cross_correlation(  # type: ignore[no-untyped-call]  # has no types
        there, drawn, normalization=None
    )
    shift = tuple(int(side) for side in found)
    if not LEAST_SHIFT <= math.hypot(*shift) <= MOST_SHIFT * min(mask.shape):
        return ()
    here, moved = _fit(there, drawn), _fit(there, np.roll(drawn, shift, (0, 1)))
    certain = moved >= LEAST_FIT and moved >= LEAST_GAIN * max(here, 0.0)
    return tuple(-side for side in shift) if certain else ()


def _middle(values: NDArray[Any]) -> NDArray[Any]:
    top, left = ((side - min(side, WINDOW)) // 2 for side in values.shape)
    return values[top : top + WINDOW, left : left + WINDOW]


def _edges(image: Edges) -> Edges:
    return _standard(ndimage.gaussian_gradient_magnitude(image, 1.5))


def _outlines(mask: NDArray[Any]) -> Edges:
    down = np.pad(mask[1:] != mask[:-1], ((0, 1), (0, 0)))
    right = np.pad(mask[:, 1:] != mask[:, :-1], ((0, 0), (0, 1)))
    return _standard(ndimage.gaussian_filter((down | right).astype(np.float32), 1.5))


def _standard(edges: Edges) -> Edges:
    return np.asarray((edges - edges.mean()) / (edges.std() + 1e-12), dtype=np.float32)


def _fit(one: Edges, other: Edges) -> float:
    return float((one * other).mean())
