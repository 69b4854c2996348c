"""The value ranges that networks expect (rule 14 of the language), made from 8-bit images.

``imagenet`` and ``caffe`` are keras.applications' ``torch`` and ``caffe`` modes of
``preprocess_input``; weights trained with one are useless with another.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
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
        convert: 8-bit images to this range, ... x height x width x channels.
        channels: The number of channels that it is defined for; 0 for any.
    """

    title: str
    convert: Callable[[Images], Floats]
    channels: int = 0


def to_range(images: Images, values: str) -> Floats:
    """Images in the range ``values``, a key of ``VALUES``.

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
    return VALUES[values].convert(images)


def _byte(images: Images) -> Floats:
    return images.astype(np.float32)


def _unit(images: Images) -> Floats:
    return _byte(images) / np.float32(255)


def _signed(images: Images) -> Floats:
    return _byte(images) / np.float32(127.5) - np.float32(1)


def _standard(images: Images) -> Floats:
    """As ``tf.image.per_image_standardization``: a constant image gives zeros."""
    axes = (-3, -2, -1)
    mean = images.mean(axes, keepdims=True)
    least = 1 / math.sqrt(math.prod(images.shape[-3:]))
    spread = np.maximum(images.std(axes, keepdims=True), least)
    return np.asarray((images - mean) / spread, dtype=np.float32)


def _imagenet(images: Images) -> Floats:
    return (_unit(images) - IMAGENET_MEAN) / IMAGENET_STD


def _caffe(images: Images) -> Floats:
    return _byte(images)[..., ::-1] - CAFFE_MEAN_BGR


VALUES: dict[str, Values] = {
    "unit": Values("0 to 1", _unit),
    "byte": Values("0 to 255", _byte),
    "signed": Values("-1 to 1", _signed),
    "standard": Values("mean 0 and variance 1 in each image", _standard),
    "imagenet": Values("0 to 1, then ImageNet's mean and deviation of each colour", _imagenet, 3),
    "caffe": Values("0 to 255, BGR, minus ImageNet's mean of each colour", _caffe, 3),
}
