"""A training ends after epochs, after a time, or after so many images: what comes first."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from archforge.data import Dataset
from archforge.graph import Graph
from archforge.train import Epoch, Settings, read_history, train
from archforge.train.budget import Budget

pytestmark = pytest.mark.keras
LONG = Settings(epochs=50, batch_size=8)


def epochs_of(graph: Graph, dataset: Dataset, folder: Path, settings: Settings) -> list[Epoch]:
    told: list[Epoch] = []
    run = train(graph, "the spec", dataset, settings, folder, on_epoch=told.append)

    assert run.status == "done"
    assert run.epochs == len(told)
    return told


def test_so_many_images_end_a_training_and_the_rate_falls_to_its_end(
    tiny: Graph, dataset: Dataset, tmp_path: Path
) -> None:
    seen = 2 * len(dataset.train) + 1  # a third epoch is begun, and not broken off
    short = replace(LONG, images=seen, warmup=0.0)

    told = epochs_of(tiny, dataset, tmp_path / "run", short)

    assert [epoch.total for epoch in told] == [3, 3, 3]
    assert told[-1].rate < told[0].rate / 3


def test_a_training_that_repeats_another_goes_by_the_seconds_of_that_one(
    tiny: Graph, dataset: Dataset, tmp_path: Path
) -> None:
    timed = replace(LONG, seconds=4.0, warmup=0.0, learning_rate=0.01)

    run = train(tiny, "the spec", dataset, timed, tmp_path / "run", pace=(1.0, 2.0, 1.5, 9.0))

    # After three epochs 4.5 s are spent; the third began at 3 of 4 s, so at 37.5 of 50 epochs.
    assert (run.status, run.epochs, run.pace) == ("done", 3, (1.0, 2.0, 1.5, 9.0))
    rates = [row["rate"] for row in read_history(run.history)]
    assert rates[2] == pytest.approx(0.005 * (1 + math.cos(math.pi * 0.75)))


def test_seconds_of_another_training_count_for_its_epochs_and_own_ones_after_them() -> None:
    budget = Budget(replace(LONG, seconds=10.0), epochs=50, pace=(4.0, 4.0))

    assert budget.spent([1.0]) == 4.0
    assert budget.spent([1.0, 1.0, 1.5]) == 9.5
    assert not budget.is_up([1.0, 1.0, 1.5])
    assert budget.is_up([1.0, 1.0, 2.5])
    assert budget.left([3.0]) == 3.0  # one epoch more that takes 3 s here
    assert budget.left([1.0, 1.0, 1.5]) == 0.0


def test_a_time_ends_a_training_after_its_epoch(
    tiny: Graph, dataset: Dataset, tmp_path: Path
) -> None:
    told = epochs_of(tiny, dataset, tmp_path / "run", replace(LONG, seconds=0.01))

    assert len(told) == 1
    assert told[0].eta == 0
