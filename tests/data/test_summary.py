"""What ``archforge data inspect`` says of a folder."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from archforge.data import inspect_folder

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
    assert summary.suggestions == ()


def test_a_summary_says_itself_in_plain_sentences(root: Path, pair: Pair) -> None:
    pair("a", part="train/")
    pair("b", part="test/")

    words = inspect_folder(root).words()

    assert words == [
        "2 images in the format 'folders', 1 in test, 1 in train.",
        "Heights 4, widths 6 pixels.",
        "2 grey and 0 coloured in content: 1 channel.",
        "Values 20 to 200; 0 very dark (no pixel reaches 64 of 255).",
        "Masks hold 0 and 255: one class against background (sigmoid).",
        "Foreground is 50.0 % of all pixels.",
        "0 empty and 0 full masks.",
    ]


def test_facts_are_json(root: Path, pair: Pair) -> None:
    pair("a")

    facts = inspect_folder(root).facts()

    assert json.loads(json.dumps(facts))["images"] == 1


def test_rare_foreground_is_pointed_out(root: Path, save: Save) -> None:
    save("images/a.png", np.zeros((10, 10)))
    save("masks/a.png", np.pad([[255]], (0, 9)))

    summary = inspect_folder(root)

    (suggestion,) = summary.suggestions
    assert suggestion.startswith("Foreground has only 1.0 % of the pixels: a loss that counts")


def test_classes_that_never_occur_and_too_many_classes_are_pointed_out(
    root: Path, save: Save
) -> None:
    save("images/a.png", np.zeros((2, 2)))
    save("masks/a.png", [[0, 1], [1, 12]])

    summary = inspect_folder(root)

    assert summary.classes == 13
    assert summary.shares[1] == 0.5
    assert summary.suggestions == (
        "No pixel belongs to class 2, 3, 4, 5, 6, 7, 8, 9, 10, 11: check the numbers.",
        "13 classes are many: if each number is one object, write masks as 0 and 255.",
    )
    assert "Share of each class: 0: 25.0 %, 1: 50.0 %," in summary.words()[5]
