"""The cache: read once, seen when it changes, never half, raced for and damaged."""

import json
import multiprocessing
import multiprocessing.synchronize
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from archforge.data import Dataset, open_dataset
from archforge.data.cache import cache_home
from archforge.errors import ProblemError

Pair = Callable[..., None]
SIZE = (4, 6)


@pytest.fixture
def ten(root: Path, pair: Pair) -> Path:
    for index in range(10):
        pair(f"cell{index}")
    return root


def images(data: Dataset) -> list[NDArray[Any]]:
    return [np.array(data.train.image(row)) for row in range(len(data.train))]


def test_the_second_opening_reads_no_picture(ten: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_dataset(ten, size=SIZE)
    monkeypatch.setattr("archforge.data.measure.read_image", None)
    monkeypatch.setattr("archforge.data.dataset.read_image", None)

    again = open_dataset(ten, size=SIZE)

    assert again.summary == first.summary
    assert again.fingerprint == first.fingerprint
    assert all((a == b).all() for a, b in zip(images(again), images(first), strict=True))


def test_a_changed_file_is_seen_although_size_and_name_are_the_same(ten: Path) -> None:
    first = open_dataset(ten, size=SIZE)
    name = first.train.ids[0]
    Image.fromarray(np.full(SIZE, 7, np.uint8)).save(ten / f"images/{name}.png")

    again = open_dataset(ten, size=SIZE)

    assert again.fingerprint != first.fingerprint
    assert again.train.image(0)[0, 0, 0] == 7


def test_a_group_that_was_changed_in_the_manifest_is_another_content(ten: Path) -> None:
    rows = [f"cell{index},{index % 2}" for index in range(10)]
    (ten / "manifest.csv").write_text("\n".join(["id,group", *rows]))
    first = open_dataset(ten)
    (ten / "manifest.csv").write_text("\n".join(["id,group", *reversed(rows)]))
    again = open_dataset(ten)

    rows[0] = "cell0,1"
    (ten / "manifest.csv").write_text("\n".join(["id,group", *rows]))
    changed = open_dataset(ten)

    assert first.fingerprint == again.fingerprint != changed.fingerprint


def test_digests_of_old_files_are_remembered_and_of_fresh_ones_not(
    ten: Path, own_cache: Path
) -> None:
    old = sorted(ten.rglob("*.png"))[:3]
    for path in old:
        os.utime(path, ns=(10**18, 10**18))

    open_dataset(ten, size=SIZE)

    (index,) = (own_cache / "index").iterdir()
    assert sorted(json.loads(index.read_text())) == [str(path) for path in old]


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"[]", b'{"a": 1}'])
def test_a_damaged_cache_is_made_again(ten: Path, own_cache: Path, damage: bytes) -> None:
    first = images(open_dataset(ten, size=(2, 3)))
    for path in own_cache.rglob("*"):
        if path.is_file():
            path.unlink()  # not cut in place: `first` would be cut with it
            path.write_bytes(damage)

    again = images(open_dataset(ten, size=(2, 3)))

    assert len(first) == 8
    assert all((a == b).all() for a, b in zip(again, first, strict=True))


def test_a_folder_that_a_killed_writer_left_is_not_taken_and_later_removed(
    ten: Path, own_cache: Path
) -> None:
    left = own_cache / "arrays" / "0123.part"
    left.mkdir(parents=True)
    (left / "image.bin").write_bytes(b"half")
    os.utime(left, (0, 0))

    open_dataset(ten)

    assert not left.exists()
    assert [path.suffix for path in (own_cache / "arrays").iterdir()] == [""]


def test_a_disk_that_fills_is_told_and_leaves_no_half_cache(
    ten: Path, own_cache: Path, full_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    open_dataset(ten)

    with full_disk(4000), pytest.raises(ProblemError, match="AF419 the cache cannot be written"):
        open_dataset(ten, size=(64, 64))

    assert len(list((own_cache / "arrays").iterdir())) == 1
    assert len(open_dataset(ten, size=(64, 64)).train) == 8


def _open(path: Path, start: "multiprocessing.synchronize.Barrier", out: Path) -> None:
    start.wait()
    data = open_dataset(path, size=(64, 64))
    out.write_text(f"{len(data.train)} {sum(int(one.sum()) for one in images(data))}")


def test_processes_that_race_for_one_cache_all_succeed(
    ten: Path, tmp_path: Path, own_cache: Path
) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(3)
    outs = [tmp_path / f"{index}.txt" for index in range(3)]
    workers = [context.Process(target=_open, args=(ten, start, out)) for out in outs]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert len({out.read_text() for out in outs}) == 1
    assert len(list((own_cache / "arrays").iterdir())) == 2  # as they are, and at 64 x 64


def test_the_cache_lies_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHFORGE_CACHE", "/own")
    assert cache_home() == Path("/own")

    monkeypatch.delenv("ARCHFORGE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert cache_home() == Path("/xdg/archforge")

    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_home() == Path.home() / ".cache/archforge"
