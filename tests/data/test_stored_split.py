"""A split as a table."""

from pathlib import Path

import pytest

from archforge.data import Source, read_split, write_split
from archforge.errors import ProblemError

ROOT = Path("cells")
A, B, C = (Source(name, "", ROOT / name, (), group="g" if name == "a" else "") for name in "abc")


def test_a_split_is_written_and_read_again(tmp_path: Path) -> None:
    parts = {"train": [C, A], "validation": [B], "test": []}

    write_split(tmp_path / "split.csv", parts)

    text = (tmp_path / "split.csv").read_text()
    assert text == "id,part,group,stratum\nc,train,,\na,train,g,\nb,validation,,\n"
    assert read_split(tmp_path / "split.csv", [A, B, C]) == parts


def test_a_split_that_does_not_fit_is_refused_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "split.csv"
    path.write_text("id,part\na,train\na,test\nbb,train\nc,dev\n")

    with pytest.raises(ProblemError) as caught:
        read_split(path, [A, B, C])

    assert [str(problem).splitlines()[0] for problem in caught.value.problems] == [
        f"{path}:3: AF444 'a' stands in two lines",
        f"{path}:4: AF444 the folder has no image 'bb'",
        f"{path}:5: AF444 no part is called 'dev'",
    ]


def test_images_that_came_later_are_named(tmp_path: Path) -> None:
    write_split(tmp_path / "split.csv", {"train": [A]})

    with pytest.raises(ProblemError, match="AF444 2 images have no part: b, c"):
        read_split(tmp_path / "split.csv", [A, B, C])
