"""Files and folders are there whole or not at all."""

import os
from pathlib import Path

import pytest

from archforge.errors import ProblemError
from archforge.files import (
    MOST_BYTES,
    new_folder,
    read_json,
    said_if_unwritable,
    sweep,
    whole_file,
    write_whole,
)


class BrokenError(Exception):
    """What goes wrong in the middle."""


def test_a_file_that_fails_in_the_middle_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, "old")

    with pytest.raises(BrokenError), whole_file(path) as part:  # noqa: PT012 (the middle)
        part.write_text("half")
        raise BrokenError

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_fails_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BrokenError), new_folder(tmp_path / "set") as part:  # noqa: PT012 (the middle)
        (part / "half").write_text("")
        raise BrokenError

    assert list(tmp_path.iterdir()) == []


def test_a_part_keeps_the_ending_that_writers_look_at(tmp_path: Path) -> None:
    with whole_file(tmp_path / "net.keras") as part:
        assert part.suffix == ".keras"
        part.write_text("x")

    assert (tmp_path / "net.keras").read_text() == "x"


def test_others_may_read_what_was_written(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.txt", "x")

    assert (tmp_path / "a.txt").stat().st_mode & 0o044 == 0o044


def test_a_place_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ProblemError) as caught, said_if_unwritable(tmp_path / "file" / "x"):
        write_whole(tmp_path / "file" / "x", "")

    assert caught.value.problems[0].code == "AF009"


def test_what_killed_writers_left_is_swept_after_a_day(tmp_path: Path) -> None:
    for name in ("old.part", ".old.part.json", "new.part"):
        (tmp_path / name).write_text("")
    for name in ("old.part", ".old.part.json"):
        os.utime(tmp_path / name, (0, 0))

    sweep(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["new.part"]


@pytest.mark.parametrize("kind", ["pipe", "device", "nested", "huge"])
def test_a_record_from_a_stranger_is_read_to_an_end(tmp_path: Path, kind: str) -> None:
    """A pipe would wait for ever, and a device fill the memory."""
    path = tmp_path / "run.json"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "nested":
        path.write_text("[" * 100_000)
    else:
        with path.open("wb") as file:
            file.truncate(MOST_BYTES + 1)

    with pytest.raises((OSError, ValueError)):
        read_json(path)
