"""Comparisons: what is refused at once, and one of real trainings."""

import csv
import json
from pathlib import Path

import pytest

from archforge.cli import run
from archforge.compare import Comparison, Difference, Row, compare
from archforge.compare.writing import table_rows
from archforge.data import write_synth
from archforge.errors import ProblemError
from archforge.train import Settings

SPEC = """\
archforge: 1
name: toy
task: segmentation
hyperparameters: {size: 16, channels: 1, classes: 1, filters: 2}
presets:
  wide: {filters: 4}
inputs:
  image: [=size, =size, =channels]
graph:
  - {layer: Conv2D, filters: =filters, kernel_size: 3, padding: same, activation: relu}
  - {block: segmentation_head, name: mask, classes: =classes}
"""


@pytest.fixture(scope="module")
def nuclei(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_synth(tmp_path_factory.mktemp("data") / "nuclei", count=6, size=48)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.getbasetemp() / "cache-of-compare"
    monkeypatch.setenv("ARCHFORGE_CACHE", str(home))


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "toy.yaml"
    path.write_text(SPEC)
    return str(path)


def row(name: str, dice: tuple[float, ...], macs: int = 1) -> Row:
    scores = {"dice": dice, "iou": tuple(value / 2 for value in dice)}
    return Row(
        architecture=name, scores=scores, parameters=1234, macs=macs, train_seconds=(2.0,) * 2
    )


def test_a_row_has_the_mean_and_every_value_of_its_seeds() -> None:
    facts = row("toy", (0.5, 0.75)).facts()

    assert facts["scores"]["dice"] == {
        "mean": 0.625,
        "low": 0.5,
        "high": 0.75,
        "values": [0.5, 0.75],
    }
    assert json.loads(json.dumps(facts)) == facts


def test_the_table_shows_the_mean_and_each_value(tmp_path: Path) -> None:
    found = Comparison(folder=tmp_path, rows=(row("toy", (0.5, 0.75)),), seeds=2)

    _, line = table_rows(found)
    assert line[:4] == ("toy", "0.6250 (0.5000, 0.7500)", "0.3125 (0.2500, 0.3750)", "1,234")


def test_an_interval_that_holds_0_says_so() -> None:
    words = Difference("a", "b", 0.01, -0.02, 0.04, 20).words()

    assert "the interval holds 0, so they may be equal" in words
    assert "equal" not in Difference("a", "b", 0.02, 0.01, 0.04, 20).words()


def refusal(specs: list[str], data: Path, folder: Path, **more: object) -> str:
    with pytest.raises(ProblemError) as caught:
        compare(specs, data=data, folder=folder, **more)  # type: ignore[arg-type]  # wrong on purpose
    return str(caught.value)


@pytest.mark.parametrize(
    ("times", "more", "words"),
    [
        (0, {}, "there is nothing to compare"),
        (2, {}, "is named twice"),
        (1, {"seeds": 0}, "seeds cannot be 0"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    spec: str, tmp_path: Path, times: int, more: dict[str, object], words: str
) -> None:
    text = refusal([spec] * times, tmp_path, tmp_path / "table", **more)

    assert "AF621" in text
    assert words in text


@pytest.mark.keras
def test_two_architectures_are_trained_once_and_stand_beside_otsu(
    spec: str, nuclei: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "table"
    words = ["compare", spec, f"{spec}:wide", "--data", str(nuclei), "--epochs", "1"]
    words += ["--seeds", "2", "-o", str(folder)]

    first = run([*words, "--json"])
    rows = json.loads(capsys.readouterr().out)
    records = {path: path.stat().st_mtime_ns for path in folder.rglob("run.json")}
    second = run(words)
    table = capsys.readouterr().out
    text = refusal([spec], nuclei, folder, settings=Settings(epochs=2))

    assert (first, second) == (0, 0)
    assert {each["architecture"] for each in rows} == {spec, f"{spec}:wide", "otsu"}
    trained = [each for each in rows if each["architecture"] != "otsu"]
    assert [len(each["scores"]["dice"]["values"]) for each in trained] == [2, 2]
    assert all(each["predict_ms"] > 0 for each in trained)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("run.json")} == records
    assert "95 % interval" in table
    lines = list(csv.DictReader((folder / "comparison.csv").read_text().splitlines()))
    assert len(lines) == 5
    # What only one side has a score of stands in the table, whichever side is ahead.
    scored = {line["architecture"] == "otsu": line["ap_50_pooled"] != "" for line in lines}
    assert scored == {False: True, True: False}
    assert (folder / "comparison.png").read_bytes().startswith(b"\x89PNG")
    assert "AF622" in text
