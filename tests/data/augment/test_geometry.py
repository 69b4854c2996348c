"""Image, mask and labels move alike, pixels come from where they should, and seeds fix all."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]  # SciPy has no types

from archforge.data.augment import Augmentation, Patch, parse_augmentation
from archforge.data.augment.geometry import Motion
from archforge.data.store import read_store, write_store

CENTRE, SIZE = (40, 48), (32, 32)
MOTIONS = (
    "scale(probability=1)",
    "rotate(probability=1)",
    "elastic(probability=1, shift=2)",
    "flips+turns+scale(probability=1)+rotate(probability=1)",
)
SEEDS = st.integers(0, 2**32 - 1)


def unchanged(window: NDArray[Any]) -> NDArray[np.float32]:
    return window.astype(np.float32)


def drawn(text: str, seed: int, size: tuple[int, ...] = SIZE) -> Patch:
    return parse_augmentation(text).draw(np.random.default_rng(seed), size)


def numbered(*shape: int) -> NDArray[np.int32]:
    """Every pixel has a number of its own."""
    return np.arange(math.prod(shape), dtype=np.int32).reshape(shape)


def squares(*shape: int, side: int = 24) -> NDArray[np.uint8]:
    """Labels in large squares, so that most pixels are far from the edge of one."""
    rows, columns = np.indices(shape) // side
    return np.asarray(1 + (rows * 5 + columns * 3) % 7, np.uint8)


@given(SEEDS)
def test_flips_and_turns_give_every_pixel_of_the_window_once(seed: int) -> None:
    labels = numbered(90, 100)

    patch = drawn("flips+turns", seed)
    mask = patch.mask(labels, CENTRE)
    image = patch.image(labels[..., np.newaxis], CENTRE, unchanged)

    np.testing.assert_array_equal(image[..., 0], mask)
    assert sorted(mask.ravel()) == sorted(labels[24:56, 32:64].ravel())


@given(SEEDS, st.sampled_from(MOTIONS))
def test_image_and_mask_move_alike_whatever_the_motion(seed: int, text: str) -> None:
    labels = squares(90, 100)

    patch = drawn(text, seed)
    mask = patch.mask(labels, CENTRE)
    image = patch.image(labels[..., np.newaxis], CENTRE, unchanged)[..., 0]

    # Between two labels an image has what lies between; elsewhere it has the very label.
    far = ndimage.minimum_filter(mask, 5) == ndimage.maximum_filter(mask, 5)
    far[[0, 1, -2, -1]] = far[:, [0, 1, -2, -1]] = False
    np.testing.assert_allclose(image[far], mask[far], atol=1e-3)
    assert far.mean() > 0.25


@given(SEEDS)
def test_a_mask_gets_no_value_that_it_did_not_have(seed: int) -> None:
    labels = np.random.default_rng(3).choice(np.array([0, 1, 7, 255], np.uint8), (50, 60))

    mask = drawn("strong", seed).mask(labels, (2, 58))

    assert mask.shape == SIZE
    assert mask.dtype == np.uint8
    assert set(np.unique(mask)) <= {0, 1, 7, 255}


@pytest.mark.parametrize("side", [15, 16])
def test_a_motion_by_nothing_is_the_window_itself(side: int) -> None:
    image = np.random.default_rng(0).random((40, 40, 2), np.float32)
    plain = Motion((side, side), (False, False))
    still = Motion((side, side), (False, False), matrix=np.eye(2), field=np.zeros((2, side, side)))

    found, wanted = (
        motion.moved(motion.window(image, (20, 20)), (20, 20), order=1) for motion in (still, plain)
    )

    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_twice_as_large_shows_half_as_much() -> None:
    columns = np.broadcast_to(np.arange(100.0)[None, :, None], (100, 100, 1)).astype(np.float32)
    twice = Motion((33, 33), (False, False), matrix=np.eye(2) / 2)

    found = twice.moved(twice.window(columns, (50, 50)), (50, 50), order=1)

    np.testing.assert_allclose(found[0, :, 0], 50 + (np.arange(33) - 16) / 2, atol=1e-4)


def test_a_quarter_turn_by_angle_is_a_right_angle_turn() -> None:
    image = np.random.default_rng(1).random((41, 41, 1), np.float32)
    angle = Motion((21, 21), (False, False), matrix=np.array([[0.0, -1.0], [1.0, 0.0]]))

    found = angle.moved(angle.window(image, (20, 20)), (20, 20), order=1)

    np.testing.assert_allclose(found, np.rot90(image[10:31, 10:31], -1), atol=1e-6)


def test_a_point_of_the_bend_moves_as_far_as_it_was_told() -> None:
    """Points lie ``spacing`` apart, so those 64 apart are independent for a spacing of 32."""
    moves = []
    for seed in range(60):
        field = drawn("elastic(probability=1, shift=5, spacing=32)", seed, (64, 96)).motion.field
        assert field is not None
        moves += [field[:, ::32, ::32].ravel()]

    assert float(np.std(moves)) == pytest.approx(5, rel=0.08)


@given(SEEDS)
def test_a_bend_is_smooth_enough_to_keep_neighbours_beside_each_other(seed: int) -> None:
    field = drawn("elastic(probability=1)", seed).motion.field

    assert field is not None
    assert float(np.abs(np.diff(field, axis=1)).max()) < 1.5


@pytest.mark.parametrize("centre", [(0, 0), (49, 59), (25, 0), (2, 58)])
def test_beyond_its_rim_an_image_goes_on_as_its_mirror(centre: tuple[int, int]) -> None:
    labels = numbered(50, 60)
    mirrored = np.pad(labels, 70, mode="symmetric")

    mask = drawn("none", 0, (64, 64)).mask(labels, centre)

    row, column = (middle + 70 - 32 for middle in centre)
    np.testing.assert_array_equal(mask, mirrored[row : row + 64, column : column + 64])


def test_an_image_much_smaller_than_a_patch_is_mirrored_again_and_again() -> None:
    labels = numbered(5, 7)

    mask = drawn("none", 0, (64, 64)).mask(labels, (2, 3))

    wanted = np.pad(labels, 70, mode="symmetric")[2 + 70 - 32 :, 3 + 70 - 32 :][:64, :64]
    np.testing.assert_array_equal(mask, wanted)


@given(SEEDS)
def test_a_patch_depends_on_its_seed_alone(seed: int) -> None:
    image = np.random.default_rng(5).random((60, 60, 3), np.float32)

    first, again = (drawn("strong", seed).image(image, (30, 30), unchanged) for _ in range(2))

    np.testing.assert_array_equal(first, again)


def test_a_volume_is_turned_in_the_plane_and_may_be_flipped_along_all_axes() -> None:
    volume = numbered(12, 40, 40)
    kept = []
    for seed in range(20):
        patch = drawn("flips+turns+rotate(probability=0.5)", seed, (8, 16, 16))
        mask = patch.mask(volume, (6, 20, 20))
        image = patch.image(volume[..., np.newaxis].astype(np.float32), (6, 20, 20), unchanged)
        assert image.shape == (8, 16, 16, 1)
        planes = mask // 1600
        assert (planes == planes[:, :1, :1]).all()
        kept.append(planes[0, 0, 0] < planes[-1, 0, 0])

    assert 0 < sum(kept) < 20


def test_a_memory_map_gives_what_an_array_gives(tmp_path: Path) -> None:
    image = np.random.default_rng(2).integers(0, 255, (70, 80, 3), np.uint8)
    write_store(tmp_path, [{"image": image}], {})
    store = read_store(tmp_path)
    assert store is not None

    found, wanted = (
        drawn("standard", 4).image(source, (5, 70), unchanged)
        for source in (store.read(0, "image"), image)
    )

    np.testing.assert_array_equal(found, wanted)


def test_no_operation_leaves_the_window_as_it_is() -> None:
    image = np.random.default_rng(2).random((70, 80, 3), np.float32)

    found = Augmentation().draw(np.random.default_rng(0), SIZE).image(image, CENTRE, unchanged)

    np.testing.assert_array_equal(found, image[24:56, 32:64])
