"""A training that tests repeat."""

from pathlib import Path
from typing import Any

from archforge.catalog import read_architecture
from archforge.runs import Run
from archforge.train import (
    Settings,
    open_together,
    train,
)
from tests.train.test_resume import SPEC


def trained_by(
    nuclei: Path, folder: Path, *, epochs: int = 2, seconds: float = 0.0, images: int = 0,
    **more: Any,
) -> Run:  # fmt: skip
    """A run of two epochs, as ``archforge train`` would make it."""
    spec = folder.parent / "shaky.yaml"
    spec.write_text(SPEC)
    settings = Settings(epochs=epochs, batch_size=8, learning_rate=0.02, ema=0.9, seconds=seconds,
                        images=images)  # fmt: skip
    opened = open_together(read_architecture(str(spec)), None, {}, nuclei, settings=settings)
    return train(opened.graph, SPEC, opened.dataset, settings, folder, fixed=opened.fixed, **more)
