"""Reading a whole folder and collecting all its problems."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike
from PIL import Image

from archforge.data.formats import list_examples
from archforge.data.masks import MaskRule
from archforge.data.survey import Survey, survey
from archforge.errors import Problem, ProblemError

Save = Callable[[str, ArrayLike], Path]
Pair = Callable[..., None]
RNG = np.random.default_rng(0)


def read(root: Path) -> Survey:
    return survey(list_examples(root))


def problems_of(root: Path) -> tuple[Problem, ...]:
    with pytest.raises(ProblemError) as caught:
        read(root)
    return caught.value.problems


def test_an_example_is_read_to_its_numbers(root: Path, pair: Pair) -> None:
    pair("a")

    (row,) = read(root).readings

    assert (row.height, row.width, row.grey) == (4, 6, True)
    assert (row.low, row.high, row.mean, row.deviation) == (20, 200, 110.0, 90.0)
    assert (row.shape, row.channels, row.type) == ((4, 6), 1, "uint8")
    assert sum(row.histogram) == row.histogram[0] + row.histogram[-1] == 24
    assert (row.objects, row.diameters) == (1, (3.9,))  # (12 / (pi / 4)) ** 0.5 = 3.909
    assert row.pixels == {0: 12, 255: 12}


def test_masks_of_single_nuclei_are_united_by_their_maximum(root: Path, save: Save) -> None:
    save("one/images/one.png", np.ones((1, 3)))
    save("one/masks/n1.png", [[255, 0, 0]])
    save("one/masks/n2.png", [[0, 255, 0]])

    found = read(root)

    assert found.readings[0].pixels == {0: 1, 255: 2}
    assert found.rule == MaskRule(255, 1, beside=True)


def test_progress_counts_every_example(root: Path, pair: Pair) -> None:
    seen: list[tuple[int, int]] = []
    for stem in "abc":
        pair(stem)

    survey(list_examples(root), lambda done, total: seen.append((done, total)))

    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_mask_of_another_size_is_refused(root: Path, pair: Pair, save: Save) -> None:
    pair("a")
    save("masks/a.png", np.zeros((4, 5)))

    (problem,) = problems_of(root)

    assert problem.code == "AF410"
    assert problem.message == "mask 'a.png' is 4x5, but 'a.png' is 4x6"


def test_nuclei_masks_of_different_sizes_are_refused(root: Path, save: Save) -> None:
    save("one/images/one.png", np.ones((1, 3)))
    save("one/masks/n1.png", [[255, 0, 0]])
    save("one/masks/n2.png", [[0, 255]])

    (problem,) = problems_of(root)

    assert (problem.code, problem.message) == (
        "AF410",
        "mask 'n2.png' is 1x2, but 'n1.png' is 1x3",
    )


@pytest.mark.parametrize("number", [-3, 2**31])
def test_labels_that_cannot_number_objects_are_refused(root: Path, pair: Pair, number: int) -> None:
    pair("a")
    (root / "labels").mkdir()
    np.save(root / "labels/a.npy", np.full((4, 6), number))

    (problem,) = problems_of(root)

    assert (problem.code, problem.message) == (
        "AF412",
        f"labels 'a.npy' hold {number}, which is no number of an object",
    )


def test_a_jpeg_mask_with_noise_is_refused(root: Path, pair: Pair, save: Save) -> None:
    pair("a")
    disc = np.hypot(*np.mgrid[-16:16, -16:16]) < 10
    save("images/b.png", np.zeros((32, 32)))
    Image.fromarray((disc * 255).astype(np.uint8)).save(root / "masks/b.jpg")

    (problem,) = problems_of(root)

    assert problem.code == "AF413"
    assert problem.message.startswith("mask 'b.jpg' is a JPEG with ")


def test_a_folder_of_values_without_meaning_is_refused(root: Path, pair: Pair) -> None:
    pair("a", value=255)
    pair("b", value=1)

    (problem,) = problems_of(root)

    assert problem.code == "AF412"
    assert problem.message == (
        "masks hold 0, 1, 255: neither 0 and one other value, nor class indices up to 31"
    )


def test_a_folder_of_empty_masks_is_refused(root: Path, pair: Pair) -> None:
    pair("a", value=0)

    assert [problem.code for problem in problems_of(root)] == ["AF414"]


def test_all_problems_of_a_folder_come_at_once(root: Path, pair: Pair, save: Save) -> None:
    for stem in "abcd":
        pair(stem)
    (root / "images/a.png").write_text("text")
    (root / "masks/a.png").write_text("text")
    save("masks/b.png", np.zeros((9, 9)))
    save("masks/c.png", np.stack([np.eye(4, 6) * 255] + [np.zeros((4, 6))] * 2, axis=-1))
    save("images/d.png", np.zeros((4, 6)))
    Image.fromarray(np.zeros((4, 6), np.uint8)).convert("CMYK").save(root / "images/d.jpg")
    (root / "images/d.png").unlink()
    save("images/e.png", np.zeros((4, 6)))

    found = problems_of(root)

    assert [problem.code for problem in found] == [
        "AF407",
        "AF409",
        "AF405",
        "AF407",
        "AF410",
        "AF411",
    ]


def test_of_many_equal_problems_ten_are_shown_and_the_rest_is_counted(
    root: Path, pair: Pair, save: Save
) -> None:
    pair("a")
    for index in range(23):
        save(f"images/x{index:02d}.png", np.zeros((4, 6)))

    found = problems_of(root)

    assert len(found) == 11
    assert found[9].message == "image 'x09.png' has no mask"
    assert found[10].message == "13 more files: an image has no mask"
