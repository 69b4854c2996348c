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

from archforge.cli import PROBLEMS, USAGE, run
from archforge.compare import compare, working
from archforge.compare.comparing import make_ready
from archforge.compare.entries import Asked, open_entries
from archforge.compare.folder import check_folder, identity_of
from archforge.data import DataOptions, write_synth
from archforge.errors import ProblemError
from archforge.files import locked
from archforge.runs import list_runs
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
        (1, {"workers": 0}, "workers cannot be 0"),
        (1, {"gpus": ("0", "0")}, "GPUs cannot be 0,0"),
        (1, {"memory": "much"}, "the limit of memory cannot be 'much'"),
        (1, {"timeout_s": -1.0}, "the time limit cannot be -1.0"),
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


def test_all_numbers_that_cannot_be_are_told_at_once(
    spec: str, nuclei: Path, tmp_path: Path
) -> None:
    text = refusal([spec], nuclei, tmp_path / "table", seeds=0, workers=0, timeout_s=0.0)

    assert text.count("AF621") == 3


def test_a_misspelt_wish_is_no_wish_of_python_either(spec: str, nuclei: Path) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'on_epoch'"):
        compare([spec], data=nuclei, on_epoch=print)  # type: ignore[call-arg]  # wrong on purpose


def test_a_score_of_objects_needs_masks_that_tell_them_apart(
    spec: str, nuclei: Path, tmp_path: Path
) -> None:
    plain = tmp_path / "plain"
    for part in ("images", "masks"):
        shutil.copytree(nuclei / part, plain / part)

    text = refusal([spec], plain, tmp_path / "table", score="pq")

    assert "AF621 architectures cannot be ranked by 'pq'" in text
    assert "these masks do not tell objects apart" in text


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


def test_the_seed_of_the_split_is_its_own_or_that_of_the_trainings(
    spec: str, nuclei: Path, tmp_path: Path
) -> None:
    found = [
        make_ready([spec], data=nuclei, folder=tmp_path, settings=Settings(seed=1), options=options)
        for options in (DataOptions(folds=2, seed=5), None)
    ]

    assert [ready.what["options"]["seed"] for ready in found] == [5, 1]
    assert [ready.work.cells[0].options.seed for ready in found] == [5, 1]
    assert [ready.work.cells[0].settings.seed for ready in found] == [1, 1]


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
    assert "95 % over images" in printed.out
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


@pytest.mark.parametrize("count", ["0", "²", "-1", "two"])
def test_a_number_of_workers_that_is_none_is_wrong_usage(
    count: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["compare", "unet", "--data", "nuclei", "--workers", count]) == USAGE

    assert f"'{count}' is neither a number of at least 1 nor auto" in capsys.readouterr().err


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
def test_a_run_from_elsewhere_is_scored_on_its_test_images_in_a_copy(
    spec: str, nuclei: Path, tmp_path: Path
) -> None:
    words = ["train", spec, "--data", str(nuclei), "--test", "0.25", "--epochs", "1"]
    assert run([*words, "-o", str(tmp_path / "runs")]) == 0
    (mine,), _ = list_runs(tmp_path / "runs")

    found = compare([str(mine.folder)], data=nuclei, folder=tmp_path / "table", settings=ONE,
                    options=DataOptions(test=0.25))  # fmt: skip

    (copy,), _ = list_runs(tmp_path / "table")
    assert copy == mine  # when it was trained, too
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
