"""Trainings of a comparison that end without a score: why, and what follows."""

import json
from pathlib import Path

import pytest

from archforge.cli import PROBLEMS, run
from archforge.compare import compare, working
from archforge.data import write_synth
from archforge.runs import list_runs
from archforge.train import Settings
from tests.compare.toy import ONE, refusal


@pytest.mark.keras
def test_what_lacks_memory_after_an_epoch_is_trained_with_half_the_batch(
    spec: str, nuclei: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "TRAIN", "tests.compare.standins:lacks_memory")

    found = compare([spec], data=nuclei, folder=tmp_path / "table",
                    settings=Settings(epochs=2, batch_size=4))  # fmt: skip

    ((run,), _) = list_runs(tmp_path / "table")
    assert (run.status, run.epochs) == ("done", 2)
    assert (run.settings["batch_size"], run.settings["accumulate"]) == (2, 2)
    assert len(found.trained) == 1
    assert any("needed half the batch for 1 of its trainings" in note for note in found.notes)


@pytest.mark.keras
@pytest.mark.parametrize("kind", ["diverged", "out-of-memory"])
def test_a_training_that_would_fail_again_is_not_tried_again(
    spec: str, nuclei: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """One that truly diverges, and one whose half batch is too large, too."""
    settings = Settings(epochs=2, batch_size=2, optimizer="sgd", learning_rate=1e30, clip=0)
    if kind == "out-of-memory":
        settings = Settings(epochs=1, batch_size=4)
        monkeypatch.setattr(working, "TRAIN", "tests.compare.standins:lacks_all_memory")
    first = compare([spec], data=nuclei, folder=tmp_path / "table", settings=settings)
    ((run,), _) = list_runs(tmp_path / "table")
    before = (run.folder / "run.json").stat().st_mtime_ns

    again = compare([spec], data=nuclei, folder=tmp_path / "table", settings=settings)

    assert [[each.kind for each in found.rows[0].failed] for found in (first, again)] == [
        [kind]
    ] * 2
    assert (run.folder / "run.json").stat().st_mtime_ns == before


@pytest.mark.keras
@pytest.mark.parametrize(
    ("option", "kind_and_words"),
    [
        ("--timeout=0.01", ("timeout", "it took longer than a training may")),
        ("--memory=1MiB", ("out-of-memory", "its process held more than 0.000977 GiB")),
    ],
)
def test_what_a_training_may_not_take_ends_it_and_more_of_it_goes_on(
    spec: str, nuclei: Path, tmp_path: Path, option: str, kind_and_words: tuple[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    command = ["compare", spec, "--data", str(nuclei), "--epochs", "1", "--json"]
    command += ["-o", str(tmp_path / "table")]

    first = run([*command, option])
    (short, *_) = json.loads(capsys.readouterr().out)
    again = run(command)
    (whole, *_) = [each for each in json.loads(capsys.readouterr().out) if each["macs"]]

    assert (first, again) == (PROBLEMS, 0)
    (failed,) = short["failed"]
    assert failed["kind"] == kind_and_words[0]
    assert kind_and_words[1] in failed["why"]
    assert (whole["failed"], len(whole["runs"])) == ([], 1)


@pytest.mark.keras
def test_a_gpu_that_is_not_there_is_not_the_processor(
    spec: str, nuclei: Path, tmp_path: Path
) -> None:
    text = refusal([spec], nuclei, tmp_path / "table", settings=ONE, gpus=("7",))

    assert "AF614 TensorFlow sees no GPU '7' on '" in text


@pytest.mark.keras
def test_images_that_change_meanwhile_end_the_comparison_and_are_not_left_out(
    spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "TRAIN", "tests.compare.standins:changes_images")
    data = write_synth(tmp_path / "data", count=8, size=48)

    text = refusal([spec], data, tmp_path / "table", settings=ONE)

    assert "AF622 the images in" in text
    assert "were changed while networks were trained" in text


@pytest.mark.keras
def test_a_training_whose_images_lack_the_score_is_told_and_not_made_again(
    spec: str, nuclei: Path, tmp_path: Path
) -> None:
    compare([spec], data=nuclei, folder=tmp_path / "table", settings=ONE)
    ((run,), _) = list_runs(tmp_path / "table")
    facts = json.loads(run.image_scores.read_text())
    facts["images"] = [{**row, "dice": None} for row in facts["images"]]
    run.image_scores.write_text(json.dumps(facts))
    before = (run.folder / "run.json").stat().st_mtime_ns

    found = compare([spec], data=nuclei, folder=tmp_path / "table", settings=ONE)

    (row,) = [each for each in found.rows if each.macs]
    assert [(each.kind, each.why) for each in row.failed] == [
        ("no score", "no validation image of it has the score 'dice'")
    ]
    assert (run.folder / "run.json").stat().st_mtime_ns == before


@pytest.mark.keras
def test_a_comparison_in_which_nothing_was_learned_says_so_to_a_script(
    spec: str, nuclei: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(working, "TRAIN", "tests.compare.standins:diverges")

    status = run(["compare", spec, "--data", str(nuclei), "-o", str(tmp_path / "table")])

    said = capsys.readouterr().out
    assert status == PROBLEMS
    assert "failed" in said
    assert "the loss of training 0 is no number" in said
