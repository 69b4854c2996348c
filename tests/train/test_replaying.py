"""A run once more, from nothing but its record."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from archforge.build import load_saved
from archforge.catalog import read_architecture
from archforge.cli import run as archforge
from archforge.errors import ProblemError
from archforge.runs import Run, list_runs, read_run, write_run
from archforge.search.writing import spec_with
from archforge.train import (
    Settings,
    differences,
    open_together,
    replay,
    train,
)
from archforge.train.replaying import brief_metrics
from tests.runs.records import written
from tests.train.repeated import trained_by
from tests.train.test_resume import SPEC

pytestmark = pytest.mark.keras
Said = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def first(nuclei: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARCHFORGE_CACHE", str(cache))
        return trained_by(nuclei, tmp_path_factory.mktemp("runs") / "first")


@pytest.fixture
def copy(first: Run, tmp_path: Path) -> Run:
    """The same in a folder of its own, to be changed."""
    shutil.copytree(first.folder, tmp_path / "copy")
    return replace(first, folder=tmp_path / "copy")


def test_a_run_that_is_trained_again_is_the_same_bit_for_bit(first: Run, tmp_path: Path) -> None:
    told: list[int] = []

    found = replay(first, tmp_path / "again", on_epoch=lambda epoch: told.append(epoch.epoch))

    assert found.identical
    assert not found.missing
    assert (found.environment, found.inputs) == ((), ())
    assert told == [1, 2]
    assert {name: each.of for name, each in found.history.items()} == dict.fromkeys(
        ("loss", "score", "second", "rate"), 2
    )
    assert found.images is not None
    assert found.weights is not None
    # By hand: a kernel, four of normalization, kernel and bias of the head; five images.
    assert (found.weights.of, found.images.of) == (7, 5)
    assert found.after == read_run(tmp_path / "again")
    assert json.loads((tmp_path / "again/replay.json").read_text()) == found.facts()


@pytest.fixture
def other(copy: Run, tmp_path: Path) -> Run:
    """The run with another loss, an image that scores 2, and a weight that is 0.5 more."""
    folder = tmp_path / "other"
    shutil.copytree(copy.folder, folder)
    run = replace(copy, folder=folder)
    lines = run.history.read_text().splitlines()
    epoch, loss, rest = lines[2].split(",", 2)
    run.history.write_text("\n".join([*lines[:2], f"{epoch},{float(loss) + 1},{rest}"]))
    facts = json.loads(run.image_scores.read_text())
    facts["images"][3]["iou"] = 2.0
    run.image_scores.write_text(json.dumps(facts))
    model = load_saved(run.model)
    kernel: NDArray[Any] = np.array(model.layers[1].get_weights()[0])
    kernel[0, 0, 0, 0] += 0.5
    model.layers[1].set_weights([kernel])
    model.save(run.model)
    return run


def test_what_came_out_otherwise_is_said_with_how_much(copy: Run, other: Run) -> None:
    scores = {**copy.scores, "dice": copy.scores["dice"] + 0.25}

    found = differences(copy, replace(other, scores=scores))

    assert not found.identical
    (dice,) = (each for each in found.scores if each.before != each.after)
    assert dice.name == "dice"
    assert dice.difference == pytest.approx(0.25)
    far, weights, images = found.history["loss"], found.weights, found.images
    assert (far.differ, far.first) == (1, "2")
    assert far.largest == pytest.approx(1)
    assert found.history["score"].same
    assert weights is not None
    assert (weights.differ, weights.where) == (1, "kernel of conv2d_1")
    assert weights.largest == pytest.approx(0.5)
    assert images is not None
    assert (images.differ, images.where) == (1, f"iou of {ids_of(copy)[3]}")


def test_what_it_was_trained_by_otherwise_is_said(copy: Run) -> None:
    other = replace(
        copy,
        versions={**copy.versions, "keras": "1.0"},
        machine={**copy.machine, "threads": 99},
        settings={**copy.settings, "logger": "mlflow", "seed": 9},
    )

    found = differences(copy, other)

    assert found.identical
    assert [(each.name, each.after) for each in found.environment] == [
        ("keras", "1.0"), ("threads", 99), ("seed", 9),
    ]  # fmt: skip


def ids_of(run: Run) -> list[str]:
    return [row["id"] for row in json.loads(run.image_scores.read_text())["images"]]


def test_two_runs_that_were_killed_before_their_first_epoch_are_not_called_identical(
    tmp_path: Path, capsys: Said
) -> None:
    first = written(tmp_path / "a")
    other = written(tmp_path / "b", fingerprint="cd34")

    status = archforge(["replay", str(first.folder), "--with", str(other.folder)])
    words = capsys.readouterr().out
    archforge(["replay", str(first.folder), "--with", str(first.folder), "--json"])
    facts = json.loads(capsys.readouterr().out)

    assert status == 0
    assert words.splitlines()[-1] == "nothing could be compared"
    assert "identical" not in words
    assert facts["identical"] is False
    assert facts["not_compared"] == ["history", "weights", "images"]


def test_equal_numbers_of_another_network_are_not_identical(copy: Run) -> None:
    assert not differences(copy, replace(copy, fingerprint="another")).identical


def test_images_that_share_no_metric_are_not_compared(copy: Run, other: Run) -> None:
    facts = json.loads(other.image_scores.read_text())
    rows = [{"id": row["id"], "speed": 1.0} for row in facts["images"]]
    other.image_scores.write_text(json.dumps({"images": rows}))

    none = differences(copy, other)
    rows[0] = json.loads(copy.image_scores.read_text())["images"][0]
    other.image_scores.write_text(json.dumps({"images": rows}))
    one = differences(copy, other)

    assert none.images is None
    assert none.reasons == {"images": "the two share no metric of an image"}
    assert one.images is not None
    assert (one.images.of, one.images.differ, one.images.alone) == (1, 0, 0)


def test_what_is_damaged_is_told_apart_from_what_is_missing(
    copy: Run, first: Run, capsys: Said
) -> None:
    copy.model.write_bytes(copy.model.read_bytes()[:-99])
    copy.history.write_text("epoch\n1\n")
    copy.image_scores.write_text(json.dumps({"images": [{"id": "a", "dice": 10**400}]}))

    archforge(["replay", str(first.folder), "--with", str(copy.folder)])
    words = capsys.readouterr().out.splitlines()

    assert words[4:7] == [
        f"history       not compared: '{copy.history}' cannot be read",
        f"weights       not compared: '{copy.model}' cannot be read",
        f"images        not compared: '{copy.image_scores}' cannot be read",
    ]
    assert words[-1] == "identical, bit for bit; not compared: history, weights and images"


def test_records_from_before_the_machine_was_kept_say_nothing_of_it(copy: Run) -> None:
    assert differences(replace(copy, machine={}), copy).environment == ()


def test_the_command_says_it_in_words(
    copy: Run, first: Run, tmp_path: Path, capsys: Said, nuclei: Path
) -> None:
    write_run(replace(copy, seconds=61, scores={**copy.scores, "dice": 0.5}))
    copy.model.unlink()

    trained = archforge(["replay", str(first.folder), "-o", str(tmp_path / "runs")])
    said = capsys.readouterr()
    compared = archforge(["replay", str(first.folder), "--with", str(copy.folder)])
    words = capsys.readouterr().out

    ((again,), _) = list_runs(tmp_path / "runs")
    assert (trained, compared) == (0, 0)
    assert again.folder.name.startswith("shaky-replay-20")
    lines = said.out.splitlines()
    assert lines[0] == f"{first.folder} -> {again.folder}"
    assert lines[2:] == [
        "environment   the same",
        "inputs        the same",
        "history       the same 2 epochs",
        "weights       the same 7 tensors",
        "images        the same 5 images",
        f"scores        the same {len(first.scores)}",
        "identical, bit for bit",
    ]
    assert "epoch 2/2" in said.err
    assert "weights       not compared: a model.keras is missing" in words
    assert f"scores        1 of {len(first.scores)} differ" in words
    assert words.splitlines()[-1].split()[:3] == ["dice", f"{first.scores['dice']:.6f}", "0.500000"]
    assert "identical" not in words


def test_a_run_that_was_stopped_is_trained_as_far_as_it_came(nuclei: Path, tmp_path: Path) -> None:
    run = trained_by(nuclei, tmp_path / "first", on_epoch=lambda epoch: epoch.epoch < 1)
    assert (run.status, run.epochs) == ("stopped", 1)

    found = replay(run, tmp_path / "again")

    assert (found.after.status, found.after.epochs) == ("stopped", 1)
    assert found.identical
    assert found.missing == ("images",)  # neither was scored


def test_a_time_whose_seconds_are_lost_is_not_repeated(copy: Run, tmp_path: Path) -> None:
    timed = replace(copy, settings={**copy.settings, "seconds": 60.0})
    copy.history.write_text("\n".join(copy.history.read_text().splitlines()[:2]))

    with pytest.raises(ProblemError, match="AF531 nothing says how long the epochs of the run"):
        replay(timed, tmp_path / "again")

    assert not (tmp_path / "again").exists()


def test_a_run_that_was_scored_briefly_is_again(nuclei: Path, tmp_path: Path) -> None:
    run = trained_by(nuclei, tmp_path / "first", briefly=("iou", "dice"))

    found = replay(run, tmp_path / "again")

    assert brief_metrics(run) == tuple(found.after.scores) == ("iou", "dice")
    assert found.identical


def test_images_in_another_place_are_taken_and_others_refused(
    copy: Run, nuclei: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(nuclei, moved)
    lost = replace(copy, data={**copy.data, "folder": str(tmp_path / "gone")})

    assert replay(lost, tmp_path / "again", data=moved).identical

    shutil.copy(moved / "masks/nuclei_0001.png", moved / "masks/nuclei_0002.png")
    with pytest.raises(ProblemError, match="AF531 the images or masks of the run 'first' changed"):
        replay(lost, tmp_path / "refused", data=moved)
    assert not (tmp_path / "refused").exists()
    found = replay(lost, tmp_path / "other", data=moved, anyway=True)
    assert [each.name for each in found.inputs] == ["data fingerprint"]


def test_a_run_without_an_epoch_is_refused_and_leaves_no_folder(
    copy: Run, tmp_path: Path, capsys: Said
) -> None:
    write_run(replace(copy, epochs=0, status="failed"))

    status = archforge(["replay", str(copy.folder), "-o", str(tmp_path / "runs")])

    assert status == 1
    assert "AF531 the run 'first' has no epoch to compare with" in capsys.readouterr().err
    assert not list((tmp_path / "runs").iterdir())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"network": {}}, "AF501 the record 'run.json' is damaged"),
        ({"data": {"options": None}}, "AF501 the record 'run.json' is damaged"),
        ({"data": {"options": {"masks": 3}}}, "AF428 masks cannot be 3"),
        ({"settings": {"output_weights": 3}}, "AF503 output_weights cannot be 3"),
    ],
)
def test_a_record_from_a_stranger_that_says_nonsense_is_refused_and_leaves_no_folder(
    copy: Run, tmp_path: Path, capsys: Said, change: dict[str, Any], message: str
) -> None:
    path = copy.folder / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))

    status = archforge(["replay", str(copy.folder), "-o", str(tmp_path / "runs")])

    assert status == 1
    assert message in capsys.readouterr().err
    assert not list(tmp_path.glob("runs/*"))


def test_a_trial_of_a_preset_is_trained_again_though_its_spec_has_none_any_more(
    nuclei: Path, tmp_path: Path
) -> None:
    read = read_architecture("unet")
    given = {"size": 32, "depth": 1, "filters": 4, "padding": "same"}
    settings = Settings(epochs=1, batch_size=8)
    opened = open_together(read, "paper", given, nuclei, settings=settings)
    text = spec_with(read.standalone, opened.graph.hyperparameters)
    trial = train(opened.graph, text, opened.dataset, settings, tmp_path / "trial",
                  fixed=opened.fixed, briefly=("dice",))  # fmt: skip
    assert trial.preset == "paper"

    found = replay(trial, tmp_path / "again")

    assert found.identical


@pytest.mark.slow
def test_threads_are_those_of_the_record(nuclei: Path, cache: Path, tmp_path: Path) -> None:
    spec = tmp_path / "shaky.yaml"
    spec.write_text(SPEC)
    train_on_one = (
        "import sys; from archforge.build.quiet import tensorflow as tf;"
        "from archforge.cli import run;"
        "tf.config.threading.set_intra_op_parallelism_threads(1);"
        "tf.config.optimizer.set_experimental_options({'disable_meta_optimizer': True});"
        "sys.exit(run(sys.argv[1:]))"
    )
    words = ["train", str(spec), "--data", str(nuclei), "--epochs", "1", "-o", str(tmp_path / "a")]
    subprocess.run([sys.executable, "-c", train_on_one, *words], check=True)
    ((run,), _) = list_runs(tmp_path / "a")
    assert (run.machine["threads"], run.machine["rewrites"]) == (1, False)

    again = ["replay", str(run.folder), "-o", str(tmp_path / "b"), "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "archforge", *again], check=True, capture_output=True, text=True
    )

    facts = json.loads(done.stdout)
    assert (facts["environment"], facts["identical"]) == ([], True)
