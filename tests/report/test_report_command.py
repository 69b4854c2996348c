"""``archforge report``: what it refuses, and what it writes where."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from archforge.cli import PROBLEMS, USAGE, run
from archforge.compare import compare
from archforge.compare.reading import read_comparison
from archforge.data import DataOptions, write_synth
from archforge.report import write_report
from archforge.report.reporting import page_of
from archforge.runs import RECORD as RUN
from archforge.train import Settings
from tests.refusals import refusal
from tests.report.byhand import (
    PLAIN,
    SPEC,
    Read,
    a_run_folder,
    rows_of,
)


def test_a_folder_of_neither_kind_has_no_page(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none", tmp_path / "file"):
        (tmp_path / "file").write_text("")

        text = refusal(lambda folder=folder: page_of(folder))  # type: ignore[misc]

        assert "AF625 there is no run, study or comparison in" in text


def test_the_folder_of_a_benchmark_of_one_data_set_has_the_page_of_that(
    home: Path, tmp_path: Path
) -> None:
    shutil.copytree(home / "comparison", tmp_path / "suite" / "nuclei")

    page = page_of(tmp_path / "suite")

    assert page.title == page_of(home / "comparison").title
    shutil.copytree(home / "comparison", tmp_path / "suite" / "more")
    assert "AF625" in refusal(lambda: page_of(tmp_path / "suite"))  # which one is meant?


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"format": 1, "identity": {}}, "has not ended yet"),
        ({"format": 99, "rows": []}, "it has format 99, this version reads 1"),
        ([], "it is not a mapping"),
        ("{", "is damaged"),
        ({"format": 1, "rows": [{}]}, "is damaged"),
        ({"rows": [1], "data": "x", "score": "dice", "part": "test", "folds": None, "seeds": 1},
         "is damaged"),
    ],
)  # fmt: skip
def test_a_comparison_that_has_not_ended_or_is_damaged_is_refused(
    tmp_path: Path, record: Any, words: str
) -> None:
    text = record if isinstance(record, str) else json.dumps(record)
    (tmp_path / "comparison.json").write_text(text)

    refused = refusal(lambda: page_of(tmp_path))

    assert "AF624" in refused
    assert words in refused


@pytest.mark.parametrize(
    "broken",
    [{"images": {}}, {"images": {"a": "much"}}, {"images": {"a": float("nan")}}, {"run": 7}],
)
def test_a_comparison_with_a_damaged_training_is_refused(
    table: Path, broken: dict[str, Any]
) -> None:
    path = table / "comparison.json"
    facts = json.loads(path.read_text())
    for each in facts["trainings"][PLAIN]:
        each.update(broken)
    path.write_text(json.dumps(facts))

    assert "AF624" in refusal(lambda: page_of(table))


def test_a_folder_without_a_comparison_is_refused(tmp_path: Path) -> None:
    assert "AF624 there is no comparison in" in refusal(lambda: read_comparison(tmp_path))


def test_the_command_writes_the_page_into_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_run_folder(tmp_path / "run")

    assert run(["report", str(tmp_path / "run")]) == 0
    assert run(["report", str(tmp_path / "run"), "--format", "markdown", "--json"]) == 0

    first, *rest = capsys.readouterr().out.splitlines()
    assert first == f"report  {tmp_path}/run/report.html"
    assert json.loads("\n".join(rest)) == {
        "report": f"{tmp_path}/run/report.md", "format": "markdown",
    }  # fmt: skip
    assert (tmp_path / "run/report.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "run/report.md").read_text().startswith("# toy on nuclei\n")


@pytest.mark.parametrize(
    ("words", "start"),
    [
        (["-o", "x.md"], "# "),
        (["-o", "x.MARKDOWN"], "# "),
        (["-o", "x.html"], "<!doctype"),
        (["-o", "deep/er/x"], "<!doctype"),
        (["-o", "x.md", "--format", "html"], "<!doctype"),
        (["-o", "x.html", "--format", "markdown"], "# "),
    ],
)
def test_the_ending_says_the_form_unless_it_is_given(
    tmp_path: Path, words: list[str], start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_run_folder(tmp_path / "run")
    monkeypatch.chdir(tmp_path)

    assert run(["report", "run", *words]) == 0

    assert Path(words[1]).read_text().startswith(start)


@pytest.mark.parametrize("name", ["x.html", "x.md"])
def test_a_page_that_cannot_be_written_is_one_clear_line(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    a_run_folder(tmp_path / "run")
    (tmp_path / "file").write_text("")

    assert run(["report", str(tmp_path / "run"), "-o", str(tmp_path / "file" / name)]) == PROBLEMS

    assert "AF009" in capsys.readouterr().err


def test_the_command_refuses_what_it_cannot_show(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / RUN).write_text("{")

    assert run(["report", str(tmp_path)]) == PROBLEMS
    assert run(["report", str(tmp_path / "run")]) == PROBLEMS
    assert run(["report", str(tmp_path), "--format", "pdf"]) == USAGE

    assert re.findall("AF\\d+", capsys.readouterr().err) == ["AF625", "AF501"]


@pytest.mark.keras
def test_a_comparison_of_real_trainings_and_one_of_its_runs_have_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHFORGE_CACHE", str(tmp_path / "cache"))
    spec = tmp_path / "toy.yaml"
    spec.write_text(SPEC.replace("inputs:", "presets:\n  wide: {filters: 4}\ninputs:"))
    data = write_synth(tmp_path / "nuclei", count=8, size=48)
    found = compare([str(spec), f"{spec}:wide"], data=data, folder=tmp_path / "table",
                    settings=Settings(epochs=1), options=DataOptions(folds=2))  # fmt: skip

    write_report(tmp_path / "table", tmp_path / "table.html")
    write_report(found.trained[0].trainings[0].run, tmp_path / "run.html")

    page, of_run = (Read((tmp_path / f"{name}.html").read_text()) for name in ("table", "run"))
    assert page.said("h2") == [
        "What the numbers carry", "Scores and costs", "Which network for which cost",
        "Which differences are real", "Every image", "Best, median and worst images",
        "How they learned", "The networks", "Images, recipe and machine",
    ]  # fmt: skip
    assert [note for note in page.said("li") if note in found.notes] == list(found.notes)
    images = rows_of(page.tables()["dice-of-each-image-by-network.csv"])
    assert {line[0]: float(line[1]) for line in images[1:]} == found.trained[0].images
    assert len(page.all("img")) == 4 + 3 * 4 + 2
    assert {"Scores", "Every image", "Images and predictions", "How it learned",
            "The network"} <= set(of_run.said("h2"))  # fmt: skip


def test_a_run_has_no_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_run_folder(tmp_path / "run")

    assert run(["report", str(tmp_path / "run"), "--storage", "postgresql://me@one/x"]) == PROBLEMS

    assert "AF608" in capsys.readouterr().err
    assert not (tmp_path / "run" / "report.html").exists()
