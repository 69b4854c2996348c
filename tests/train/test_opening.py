"""What is refused before anything is trained, since it would end in nothing."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archforge.catalog import read_architecture
from archforge.data import DataOptions, open_dataset
from archforge.errors import ProblemError
from archforge.train import Settings, open_together


def test_objects_of_several_classes_are_no_target_of_inside_and_border(
    three_classes: Callable[[], Path],
) -> None:
    root = three_classes()
    (root / "labels").mkdir()
    for path in (root / "masks").iterdir():
        Image.open(path).save(root / "labels" / path.name)
    settings = Settings(target="instances")

    with pytest.raises(ProblemError, match="AF518 the masks tell 3 classes of objects apart"):
        open_together(read_architecture("unet_half"), None, {}, root, settings=settings)


def test_validation_masks_that_are_ignored_whole_are_told_before_the_start(tmp_path: Path) -> None:
    for part, value in (("train", 255), ("validation", 7)):
        for folder in ("images", "masks"):
            (tmp_path / part / folder).mkdir(parents=True)
        mask = np.full((16, 16), 7, np.uint8)
        mask[:8] = value if part == "train" else 7
        mask[0] = 0 if part == "train" else 7
        Image.fromarray(mask).save(tmp_path / part / "masks/a.png")
        Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16)).save(
            tmp_path / part / "images/a.png"
        )

    with pytest.raises(ProblemError, match="AF508 every pixel of every validation mask is ignored"):
        open_together(
            read_architecture("unet_half"), None, {}, tmp_path, options=DataOptions(ignore=7)
        )


def test_ignored_pixels_have_no_part_in_the_balance_of_inside_and_border(tmp_path: Path) -> None:
    for folder in ("images", "masks", "labels"):
        (tmp_path / folder).mkdir()
    mask = np.zeros((8, 8), np.uint8)
    mask[2:6, 2:6] = 255
    labels = (mask > 0).astype(np.uint16)
    mask[0] = 7
    for folder, values in (("images", mask), ("masks", mask), ("labels", labels)):
        for name in "ab":
            Image.fromarray(values).save(tmp_path / folder / f"{name}.png")

    data = open_dataset(tmp_path, options=DataOptions(ignore=7, validation=0.5))

    # Of 64 pixels 8 are ignored and 16 are the object: 4 inside it, 12 at its border.
    assert data.class_counts(3) == [40, 4, 12]
