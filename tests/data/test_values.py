"""Value ranges against keras.applications' conventions."""

import numpy as np
import pytest
from numpy.typing import NDArray

from archforge.data import Preparation

PIXEL = np.array([[[255, 128, 0]]], np.uint8)


def ranged(image: NDArray[np.uint8], values: str) -> NDArray[np.float32]:
    return Preparation("range", values).fitted(image)(image)


# Worked by hand from keras/src/applications/imagenet_utils.py.
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("unit", [1, 128 / 255, 0]),
        ("byte", [255, 128, 0]),
        ("signed", [1, 128 / 127.5 - 1, -1]),
        ("imagenet", [(1 - 0.485) / 0.229, (128 / 255 - 0.456) / 0.224, -0.406 / 0.225]),
        ("caffe", [0 - 103.939, 128 - 116.779, 255 - 123.68]),
    ],
)
def test_each_range_follows_its_convention(values: str, expected: list[float]) -> None:
    result = ranged(PIXEL, values)

    assert result.dtype == np.float32
    assert np.allclose(result[0, 0], expected, atol=1e-4)


def test_standard_gives_each_image_mean_zero_and_variance_one() -> None:
    images = np.random.default_rng(0).integers(0, 255, (3, 16, 16, 1), dtype=np.uint8)
    images[1] //= 20

    result = np.stack([ranged(image, "standard") for image in images])

    assert np.allclose(result.mean((1, 2, 3)), 0, atol=1e-5)
    assert np.allclose(result.std((1, 2, 3)), 1, atol=1e-5)


def test_a_constant_image_is_safe_to_standardize() -> None:
    assert not ranged(np.full((4, 4, 1), 200, np.uint8), "standard").round(5).any()
