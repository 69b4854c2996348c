"""Sizes and channels of images, masks and scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.data import centre_crop, resize_scores
from archforge.data.resize import luminance, resize_image, resize_mask, with_channels

SIZES = st.tuples(st.integers(1, 12), st.integers(1, 12))


def test_a_shrunk_image_is_averaged_and_not_sampled() -> None:
    stripes = np.tile(np.array([0, 200], np.uint8), (8, 4))[..., np.newaxis]

    small = resize_image(stripes, (2, 2))

    assert small.min() > 60
    assert small.max() < 140


def test_a_resized_mask_holds_no_new_values() -> None:
    mask = np.array([[0, 3], [3, 0]], np.uint8)

    large = resize_mask(mask, (4, 4))

    assert large.tolist() == [[0, 0, 3, 3]] * 2 + [[3, 3, 0, 0]] * 2


def test_luminance_weighs_green_most() -> None:
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)

    assert luminance(colours).tolist() == [[76, 150, 29, 255]]


@given(st.integers(0, 255))
def test_grey_survives_the_way_to_three_channels_and_back(value: int) -> None:
    grey = np.full((2, 3, 1), value, np.uint8)

    back = with_channels(with_channels(grey, 3), 1)

    assert back.shape == (2, 3, 1)
    assert (back == grey).all()


@given(SIZES, SIZES, st.floats(0, 1, width=32))
def test_constant_scores_stay_constant_at_any_size(
    old: tuple[int, int], new: tuple[int, int], value: float
) -> None:
    scores = resize_scores(np.full((*old, 2), value, np.float32), new)

    assert scores.shape == (*new, 2)
    assert scores.dtype == np.float32
    assert np.allclose(scores, value, atol=1e-6)


def test_scores_grow_linearly_between_pixel_centres() -> None:
    scores = resize_scores(np.array([[[0.0], [1.0]]]), (1, 4))

    assert scores[0, :, 0].tolist() == [0.0, 0.25, 0.75, 1.0]


def test_an_odd_rest_goes_off_the_bottom_and_the_right() -> None:
    mask = np.arange(20, dtype=np.uint8).reshape(4, 5)

    assert centre_crop(mask, (3, 2)).tolist() == [[1, 2], [6, 7], [11, 12]]
    assert centre_crop(mask[np.newaxis], (4, 5)).tolist() == [mask.tolist()]


def test_a_crop_larger_than_the_mask_is_an_error() -> None:
    with pytest.raises(ValueError, match="size must be at most 4x5, got 5x5"):
        centre_crop(np.zeros((4, 5), np.uint8), (5, 5))


def test_scores_without_classes_are_an_error() -> None:
    with pytest.raises(ValueError, match="scores must be height x width x classes"):
        resize_scores(np.zeros((4, 5)), (2, 2))
