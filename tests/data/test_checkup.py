"""The doctor: what is odd comes first, and problems do not hide what is good."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike
from PIL import Image

from archforge.data import DataOptions, check_up, write_synth
from archforge.data.nuclei import draw_one
from archforge.errors import ProblemError

Save = Callable[[str, ArrayLike], Path]
Pair = Callable[..., None]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_synth(tmp_path_factory.mktemp("data") / "nuclei", count=6, size=64)


def kinds(path: Path) -> dict[str, str]:
    return {finding.kind: finding.text for finding in check_up(path).findings}


def test_a_good_folder_has_facts_advice_and_a_command(drawn: Path) -> None:
    checkup = check_up(drawn)

    words = checkup.words()
    assert words[0] == "6 images in the layout 'folders', not split by folders."
    assert not any(word.startswith("Look at") for word in words)
    assert words[-1] == (
        f"To begin with: archforge train unet_residual --data {drawn} "
        "--set size=64 --set depth=2 --target instances"
    )
    facts = json.loads(json.dumps(checkup.facts()))
    assert (facts["images"], facts["patch"], facts["depth"]) == (6, 64, 2)
    assert facts["problems"] == facts["findings"] == []


def test_an_image_on_both_sides_of_a_split_comes_first(root: Path, save: Save) -> None:
    for index in range(3):
        cell = draw_one(index, 64, 0)
        save(f"train/images/{index}.png", cell.image)
        save(f"train/masks/{index}.png", cell.mask)
    save("test/images/new.png", np.rot90(cell.image))
    save("test/masks/new.png", np.rot90(cell.mask))

    words = check_up(root).words()

    assert words[1] == (
        "Look at: The same image, or nearly so, lies in 'test' and 'train': new, 2. "
        "A score on it would be too good."
    )


def test_masks_that_are_moved_empty_or_full_are_named(root: Path, save: Save) -> None:
    for index, name in enumerate(("good", "moved", "empty", "full")):
        cell = draw_one(index, 128, 0)
        nothing = np.zeros_like(cell.mask)
        change = {"moved": np.roll(cell.mask, 6, 0), "empty": nothing, "full": nothing + 255}
        save(f"images/{name}.png", cell.image)
        save(f"masks/{name}.png", change.get(name, cell.mask))

    found = kinds(root)

    assert found["misplaced"].startswith(
        "1 mask lies beside the objects: moved. That of moved lies"
    )
    assert "down" in found["misplaced"]
    assert found["empty"].startswith("1 mask is empty: empty. Right if there is nothing")
    assert found["full"] == "1 mask is all one class: full."


def test_copies_pixel_types_darkness_and_rare_classes_are_pointed_out(
    root: Path, save: Save
) -> None:
    cell = draw_one(0, 64, 0).image
    mask = np.pad([[1, 12]], ((0, 63), (0, 62)))
    for name, image in (
        ("a", cell),
        ("b", cell),
        ("dark", draw_one(1, 64, 0).image // 8),
        ("deep", draw_one(2, 64, 0).image.astype(np.uint16) * 100),
    ):
        save(f"images/{name}.png", image)
        save(f"masks/{name}.png", mask)

    found = kinds(root)

    assert found["duplicates"].startswith("2 images (2 of them exact copies) are near duplicates")
    assert found["types"] == "Images have pixels of different types: 1 uint16 and 3 uint8."
    assert found["dark"].startswith("1 image is very dark (no pixel reaches 64 of 255): dark.")
    assert found["rare"].startswith("Only 0.0 % of the pixels are class 1: a loss that counts")
    assert found["classes"].startswith("13 classes are many: if each number is one object, say")


def test_a_group_in_two_parts_is_pointed_out(root: Path, pair: Pair) -> None:
    for part, stem in (("train/", "slide1/a"), ("train/", "slide2/a"), ("test/", "slide1/b")):
        pair(stem, part=part)

    assert kinds(root)["torn group"] == (
        "The group 'slide1' lies in 'test' and 'train': a score would be too good."
    )


def test_problems_do_not_hide_the_images_that_are_good(root: Path, pair: Pair) -> None:
    for stem in "abc":
        pair(stem)
    (root / "images/b.png").write_text("text")

    checkup = check_up(root)

    assert [problem.code for problem in checkup.problems] == ["AF407"]
    assert checkup.summary is not None
    assert checkup.summary.images == 2


def test_a_folder_of_which_nothing_can_be_read_has_problems_alone(root: Path, pair: Pair) -> None:
    pair("a")
    (root / "images/a.png").write_text("")

    checkup = check_up(root)

    assert [problem.code for problem in checkup.problems] == ["AF407"]
    assert (checkup.summary, checkup.words()) == (None, [])


def test_an_image_of_another_channel_count_is_named_and_grey_may_mix_with_colour(
    root: Path, save: Save, pair: Pair
) -> None:
    pair("a")
    pair("b")
    save("images/c.png", np.dstack([np.eye(4, 6) * value for value in (9, 90, 250)]))
    save("masks/c.png", np.zeros((4, 6)))
    np.save(root / "images/d.npy", np.ones((4, 6, 2), np.uint8))
    save("masks/d.png", np.zeros((4, 6)))

    (problem,) = check_up(root).problems

    assert problem.code == "AF422"
    assert problem.message == (
        "image 'd.npy' has 2 channels in 2-D, 3 other images have grey or 3 channels in 2-D"
    )


def test_a_mask_of_tens_of_thousands_of_labels_is_read_as_labels(root: Path) -> None:
    (root / "images").mkdir(parents=True)
    (root / "masks").mkdir()
    np.save(root / "images/a.npy", np.eye(256, dtype=np.uint8))
    np.save(root / "masks/a.npy", np.arange(65_536, dtype=np.uint16).reshape(256, 256))

    summary = check_up(root).summary
    (problem,) = check_up(root, DataOptions(masks="classes")).problems

    assert summary is not None
    assert (summary.classes, summary.objects) == (1, 65_535)
    assert problem.message == (
        "masks hold 0, 1, 2, 3, 4, 5 and 65530 more: not class indices up to 254"
    )


def test_what_the_person_says_of_masks_counts(root: Path, save: Save) -> None:
    save("images/a.png", np.zeros((2, 4)))
    save("masks/a.png", [[0, 1, 2, 9], [0, 1, 2, 9]])

    summary = check_up(root, DataOptions(masks="labels", ignore=9)).summary

    assert summary is not None
    assert (summary.classes, summary.shares) == (1, (2 / 6, 4 / 6))


def test_without_a_cache_the_doctor_says_the_same(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    before = check_up(drawn).words()
    monkeypatch.setenv("ARCHFORGE_CACHE", str(tmp_path / "file"))

    assert check_up(drawn).words() == before


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="AF401"):
        check_up(tmp_path / "none")


def test_a_second_look_reads_no_picture(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = check_up(drawn).facts()
    monkeypatch.setattr("archforge.data.measure.read_image", None)

    assert check_up(drawn).facts() == before


def test_labels_beside_masks_count_the_objects(root: Path, save: Save) -> None:
    save("images/a.png", np.zeros((4, 6)))
    save("masks/a.png", np.ones((4, 6)) * [[0, 255, 255, 255, 255, 0]])
    labels = np.ones((4, 6), np.uint16) * np.array([[0, 1, 1, 2, 2, 0]], np.uint16)
    (root / "labels").mkdir()
    Image.fromarray(labels).save(root / "labels/a.png")

    summary = check_up(root).summary

    assert summary is not None
    assert summary.objects == 2
