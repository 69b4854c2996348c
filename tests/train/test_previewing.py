"""What a preview shows is what a training learns from."""

from pathlib import Path

import numpy as np
import pytest

from archforge.data import DataOptions, Dataset, open_dataset, write_synth
from archforge.train import Settings, preview
from archforge.train.previewing import AUGMENTED


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    home = tmp_path_factory.mktemp("preview")
    folder = write_synth(home / "nuclei", count=6, size=48)
    return open_dataset(folder, rank=2, options=DataOptions(validation=0), cache=home / "cache")


def test_without_augmentation_every_patch_is_the_image_itself(drawn: Dataset) -> None:
    rows = preview(drawn, Settings(augment="none", normalize="range"), size=48, images=2)

    assert [len(row.augmented) for row in rows] == [AUGMENTED, AUGMENTED]
    for row in rows:
        index = drawn.train.ids.index(row.name)
        np.testing.assert_allclose(row.plain.image * 255, drawn.train.image(index), rtol=1e-5)
        for seen in (row.plain, *row.augmented):
            np.testing.assert_array_equal(seen.truth, drawn.train.mask(index))


def test_the_same_seed_shows_the_same_and_another_does_not(drawn: Dataset) -> None:
    def all_of(seed: int) -> bytes:
        rows = preview(drawn, Settings(augment="strong", seed=seed), size=32, images=3)
        return b"".join(seen.image.tobytes() for row in rows for seen in row.augmented)

    assert all_of(1) == all_of(1)
    assert all_of(1) != all_of(2)


def test_objects_are_shown_with_inside_and_border(drawn: Dataset) -> None:
    (row,) = preview(drawn, Settings(target="instances"), size=48, images=1)

    assert row.plain.truth is not None
    assert set(np.unique(row.plain.truth)) == {0, 1, 2}


def test_a_patch_is_no_larger_than_its_image(drawn: Dataset) -> None:
    (row,) = preview(drawn, Settings(), size=500, images=1)

    assert row.plain.image.shape == (48, 48, drawn.channels)


def test_where_whole_images_have_a_class_it_stands_beside_the_name(tmp_path: Path) -> None:
    folder = write_synth(tmp_path / "nuclei", count=4, size=48)
    for number, picture in enumerate(sorted((folder / "images").iterdir())):
        place = tmp_path / "classes" / ("sick", "well")[number % 2] / picture.name
        place.parent.mkdir(parents=True, exist_ok=True)
        picture.rename(place)
    whole = open_dataset(
        tmp_path / "classes", options=DataOptions(validation=0), cache=tmp_path / "cache"
    )

    rows = preview(whole, Settings(), size=48, images=4)

    assert sum(row.name.endswith("(sick)") for row in rows) == 2
    assert all(row.plain.truth is None for row in rows)


def test_numbers_below_one_are_refused(drawn: Dataset) -> None:
    with pytest.raises(ValueError, match="size and images must be at least 1, got 0 and 1"):
        preview(drawn, Settings(), size=0, images=1)
