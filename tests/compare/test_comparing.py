"""Comparisons: what is refused at once, and what real trainings come to."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from archforge.cli import PROBLEMS, USAGE, run
from archforge.compare import compare
from archforge.compare.comparing import make_ready
from archforge.data import DataOptions
from archforge.files import locked
from archforge.runs import list_runs
from archforge.train import Settings
from tests.compare.toy import ONE, SPEC, refusal


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


@pytest.mark.parametrize("count", ["0", "²", "-1", "two"])
def test_a_number_of_workers_that_is_none_is_wrong_usage(
    count: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["compare", "unet", "--data", "nuclei", "--workers", count]) == USAGE

    assert f"'{count}' is neither a number of at least 1 nor auto" in capsys.readouterr().err


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


@pytest.mark.parametrize("fold", ["0", "1"])
def test_one_fold_alone_is_no_comparison(
    spec: str, nuclei: Path, fold: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", spec, "--data", str(nuclei), "--folds", "3", "--fold", fold]

    assert run(words) == PROBLEMS
    assert f"AF621 every fold is trained, not fold {fold} alone" in capsys.readouterr().err
