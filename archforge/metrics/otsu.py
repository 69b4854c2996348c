"""A mask without learning: the floor that a trained network must beat.

Source: Otsu 1979, IEEE Transactions on Systems, Man, and Cybernetics 9(1), 62-66.
"""

import numpy as np
from numpy.typing import NDArray
from skimage.filters import threshold_otsu

# ITU-R BT.601 luma.
LUMA = np.array([0.299, 0.587, 0.114])


def otsu_mask(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Foreground (1) by Otsu's threshold on the luminance of one image.

    Foreground is the side with fewer pixels, so that dark nuclei on bright ground are found too;
    the bright side where both are equal. A constant image is all background.

    Shape: height x width x channels (1 or 3) to height x width.

    Raises:
        ValueError: Another number of axes or channels.
    """
    if image.ndim != 3 or image.shape[2] not in {1, 3}:
        raise ValueError(f"image must be height x width x 1 or 3, got shape {image.shape}")
    grey = image[..., 0] if image.shape[2] == 1 else np.rint(image @ LUMA).astype(np.uint8)
    if grey.min() == grey.max():
        return np.zeros(grey.shape, dtype=np.uint8)
    threshold = threshold_otsu(grey)  # type: ignore[no-untyped-call]  # scikit-image has no types
    bright = np.asarray(grey > threshold)
    foreground = bright if bright.mean() <= 0.5 else ~bright
    return foreground.astype(np.uint8)
