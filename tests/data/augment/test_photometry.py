"""Light and colour: known values by hand, and what every operation keeps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from archforge.data.augment import OPERATIONS
from archforge.data.augment.photometry import PHOTOMETRY

Image = NDArray[np.float32]
SEEDS = st.integers(0, 2**32 - 1)


def changed(name: str, image: Image, seed: int = 0, **told: float) -> Image:
    return PHOTOMETRY[name](image.copy(), np.random.default_rng(seed), told)


RAMP = np.array([[[0.0], [0.25]], [[0.5], [1.0]]], np.float32)


def test_contrast_gamma_and_inversion_by_hand() -> None:
    """Least and greatest are equal, so nothing is left to chance."""
    np.testing.assert_allclose(
        changed("contrast", RAMP, low=2, high=2).ravel(), [-0.4375, 0.0625, 0.5625, 1.5625]
    )
    np.testing.assert_allclose(
        changed("gamma", RAMP, low=2, high=2).ravel(), [0, 0.0625, 0.25, 1], atol=1e-6
    )
    np.testing.assert_allclose(changed("invert", RAMP).ravel(), [1, 0.75, 0.5, 0])


@given(SEEDS)
def test_brightness_adds_one_number_and_channels_have_one_factor_each(seed: int) -> None:
    image = np.random.default_rng(0).uniform(0.1, 1, (6, 7, 3)).astype(np.float32)

    added = changed("brightness", image, seed, amount=0.1) - image
    factors = changed("channels", image, seed, amount=0.2) / image

    assert float(np.ptp(added)) < 1e-6
    assert float(np.abs(added).max()) <= 0.1 + 1e-6
    assert float(np.ptp(factors, axis=(0, 1)).max()) < 1e-5
    assert float(np.ptp(factors[0, 0])) > 1e-6
    assert ((factors > 0.8 - 1e-5) & (factors < 1.2 + 1e-5)).all()


def test_noise_has_a_deviation_up_to_what_it_is_told() -> None:
    flat = np.full((100, 100, 1), 0.5, np.float32)

    noisy = [changed("noise", flat, seed, deviation=0.04) for seed in range(100)]

    deviations = [float(one.std()) for one in noisy]
    assert max(deviations) < 0.042
    assert float(np.mean(deviations)) == pytest.approx(0.02, rel=0.15)
    assert float(np.mean(noisy)) == pytest.approx(0.5, abs=0.001)


def test_blur_spreads_a_point_and_keeps_its_light_and_its_channel() -> None:
    point = np.zeros((21, 21, 2), np.float32)
    point[10, 10, 0] = 1

    blurred = changed("blur", point, low=1.5, high=1.5)

    # The middle of a normal distribution of two axes: 1 / (2 pi sigma^2).
    assert float(blurred[10, 10, 0]) == pytest.approx(1 / (2 * np.pi * 1.5**2), rel=0.02)
    assert float(blurred[..., 0].sum()) == pytest.approx(1, abs=1e-3)
    assert not blurred[..., 1].any()


def test_stain_changes_tissue_and_leaves_the_white_glass() -> None:
    tissue = np.array([[[0.55, 0.35, 0.65], [1, 1, 1]]], np.float32)

    same = changed("stain", tissue, amount=0)
    stained = [changed("stain", tissue, seed, amount=0.3) for seed in range(20)]

    np.testing.assert_allclose(same, tissue, atol=1e-3)
    for one in stained:
        np.testing.assert_allclose(one[0, 1], 1, atol=1e-3)
    sums = [float(one[0, 0].sum()) for one in stained]
    assert min(sums) < float(tissue[0, 0].sum()) < max(sums)


def test_images_without_colour_have_no_stain() -> None:
    np.testing.assert_array_equal(changed("stain", RAMP, amount=0.3), RAMP)


@given(
    st.sampled_from(sorted(PHOTOMETRY)),
    st.sampled_from([(8, 9, 1), (8, 9, 2), (8, 9, 3), (4, 8, 9, 1), (3, 5, 6, 3)]),
    SEEDS,
)
def test_shape_and_type_stay_and_numbers_stay_numbers(
    name: str, shape: tuple[int, ...], seed: int
) -> None:
    image = np.random.default_rng(0).random(shape, np.float32)
    told = {key: one.default for key, one in OPERATIONS[name].arguments.items()}

    found = PHOTOMETRY[name](image, np.random.default_rng(seed), told)

    assert found.shape == shape
    assert found.dtype == np.float32
    assert np.isfinite(found).all()


def test_every_operation_of_the_table_has_its_function() -> None:
    moving = {name for name, one in OPERATIONS.items() if one.moves}

    assert moving == {"flips", "turns", "scale", "rotate", "elastic"}
    assert set(PHOTOMETRY) == set(OPERATIONS) - moving
