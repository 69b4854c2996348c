"""Patches lie in their images, as many around foreground as asked, and anywhere in it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from archforge.data import Examples, MaskRule, patches_of, whole_images
from archforge.data.patches import REMEMBERED, Patches
from archforge.data.store import read_store, write_store

Mask = NDArray[np.uint8]


def examples(folder: Path, masks: Sequence[Mask]) -> Examples:
    images = [np.zeros((*mask.shape, 1), np.uint8) for mask in masks]
    entries = [{"image": image, "mask": mask} for image, mask in zip(images, masks, strict=True)]
    write_store(folder, entries, {"ids": [str(number) for number in range(len(masks))]})
    store = read_store(folder)
    assert store is not None
    return Examples(store, store, tuple(range(len(masks))), MaskRule(1, 1), folder)


def corner(*shape: int, value: int = 1) -> Mask:
    """A single object of 3 x 3 pixels in the first corner."""
    mask = np.zeros(shape, np.uint8)
    mask[:3, :3] = value
    return mask


def around(patches: Patches, mask: Mask, seed: int) -> Mask:
    """The part of a mask that a patch covers, as far as the mask goes."""
    middle = patches.centre(np.random.default_rng(seed), 0, mask.shape)
    low = [c - side // 2 for c, side in zip(middle, patches.size, strict=True)]
    return mask[tuple(slice(max(0, a), a + side)
                      for a, side in zip(low, patches.size, strict=True))]  # fmt: skip


def share_with(patches: Patches, mask: Mask, value: int) -> float:
    return float(np.mean([(around(patches, mask, seed) == value).any() for seed in range(400)]))


@pytest.mark.parametrize("foreground", [0.0, 0.33, 1.0])
def test_the_asked_share_of_patches_holds_foreground(foreground: float, tmp_path: Path) -> None:
    mask = corner(400, 400)

    patches = patches_of(examples(tmp_path, [mask]), (32, 32), foreground, None)

    # At random, a patch of 32 x 32 meets that corner once in thousands.
    assert share_with(patches, mask, 1) == pytest.approx(foreground, abs=0.06)


def test_a_rare_class_is_seen_as_often_as_a_common_one(tmp_path: Path) -> None:
    mask = corner(400, 400)
    mask[200:] = 2

    patches = patches_of(examples(tmp_path, [mask]), (32, 32), 1.0, None)

    assert share_with(patches, mask, 1) == pytest.approx(0.5, abs=0.08)


def test_ignored_pixels_are_no_foreground(tmp_path: Path) -> None:
    mask = corner(400, 400, value=255)

    patches = patches_of(examples(tmp_path, [mask]), (32, 32), 1.0, None)

    assert patches.places == ({},)
    assert share_with(patches, mask, 255) < 0.05


@pytest.mark.parametrize("side", [30, 40, 500, 512])
def test_remembered_places_are_spread_over_the_whole_of_an_object(
    side: int, tmp_path: Path
) -> None:
    """Sides at which every n-th pixel would lie in one column, or in the first rows."""
    mask = np.ones((side, side), np.uint8)

    places = patches_of(examples(tmp_path, [mask]), (16, 16), 1.0, None).places[0][1]

    assert len(places) == REMEMBERED
    for axis in (0, 1):
        counts, _ = np.histogram(places[:, axis], 4, (0, side))
        assert counts.min() > REMEMBERED / 8


SIDES = st.integers(1, 90)


@given(st.tuples(SIDES, SIDES), st.tuples(SIDES, SIDES), st.integers(0, 2**32 - 1))
def test_a_patch_lies_inside_its_image_or_around_its_middle(
    shape: tuple[int, int], size: tuple[int, int], seed: int
) -> None:
    places = {1: np.array([[shape[0] - 1, 0]], np.int32)}
    patches = Patches(size, 0.5, 1, (places,))

    middle = patches.centre(np.random.default_rng(seed), 0, shape)

    for centre, side, own in zip(middle, size, shape, strict=True):
        low = centre - side // 2
        assert (low >= 0 and low + side <= own) or (own <= side and centre == own // 2)


def test_every_place_of_an_image_comes_up(tmp_path: Path) -> None:
    patches = patches_of(examples(tmp_path, [np.zeros((10, 12), np.uint8)]), (8, 8), 0.33, None)

    found = {patches.centre(np.random.default_rng(seed), 0, (10, 12)) for seed in range(400)}

    assert found == {(row, column) for row in (4, 5, 6) for column in (4, 5, 6, 7, 8)}


@pytest.mark.parametrize(
    ("sides", "each", "wanted"),
    [((64, 64, 64), None, 1), ((64, 128, 320), None, 4), ((900,), None, 16), ((64,), 3, 3),
     ((20,), None, 1)],
)  # fmt: skip
def test_an_epoch_covers_the_middle_one_of_the_images_once(
    sides: tuple[int, ...], each: int | None, wanted: int, tmp_path: Path
) -> None:
    part = examples(tmp_path, [np.zeros((side, side), np.uint8) for side in sides])

    assert patches_of(part, (64, 64), 0.33, each).each == wanted


def test_whole_images_are_taken_as_they_are(tmp_path: Path) -> None:
    part = examples(tmp_path, [corner(64, 64), corner(64, 64)])

    patches = whole_images(part, (64, 64))

    assert patches.each == 1
    assert patches.centre(np.random.default_rng(0), 1, (64, 64)) == (32, 32)
