"""Other sizes and channels for images, masks and scores.

Images are averaged when they shrink (Pillow's bilinear filter widens with the scale, so it does not
alias); masks take the nearest pixel, as a mean of class numbers means nothing.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# ITU-R BT.601 luma in 16-bit fixed point, as in Pillow's conversion to "L".
LUMA = np.array([19595, 38470, 7471], dtype=np.uint32)


def luminance(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Grey of an RGB image.

    Shape: ... x 3 to ...
    """
    return ((image.astype(np.uint32) @ LUMA + 0x8000) >> 16).astype(np.uint8)


def with_channels(image: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    """The image with 1 channel (luminance) or 3 (grey repeated).

    Shape: height x width, or height x width x 3, to height x width x channels.
    """
    if image.ndim == 2:
        return np.repeat(image[..., np.newaxis], channels, axis=2)
    return image if channels == 3 else luminance(image)[..., np.newaxis]


def resize_image(image: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The image stretched to height x width.

    Shape: height x width, or height x width x 3.
    """
    if image.shape[:2] == size:
        return image
    picture = Image.fromarray(image)
    return np.array(picture.resize((size[1], size[0]), Image.Resampling.BILINEAR))


def resize_mask(mask: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The mask stretched to height x width; no new values arise."""
    if mask.shape == size:
        return mask
    picture = Image.fromarray(mask)
    return np.array(picture.resize((size[1], size[0]), Image.Resampling.NEAREST))


def resize_scores(scores: NDArray[np.floating], size: tuple[int, int]) -> NDArray[np.float32]:
    """A network's scores at another size, bilinear, as for the full size of the image.

    Shape: height x width x classes.

    Raises:
        ValueError: ``scores`` has not three axes.
    """
    if scores.ndim != 3:
        raise ValueError(f"scores must be height x width x classes, got shape {scores.shape}")
    planes = [
        Image.fromarray(np.ascontiguousarray(scores[..., k], dtype=np.float32)).resize(
            (size[1], size[0]), Image.Resampling.BILINEAR
        )
        for k in range(scores.shape[2])
    ]
    return np.stack([np.array(plane, dtype=np.float32) for plane in planes], axis=-1)


def centre_crop(masks: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The middle of masks; an odd row or column goes off the bottom and right.

    Shape: ... x height x width.

    Raises:
        ValueError: ``size`` is larger than the masks.
    """
    height, width = masks.shape[-2:]
    if size[0] > height or size[1] > width:
        raise ValueError(f"size must be at most {height}x{width}, got {size[0]}x{size[1]}")
    top, left = (height - size[0]) // 2, (width - size[1]) // 2
    return masks[..., top : top + size[0], left : left + size[1]]
