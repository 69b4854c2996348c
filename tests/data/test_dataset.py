"""Splits, sizes, originals and the cache of an opened folder."""

import shutil
from collections.abc import Callable
from mmap import mmap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from archforge.data import DataOptions, Dataset, open_dataset
from archforge.errors import ProblemError

Save = Callable[[str, ArrayLike], Path]
Pair = Callable[..., None]
SIZE = (4, 6)
ALL = DataOptions(validation=0)


@pytest.fixture
def ten(root: Path, pair: Pair) -> Path:
    for index in range(10):
        pair(f"cell{index}")
    return root


def ids(data: Dataset) -> tuple[list[str], list[str], list[str]]:
    return data.train.ids, data.validation.ids, data.test.ids


def corners(data: Dataset) -> dict[str, list[int]]:
    """The first pixel of each image."""
    return {name: data.train.image(row)[0, 0].tolist() for row, name in enumerate(data.train.ids)}


def test_images_and_masks_come_as_maps_of_the_asked_size(ten: Path) -> None:
    data = open_dataset(ten, size=(8, 3))

    assert (len(data.train), len(data.validation), len(data.test)) == (8, 2, 0)
    assert {data.train.image(row).shape for row in range(8)} == {(8, 3, 1)}
    assert {data.train.mask(row).shape for row in range(8)} == {(8, 3)}
    assert isinstance(_owner(data.train.image(0)), mmap)
    assert not data.train.image(0).flags.writeable
    assert set(np.unique(data.train.mask(0)).tolist()) == {0, 1}
    assert (data.channels, data.classes, data.size) == (1, 1, (8, 3))


def _owner(view: Any) -> Any:
    """Whose memory an array shows."""
    return _owner(view.base) if isinstance(view, np.ndarray) else view


def test_an_original_is_the_file_at_full_size(ten: Path) -> None:
    data = open_dataset(ten, size=(2, 2), channels=3)

    image, mask = data.validation.original(1)

    assert image.shape == (4, 6, 3)
    assert image[0, :, 2].tolist() == [200] * 3 + [20] * 3
    assert mask[0].tolist() == [1] * 3 + [0] * 3


def test_every_row_belongs_to_its_id(root: Path, save: Save) -> None:
    for index in range(12):
        save(f"images/{index}.png", np.full(SIZE, 10 * index))
        save(f"masks/{index}.png", np.arange(24).reshape(SIZE) == index)

    data = open_dataset(root, size=SIZE, options=DataOptions(seed=5))

    for part in (data.train, data.validation):
        for row, name in enumerate(part.ids):
            image, mask = part.original(row)
            assert (part.image(row) == image).all()
            assert (part.mask(row) == mask).all()
            assert part.image(row)[0, 0, 0] == 10 * int(name)
            assert part.mask(row).ravel()[int(name)] == 1


def test_images_that_belong_together_are_known_by_what_they_make(root: Path, save: Save) -> None:
    rng = np.random.default_rng(0)
    names = [f"cell_z{plane:02}" for plane in range(3)] + [f"alone{each}" for each in range(5)]
    for name in names:
        save(f"images/{name}.png", rng.integers(0, 255, (16, 16)))
        save(f"masks/{name}.png", np.eye(16))

    data = open_dataset(root, options=DataOptions(folds=2))
    none = open_dataset(root, options=DataOptions(folds=2, group_by="none"))

    together = data.together("train", "validation")
    assert sorted(together) == names[:3]
    assert len(set(together.values())) == 1
    assert not none.together("train", "validation")
    parts = [data.together(part) for part in ("train", "validation", "test")]
    assert sorted(map(len, parts)) == [0, 0, 3]  # a stack is in one part
    small = data.at((8, 8))
    assert small.together("train", "validation") == together
    assert {small.train.of([row]).group(0) for row in range(len(small.train))} <= {
        "", *together.values()
    }  # fmt: skip


def test_images_of_equal_names_in_two_parts_have_names_of_their_own(root: Path, save: Save) -> None:
    """Folds mix the parts of a folder; scores of two images must never be taken for one's."""
    rng = np.random.default_rng(0)
    for part, names in (("train", "abc"), ("val", "bd")):
        for name in names:
            save(f"{part}/images/{name}.png", rng.integers(0, 255, (16, 16)))
            save(f"{part}/masks/{name}.png", np.eye(16))

    whole = open_dataset(root)
    folds = [open_dataset(root, options=DataOptions(folds=2, fold=fold)) for fold in range(2)]

    assert sorted(whole.train.ids) == ["a", "c", "train/b"]
    assert sorted(whole.validation.ids) == ["d", "validation/b"]
    scored = [name for fold in folds for name in fold.validation.ids]
    assert sorted(scored) == ["a", "c", "d", "train/b", "validation/b"]


def test_grey_and_colour_are_brought_to_the_asked_channels(root: Path, save: Save) -> None:
    save("images/grey.png", np.full(SIZE, 80))
    save("images/red.png", np.dstack([np.full(SIZE, 255), np.zeros(SIZE), np.zeros(SIZE)]))
    for name in ("grey", "red"):
        save(f"masks/{name}.png", np.eye(*SIZE))

    found = open_dataset(root, options=ALL)
    grey = open_dataset(root, options=ALL, channels=1)

    assert found.channels == 3
    assert corners(found) == {"grey": [80, 80, 80], "red": [255, 0, 0]}
    assert corners(grey) == {"grey": [80], "red": [76]}


def test_class_indices_stay_what_they_are(root: Path, save: Save) -> None:
    for name in "ab":
        save(f"images/{name}.png", np.zeros((2, 2)))
        save(f"masks/{name}.png", [[0, 1], [2, 3]])

    data = open_dataset(root, size=(4, 4))

    assert data.classes == 4
    assert data.train.mask(0)[::2, ::2].tolist() == [[0, 1], [2, 3]]


def test_test_and_validation_folders_are_taken_as_they_are(root: Path, pair: Pair) -> None:
    for part, stems in (("train/", "abc"), ("validation/", "de"), ("test/", "f")):
        for stem in stems:
            pair(stem, part=part)

    data = open_dataset(root, size=SIZE)

    assert [sorted(part) for part in ids(data)] == [["a", "b", "c"], ["d", "e"], ["f"]]


def test_validation_is_cut_from_train_where_only_test_has_a_folder(root: Path, pair: Pair) -> None:
    for stem in "abcde":
        pair(stem, part="train/")
    pair("a", part="test/")

    data = open_dataset(root, size=SIZE, options=DataOptions(validation=0.4))

    assert [len(part) for part in ids(data)] == [3, 2, 1]
    assert not set(data.train.ids) & set(data.validation.ids)


def test_a_split_is_the_same_for_a_seed_and_another_for_another(ten: Path) -> None:
    splits = [ids(open_dataset(ten, options=DataOptions(seed=seed))) for seed in (1, 1, 2)]

    assert splits[0] == splits[1]
    assert splits[0] != splits[2]


def test_a_split_depends_on_the_ids_and_not_on_the_order_on_disk(ten: Path, pair: Pair) -> None:
    before = ids(open_dataset(ten, size=SIZE))
    for path in sorted(ten.rglob("*.png"), reverse=True):
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)

    assert ids(open_dataset(ten, size=SIZE)) == before


def test_progress_is_told_for_survey_and_arrays(ten: Path) -> None:
    seen: list[tuple[int, int]] = []

    open_dataset(ten, progress=lambda done, total: seen.append((done, total)))

    assert seen == [(done, 10) for done in range(1, 11)] * 2


@pytest.mark.parametrize(("share", "least"), [(0.2, 2), (0.0, 1)])
def test_too_few_images_to_split_are_refused(
    root: Path, pair: Pair, share: float, least: int
) -> None:
    for stem in "ab"[: least - 1]:
        pair(stem)
    pair("t", part="" if least == 2 else "test/")
    if least == 2:
        (root / "images/t.png").unlink()
        (root / "masks/t.png").unlink()

    with pytest.raises(ProblemError) as caught:
        open_dataset(root, options=DataOptions(validation=share))

    (problem,) = caught.value.problems
    assert problem.code == "AF415"
    assert (
        problem.message == f"too few images to train on: {least - 1}, at least {least} are needed"
    )


def test_one_image_is_enough_where_nothing_is_cut_off(root: Path, pair: Pair) -> None:
    pair("a")

    data = open_dataset(root, options=ALL)

    assert (len(data.train), len(data.validation)) == (1, 0)


def test_a_cache_that_cannot_be_written_is_refused(ten: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(ProblemError, match="AF419 the cache cannot be written: not a directory"):
        open_dataset(ten, size=SIZE, cache=tmp_path / "file")


def test_what_was_opened_stays_when_its_files_are_removed(ten: Path) -> None:
    data = open_dataset(ten, size=(2, 2))
    shutil.rmtree(ten)

    image, mask = data.train.original(0)

    assert image.shape == (4, 6, 1)
    assert mask[0].tolist() == [1] * 3 + [0] * 3


def test_problems_of_the_folder_are_raised_and_nothing_is_kept(ten: Path, own_cache: Path) -> None:
    (ten / "images/cell3.png").write_text("text")

    for _ in range(2):
        with pytest.raises(ProblemError, match="AF407"):
            open_dataset(ten, size=SIZE)

    assert not (own_cache / "surveys").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": (0, 4)}, r"size must be numbers of at least 1, got \(0, 4\)"),
        ({"channels": 0}, "channels must be at least 1, got 0"),
    ],
)
def test_wrong_arguments_are_value_errors(
    ten: Path, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        open_dataset(ten, **arguments)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"rank": 3}, "'cell0.png' is a flat image, the network takes volumes"),
        ({"channels": 2}, "the network takes 2 channels, the images have 1"),
    ],
)
def test_images_that_the_network_cannot_take_are_refused(
    ten: Path, asked: dict[str, int], message: str
) -> None:
    with pytest.raises(ProblemError, match=f"AF441 {message}"):
        open_dataset(ten, rank=asked.get("rank"), channels=asked.get("channels"))
