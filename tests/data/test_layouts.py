"""Every layout in which people bring images, and the rules by which names are paired."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from archforge.data import MaskRule
from archforge.data.contents import read_labels
from archforge.data.formats import list_examples
from archforge.data.layouts.pairing import IMAGE_PREFIXES, MASK_PREFIXES, SUFFIXES, paired
from archforge.data.source import Listing, Source
from archforge.data.survey import survey
from archforge.errors import ProblemError

Save = Callable[[str, ArrayLike], Path]
Pair = Callable[..., None]
BLANK = np.zeros((4, 6))
STEM = st.text("abxyz0123", min_size=1, max_size=6)


def pairs_of(images: list[str], masks: list[str]) -> tuple[dict[str, str], list[str]]:
    pairs, problems = paired(
        {name: Path(f"{name}.tif") for name in images},
        {name: Path(f"{name}.png") for name in masks},
    )
    return pairs, [problem.message for problem in problems]


def by_id(found: Listing) -> dict[str, Source]:
    assert not found.problems, found.problems
    return {source.id: source for source in found.sources}


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        ("cell", "cell"),
        ("cell", "cell_mask"),
        ("cell", "cell-mask"),
        ("cell", "cell_labels"),
        ("img_7", "mask_7"),
        ("image_7", "label_7"),
        ("7", "gt_7"),
        ("slide1/cell", "slide1/cell_seg"),
        ("slide1/img_7", "slide1/mask_7"),
    ],
)
def test_names_are_paired_by_the_stated_rules(image: str, mask: str) -> None:
    assert pairs_of([image], [mask]) == ({image: mask}, [])


def test_an_earlier_rule_wins_and_what_is_left_over_stays() -> None:
    assert pairs_of(["a"], ["a", "a_mask"]) == ({"a": "a"}, [])


def test_two_masks_or_two_images_that_fit_are_both_named() -> None:
    assert pairs_of(["a"], ["a_mask", "a_seg"]) == (
        {},
        ["'a_mask.png' and 'a_seg.png' could both be the mask of 'a.tif'"],
    )
    assert pairs_of(["img_1", "image_1"], ["mask_1"]) == (
        {},
        ["'image_1.tif' and 'img_1.tif' could both be the image of 'mask_1.png'"],
    )


@given(
    st.lists(STEM, unique=True),
    st.sampled_from(["", *IMAGE_PREFIXES]),
    st.sampled_from(["", *MASK_PREFIXES]),
    st.sampled_from(["", *SUFFIXES]),
)
def test_every_convention_pairs_a_whole_folder(
    stems: list[str], before_image: str, before_mask: str, after: str
) -> None:
    images = [f"{before_image}{stem}" for stem in stems]
    masks = [f"{before_mask}{stem}{'' if before_mask else after}" for stem in stems]
    if not before_mask and after:  # the suffix is added to the image's whole stem
        masks = [f"{image}{after}" for image in images]

    pairs, problems = pairs_of(images, masks)

    assert pairs == dict(zip(images, masks, strict=True))
    assert not problems


def test_labels_beside_masks_and_sub_folders_as_groups_are_kept(root: Path, save: Save) -> None:
    for name in ("images/s1/a.png", "masks/s1/a_mask.png", "labels/s1/a.png"):
        save(name, np.eye(4, 6))

    source = by_id(list_examples(root))["s1/a"]

    assert source.group == "s1"
    assert source.labels == root / "labels/s1/a.png"
    assert survey(list_examples(root)).rule == MaskRule(1, 1, beside=True)


def test_labels_that_fit_no_image_and_images_without_labels_are_told(
    root: Path, save: Save, pair: Pair
) -> None:
    for stem in ("img_a", "img_b", "img_c"):
        pair(stem)
    for stem in ("label_a", "label_bb", "z"):
        save(f"labels/{stem}.png", BLANK)

    problems = list_examples(root).problems

    assert [(problem.code, problem.message) for problem in problems] == [
        ("AF405", "image 'img_b.png' has no label file"),
        ("AF405", "image 'img_c.png' has no label file"),
        ("AF406", "label file 'label_bb.png' has no image"),
        ("AF406", "label file 'z.png' has no image"),
    ]


def test_parts_and_lines_without_labels_among_others_are_told(
    root: Path, save: Save, pair: Pair
) -> None:
    for part in ("train/", "test/"):
        pair("a", part=part)
    save("train/labels/a.png", BLANK)

    (unlabelled,) = list_examples(root).problems
    (root / "manifest.csv").write_text(
        "image,mask,labels\n"
        "train/images/a.png,train/masks/a.png,train/labels/a.png\n"
        "test/images/a.png,test/masks/a.png,\n"
        "test/images/a.png,test/masks/a.png,test/labels/a.png\n"
    )
    missing, empty = list_examples(root).problems

    assert (unlabelled.code, unlabelled.message) == ("AF405", "image 'a' has no label file")
    assert (empty.code, empty.message) == ("AF405", "image 'test/images/a' has no label file")
    assert missing.message == "there is no label file for 'test/labels/a.png'"


def test_the_one_mask_of_a_nucleus_among_images_of_many_is_numbered_too(
    root: Path, save: Save
) -> None:
    for name in ("one/masks/n1.png", "one/masks/n2.png", "two/masks/n1.png"):
        save(name, np.eye(4, 6) * 255)
    for name in ("one", "two"):
        save(f"{name}/images/{name}.png", BLANK)

    found = list_examples(root)
    labels = read_labels(by_id(found)["two"], survey(found).rule)

    assert labels is not None
    assert labels.tolist() == np.eye(4, 6).tolist()


def test_images_and_masks_may_lie_side_by_side(root: Path, save: Save) -> None:
    for name in ("a.png", "a_mask.png", "b.png", "b_mask.png"):
        save(name, BLANK)
    save("c.png", BLANK)

    found = list_examples(root)

    assert found.format == "flat"
    assert [(source.id, source.masks) for source in found.sources] == [
        ("a", (root / "a_mask.png",)),
        ("b", (root / "b_mask.png",)),
    ]
    assert [problem.message for problem in found.problems] == ["image 'c.png' has no mask"]


def test_a_manifest_names_files_split_group_and_more(root: Path, save: Save) -> None:
    for name in ("x/one.png", "y/eins.png", "x/two.png", "y/zwei.png"):
        save(name, BLANK)
    (root / "manifest.csv").write_text(
        "image;mask;split;group;modality;donor\n"
        "x/one.png;y/eins.png;train;p1;bright;7\n"
        "x/two.png;y/zwei.png;val;p2;dark;8\n"
    )

    found = by_id(list_examples(root))

    assert found["x/one"].masks == (root / "y/eins.png",)
    assert [found[name].split for name in ("x/one", "x/two")] == ["train", "validation"]
    assert (found["x/two"].group, found["x/two"].stratum) == ("p2", "dark")
    assert found["x/two"].column("donor") == "8"


def test_a_manifest_of_ids_finds_its_files_in_the_folders(root: Path, pair: Pair) -> None:
    pair("a")
    pair("b")
    (root / "manifest.csv").write_text("id,split\nb,test\n")

    found = by_id(list_examples(root))

    assert list(found) == ["b"]
    assert found["b"].image == root / "images/b.png"


@pytest.mark.parametrize(
    ("table", "code", "message"),
    [
        ("image,mask\n/etc/passwd,a.png\n", "AF425", "'passwd' leads out of the folder"),
        ("image,mask\n../x.png,a.png\n", "AF425", "'x.png' leads out of the folder"),
        ("image,mask\na.png,b.png\n", "AF405", "there is no mask for 'b.png'"),
        ("image,mask\nb.png,a.png\n", "AF406", "there is no image for 'b.png'"),
        ("image,mask,split\na.png,a.png,dev\n", "AF424", "split cannot be 'dev'"),
        ("id,mask\na,a.png\n", "AF406", "there is no image for 'a'"),
        ("image,mask\na.png,a.png\na.png,a.png\n", "AF416", "'a' stands in two lines"),
    ],
)
def test_lines_of_a_manifest_that_cannot_be_used_are_told_by_line(
    root: Path, save: Save, table: str, code: str, message: str
) -> None:
    save("a.png", BLANK)
    (root / "manifest.csv").write_text(table)

    (problem,) = list_examples(root).problems

    assert problem.code == code
    assert problem.message.startswith(message)
    assert problem.mark is not None
    assert problem.mark.line == table.count("\n")


def test_a_manifest_with_zero_bytes_is_refused(root: Path, pair: Pair) -> None:
    pair("a")
    (root / "manifest.csv").write_text("image,mask\na\0.png,b\n")

    with pytest.raises(ProblemError, match="a table of images: it holds bytes that are 0"):
        list_examples(root)


def test_a_manifest_without_the_columns_is_refused(root: Path, pair: Pair) -> None:
    pair("a")
    (root / "manifest.csv").write_text("image,where\na,b\n")

    with pytest.raises(ProblemError, match=r"AF424 'manifest\.csv' cannot be read as a table"):
        list_examples(root)


def test_a_link_that_leaves_the_folder_is_refused(
    root: Path, pair: Pair, tmp_path: Path, save: Save
) -> None:
    pair("a")
    (tmp_path / "secret.png").write_bytes((root / "images/a.png").read_bytes())
    (root / "images/b.png").symlink_to(tmp_path / "secret.png")

    (problem,) = list_examples(root).problems

    assert (problem.code, problem.message) == ("AF425", f"'b.png' leads out of the folder '{root}'")


def test_a_folder_for_each_class_is_a_task_of_whole_images(root: Path, save: Save) -> None:
    for name in ("train/sick/a.png", "train/healthy/b.png", "test/sick/a.png"):
        save(name, BLANK)

    found = list_examples(root)

    assert (found.format, found.task) == ("classes", "classification")
    assert found.class_names == ("healthy", "sick")
    assert [(source.split, source.id, source.label) for source in found.sources] == [
        ("test", "sick/a", 1),
        ("train", "healthy/b", 0),
        ("train", "sick/a", 1),
    ]
    assert [problem.message for problem in found.problems] == [
        "'test' has no folder for the class 'healthy'"
    ]


def test_an_npz_stack_is_as_many_examples(root: Path) -> None:
    root.mkdir()
    masks = np.stack([np.eye(8, dtype=np.uint8) * 255] * 3)
    np.savez(root / "train.npz", images=np.ones((3, 8, 8, 2), np.uint16), masks=masks)

    read = survey(list_examples(root))

    assert [source.id for source in read.sources] == ["train/0", "train/1", "train/2"]
    assert {source.split for source in read.sources} == {"train"}
    assert (read.channels, read.readings[0].type, read.rule) == (2, "uint16", MaskRule(255, 1))


def test_stacks_of_different_length_and_without_masks_are_refused(root: Path) -> None:
    root.mkdir()
    np.savez(root / "a.npz", images=np.ones((3, 8, 8)), masks=np.ones((2, 8, 8)))
    np.savez(root / "b.npz", pictures=np.ones((3, 8, 8)))
    np.savez(root / "c.npz", images=np.float64(1), masks=np.ones((2, 8, 8)))

    found = list_examples(root)

    assert [problem.message for problem in found.problems] == [
        "the stacks in 'a.npz' differ in length: 3 images, 2 masks",
        "'b.npz' holds no images with masks",
        "the stacks in 'c.npz' differ in length: 0 images, 2 masks",
    ]
