"""Otsu's threshold as a mask."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from archforge.metrics.otsu import otsu_mask

DISC = np.hypot(*np.mgrid[-8:8, -8:8]) < 5


@pytest.mark.parametrize(("inside", "outside"), [(200, 20), (20, 200), (21, 20)])
@pytest.mark.parametrize("channels", [1, 3])
def test_bright_and_dark_objects_are_both_found(inside: int, outside: int, channels: int) -> None:
    image = np.where(DISC, inside, outside).astype(np.uint8)[..., np.newaxis]

    mask = otsu_mask(np.repeat(image, channels, axis=2))

    assert mask.dtype == np.uint8
    assert np.array_equal(mask, DISC)


@pytest.mark.parametrize("value", [0, 120, 255])
def test_a_constant_image_is_all_background(value: int) -> None:
    assert not otsu_mask(np.full((4, 4, 3), value, np.uint8)).any()


@given(arrays(np.uint8, (4, 5, 3)))
def test_foreground_is_never_the_larger_side(image: np.ndarray) -> None:
    assert otsu_mask(image).mean() <= 0.5


@given(arrays(np.uint8, (4, 5, 1)), st.integers(0, 3))
def test_a_turned_image_gives_the_turned_mask(image: np.ndarray, turns: int) -> None:
    assert np.array_equal(otsu_mask(np.rot90(image, turns)), np.rot90(otsu_mask(image), turns))


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 2)])
def test_other_shapes_are_errors(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="image must be height x width x 1 or 3"):
        otsu_mask(np.zeros(shape, np.uint8))
