"""An augmentation: what is drawn for a patch from one random generator, and how it is carried out.

All that is random is drawn before any pixel is read, in the order of the table of operations. So a
patch is a function of its seed, whatever thread makes it and however large its image is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.data.augment.geometry import Motion, draw_motion
from archforge.data.augment.photometry import PHOTOMETRY
from archforge.data.augment.table import OPERATIONS, PROBABILITY

Generator = np.random.Generator


@dataclass(frozen=True)
class Chosen:
    """An operation with all its numbers."""

    name: str
    arguments: tuple[tuple[str, float], ...]

    @property
    def numbers(self) -> Mapping[str, float]:
        """By name."""
        return dict(self.arguments)


@dataclass(frozen=True)
class Augmentation:
    """Operations in the order of the table; none of them leaves images as they are."""

    operations: tuple[Chosen, ...] = ()

    def draw(self, rng: Generator, size: tuple[int, ...]) -> "Patch":
        """What happens to one patch.

        Args:
            rng: Of this patch alone.
            size: Of the patch, spatial axes.
        """
        coming = [one for one in self.operations if rng.random() < one.numbers[PROBABILITY]]
        moving = {one.name: one.numbers for one in coming if OPERATIONS[one.name].moves}
        motion = draw_motion(moving, rng, size)
        light = tuple(one for one in coming if not OPERATIONS[one.name].moves)
        return Patch(motion, light, int(rng.integers(2**63)))


@dataclass(frozen=True, eq=False)
class Patch:
    """What was drawn for one patch.

    Args:
        motion: Of image, mask and labels alike.
        light: Operations on the image alone.
        seed: Of these.
    """

    motion: Motion
    light: tuple[Chosen, ...]
    seed: int

    def lit(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """The patch of an image, from 0 to 1, with its light and colour changed.

        Shape: spatial axes, then channels.
        """
        rng = np.random.default_rng(self.seed)
        for one in self.light:
            image = PHOTOMETRY[one.name](image, rng, one.numbers)
        return image

    def image(self, source: Any, centre: tuple[int, ...], unit: Any) -> NDArray[np.float32]:
        """A patch of an image around ``centre``.

        Args:
            source: The image, spatial axes then channels; only a window of it is read.
            centre: Its middle, in pixels.
            unit: Brings pixels to 0 to 1, as ``normalize.Fitted.unit``.
        """
        window = self.motion.window(source, centre)
        return self.lit(self.motion.moved(unit(window), centre, order=1))

    def mask(self, source: Any, centre: tuple[int, ...]) -> NDArray[Any]:
        """The same patch of a mask or of labels, spatial axes; no new values arise."""
        window = self.motion.window(source, centre)
        return self.motion.moved(window[..., np.newaxis], centre, order=0)[..., 0]
