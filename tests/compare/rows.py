"""Rows and comparisons made by hand, for tests of what is said of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from archforge.compare import Comparison, Row, Training
from archforge.compare.rows import ordered
from archforge.compare.verdicts import compared


def training(images: Mapping[str, float], seed: int = 0, fold: int | None = None) -> Training:
    mean = sum(images.values()) / len(images)
    return Training(fold=fold, seed=seed, run=Path("runs") / f"seed{seed}", images=images,
                    scores={"dice": mean, "iou": mean / 2}, seconds=2.0, epoch_seconds=0.5,
                    best_seconds=1.0, epochs=4, best_epoch=2)  # fmt: skip


def row(name: str, *trainings: Mapping[str, float], macs: int = 1) -> Row:
    found = tuple(training(images, seed) for seed, images in enumerate(trainings))
    return Row(architecture=name, score="dice", trainings=found, parameters=1234, macs=macs)


def share(folds: int | None) -> float:
    """Images that are scored, for each that is learned from, where all folds are alike."""
    return 1 / (folds - 1) if folds else 0.0


def comparison(rows: Sequence[Row], folds: int | None = None) -> Comparison:
    sorted_rows = ordered(rows)
    return Comparison(
        folder=Path("table"), data="nuclei", score="dice", part="validation", folds=folds,
        seeds=len(rows[0].trainings), rows=sorted_rows,
        pairs=compared([each for each in sorted_rows if each.trainings], share(folds)),
        groups=rows[0].groups,
    )  # fmt: skip
