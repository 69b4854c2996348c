"""One drawn image and the truth about it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Drawn:
    """An image that was computed, so that its mask is exact.

    Args:
        name: Stem of its files.
        image: Height x width, 8-bit grey.
        labels: Height x width, 0 for background, else the number of the object.
        label: The class of the whole image; empty where pixels are what is learned.
    """

    name: str
    image: NDArray[np.uint8]
    labels: NDArray[np.uint16]
    label: str = ""

    @property
    def mask(self) -> NDArray[np.uint8]:
        """255 on objects, 0 elsewhere."""
        return ((self.labels > 0) * 255).astype(np.uint8)

    @property
    def pictures(self) -> dict[str, NDArray[np.uint8] | NDArray[np.uint16]]:
        """What is written, by the name of its folder."""
        if self.label:
            return {self.label: self.image}
        return {"images": self.image, "masks": self.mask, "labels": self.labels}
