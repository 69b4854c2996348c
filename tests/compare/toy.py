"""A network that learns in a second, and how a comparison of it is refused."""

from pathlib import Path

import pytest

from archforge.compare import compare
from archforge.errors import ProblemError
from archforge.train import Settings

SPEC = """\
archforge: 1
name: toy
task: segmentation
hyperparameters: {size: 16, channels: 1, classes: 1, filters: 2}
presets:
  wide: {filters: 4}
  narrow: {filters: 1}
inputs:
  image: [=size, =size, =channels]
graph:
  - {layer: Conv2D, filters: =filters, kernel_size: 3, padding: same, activation: relu}
  - {block: segmentation_head, name: mask, classes: =classes}
"""
ONE = Settings(epochs=1)


def refusal(specs: list[str], data: Path, folder: Path, **more: object) -> str:
    with pytest.raises(ProblemError) as caught:
        compare(specs, data=data, folder=folder, **more)  # type: ignore[arg-type]  # wrong on purpose
    return str(caught.value)
