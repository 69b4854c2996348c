"""What ``archforge data inspect`` says of a folder."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from numpy.typing import ArrayLike

from archforge.data import inspect_folder
from archforge.errors import ProblemError

Save = Callable[[str, ArrayLike], Path]
Pair = Callable[..., None]


def test_a_small_mixed_folder_is_summed_up(root: Path, pair: Pair, save: Save) -> None:
    pair("a")
    save("images/b.png", np.dstack([np.full((8, 10), 9)] * 3))
    save("masks/b.png", np.zeros((8, 10)))
    save("images/c.png", np.dstack([np.zeros((6, 6)), np.ones((6, 6)), np.full((6, 6), 250)]))
    save("masks/c.png", np.full((6, 6), 255))

    summary = inspect_folder(root)

    assert (summary.format, summary.images, summary.splits) == ("folders", 3, {})
    assert (summary.heights, summary.widths) == ((4, 6, 8), (6, 6, 10))
    assert (summary.channels, summary.grey_images, summary.colour_images) == (3, 2, 1)
    assert (summary.low, summary.high, summary.dark_images) == (0, 250, 1)
    assert (summary.foreground, summary.classes) == (255, 1)
    assert summary.shares == (92 / 140, 48 / 140)
    assert (summary.empty_masks, summary.full_masks) == (1, 1)
    assert (summary.task, summary.types) == ("segmentation", {"uint8": 3})


def test_a_summary_says_itself_in_plain_sentences(root: Path, pair: Pair) -> None:
    pair("a", part="train/")
    pair("b", part="test/")

    words = inspect_folder(root).words()

    assert words == [
        "2 images in the layout 'folders', 1 in test, 1 in train.",
        "All 4 x 6 pixels; no file says how large a pixel is.",
        "8-bit; 2 grey and 0 coloured in content: 1 channel.",
        "Values 20 to 200.",
        "Masks hold 0 and 255: one class against background (sigmoid).",
        "Foreground is 50.0 % of all pixels.",
        "2 objects, 4 pixels across in the middle, nine of ten between 4 and 4.",
    ]


def test_facts_are_json(root: Path, pair: Pair) -> None:
    pair("a")

    facts = inspect_folder(root).facts()

    assert json.loads(json.dumps(facts))["images"] == 1


def test_classes_have_the_names_of_the_table(root: Path, save: Save) -> None:
    save("images/a.png", np.zeros((2, 2)))
    save("masks/a.png", [[0, 1], [1, 2]])
    (root / "classes.txt").write_text("0 rock\n1 pore\n2 clay\n3 pyrite\n")

    summary = inspect_folder(root)

    assert (summary.classes, summary.class_names) == (4, ("rock", "pore", "clay", "pyrite"))
    assert summary.words()[5] == (
        "Shares of all pixels: rock 25.0 %, pore 50.0 %, clay 25.0 %, pyrite 0.0 %."
    )


def test_coloured_masks_take_their_classes_from_the_table(root: Path, save: Save) -> None:
    save("images/a.png", np.zeros((1, 4)))
    save("masks/a.png", [[[0, 0, 0], [255, 0, 0], [255, 0, 0], [255, 255, 255]]])
    (root / "classes.csv").write_text(
        "index,name,colour\n0,ground,#000000\n1,cell,#ff0000\n255,unsure,#ffffff\n"
    )

    summary = inspect_folder(root)

    assert summary.masks == "Masks hold 3 colours: one class (sigmoid)."
    assert (summary.classes, summary.shares) == (1, (1 / 3, 2 / 3))
    assert summary.words()[5] == "Cell is 66.7 % of all pixels."


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        ("1 cell\n1 nucleus\n", "names a class twice"),
        ("0,a\n2000000000,b\n", "numbers a class 2000000000, above 254"),
        (f"0,a\n{'1' * 5000},b\n", "numbers a class 111111111111\\.\\.\\., above 254"),
        ("0,a\n255,unsure\n", "numbers a class 255, above 254"),
        ("255,unsure,#ffffff\n", "gives all colours to 255, which is ignored"),
    ],
)
def test_a_table_that_cannot_be_of_classes_is_refused(
    root: Path, pair: Pair, table: str, wrong: str
) -> None:
    pair("a")
    (root / "classes.txt").write_text(table)

    with pytest.raises(ProblemError, match=rf"AF429 'classes\.txt' {wrong}"):
        inspect_folder(root)


def test_stacks_and_sizes_of_pixels_are_said(root: Path) -> None:
    for folder in ("images", "masks"):
        (root / folder).mkdir(parents=True)
    for name, unit in (("a", "um"), ("b", "nm")):
        about = {"axes": "ZYX", "spacing": 2, "unit": unit}
        stack = np.eye(20, dtype=np.uint8) * np.ones((5, 1, 1), np.uint8)
        path = root / "images" / f"{name}.tif"
        tifffile.imwrite(path, stack, imagej=True, resolution=(4, 4), metadata=about)
        tifffile.imwrite(root / "masks" / f"{name}.tif", stack)

    summary = inspect_folder(root)

    assert summary.planes == (5, 5, 5)
    assert summary.words()[1] == (
        "All 5 x 20 x 20 pixels; pixels of 2 sizes, 0.002 x 0.00025 x 0.00025 to 2 x 0.25 x 0.25 "
        "micrometres."
    )


def test_whole_images_are_counted_by_class(root: Path, save: Save) -> None:
    for name in ("healthy/a.png", "sick/a.png", "sick/b.png", "sick/c.png"):
        save(name, np.eye(20) * 255)

    summary = inspect_folder(root)

    assert (summary.task, summary.classes, summary.shares) == ("classification", 2, (0.25, 0.75))
    assert summary.words()[4:] == [
        "Whole images belong to 2 classes.",
        "Shares of all images: healthy 25.0 %, sick 75.0 %.",
    ]
