"""Records for tests, without a training."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archforge.runs import Run, write_run


def a_run(folder: Path, **changed: Any) -> Run:
    """A run of a U-Net, with some facts changed."""
    facts: Mapping[str, Any] = {
        "name": "unet-1", "architecture": "unet", "preset": None, "task": "segmentation",
        "hyperparameters": {"filters": 8, "dropout": [0.0, 0.1]}, "fixed": {"filters": 8},
        "fingerprint": "ab12", "parameters": 10, "macs": 20,
        "network": {"size": [32, 32], "values": "unit"}, "settings": {"epochs": 2},
        "data": {"folder": "nuclei", "train": 3}, "seed": 0, "versions": {"keras": "3"},
        "started": "2026-01-02T03:04:05Z",
    }  # fmt: skip
    return Run(folder=folder, **{**facts, **changed})


def written(folder: Path, **changed: Any) -> Run:
    """The same in a folder of its own."""
    folder.mkdir(parents=True)
    run = a_run(folder, name=folder.name, **changed)
    write_run(run)
    return run
