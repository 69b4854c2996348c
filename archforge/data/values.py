"""The value ranges that networks expect (rule 14 of the language), made from images of 0 to 1.

``imagenet`` and ``caffe`` are keras.applications' ``torch`` and ``caffe`` modes of
``preprocess_input``; weights trained with one are useless with another.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Source: keras/src/applications/imagenet_utils.py, _preprocess_numpy_input.
IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
IMAGENET_STD = np.array([0.229, 0.224, 0.225], dtype=np.float32)
CAFFE_MEAN_BGR = np.array([103.939, 116.779, 123.68], dtype=np.float32)


@dataclass(frozen=True)
class Values:
    """One range.

    Args:
        title: One line of text.
        convert: Images of 0 to 1 to this range, ... x channels; ``standard`` needs the whole image
            and is worked out in ``normalize``.
        channels: The number of channels that it is defined for; 0 for any.
    """

    title: str
    convert: Callable[[Floats], Floats]
    channels: int = 0


def least_deviation(pixels: int) -> float:
    """Of an image from 0 to 1: a constant one gives zeros, a dark one is not called constant.

    Source: ``tf.image.per_image_standardization``, which says it of images from 0 to 255.
    """
    return 1 / (255 * math.sqrt(pixels))


def to_range(images: NDArray[np.uint8], values: str) -> Floats:
    """8-bit images in the range ``values``, a key of ``VALUES``; each is normalised by itself.

    Shape: height x width x channels, or a batch of such.

    Raises:
        ValueError: No such range, no 8-bit images, or a number of channels it is not defined for.
    """
    if values not in VALUES:
        raise ValueError(f"values must be one of {', '.join(VALUES)}, got '{values}'")
    if images.dtype != np.uint8 or images.ndim not in {3, 4}:
        raise ValueError(
            "images must be uint8 with 3 or 4 axes (height, width, channels last), "
            f"got {images.dtype} with {images.ndim}"
        )
    wanted, channels = VALUES[values].channels, images.shape[-1]
    if wanted not in {0, channels}:
        raise ValueError(
            f"values '{values}' is a convention for {wanted} channels, got {channels}: "
            "use channels=3, which repeats grey, or values 'unit'"
        )
    unit = images.astype(np.float32) / np.float32(255)
    return _standard(unit) if values == "standard" else VALUES[values].convert(unit)


def _standard(unit: Floats) -> Floats:
    axes = (-3, -2, -1)
    mean = unit.mean(axes, keepdims=True)
    least = least_deviation(math.prod(unit.shape[-3:]))
    spread = np.maximum(unit.std(axes, keepdims=True), least)
    return np.asarray((unit - mean) / spread, dtype=np.float32)


def _unit(unit: Floats) -> Floats:
    return unit


def _byte(unit: Floats) -> Floats:
    return unit * np.float32(255)


def _signed(unit: Floats) -> Floats:
    return unit * np.float32(2) - np.float32(1)


def _imagenet(unit: Floats) -> Floats:
    return (unit - IMAGENET_MEAN) / IMAGENET_STD


def _caffe(unit: Floats) -> Floats:
    return _byte(unit)[..., ::-1] - CAFFE_MEAN_BGR


VALUES: dict[str, Values] = {
    "unit": Values("0 to 1", _unit),
    "byte": Values("0 to 255", _byte),
    "signed": Values("-1 to 1", _signed),
    "standard": Values("mean 0 and variance 1 in each image", _unit),
    "imagenet": Values("0 to 1, then ImageNet's mean and deviation of each colour", _imagenet, 3),
    "caffe": Values("0 to 255, BGR, minus ImageNet's mean of each colour", _caffe, 3),
}
