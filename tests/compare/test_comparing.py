"""Comparisons: what is refused at once, and one of real trainings."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archforge.cli import run
from archforge.compare import compare
from archforge.compare.writing import table_rows
from archforge.data import DataOptions, write_synth
from archforge.errors import ProblemError
from archforge.files import locked
from archforge.runs import list_runs
from archforge.train import Settings
from tests.compare.rows import comparison, row

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
ONE = Settings(epochs=1)


@pytest.fixture(scope="module")
def nuclei(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_synth(tmp_path_factory.mktemp("data") / "nuclei", count=8, size=48)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.getbasetemp() / "cache-of-compare"
    monkeypatch.setenv("ARCHFORGE_CACHE", str(home))


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "toy.yaml"
    path.write_text(SPEC)
    return str(path)


def test_a_row_has_the_mean_and_every_value_of_its_trainings() -> None:
    facts = row("toy", {"a": 0.5}, {"a": 0.75}).facts()

    assert facts["scores"]["dice"]["values"] == [0.5, 0.75]
    assert facts["scores"]["dice"]["mean"] == 0.625
    assert facts["scores"]["iou"] == {
        "mean": 0.3125, "low": 0.25, "high": 0.375, "values": [0.25, 0.375],
    }  # fmt: skip
    assert json.loads(json.dumps(facts)) == facts


def test_the_table_shows_the_mean_and_its_interval() -> None:
    header, line = table_rows(comparison([row("toy", {"a": 0.5, "b": 0.7})]))

    assert header[:4] == ("architecture", "validation Dice", "95 % interval", "IoU")
    assert line[:5] == ("toy", "0.6000", "0.5000 to 0.7000", "0.3000", "1,234")


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
        (1, {"given": {"filtres": 4}}, "no architecture here has a hyperparameter 'filtres'"),
        (1, {"options": DataOptions(folds=3, fold=1)}, "every fold is trained, not fold 1 alone"),
        (1, {"score": "dise"}, "architectures cannot be ranked by 'dise'"),
        (1, {"score": "dice_pooled"}, "architectures cannot be ranked by 'dice_pooled'"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    spec: str, nuclei: Path, tmp_path: Path, times: int, more: dict[str, object], words: str
) -> None:
    text = refusal([spec] * times, nuclei, tmp_path / "table", **more)

    assert "AF621" in text
    assert words in text
    assert not (tmp_path / "table").exists()


def test_the_problems_of_all_specs_are_told_at_once(nuclei: Path, tmp_path: Path) -> None:
    paths = []
    for name in ("one", "two"):
        paths.append(tmp_path / f"{name}.yaml")
        paths[-1].write_text(SPEC.replace("filters: 2", "filtres: 2"))

    text = refusal([str(path) for path in paths], nuclei, tmp_path / "table")

    assert "one.yaml" in text
    assert "two.yaml" in text


def test_two_processes_never_compare_in_one_folder(spec: str, nuclei: Path, tmp_path: Path) -> None:
    folder = tmp_path / "table"

    with locked(folder / "comparison.lock"):
        text = refusal([spec], nuclei, folder, settings=ONE)

    assert "AF623" in text
    assert list(folder.iterdir()) == [folder / "comparison.lock"]


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
    printed = capsys.readouterr()
    text = refusal([spec], nuclei, folder, settings=Settings(epochs=2))

    assert (first, second) == (0, 0)
    assert {each["architecture"] for each in rows} == {spec, f"{spec}:wide", "otsu"}
    trained = rows[:2] if rows[2]["architecture"] == "otsu" else rows[-2:]
    assert [len(each["scores"]["dice"]["values"]) for each in trained] == [2, 2]
    assert all(each["predict_ms"] > 0 for each in trained)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("run.json")} == records
    assert "4 of 4 trainings are there already" in printed.err
    assert "95 % interval" in printed.out
    lines = list(csv.DictReader((folder / "comparison.csv").read_text().splitlines()))
    assert len(lines) == 5
    # What only one side has a score of stands in the table, whichever side is ahead.
    scored = {line["architecture"] == "otsu": line["ap_50_pooled"] != "" for line in lines}
    assert scored == {False: True, True: False}
    assert len((folder / "images.csv").read_text().splitlines()) == 1 + 2
    assert (folder / "comparison.png").read_bytes().startswith(b"\x89PNG")
    assert "AF622" in text
    assert "epochs was 1, is 2" in text


@pytest.mark.keras
def test_two_names_of_one_network_are_told_and_trained_once(
    spec: str, nuclei: Path, tmp_path: Path
) -> None:
    twin = tmp_path / "twin.yaml"
    twin.write_text(SPEC.replace("name: toy", "name: twin").replace("name: mask", "name: out"))
    folder = tmp_path / "table"

    found = compare([spec, str(twin)], data=nuclei, folder=folder, settings=ONE)

    assert [row.same for row in found.trained] == [(str(twin),)]
    assert len(list_runs(folder)[0]) == 1
    assert found.pairs == ()
    assert any("are the same network" in note for note in found.notes)


@pytest.mark.keras
def test_folds_score_each_image_once_and_runs_from_elsewhere_are_taken(
    spec: str, nuclei: Path, tmp_path: Path
) -> None:
    options = DataOptions(folds=2)
    first = compare([spec], data=nuclei, folder=tmp_path / "a", settings=ONE, options=options)
    again = compare(
        [spec, f"{spec}:wide"], data=nuclei, folder=tmp_path / "b", settings=ONE, options=options,
        reuse=[tmp_path / "a"],
    )  # fmt: skip

    (mine,) = first.trained
    assert len(mine.images) == 8
    assert [each.fold for each in mine.trainings] == [0, 1]
    assert len(list_runs(tmp_path / "b")[0]) == 2
    row = next(each for each in again.trained if each.architecture == spec)
    assert row.images == mine.images


@pytest.mark.keras
def test_a_run_and_what_is_fixed_for_specs_stand_side_by_side(
    spec: str, nuclei: Path, tmp_path: Path
) -> None:
    first = compare([spec], data=nuclei, folder=tmp_path / "a", settings=ONE)
    run = str(first.trained[0].trainings[0].run)

    found = compare([run, spec], data=nuclei, folder=tmp_path / "b", settings=ONE,
                    given={"filters": 3})  # fmt: skip

    assert len(list_runs(tmp_path / "b")[0]) == 1  # the run is taken as it is
    assert sorted(row.parameters for row in found.trained) == [23, 34]
    assert f"filters = 3 does not reach {Path(run).name}." in found.notes


@pytest.mark.keras
def test_test_images_are_scored_where_there_are_some(
    spec: str, nuclei: Path, tmp_path: Path
) -> None:
    found = compare([spec], data=nuclei, folder=tmp_path / "a", settings=ONE,
                    options=DataOptions(test=0.25))  # fmt: skip

    assert found.part == "test"
    assert len(found.trained[0].images) == 2
    assert [row.architecture for row in found.rows] == [spec]
    assert not any("validation images" in note for note in found.notes)


@pytest.mark.keras
@pytest.mark.slow
def test_a_comparison_killed_half_way_ends_with_the_same_table_and_trains_nothing_twice(
    spec: str, nuclei: Path, tmp_path: Path
) -> None:
    words = ["compare", spec, f"{spec}:wide", "--data", str(nuclei), "--folds", "2"]
    words += ["--epochs", "6", "--json"]
    command = [sys.executable, "-m", "archforge", *words]
    whole = subprocess.run(
        [*command, "-o", tmp_path / "whole"], check=True, capture_output=True, text=True
    )
    broken = subprocess.Popen([*command, "-o", tmp_path / "broken"], start_new_session=True,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    end = time.monotonic() + 120
    while len(done(tmp_path / "broken")) < 1 and time.monotonic() < end:
        time.sleep(0.05)
    os.killpg(broken.pid, signal.SIGKILL)
    broken.wait()
    before = done(tmp_path / "broken")
    again = subprocess.run(
        [*command, "-o", tmp_path / "broken"], check=True, capture_output=True, text=True
    )

    assert before
    assert {path: stamp for path, stamp in done(tmp_path / "broken").items() if path in before} == (
        before
    )
    keep = ("architecture", "scores", "parameters", "macs")
    tables = [[{key: each[key] for key in keep} for each in json.loads(found.stdout)]
              for found in (whole, again)]  # fmt: skip
    assert tables[0] == tables[1]
    shutil.rmtree(tmp_path / "whole")


def done(folder: Path) -> dict[Path, int]:
    """The records of finished runs, and when they were written."""
    return {
        path: path.stat().st_mtime_ns
        for path in folder.rglob("run.json")
        if '"status": "done"' in path.read_text()
    }
