"""Drawn images: exact truth, the same bytes for a seed, written whole."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage  # type: ignore[import-untyped]  # scipy ships no types

from archforge.data import KINDS, inspect_folder, write_synth
from archforge.data.nuclei import draw_nuclei, draw_one
from archforge.errors import ProblemError


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.png")}


def test_images_masks_and_labels_are_written_and_agree(tmp_path: Path) -> None:
    write_synth(tmp_path / "out", count=3, size=64)

    assert sorted(content(tmp_path / "out")) == [
        f"{folder}/nuclei_{index:04d}.png"
        for folder in ("images", "labels", "masks")
        for index in range(3)
    ]
    with Image.open(tmp_path / "out/labels/nuclei_0001.png") as picture:
        assert picture.mode == "I;16"
        labels = np.array(picture)
    with Image.open(tmp_path / "out/masks/nuclei_0001.png") as picture:
        mask = np.array(picture)
    assert np.array_equal(mask, (labels > 0) * 255)


def test_a_drawn_folder_is_read_like_any_other(tmp_path: Path) -> None:
    summary = inspect_folder(write_synth(tmp_path / "out", count=8, size=96, seed=3))

    assert (summary.images, summary.channels, summary.classes) == (8, 1, 1)
    assert 0.05 < summary.shares[1] < 0.4
    assert (summary.empty_masks, summary.full_masks) == (0, 0)


def test_the_same_seed_gives_the_same_bytes_and_more_images_change_none(tmp_path: Path) -> None:
    few = content(write_synth(tmp_path / "few", count=2, size=64, seed=9))
    more = content(write_synth(tmp_path / "more", count=4, size=64, seed=9))
    other = content(write_synth(tmp_path / "other", count=2, size=64, seed=8))

    assert few == {name: more[name] for name in few}
    assert not set(few.values()) & set(other.values())


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 500), st.integers(48, 150))
def test_every_nucleus_is_one_piece_and_its_numbers_have_no_gap(
    seed: int, index: int, size: int
) -> None:
    labels = draw_one(index, size, seed).labels

    numbers = range(1, int(labels.max()) + 1)
    assert len(numbers) >= 1
    assert all(ndimage.label(labels == number)[1] == 1 for number in numbers)


def test_some_nuclei_touch() -> None:
    touching = 0
    for drawn in draw_nuclei(6, 128, 0):
        pieces = ndimage.label(drawn.labels > 0)[1]
        touching += int(drawn.labels.max()) - pieces

    assert touching > 10


def test_drawn_nuclei_are_brighter_than_their_ground_but_no_single_level_parts_them() -> None:
    best = []
    for drawn in draw_nuclei(12, 128, 0):
        inside, outside = drawn.image[drawn.labels > 0], drawn.image[drawn.labels == 0]
        assert inside.mean() > 1.5 * outside.mean()
        best.append(float(np.quantile(inside, 0.05)) > float(np.quantile(outside, 0.98)))

    assert not all(best)


def test_progress_is_told(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        seen.append((done, total))

    write_synth(tmp_path / "out", count=2, size=48, progress=progress)

    assert seen == [(1, 2), (2, 2)]


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    write_synth(tmp_path / "out", count=1, size=48)

    assert len(content(tmp_path / "out")) == 3


def test_a_writer_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_synth(tmp_path / "out", count=2, size=48, progress=stop)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_someone_fills_meanwhile_stays_theirs(tmp_path: Path) -> None:
    def fill(done: int, total: int) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out/note.txt").write_text("mine")

    with pytest.raises(ProblemError, match="AF418"):
        write_synth(tmp_path / "out", count=1, size=48, progress=fill)

    assert [path.name for path in tmp_path.rglob("*")] == ["out", "note.txt"]


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")

    with pytest.raises(ProblemError, match=r"AF418 .* is there already and not empty"):
        write_synth(tmp_path)


def test_a_place_where_no_folder_can_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")

    with pytest.raises(ProblemError, match=r"AF419 .* cannot be written: not a directory"):
        write_synth(tmp_path / "note.txt/out")
    with pytest.raises(ProblemError, match=r"AF419 .* cannot be written: file name too long"):
        write_synth(tmp_path / ("x" * 300))


def test_an_unknown_kind_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        write_synth(tmp_path / "out", kind="nucleus")

    (problem,) = caught.value.problems
    assert problem.code == "AF420"
    assert problem.fix == "did you mean 'nuclei'?"


def test_wrong_numbers_are_value_errors(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="count must be at least 1, size at least 48"):
        write_synth(tmp_path / "out", count=0)


def test_each_kind_has_a_line_of_text() -> None:
    assert all(kind.title for kind in KINDS.values())
