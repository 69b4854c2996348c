"""From a folder on disk to examples, and every way in which a folder is wrong."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike

from archforge.data import FORMATS
from archforge.data.formats import list_examples
from archforge.data.source import Listing
from archforge.errors import ProblemError

Save = Callable[[str, ArrayLike], Path]
Pair = Callable[..., None]
BLANK = np.zeros((4, 6))


def codes(listing: Listing) -> list[str]:
    return [problem.code for problem in listing.problems]


def refused(path: Path) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        list_examples(path)
    return caught.value


def test_images_and_masks_are_paired_by_stem_whatever_the_suffix(root: Path, save: Save) -> None:
    save("images/b.jpg", BLANK)
    save("images/a.PNG", BLANK)
    save("masks/a.png", BLANK)
    save("masks/b.png", BLANK)

    listing = list_examples(root)

    assert listing.format == "folders"
    assert [(source.id, source.split) for source in listing.sources] == [("a", ""), ("b", "")]
    assert listing.sources[1].masks == (root / "masks/b.png",)
    assert not listing.problems


def test_split_folders_are_the_split_and_val_means_validation(root: Path, pair: Pair) -> None:
    for part, stem in (("train/", "a"), ("val/", "b"), ("test/", "a")):
        pair(stem, part=part)

    listing = list_examples(root)

    assert [(source.split, source.id) for source in listing.sources] == [
        ("test", "a"),
        ("train", "a"),
        ("validation", "b"),
    ]


def test_other_tables_and_hidden_files_beside_images_are_ignored(root: Path, pair: Pair) -> None:
    pair("a")
    (root / "notes.csv").write_text("day,microscope\n1,2\n")
    (root / "images/.DS_Store").write_text("x")

    listing = list_examples(root)

    assert [source.id for source in listing.sources] == ["a"]
    assert not listing.problems


@pytest.mark.parametrize("above", ["", "stage1_train/"])
def test_one_folder_for_each_image_is_the_data_science_bowl(
    root: Path, save: Save, above: str
) -> None:
    save(f"{above}one/images/one.png", BLANK)
    save(f"{above}one/masks/n1.png", BLANK)
    save(f"{above}one/masks/n2.png", BLANK)

    listing = list_examples(root)

    assert listing.format == "dsb"
    assert [source.id for source in listing.sources] == ["one"]
    assert [path.name for path in listing.sources[0].masks] == ["n1.png", "n2.png"]


def test_each_format_has_a_line_of_text() -> None:
    assert list(FORMATS) == ["manifest", "coco", "folders", "dsb", "flat", "npz", "classes"]
    assert all(form.title for form in FORMATS.values())


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path / "nowhere")

    assert error.problems[0].code == "AF401"
    assert f"there is no folder '{tmp_path / 'nowhere'}'" in str(error)


def test_a_file_instead_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("x")

    error = refused(tmp_path / "a.png")

    assert error.problems[0].code == "AF401"
    assert "is a file, not a folder" in str(error)


def test_a_folder_that_the_system_cannot_list_is_refused_with_its_reason(tmp_path: Path) -> None:
    error = refused(tmp_path / ("x" * 300))

    assert error.problems[0].code == "AF402"
    assert "file name too long" in error.problems[0].message


@pytest.mark.parametrize("inside", [[], ["images", "masks"]])
def test_a_folder_without_images_is_refused(root: Path, inside: list[str]) -> None:
    root.mkdir()
    for name in inside:
        (root / name).mkdir()

    error = refused(root)

    assert [problem.code for problem in error.problems] == ["AF403"]


def test_an_unknown_layout_is_refused_with_what_was_found_and_what_is_read(
    root: Path, save: Save
) -> None:
    save("a.png", BLANK)
    save("b.png", BLANK)

    problem = refused(root).problems[0]

    assert problem.code == "AF404"
    assert problem.why == "it holds a.png, b.png"
    assert problem.fix.startswith("move the pictures into 'images' and 'masks' (manifest: ")


def test_images_both_loose_and_in_split_folders_are_refused(root: Path, pair: Pair) -> None:
    pair("a")
    pair("b", part="train/")

    problem = refused(root).problems[0]

    assert problem.code == "AF404"
    assert problem.message == "the folder has 'images' of its own and 'train/images' too"


def test_a_lonely_image_and_a_lonely_mask_are_told_with_the_nearest_name(
    root: Path, pair: Pair, save: Save
) -> None:
    pair("a")
    save("images/cell_01.png", BLANK)
    save("masks/cell_1.png", BLANK)

    problems = list_examples(root).problems

    assert [problem.code for problem in problems] == ["AF405", "AF406"]
    assert problems[0].message == "image 'cell_01.png' has no mask"
    assert problems[0].fix.startswith("rename 'cell_1.png' to 'cell_01.png', or ")
    assert problems[1].message == "mask 'cell_1.png' has no image"


def test_a_part_without_masks_is_one_problem_not_one_for_each_image(
    root: Path, pair: Pair, save: Save
) -> None:
    pair("a", part="train/")
    save("test/images/b.png", BLANK)
    save("test/images/c.png", BLANK)

    problems = list_examples(root).problems

    assert [problem.code for problem in problems] == ["AF405"]
    assert problems[0].message == "'masks' is missing beside 'images', so 2 images have no mask"


def test_two_files_of_one_stem_are_refused(root: Path, pair: Pair, save: Save) -> None:
    pair("a")
    save("images/a.jpg", BLANK)

    problems = list_examples(root).problems

    assert [problem.code for problem in problems] == ["AF416"]
    assert problems[0].message == "'a.png' has the same stem as 'a.jpg'"


def test_pictures_of_a_type_that_is_not_read_are_named_and_their_masks_not_blamed(
    root: Path, pair: Pair
) -> None:
    pair("a")
    (root / "images/a.png").rename(root / "images/a.czi")

    listing = list_examples(root)

    assert codes(listing) == ["AF417"]
    assert listing.problems[0].message == "files of type '.czi' are not read"


def test_a_nucleus_folder_without_masks_or_image_or_with_two_images_is_refused(
    root: Path, save: Save
) -> None:
    save("one/images/one.png", BLANK)
    save("two/masks/n1.png", BLANK)
    for name in ("images/x.png", "images/y.png", "masks/n1.png"):
        save(f"three/{name}", BLANK)

    listing = list_examples(root)

    assert sorted(codes(listing)) == ["AF405", "AF406", "AF416"]
    assert not listing.sources
