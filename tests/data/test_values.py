"""Value ranges against keras.applications' conventions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from archforge.data import VALUES, to_range

IMAGES = arrays(np.uint8, st.tuples(*[st.integers(1, 5)] * 3, st.just(3)))
PIXEL = np.array([[[255, 128, 0]]], np.uint8)


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
    result = to_range(PIXEL, values)

    assert result.dtype == np.float32
    assert np.allclose(result[0, 0], expected, atol=1e-4)


def test_standard_gives_each_image_mean_zero_and_variance_one() -> None:
    images = np.random.default_rng(0).integers(0, 255, (3, 16, 16, 1), dtype=np.uint8)
    images[1] //= 20

    result = to_range(images, "standard")

    assert np.allclose(result.mean((1, 2, 3)), 0, atol=1e-5)
    assert np.allclose(result.std((1, 2, 3)), 1, atol=1e-5)


def test_a_constant_image_is_safe_to_standardize() -> None:
    assert not to_range(np.full((4, 4, 1), 200, np.uint8), "standard").any()


@given(IMAGES, st.sampled_from(sorted(VALUES)))
def test_a_batch_is_converted_image_by_image(images: np.ndarray, values: str) -> None:
    batch = to_range(images, values)

    assert batch.shape == images.shape
    assert np.isfinite(batch).all()
    assert np.array_equal(batch, np.stack([to_range(image, values) for image in images]))


@pytest.mark.parametrize("values", ["imagenet", "caffe"])
def test_colour_conventions_refuse_grey_images(values: str) -> None:
    with pytest.raises(
        ValueError, match=f"values '{values}' is a convention for 3 channels, got 1"
    ):
        to_range(np.zeros((4, 4, 1), np.uint8), values)


def test_an_unknown_range_and_other_arrays_are_errors() -> None:
    with pytest.raises(ValueError, match=r"values must be one of unit, byte, .*, got 'units'"):
        to_range(PIXEL, "units")
    with pytest.raises(ValueError, match="images must be uint8"):
        to_range(PIXEL.astype(np.float32), "unit")
