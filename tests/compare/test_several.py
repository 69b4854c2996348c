"""The same networks on several data sets, from the command to the page."""

import json
from pathlib import Path

import pytest

from archforge.cli import PROBLEMS, run
from archforge.compare.folder import name_of
from archforge.data import write_synth


def test_two_folders_of_one_name_are_refused_before_anything_is_trained(
    spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in ("a", "b"):
        write_synth(tmp_path / place / "nuclei", count=4, size=48)

    assert run(["compare", spec, f"{spec}:wide", "--data", str(tmp_path / "a/nuclei"), "--data",
                str(tmp_path / "b/nuclei"), "-o", str(tmp_path / "out")]) == PROBLEMS  # fmt: skip

    assert "AF621 two folders of images are called 'nuclei'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_two_links_tell_two_folders_of_one_name_apart(spec: str, tmp_path: Path) -> None:
    folders = [write_synth(tmp_path / place / "nuclei", count=4, size=48) for place in "ab"]
    links = [tmp_path / name for name in ("first", "second")]
    for link, folder in zip(links, folders, strict=True):
        link.symlink_to(folder)

    assert [name_of(each) for each in links] == ["first", "second"]
    assert name_of(tmp_path / "a" / "nuclei" / ".." / "nuclei") == "nuclei"


@pytest.mark.parametrize("second", ["nothing", "cells"])
def test_what_is_wrong_with_the_second_data_set_is_told_before_the_first_is_trained_on(
    spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], second: str
) -> None:
    """A name with a slip in it, and images for another task."""
    one = write_synth(tmp_path / "one", count=8, size=48)
    write_synth(tmp_path / "cells", "cells", count=8, size=48)

    status = run(["compare", spec, "--data", str(one), "--data", str(tmp_path / second),
                  "-o", str(tmp_path / "out")])  # fmt: skip

    assert status == PROBLEMS
    assert second in capsys.readouterr().err
    assert not list(tmp_path.glob("out/one/runs/*"))


@pytest.mark.keras
def test_networks_are_compared_on_each_data_set_and_have_one_page(
    spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = write_synth(tmp_path / "one", count=8, size=48, seed=1)
    two = write_synth(tmp_path / "two", count=8, size=48, seed=2)
    given = ["compare", spec, f"{spec}:wide", "--data", str(one), "--data", str(two),
             "--epochs", "1", "-o", str(tmp_path / "out")]  # fmt: skip

    assert run(given) == 0
    said = capsys.readouterr()
    assert run([*given, "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert run(["report", str(tmp_path / "out")]) == 0

    assert "2 networks on 2 data sets are too few to rank." in said.out
    assert said.out.splitlines()[-1] == f"all of them {tmp_path / 'out'}"
    assert list(again["data"]) == ["one", "two"]
    kept = json.loads((tmp_path / "out/several.json").read_text())
    assert kept["data"] == ["one", "two"]
    lines = (tmp_path / "out/ranks.csv").read_text().splitlines()
    assert lines[0] == "architecture,mean_rank,one,two"
    assert len(lines) == 3
    page = (tmp_path / "out/report.html").read_text()
    assert "Data set 1: one" in page
    assert "Data set 2: two" in page
