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
