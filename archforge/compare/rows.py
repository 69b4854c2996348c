"""A row of a comparison: one network, with its trainings, what they scored and what they cost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any

from archforge.compare.statistics import mean_interval

OTSU = "otsu"

Place = tuple[int | None, int]
"""Fold and seed of a training; without folds the first is ``None``."""


@dataclass(frozen=True, kw_only=True)
class Training:
    """One training of a network, scored.

    Args:
        fold: That it was scored on, from 0; ``None`` where there are no folds.
        seed: Of weights, order and augmentation.
        run: Its folder.
        scores: By metric, over the images of its part.
        images: The score by which networks are ranked, of each image by its name.
        seconds: From start to end.
        epoch_seconds: The median of its epochs.
        best_seconds: Until the best epoch had ended.
        epochs: Finished ones.
        best_epoch: From 1.
        peak_memory: Bytes that its process held at most; ``None`` where nobody says.
    """

    fold: int | None
    seed: int
    run: Path
    scores: Mapping[str, float]
    images: Mapping[str, float]
    seconds: float = 0.0
    epoch_seconds: float = 0.0
    best_seconds: float = 0.0
    epochs: int = 0
    best_epoch: int = 0
    peak_memory: int | None = None

    @property
    def value(self) -> float:
        """The mean over its images."""
        return fmean(self.images.values())


@dataclass(frozen=True)
class Failed:
    """A training that came to nothing.

    Args:
        fold: As of ``Training``.
        seed: As of ``Training``.
        kind: ``cannot-build``, ``diverged``, ``out-of-memory``, ``timeout``, ``killed`` or ``no
            score``.
        why: In words.
    """

    fold: int | None
    seed: int
    kind: str
    why: str


def place_of(fold: int | None, seed: int) -> str:
    """A training of a network, as a person reads it."""
    return f"{'' if fold is None else f'fold {fold}, '}seed {seed}"


@dataclass(frozen=True)
class Speed:
    """How long a prediction takes, for one image.

    Args:
        batch: Images in a call.
        median_ms: Of all calls.
        p95_ms: That 95 of 100 calls do not exceed.
        joules: That the machine's processors took meanwhile; ``None`` where it does not say.
    """

    batch: int
    median_ms: float
    p95_ms: float
    joules: float | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One network.

    Args:
        architecture: As it was named: ``unet:tutorial``.
        score: The metric by which networks are ranked.
        same: Other names under which it takes part.
        trainings: Those that ended well, by fold and seed.
        failed: Those that did not.
        floor: Scores of what is not trained, such as Otsu's threshold.
        parameters: All learned numbers.
        macs: Multiply-accumulates for one image.
        activation_bytes: Foretold for one image while it is trained.
        speeds: Of predictions, by the size of the batch.
        timed_on: The machine that they were measured on, as of ``Run.machine``.
        fingerprint: Of the graph.
        groups: Of images that belong together, by their names, what they make.
    """

    architecture: str
    score: str
    same: tuple[str, ...] = ()
    trainings: tuple[Training, ...] = ()
    failed: tuple[Failed, ...] = ()
    floor: Mapping[str, float] = field(default_factory=dict)
    parameters: int = 0
    macs: int = 0
    activation_bytes: int = 0
    speeds: tuple[Speed, ...] = ()
    timed_on: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def images(self) -> dict[str, float]:
        """The score of each image: the mean over the trainings that were scored on it."""
        found: dict[str, list[float]] = {}
        for training in self.trainings:
            for name, value in training.images.items():
                found.setdefault(name, []).append(value)
        return {name: fmean(found[name]) for name in sorted(found)}

    def scored_on(self, image: str) -> list[Training]:
        """The trainings that were scored on an image; its picture is of the first of them."""
        return [each for each in self.trainings if image in each.images]

    @cached_property
    def interval(self) -> tuple[float, float, float]:
        """The mean of the score over images, and its 95 % interval, images drawn anew.

        Images that belong together are drawn together; those that all do, one by one.
        """
        if not self.trainings:
            value = self.floor.get(self.score, 0.0)
            return value, value, value
        return mean_interval(self.images, self.groups)

    @property
    def mean(self) -> float:
        """Of the score, over images."""
        return self.interval[0]

    @property
    def places(self) -> list[Place]:
        """Fold and seed of each training, of those that failed, too."""
        ended = [(each.fold, each.seed) for each in self.trainings]
        return ended + [(each.fold, each.seed) for each in self.failed]

    @property
    def ended(self) -> str:
        """How many of its trainings ended well, such as ``2 of 3 folds``; empty if all did."""
        if not self.failed:
            return ""
        folds = [fold for fold, _ in self.places]
        what = "folds" if len(set(folds)) == len(folds) > 1 else "trainings"
        return f"{len(self.trainings)} of {len(folds)} {what}"

    @property
    def metrics(self) -> tuple[str, ...]:
        """Those that every training has."""
        every = [training.scores for training in self.trainings] or [self.floor]
        return tuple(name for name in every[0] if all(name in each for each in every))

    def values(self, metric: str) -> tuple[float, ...]:
        """Of each training; of what is not trained, one."""
        if not self.trainings:
            return (self.floor[metric],)
        return tuple(training.scores[metric] for training in self.trainings)

    @property
    def peak_memory(self) -> int | None:
        """Bytes that the process of a training held at most."""
        known = [each.peak_memory for each in self.trainings if each.peak_memory is not None]
        return max(known, default=None)

    @property
    def epoch_seconds(self) -> float | None:
        """Of an epoch, the mean over trainings."""
        return fmean(each.epoch_seconds for each in self.trainings) if self.trainings else None

    @property
    def best_seconds(self) -> float | None:
        """Until the best epoch had ended, the mean over trainings."""
        return fmean(each.best_seconds for each in self.trainings) if self.trainings else None

    def facts(self) -> dict[str, Any]:
        """What ``--json`` prints of it.

        ``low`` and ``high`` of the score by which networks are ranked are its 95 % interval over
        images; of other metrics they are the extremes over the trainings.
        """
        times = [training.seconds for training in self.trainings]
        return {
            "architecture": self.architecture,
            "same_network_as": list(self.same),
            "scores": {name: self._metric(name) for name in self.metrics},
            "parameters": self.parameters,
            "macs": self.macs,
            "activation_bytes": self.activation_bytes,
            "train_seconds": fmean(times) if times else None,
            "epoch_seconds": self.epoch_seconds,
            "best_seconds": self.best_seconds,
            "predict_ms": self.speeds[0].median_ms if self.speeds else None,
            "predict": [vars(speed) for speed in self.speeds],
            "timed_on": dict(self.timed_on),
            "peak_memory_bytes": self.peak_memory,
            "fingerprint": self.fingerprint,
            "runs": [str(training.run) for training in self.trainings],
            "failed": [vars(each) for each in self.failed],
        }

    def _metric(self, name: str) -> dict[str, Any]:
        values = self.values(name)
        mean, low, high = fmean(values), min(values), max(values)
        if name == self.score:
            mean, low, high = self.interval
        return {"mean": mean, "low": low, "high": high, "values": list(values)}


def ordered(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The best first; below them those of which a training failed, as others had harder images."""
    return tuple(
        sorted(rows, key=lambda row: (bool(row.failed), -row.mean, row.macs, row.architecture))
    )
