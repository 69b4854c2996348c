"""What an experiment file says, with every default filled in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archforge.data import DataOptions
from archforge.errors import Mark
from archforge.search.measures import DEFAULT_GOALS
from archforge.search.retraining import Retrain
from archforge.spec import Mapping as Keys
from archforge.train import Settings


@dataclass(frozen=True)
class Searching:
    """How a search goes; ``search.search`` says what each means.

    Args:
        trials: Networks to train in all; none where the file does not say.
        seed: Of draws, split and trainings.
        workers: Trainings at once, or ``auto``.
        sampler: A key of ``SAMPLERS``.
        pruner: A key of ``PRUNERS``; none for the one that fits the goals.
        timeout_s: After which a trial is ended; none for never.
        goals: As ``search.measures`` reads them.
        limits: The most of each cost.
        retrain: How many of the best are trained again, and on how many seeds; none for nothing.
        repeats: How often one network may be trained with the same settings.
        ranges: As ``--search`` takes them, by name: ``filters=8..24:8``.
    """

    trials: int | None = None
    seed: int = 0
    workers: int | str = "auto"
    sampler: str = "tpe"
    pruner: str | None = None
    timeout_s: float | None = None
    goals: tuple[str, ...] = DEFAULT_GOALS
    limits: Mapping[str, Any] = field(default_factory=dict)
    retrain: Retrain | None = None
    repeats: int = 1
    ranges: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Experiment:
    """A sound experiment file.

    Args:
        file: As the person wrote it.
        name: Of the experiment, and of the folder that its study or comparison is kept in.
        architectures: Each a name or a path, with ``:PRESET`` behind it where a preset is meant;
            paths from where the command runs.
        hyperparameters: Fixed for all of them.
        data: The folder of images; none where the file does not say.
        options: How it is understood and divided.
        settings: Of each training.
        search: How a search goes.
        tree: The file itself, for the place of each value.
    """

    file: Path
    name: str
    architectures: tuple[str, ...]
    hyperparameters: Mapping[str, Any]
    data: Path | None
    options: DataOptions
    settings: Settings
    search: Searching
    tree: Keys = field(repr=False, compare=False)

    def mark(self, path: Iterable[str | int]) -> Mark:
        """Where the value at ``path`` stands, or the nearest thing around it."""
        return mark_of(self.tree, path)


def mark_of(tree: Keys, path: Iterable[str | int]) -> Mark:
    """The place of the value that a path of keys leads to, as far as there is one."""
    place: Any = tree
    for step in path:
        members = getattr(place, "entries", None) or dict(enumerate(getattr(place, "items", ())))
        if step not in members:
            break
        place = members[step]
    mark: Mark = place.mark
    return mark
