"""Other sizes and channels for images, masks and scores.

Images are averaged when they shrink (Pillow's bilinear filter widens with the scale, scikit-image
smooths first), so they do not alias; masks take the nearest pixel, as a mean of class numbers means
nothing.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.transform import resize

# ITU-R BT.601 luma in 16-bit fixed point, as in Pillow's conversion to "L".
LUMA = np.array([19595, 38470, 7471], dtype=np.uint32)
RGB = 3
Size = tuple[int, ...]


def luminance(image: NDArray[Any]) -> NDArray[Any]:
    """Grey of an RGB image, of the same type.

    Shape: ... x 3 to ...
    """
    if image.dtype.kind == "f":
        return np.asarray(image @ (LUMA / 2**16), dtype=image.dtype)
    wide = image.astype(np.uint64)
    return ((wide @ LUMA.astype(np.uint64) + 0x8000) >> 16).astype(image.dtype)


def with_channels(image: NDArray[Any], channels: int) -> NDArray[Any]:
    """The image with another number of channels: grey from RGB, or grey repeated.

    Shape: spatial axes x channels.

    Raises:
        ValueError: Neither is grey, so nothing says which channel is which.
    """
    own = image.shape[-1]
    if own == channels:
        return image
    if own == 1:
        return np.repeat(image, channels, axis=-1)
    if (own, channels) == (RGB, 1):
        return luminance(image)[..., np.newaxis]
    raise ValueError(f"an image of {own} channels cannot be given {channels}")


def resize_image(image: NDArray[Any], size: Size) -> NDArray[Any]:
    """The image stretched to another size, of the same type.

    Shape: spatial axes x channels; ``size`` is of the spatial axes.
    """
    if image.shape[:-1] == size:
        return image
    if image.dtype == np.uint8 and len(size) == 2 and image.shape[-1] in {1, RGB}:
        flat = image[..., 0] if image.shape[-1] == 1 else image
        picture = Image.fromarray(np.ascontiguousarray(flat))
        found = np.array(picture.resize((size[1], size[0]), Image.Resampling.BILINEAR))
        return found.reshape(*size, image.shape[-1])
    wide = _linear(image, size)
    return np.asarray(wide if image.dtype.kind == "f" else np.rint(wide), dtype=image.dtype)


def resize_mask(mask: NDArray[Any], size: Size) -> NDArray[Any]:
    """The mask, or labels, stretched to another size; no new values arise."""
    if mask.shape == size:
        return mask
    nearest = (
        ((np.arange(wanted) + 0.5) * own / wanted).astype(np.int64)
        for own, wanted in zip(mask.shape, size, strict=True)
    )
    return mask[np.ix_(*nearest)]


def resize_scores(scores: NDArray[np.floating], size: Size) -> NDArray[np.float32]:
    """A network's scores at another size, linear between positions.

    Shape: height x width x classes, or planes x height x width x classes.

    Raises:
        ValueError: ``scores`` has another number of axes than ``size`` and one.
    """
    if scores.ndim != len(size) + 1:
        raise ValueError(
            f"scores must be height x width x classes, got shape {scores.shape} for {size}"
        )
    if scores.shape[:-1] == size:
        return np.asarray(scores, dtype=np.float32)
    if len(size) != 2:
        return _linear(scores, size)
    planes = [
        Image.fromarray(np.ascontiguousarray(scores[..., k], dtype=np.float32)).resize(
            (size[1], size[0]), Image.Resampling.BILINEAR
        )
        for k in range(scores.shape[-1])
    ]
    return np.stack([np.array(plane, dtype=np.float32) for plane in planes], axis=-1)


def centre_crop(masks: NDArray[Any], size: Size) -> NDArray[Any]:
    """The middle of masks; an odd row or column goes off the bottom and right.

    Shape: ... x the axes of ``size``.

    Raises:
        ValueError: ``size`` is larger than the masks.
    """
    own = masks.shape[masks.ndim - len(size) :]
    if any(wanted > side for wanted, side in zip(size, own, strict=True)):
        shown = ("x".join(map(str, sides)) for sides in (own, size))
        raise ValueError("size must be at most {}, got {}".format(*shown))
    starts = [(side - wanted) // 2 for side, wanted in zip(own, size, strict=True)]
    window = tuple(slice(a, a + n) for a, n in zip(starts, size, strict=True))
    before = (slice(None),) * (masks.ndim - len(size))
    return np.asarray(masks[before + window])


def _linear(image: NDArray[Any], size: Size) -> NDArray[np.float32]:
    # scikit-image's resize has no types.
    wide = resize(  # type: ignore[no-untyped-call]
        image.astype(np.float32), size, order=1, mode="edge", anti_aliasing=True
    )
    return np.asarray(wide, dtype=np.float32)
