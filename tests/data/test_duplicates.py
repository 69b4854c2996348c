"""Near duplicates are found, turned ones too, and other images are not."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from archforge.data.duplicates import near_duplicates, print_of
from archforge.data.files import read_image
from archforge.data.nuclei import draw_one


def cell(index: int) -> NDArray[np.uint8]:
    return draw_one(index, 96, 3).image


def test_drawn_images_are_all_different() -> None:
    prints = [print_of(cell(index)[..., np.newaxis]) for index in range(24)]

    assert near_duplicates(prints) == []


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("turns", range(4))
def test_an_image_turned_dimmed_shrunk_and_compressed_is_found(
    tmp_path: Path, turns: int, mirrored: bool
) -> None:
    images = [cell(index) for index in range(6)]
    changed = np.rot90(images[4][:, ::-1] if mirrored else images[4], turns)
    dimmed = Image.fromarray((changed * 0.8 + 5).astype(np.uint8))
    dimmed.resize((80, 80)).save(tmp_path / "a.jpg", quality=80)

    prints = [print_of(image[..., np.newaxis]) for image in images]
    prints.append(print_of(read_image(tmp_path / "a.jpg").values))

    assert near_duplicates(prints) == [[4, 6]]


def test_images_without_contrast_or_too_small_are_like_no_other() -> None:
    prints = [print_of(np.full((40, 40, 1), 9, np.uint8)), print_of(np.eye(8)[..., np.newaxis])]

    assert prints == ["", ""]
    assert near_duplicates([*prints, *prints]) == []


def test_a_stack_has_the_print_of_its_mean_plane() -> None:
    stack = np.stack([cell(0), cell(1)])[..., np.newaxis].astype(np.float32)

    assert print_of(stack) == print_of(stack.mean(axis=0))
