"""A training ends after epochs, after a time, or after so many images: what comes first."""

from dataclasses import replace
from pathlib import Path

import pytest

from archforge.data import Dataset
from archforge.graph import Graph
from archforge.train import Epoch, Settings, train

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


def test_a_time_ends_a_training_after_its_epoch(
    tiny: Graph, dataset: Dataset, tmp_path: Path
) -> None:
    told = epochs_of(tiny, dataset, tmp_path / "run", replace(LONG, seconds=0.01))

    assert len(told) == 1
    assert told[0].eta == 0
