"""``archforge runs`` as people meet it."""

import json
from pathlib import Path

import pytest

from archforge.cli import run as archforge
from archforge.runs import Failure
from tests.runs.records import written

Said = pytest.CaptureFixture[str]
TABLE = """\
run      architecture   status            data     score  epochs  started           seconds
runs/b   fcn            failed: diverged  nuclei             0/2  2026-01-01 00:00        0
runs/a   unet           done              nuclei  0.5124     2/2  2026-01-02 03:04       61
runs/s/  unet:tutorial  2 done            nuclei  0.7500       6  2026-02-01 00:00       10
"""


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two runs and a search of two trials, below 'runs' in the folder that one is in."""
    monkeypatch.chdir(tmp_path)
    root = Path("runs")
    written(root / "a", scores={"dice": 0.51239}, status="done", epochs=2, seconds=61.4)
    written(root / "b", architecture="fcn", status="failed", failure=Failure("diverged", "so"),
            started="2026-01-01T00:00:00Z")  # fmt: skip
    for number, score in enumerate((0.25, 0.75)):
        written(root / f"s/trials/{number}", preset="tutorial", status="done", epochs=3,
                scores={"dice": score}, seconds=5, started="2026-02-01T00:00:00Z")  # fmt: skip
    (root / "s/study.json").touch()
    return root


def test_runs_are_a_table_with_a_search_as_one_line(runs: Path, capsys: Said) -> None:
    assert archforge(["runs"]) == 0

    assert capsys.readouterr().out == TABLE


def test_every_trial_has_a_line_where_all_are_asked_for(runs: Path, capsys: Said) -> None:
    archforge(["runs", "--all", "--sort", "-score"])
    every = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    archforge(["runs", "runs/s"])
    inside = [line.split()[0] for line in capsys.readouterr().out.splitlines()]

    assert every == ["run", "runs/s/trials/1", "runs/a", "runs/s/trials/0", "runs/b"]
    assert inside == ["run", "runs/s/trials/0", "runs/s/trials/1"]


def test_runs_are_facts_for_programs(runs: Path, capsys: Said) -> None:
    assert archforge(["runs", "--json", "--where", "dice >= 0.5", "--status", "done"]) == 0

    first, second = json.loads(capsys.readouterr().out)
    assert (first["folder"], first["score"], first["collection"]) == ("runs/a", 0.51239, None)
    assert (second["folder"], second["collection"]) == ("runs/s/trials/1", "runs/s")


def test_a_damaged_record_is_told_and_hides_no_other(runs: Path, capsys: Said) -> None:
    (runs / "a/run.json").write_text("{")

    status = archforge(["runs"])

    said = capsys.readouterr()
    assert status == 0
    assert said.err.startswith("runs/a/run.json: AF501 the record 'run.json' is damaged")
    assert [line.split()[0] for line in said.out.splitlines()] == ["run", "runs/b", "runs/s/"]


def test_a_record_from_a_stranger_moves_no_cursor_and_breaks_no_table(
    runs: Path, capsys: Said
) -> None:
    written(runs / "z", preset="\x1b[2J\n\ud800", status="done", data={"folder": "a\tb"})

    assert archforge(["runs"]) == 0

    last = capsys.readouterr().out.splitlines()[3]
    assert last.split() == ["runs/z", "unet:\ufffd[2J\ufffd\ufffd", "done", "a\ufffdb", "0/2",
                            "2026-01-02", "03:04", "0"]  # fmt: skip


def test_a_folder_of_damaged_records_alone_is_a_problem(tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "run.json").write_text("{")

    assert archforge(["runs", str(tmp_path)]) == 1
    assert "AF501" in capsys.readouterr().err


def test_no_run_is_said_and_no_problem(runs: Path, tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "empty").mkdir()

    empty = archforge(["runs", "empty", "--json", "--where", "dice > 3", "--sort", "dice"])
    first = capsys.readouterr()
    none = archforge(["runs", "--architecture", "vgg"])
    second = capsys.readouterr()

    assert (empty, none) == (0, 0)
    assert (first.out, first.err) == ("[]\n", "no run in empty\n")
    assert (second.out, second.err) == ("", "none of 4 runs in runs is so\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere"], "AF501 there is no folder 'nowhere'"),
        (["--where", "dyce > 0.5"], "AF530 no run has a value called 'dyce'"),
        (["--sort", "dyce"], "AF530 no run has a value called 'dyce'"),
        (["--since", "now"], "AF530 'now' is no date"),
    ],
)
def test_what_cannot_be_is_a_problem(
    runs: Path, capsys: Said, words: list[str], message: str
) -> None:
    assert archforge(["runs", *words]) == 1
    assert message in capsys.readouterr().err
