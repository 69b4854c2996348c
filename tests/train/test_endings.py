"""How a training ends before its last epoch: stopped, interrupted, failed, and what is kept."""

from collections.abc import Callable
from pathlib import Path

import pytest

from archforge.data import Dataset
from archforge.errors import ProblemError
from archforge.graph import Graph
from archforge.runs import read_run
from archforge.train import Epoch, Settings, StopTraining, train

pytestmark = pytest.mark.keras
Unet = Callable[..., Graph]
ONE = Settings(epochs=1, batch_size=8)


def test_false_from_on_epoch_stops_and_keeps_the_best_weights(
    tiny: Graph, dataset: Dataset, tmp_path: Path
) -> None:
    run = train(tiny, "", dataset, Settings(epochs=9), tmp_path / "run",
                on_epoch=lambda epoch: epoch.epoch < 2)  # fmt: skip

    assert (run.status, run.epochs) == ("stopped", 2)
    assert run.failure is not None
    assert (run.failure.kind, run.failure.message) == ("pruned", "ended after epoch 2")
    assert run.model.is_file()
    assert read_run(run.folder) == run


def test_a_pruner_may_raise_its_reason(tiny: Graph, dataset: Dataset, tmp_path: Path) -> None:
    def prune(epoch: Epoch) -> None:
        raise StopTraining("below the median")

    run = train(tiny, "", dataset, ONE, tmp_path / "run", on_epoch=prune)

    assert run.failure is not None
    assert run.failure.message == "below the median"


def test_an_interruption_is_written_and_passed_on(
    tiny: Graph, dataset: Dataset, tmp_path: Path
) -> None:
    def press(epoch: Epoch) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(tiny, "", dataset, ONE, tmp_path / "run", on_epoch=press)

    run = read_run(tmp_path / "run")
    assert run.status == "stopped"
    assert run.failure is not None
    assert run.failure.kind == "interrupted"
    assert run.model.is_file()


def test_a_bug_is_written_and_passed_on(tiny: Graph, dataset: Dataset, tmp_path: Path) -> None:
    def broken(epoch: Epoch) -> None:
        raise RuntimeError("oh")

    with pytest.raises(RuntimeError, match="oh"):
        train(tiny, "", dataset, ONE, tmp_path / "run", on_epoch=broken)

    run = read_run(tmp_path / "run")
    assert run.failure is not None
    assert (run.status, run.failure.kind) == ("failed", "bug")
    assert run.failure.message == "RuntimeError: oh"


def test_memory_that_does_not_suffice_is_a_problem(
    tiny: Graph, dataset: Dataset, tmp_path: Path
) -> None:
    def greedy(epoch: Epoch) -> None:
        raise MemoryError

    with pytest.raises(ProblemError, match="AF510 the memory does not suffice for a batch of 8"):
        train(tiny, "", dataset, ONE, tmp_path / "run", on_epoch=greedy)

    failure = read_run(tmp_path / "run").failure
    assert failure is not None
    assert failure.kind == "out-of-memory"


def test_a_loss_that_is_no_number_is_a_failed_run(
    graph: Graph, dataset: Dataset, tmp_path: Path, unet: Unet
) -> None:
    wild = Settings(epochs=5, batch_size=8, learning_rate=1e30, optimizer="sgd", loss="bce")

    with pytest.raises(ProblemError, match=r"AF509 the loss is .*: the training diverged"):
        train(unet(values="byte"), "", dataset, wild, tmp_path / "run")

    run = read_run(tmp_path / "run")
    assert run.failure is not None
    assert (run.status, run.failure.kind) == ("failed", "diverged")


def test_training_ends_when_nothing_gets_better(
    tiny: Graph, dataset: Dataset, tmp_path: Path
) -> None:
    frozen = Settings(epochs=9, batch_size=32, learning_rate=1e-30, patience=2, augment="none")

    run = train(tiny, "", dataset, frozen, tmp_path / "run")

    assert run.status == "done"
    assert run.epochs - run.best_epoch == 2
