"""What a comparison has done is not done again, and is taken no matter where it was done."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from archforge.cli import run
from archforge.compare import compare
from archforge.compare.entries import Asked, open_entries
from archforge.compare.folder import check_folder, identity_of
from archforge.compare.trainings import image_scores
from archforge.data import DataOptions
from archforge.runs import list_runs, write_run
from archforge.train import Settings
from tests.compare.toy import ONE, refusal
from tests.refusals import refusal as refused
from tests.runs.records import written


@pytest.mark.keras
def test_what_was_damaged_is_made_again_from_what_is_left(
    spec: str, nuclei: Path, tmp_path: Path
) -> None:
    """A record that is no JSON, a run without its history, another without its network."""
    folder = tmp_path / "table"
    first = compare([spec, f"{spec}:wide"], data=nuclei, folder=folder, settings=ONE)
    runs = {row.architecture: row.trainings[0].run for row in first.trained}
    (folder / "comparison.json").write_text("{")
    runs[spec].joinpath("history.csv").unlink()
    runs[f"{spec}:wide"].joinpath("model.keras").unlink()
    shutil.rmtree(folder / "shown")
    kept = runs[f"{spec}:wide"].joinpath("run.json").stat().st_mtime_ns

    again = compare([spec, f"{spec}:wide"], data=nuclei, folder=folder, settings=ONE)

    scores = [{row.architecture: row.images for row in each.trained} for each in (first, again)]
    assert scores[0] == scores[1]
    assert runs[f"{spec}:wide"].joinpath("run.json").stat().st_mtime_ns == kept
    assert runs[spec].joinpath("history.csv").is_file()
    assert any("could not be drawn" in note for note in again.notes)
    assert json.loads((folder / "comparison.json").read_text())["rows"]


@pytest.mark.keras
def test_batches_of_one_image_cannot_be_halved_and_are_found_again(
    spec: str, nuclei: Path, tmp_path: Path
) -> None:
    settings = Settings(epochs=1, batch_size=1)
    first = compare([spec], data=nuclei, folder=tmp_path / "table", settings=settings)
    ((before,), _) = list_runs(tmp_path / "table")

    again = compare([spec], data=nuclei, folder=tmp_path / "table", settings=settings)

    assert list_runs(tmp_path / "table")[0] == [before]
    assert again.trained[0].images == first.trained[0].images


@pytest.mark.parametrize("damage", [{"settings": [1]}, {"settings": None}, {"options": 3}])
def test_a_damaged_identity_does_not_keep_a_folder_for_itself(
    spec: str, nuclei: Path, tmp_path: Path, damage: dict[str, object]
) -> None:
    asked = Asked(nuclei, None, {}, ONE, own=False, options=DataOptions())
    what = identity_of(open_entries([spec], asked)[0], asked, "dice")
    record = {"identity": {**what, **damage}}
    (tmp_path / "comparison.json").write_text(json.dumps(record))

    check_folder(tmp_path, what)


@pytest.mark.keras
def test_predictions_are_timed_anew_on_another_machine(
    spec: str, nuclei: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "table"
    first = compare([spec], data=nuclei, folder=folder, settings=ONE)
    again = compare([spec], data=nuclei, folder=folder, settings=ONE)
    (here,) = json.loads((folder / "measured.json").read_text())

    monkeypatch.setattr("platform.node", lambda: "elsewhere")
    compare([spec], data=nuclei, folder=folder, settings=ONE)

    kept = json.loads((folder / "measured.json").read_text())
    (elsewhere,) = kept.keys() - {here}
    assert first.trained[0].speeds == again.trained[0].speeds
    assert "elsewhere" not in elsewhere  # nobody's machine is named

    (folder / "measured.json").write_text(json.dumps({**kept, elsewhere: [{"batch": 1}]}))
    last = compare([spec], data=nuclei, folder=folder, settings=ONE)

    assert [each.batch for each in last.trained[0].speeds] == [1, 8]


@pytest.mark.keras
def test_a_training_is_found_again_under_another_name_of_its_network(
    spec: str, nuclei: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "renamed.yaml"
    moved.write_text(Path(spec).read_text())
    first = compare([spec], data=nuclei, folder=tmp_path / "table", settings=ONE)

    again = compare([str(moved)], data=nuclei, folder=tmp_path / "table", settings=ONE)

    assert len(list_runs(tmp_path / "table")[0]) == 1
    assert again.trained[0].images == first.trained[0].images


@pytest.mark.keras
def test_a_training_killed_before_its_test_images_were_scored_is_scored_and_not_trained_again(
    spec: str, nuclei: Path, tmp_path: Path
) -> None:
    folder, options = tmp_path / "table", DataOptions(test=0.25)
    first = compare([spec], data=nuclei, folder=folder, settings=ONE, options=options)
    (run,), _ = list_runs(folder)
    run.test_scores.unlink()
    before = (run.folder / "run.json").stat().st_mtime_ns

    again = compare([spec], data=nuclei, folder=folder, settings=ONE, options=options)

    assert (run.folder / "run.json").stat().st_mtime_ns == before
    assert again.trained[0].images == first.trained[0].images


@pytest.mark.keras
def test_networks_that_were_scored_on_other_images_are_not_compared(
    spec: str, nuclei: Path, tmp_path: Path
) -> None:
    """As where another version has divided the same images in another way."""
    specs, options = [spec, f"{spec}:wide"], DataOptions(folds=2)
    compare(specs, data=nuclei, folder=tmp_path / "table", settings=ONE, options=options)
    first = list_runs(tmp_path / "table")[0][0]
    facts = json.loads(first.image_scores.read_text())
    facts["images"][0]["id"] = "another"
    first.image_scores.write_text(json.dumps(facts))

    text = refusal(specs, nuclei, tmp_path / "table", settings=ONE, options=options)

    assert "AF622 the run" in text
    assert "was scored on other images than its like" in text


@pytest.mark.parametrize(
    "scores",
    ["{", '{"scores": {}, "images": [{"dice": 1}]}', "[" * 20000,
     '{"images": [{"id": "a", "dice": "much"}]}'],
)  # fmt: skip
def test_damaged_scores_are_named(tmp_path: Path, scores: str) -> None:
    run = written(tmp_path / "run")
    run.image_scores.write_text(scores)

    text = refused(lambda: image_scores(run, "dice", "validation"))

    assert "AF501 the scores 'scores.json' of the run" in text


@pytest.mark.keras
def test_a_run_from_elsewhere_is_scored_on_its_test_images_in_a_copy(
    spec: str, nuclei: Path, tmp_path: Path
) -> None:
    words = ["train", spec, "--data", str(nuclei), "--test", "0.25", "--epochs", "1"]
    assert run([*words, "-o", str(tmp_path / "runs")]) == 0
    (mine,), _ = list_runs(tmp_path / "runs")
    # Who is told of its epochs makes it no other training.
    write_run(replace(mine, settings={**mine.settings, "logger": "tensorboard"}))
    (mine,), _ = list_runs(tmp_path / "runs")
    (mine.folder / "notes.txt").symlink_to(spec)

    found = compare([str(mine.folder)], data=nuclei, folder=tmp_path / "table", settings=ONE,
                    options=DataOptions(test=0.25))  # fmt: skip

    (copy,), _ = list_runs(tmp_path / "table")
    assert copy == mine  # when it was trained, too
    assert not (copy.folder / "notes.txt").exists()  # whatever a link leads to stays there
    assert copy.test_scores.exists()
    assert not mine.test_scores.exists()
    assert len(found.trained[0].images) == 2


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
