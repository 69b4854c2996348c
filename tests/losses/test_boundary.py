"""Distances to the outline against SciPy's, and the loss made of them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage  # type: ignore[import-untyped]  # scipy ships no types

from tests.losses.worked import column, line, value

pytestmark = pytest.mark.keras
SHAPES = st.sampled_from([(1, 1), (7, 1), (5, 8), (2, 3, 5), (4, 4, 4)])
MASKS = SHAPES.flatmap(lambda shape: arrays(np.uint8, shape, elements=st.integers(0, 1)))


def distances(mask: np.ndarray) -> Any:
    from archforge.losses.boundary import outline_distance

    truth = mask[np.newaxis, ..., np.newaxis].astype(np.float32)
    return np.asarray(outline_distance(truth, np.ones_like(truth)))[0, ..., 0]


def expected(mask: np.ndarray) -> Any:
    if mask.all() or not mask.any():
        return np.zeros(mask.shape)
    return ndimage.distance_transform_edt(mask) + ndimage.distance_transform_edt(1 - mask)


@given(MASKS)
@settings(max_examples=40)
def test_distances_are_those_of_scipy(mask: np.ndarray) -> None:
    np.testing.assert_allclose(distances(mask), expected(mask), rtol=1e-6)


def test_distances_across_a_large_image_are_exact() -> None:
    mask = np.zeros((130, 97), np.uint8)
    mask[3, 5] = mask[100:120, 60:90] = 1

    np.testing.assert_allclose(distances(mask), expected(mask), rtol=1e-6)


def test_five_pixels_by_hand() -> None:
    # Distances 2 1 1 2 3, errors 0.1 0.2 0.5 0 0.4; divided by the sum of distances, 9.
    found = value("boundary", 1, line(1, 1, 0, 0, 0), column(0.9, 0.8, 0.5, 0.0, 0.4))

    assert found == pytest.approx((2 * 0.1 + 0.2 + 0.5 + 3 * 0.4) / 9)


def test_it_is_the_integral_of_the_paper_up_to_what_no_gradient_sees() -> None:
    # Kervadec et al. 2019, equation 5: the signed distance times the score, over all pixels.
    rng = np.random.default_rng(3)
    mask = (rng.random((7, 8)) > 0.6).astype(np.uint8)
    scores = rng.random((7, 8)).astype(np.float32)
    signed = expected(mask) * np.where(mask, -1, 1)

    found = value("boundary", 1, mask[np.newaxis], scores[np.newaxis, ..., np.newaxis])

    paper, constant = (signed * scores).sum(), (signed * mask).sum()
    assert found == pytest.approx((paper - constant) / np.abs(signed).sum(), rel=1e-5)


def test_a_mask_wrong_everywhere_has_one_and_a_perfect_one_has_none_at_any_size() -> None:
    for size in (4, 16):
        mask = np.zeros((1, size, size), np.uint8)
        mask[:, : size // 2] = 1

        found = [value("boundary", 1, mask, (mask ^ wrong)[..., np.newaxis]) for wrong in (1, 0)]

        assert found == pytest.approx([1, 0])


def test_ignored_pixels_are_neither_inside_nor_outside() -> None:
    # Pixel 2 is not known: the nearest known outside of the first two is pixel 3.
    found = value("boundary", 1, line(1, 1, 255, 0), column(0.5, 1, 0.3, 0))

    assert found == pytest.approx(3 * 0.5 / (3 + 2 + 2))


def test_a_class_without_an_outline_is_left_out() -> None:
    # Of three classes the third is absent; both others have the same outline.
    scores = np.array([[0.8, 0.2, 0], [0.3, 0.7, 0]]).reshape(1, 2, 1, 3)

    assert value("boundary", 3, line(0, 1), scores) == pytest.approx((0.2 + 0.3) / 2)
