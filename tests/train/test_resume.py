"""A training that was cut off ends as one that was not, bit by bit."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from archforge.cli import run as archforge
from archforge.data import Dataset, open_dataset
from archforge.errors import ProblemError
from archforge.expand import expand
from archforge.graph import Graph
from archforge.runs import Run, list_runs, read_run, write_run
from archforge.spec import parse_spec, read_text
from archforge.train import Epoch, Settings, open_again, read_history, resume, train

FullDisk = Callable[[int], AbstractContextManager[None]]
pytestmark = pytest.mark.keras
SPEC = """
archforge: 1
name: shaky
task: segmentation
inputs: {image: [32, 32, 1]}
graph:
  - {layer: Conv2D, filters: 4, kernel_size: 3, padding: same, use_bias: false}
  - {layer: BatchNormalization}
  - {layer: ReLU}
  - {layer: Dropout, rate: 0.3}
  - {block: segmentation_head, name: mask, classes: 1}
"""
# All that keeps a state, or draws at random.
SETTINGS = Settings(
    epochs=4, batch_size=4, optimizer="adamw", learning_rate=0.02, weight_decay=1e-3, ema=0.9,
    schedule="cosine", warmup=0.5, clip=1.0, accumulate=2, augment="standard", patience=9,
)  # fmt: skip
OPTIONS = [
    "--epochs", "5", "--batch-size", "4", "--optimizer", "adamw", "--learning-rate", "0.02",
    "--weight-decay", "0.001", "--ema", "0.9", "--schedule", "cosine", "--warmup", "0.5",
    "--clip", "1", "--accumulate", "2", "--augment", "standard", "--patience", "9",
]  # fmt: skip


@pytest.fixture(scope="module")
def shaky() -> Graph:
    return expand(parse_spec(read_text(SPEC, "shaky.yaml"), "shaky.yaml"))


@pytest.fixture(scope="module")
def native(nuclei: Path, cache: Path) -> Dataset:
    """At 48 x 48, so that patches are drawn."""
    return open_dataset(nuclei, cache=cache)


@pytest.fixture(scope="module")
def cut_off(shaky: Graph, native: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that was interrupted after its second epoch."""
    folder = tmp_path_factory.mktemp("runs") / "cut-off"

    def press(epoch: Epoch) -> None:
        if epoch.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(shaky, SPEC, native, SETTINGS, folder, on_epoch=press)
    return read_run(folder)


@pytest.fixture
def copy(cut_off: Run, tmp_path: Path) -> Run:
    """The same in a folder of its own, to be gone on with or damaged."""
    shutil.copytree(cut_off.folder, tmp_path / "copy")
    return replace(cut_off, folder=tmp_path / "copy")


def kept_state(run: Callable[[Callable[[Epoch], None]], Run], folder: Path) -> tuple[Run, Any]:
    """The run, and all numbers of its last checkpoint."""
    state: dict[str, NDArray[Any]] = {}

    def keep(epoch: Epoch) -> None:
        with np.load(folder / "checkpoint.npz") as file:
            state.update({name: file[name] for name in file.files if name != "facts"})

    return run(keep), state


def lines(run: Run) -> list[tuple[float, ...]]:
    """The history but for its times."""
    names = ("epoch", "loss", "score", "second", "rate")
    return [tuple(row[name] for name in names) for row in read_history(run.history)]


def best_weights(run: Run) -> list[NDArray[Any]]:
    from archforge.predict import load_model

    return [np.array(weight) for weight in load_model(run).get_weights()]


def test_an_interrupted_training_ends_with_the_very_weights_of_one_that_was_not(
    shaky: Graph, native: Dataset, copy: Run, tmp_path: Path
) -> None:
    whole, expected = kept_state(
        lambda keep: train(shaky, SPEC, native, SETTINGS, tmp_path / "whole", on_epoch=keep),
        tmp_path / "whole",
    )

    again, found = kept_state(lambda keep: resume(copy, shaky, native, keep), copy.folder)

    assert (again.status, again.epochs, again.failure) == ("done", 4, None)
    assert lines(again) == lines(whole)
    assert found.keys() == expected.keys()
    assert all(np.array_equal(found[name], expected[name]) for name in expected)
    assert (again.scores, again.best_epoch) == (whole.scores, whole.best_epoch)
    both = zip(best_weights(again), best_weights(whole), strict=True)
    assert all(np.array_equal(a, b) for a, b in both)
    assert not (again.folder / "checkpoint.npz").exists()


@pytest.mark.slow
def test_a_training_that_was_killed_ends_like_one_that_was_not(
    nuclei: Path, tmp_path: Path
) -> None:
    spec = tmp_path / "shaky.yaml"
    spec.write_text(SPEC)
    words = ["train", str(spec), "--data", str(nuclei), *OPTIONS, "-o"]
    command = [sys.executable, "-m", "archforge"]
    subprocess.run([*command, *words, str(tmp_path / "whole")], check=True, timeout=300)
    child = subprocess.Popen([*command, *words, str(tmp_path / "killed")])
    while not (found := list_runs(tmp_path / "killed")[0]) or found[0].epochs < 2:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    ((killed,), _) = list_runs(tmp_path / "killed")
    assert (killed.status, killed.epochs) == ("running", 2)

    status = archforge(["train", "--resume", str(killed.folder)])

    ((whole,), _), ((again,), _) = (list_runs(tmp_path / name) for name in ("whole", "killed"))
    assert (status, again.status, again.epochs) == (0, "done", 5)
    assert lines(again) == lines(whole)
    assert (again.scores, again.intervals) == (whole.scores, whole.intervals)
    both = zip(best_weights(again), best_weights(whole), strict=True)
    assert all(np.array_equal(a, b) for a, b in both)


def test_a_run_that_is_done_does_not_go_on(copy: Run) -> None:
    with pytest.raises(ProblemError, match="AF520 the run 'cut-off' is done"):
        open_again(replace(copy, status="done"))


def test_images_that_changed_are_told_before_anything_is_learned(
    copy: Run, nuclei: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "nuclei"
    shutil.copytree(nuclei, moved)
    shutil.copy(moved / "masks/nuclei_0001.png", moved / "masks/nuclei_0002.png")

    with pytest.raises(ProblemError, match="AF520 the images or masks of the run 'cut-off' change"):
        open_again(replace(copy, data={**copy.data, "folder": str(moved)}))


def test_a_spec_that_makes_another_network_is_told(copy: Run) -> None:
    copy.spec.write_text(SPEC.replace("filters: 4", "filters: 5"))

    with pytest.raises(ProblemError, match="AF520 the network of the run 'cut-off' changed"):
        open_again(copy)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.unlink(), "AF517 there is no checkpoint"),
        (lambda path: path.write_bytes(b""), "AF517 the checkpoint 'checkpoint.npz' is damaged"),
        (lambda path: path.write_bytes(path.read_bytes()[:-99]), "AF517 the checkpoint 'ch"),
    ],
    ids=["missing", "empty", "cut"],
)
def test_a_checkpoint_that_cannot_be_read_is_told_and_the_run_kept(
    copy: Run, shaky: Graph, native: Dataset, damage: Callable[[Path], object], message: str
) -> None:
    damage(copy.folder / "checkpoint.npz")

    with pytest.raises(ProblemError, match=message):
        resume(copy, shaky, native)

    assert read_run(copy.folder) == copy
    assert copy.model.is_file()


def test_a_checkpoint_of_another_network_is_told(copy: Run, tiny: Graph, native: Dataset) -> None:
    with pytest.raises(ProblemError, match=r"AF517 .* is damaged"):
        resume(copy, tiny, native)


def test_a_disk_that_fills_is_told_and_leaves_what_was_there_whole(
    shaky: Graph, native: Dataset, copy: Run, full_disk: FullDisk
) -> None:
    before = {path.name: path.read_bytes() for path in copy.folder.iterdir()}

    with full_disk(6000), pytest.raises(ProblemError, match="AF502 the run cannot be written"):
        resume(copy, shaky, native)

    left = {path.name: path.read_bytes() for path in copy.folder.iterdir()}
    same = ("model.keras", "checkpoint.npz", "spec.yaml", "split.csv")
    assert left.keys() == before.keys()
    assert all(left[name] == before[name] for name in same)
    run = read_run(copy.folder)
    assert run.failure is not None
    assert (run.status, run.failure.kind) == ("failed", "problem")
    assert resume(run, shaky, native).status == "done"


def test_the_command_goes_on_and_takes_nothing_else(
    copy: Run, nuclei: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = archforge(["train", "--resume", str(copy.folder), "--epochs", "9"])
    write_run(replace(copy, settings={**copy.settings, "epochs": 3}))

    status = archforge(["train", "--resume", str(copy.folder), "--json"])

    said = capsys.readouterr()
    assert (wrong, status) == (2, 0)
    assert "goes on as the run was started: give nothing else" in said.err
    assert "cut-off: 2 epochs are done" in said.err
    assert json.loads(said.out)["epochs"] == 3


def test_a_split_that_is_another_now_is_told(copy: Run) -> None:
    copy.split.write_text(copy.split.read_text().replace("validation", "test", 1))

    with pytest.raises(ProblemError, match=r"AF520 the split of the run '.*' changed"):
        open_again(copy)
