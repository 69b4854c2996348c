"""Rows of a comparison, and what a person reads of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

OTSU = "otsu"
SCORE = "dice"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One architecture.

    Args:
        architecture: As it was named: ``unet:tutorial``.
        scores: Values of each metric, one for each seed.
        parameters: All learned numbers.
        macs: Multiply-accumulates for one image.
        train_seconds: Of each seed.
        predict_ms: For one image, in batches of 8; ``None`` where nothing is predicted.
        fingerprint: Of the graph.
        runs: A folder for each seed.
    """

    architecture: str
    scores: Mapping[str, tuple[float, ...]]
    parameters: int = 0
    macs: int = 0
    train_seconds: tuple[float, ...] = ()
    predict_ms: float | None = None
    fingerprint: str = ""
    runs: tuple[Path, ...] = ()

    def mean(self, metric: str = SCORE) -> float:
        """Over the seeds."""
        return fmean(self.scores[metric])

    def facts(self) -> dict[str, Any]:
        """What ``--json`` prints of it; ``low`` and ``high`` are the extremes over the seeds."""
        return {
            "architecture": self.architecture,
            "scores": {
                name: {
                    "mean": fmean(values),
                    "low": min(values),
                    "high": max(values),
                    "values": list(values),
                }
                for name, values in self.scores.items()
            },
            "parameters": self.parameters,
            "macs": self.macs,
            "train_seconds": fmean(self.train_seconds) if self.train_seconds else None,
            "predict_ms": self.predict_ms,
            "peak_memory_bytes": None,  # not measured: trainings share one process
            "fingerprint": self.fingerprint,
            "runs": [str(run) for run in self.runs],
        }


@dataclass(frozen=True)
class Difference:
    """How much better the best architecture is than the second, image by image.

    Args:
        better: Its name.
        worse: The other's.
        mean: Of Dice, over the validation images.
        low: Lower end of its 95 % interval.
        high: Upper end.
        images: How many there are.
    """

    better: str
    worse: str
    mean: float
    low: float
    high: float
    images: int

    def words(self) -> str:
        """In a sentence, with what it does not say."""
        sure = "" if self.low > 0 else "; the interval holds 0, so they may be equal"
        return (
            f"{self.better} is better than {self.worse} by {self.mean:.4f} Dice for each image "
            f"(95 % interval {self.low:.4f} to {self.high:.4f}, {self.images} images, first seed)"
            f"{sure}."
        )


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All rows, the best first; Otsu's threshold where it belongs.

    Args:
        folder: Where everything lies.
        rows: Sorted by mean Dice.
        seeds: Trainings of each architecture.
        difference: Between the best two, where there are two.
        notes: What a person must know.
        pictures: Files that were drawn.
    """

    folder: Path
    rows: tuple[Row, ...]
    seeds: int
    difference: Difference | None = None
    notes: tuple[str, ...] = ()
    pictures: tuple[Path, ...] = field(default=())

    def facts(self) -> list[dict[str, Any]]:
        """What ``archforge compare --json`` prints: one object for each row."""
        return [row.facts() for row in self.rows]

    def words(self) -> list[str]:
        """What the table does not say."""
        lines = [] if self.difference is None else [self.difference.words()]
        if self.seeds == 1:
            lines.append("One seed each: other seeds give other values; see --seeds.")
        return [*lines, *self.notes]
