"""Where training patches lie: at random, or around a pixel of a class that is drawn first.

A patch around foreground keeps small objects on large empty images from being seen once a week. The
class is drawn first and then one of its pixels, so a rare class is seen as often as a common one.

Source: Isensee et al. 2021, Nature Methods 18, 203-211 (a third of the patches hold foreground).
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.data.examples import Examples
from archforge.data.options import IGNORED

# Places of a class that are remembered of one image: enough to be anywhere in it.
REMEMBERED = 500
Places = dict[int, NDArray[np.int32]]


@dataclass(frozen=True, eq=False)
class Patches:
    """How patches are cut from the images of a part.

    Args:
        size: Of a patch, spatial axes.
        foreground: Share of the patches that are drawn around a pixel of a class but 0.
        each: Patches of one image in an epoch.
        places: Of each image, pixels of each class but 0.
    """

    size: tuple[int, ...]
    foreground: float
    each: int
    places: tuple[Places, ...]

    def centre(self, rng: np.random.Generator, index: int, shape: tuple[int, ...]) -> Any:
        """The middle of a patch of one image.

        Args:
            rng: Of this patch.
            index: Of the image.
            shape: Spatial axes of the image.
        """
        around, places = rng.random(), self.places[index]
        spread = rng.random(len(shape))
        which = rng.random(2)
        if around < self.foreground and places:
            row = places[sorted(places)[int(which[0] * len(places))]]
            middle = row[int(which[1] * len(row))] + (spread - 0.5) * np.array(self.size) / 2
        else:
            middle = spread * (np.maximum(0, np.array(shape) - self.size) + 1) + _half(self.size)
            middle = np.floor(middle)
        return tuple(
            _inside(round(float(m)), side, own)
            for m, side, own in zip(middle, self.size, shape, strict=True)
        )


def patches_of(
    examples: Examples, size: tuple[int, ...], foreground: float, each: int | None
) -> Patches:
    """How to cut patches from ``examples``.

    Args:
        examples: With masks, at the size they are trained at.
        size: Of a patch.
        foreground: Share of the patches around foreground, 0 to 1.
        each: Patches of one image in an epoch; by default what covers the middle one of the images
            once, 16 at most.
    """
    places = tuple(_places(examples.mask(row)) for row in range(len(examples)))
    return Patches(size, foreground, each or _covering(examples, size), places)


def whole_images(examples: Examples, size: tuple[int, ...]) -> Patches:
    """Each image once, as it is: all have the size of a patch."""
    return Patches(size, 0.0, 1, ({},) * len(examples))


def _covering(examples: Examples, size: tuple[int, ...]) -> int:
    areas = [math.prod(examples.shape(row)[:-1]) for row in range(len(examples))]
    return min(16, max(1, round(float(np.median(areas)) / math.prod(size))))


def _places(mask: NDArray[Any]) -> Places:
    flat = mask.reshape(-1)
    found: Places = {}
    for value in np.unique(flat).tolist():
        if value not in {0, IGNORED}:
            where = np.flatnonzero(flat == value)
            if len(where) > REMEMBERED:
                # At random: every so many of them may all lie in one column.
                where = where[np.random.default_rng(value).integers(len(where), size=REMEMBERED)]
            found[value] = np.stack(np.unravel_index(where, mask.shape), -1).astype(np.int32)
    return found


def _half(size: tuple[int, ...]) -> NDArray[np.int64]:
    return np.array(size) // 2


def _inside(middle: int, side: int, own: int) -> int:
    """A middle whose patch lies in the image; where the image is smaller, its own middle."""
    low = side // 2
    return own // 2 if own <= side else min(max(middle, low), own - side + low)
