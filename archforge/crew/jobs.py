"""What a trial's process is given, and what it gives back."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from archforge.data import DataOptions
from archforge.graph import Graph
from archforge.train import Settings

Report = Callable[[int, float], bool]
"""Told the number of an epoch, from 1, and its value; says whether to go on."""


def halved(settings: Settings) -> Settings:
    """Half the batch, two of which make a step: the same mean of gradients.

    A batch of one image stays.
    """
    if settings.batch_size == 1:
        return settings
    return replace(
        settings, batch_size=settings.batch_size // 2, accumulate=settings.accumulate * 2
    )


@dataclass(frozen=True, kw_only=True)
class Job:
    """One network to train.

    Args:
        number: Of the trial.
        graph: The network.
        values: What was drawn.
        fixed: What was given.
        spec_text: The spec as it was written.
        data: The folder of images.
        options: How masks are understood and parts are made, the same for all trials.
        settings: Of the training, with the trial's own seed.
        folder: Where its run is kept.
        threads: That it may use.
        batches: Whose gradients make a step, of those that were asked for: 2 where a whole one was
            too large for the memory.
        metrics: That are scored at its end; the first is its value.
        timed: Whether the time of a prediction is measured, before the training.
        most_ms: Above this it is not trained.
        device: The GPU that it may see; empty for those that its machine's user may.
    """

    number: int
    graph: Graph
    values: Mapping[str, Any]
    fixed: Mapping[str, Any]
    spec_text: str
    data: Path
    options: DataOptions
    settings: Settings
    folder: Path
    threads: int = 1
    batches: int = 1
    metrics: tuple[str, ...] = ("dice",)
    timed: bool = False
    most_ms: float = math.inf
    device: str = ""

    def halved(self) -> "Job":
        """The same with half the batch."""
        return replace(self, settings=halved(self.settings), batches=2)


@dataclass(frozen=True)
class Outcome:
    """What a trial came to.

    Args:
        value: The goal; ``None`` if it was stopped before its end, or never started.
        facts: More that is kept with the trial, as JSON.
    """

    value: float | None
    facts: Mapping[str, Any] = field(default_factory=dict)


Work = Callable[[Job, Report], Outcome]
"""Trains a trial. Named by ``module:function``, because only its own process imports it."""
