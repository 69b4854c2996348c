"""What the recipes give on other images than nuclei: membranes, rock and blood cells.

Each set is a folder below ``--data`` with ``train`` and ``test``; a missing one is told and left
out. Printed are scores of the test part beside a floor that needs no learning, and the time that
the training took. The same command goes on where it was stopped.

    python benchmarks/real_data.py --data path/to/sets

- ``isbi2012_em``: electron microscopy (ISBI 2012), membranes 0, insides 255. The floor calls
  everything inside; pixel error, and IoU of the membranes.
- ``sandstone``: X-ray tomography, four classes. The floor is the best class for each grey level of
  the training images; mean IoU, and IoU of class 2, the rarest.
- ``malaria``: blood cells by slide, a folder per class. The floor is logistic regression on mean,
  deviation and lowest value of each cell; accuracy.

Exit status 1 where a network is not above its floor.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]  # scipy ships no types
from training import to_the_end

from archforge.catalog import named, read_architecture
from archforge.data import Dataset, Examples
from archforge.experiment import read_experiment
from archforge.metrics import score
from archforge.runs import Run
from archforge.train import Opened, evaluate, open_together

RECIPES = Path(__file__).parent / "recipes"


@dataclass(frozen=True)
class Set:
    """One set of images.

    Args:
        metrics: What is printed, the first decides.
        floor: The same of a rule without a network.
    """

    metrics: tuple[str, ...]
    floor: Callable[[Dataset], dict[str, float]]


def interior(data: Dataset) -> dict[str, float]:
    """Everything is inside."""
    found = ((truth, np.ones_like(truth)) for truth in masks(data.test))
    return with_background(score(found, 2, ["accuracy", "iou_class_0"]))


def by_grey(data: Dataset) -> dict[str, float]:
    """The commonest class of each grey level among the training images."""
    table = np.zeros((256, data.classes), np.int64)
    for row in range(len(data.train)):
        image, truth = data.train.original(row)
        np.add.at(table, (image[..., 0].ravel(), truth.ravel()), 1)
    best = table.argmax(axis=1).astype(np.uint8)
    pairs = (data.test.original(row) for row in range(len(data.test)))
    found = ((truth, best[image[..., 0]]) for image, truth in pairs)
    return score(found, data.classes, ["iou_pooled", "iou_class_2_pooled", "accuracy_pooled"])


def by_statistics(data: Dataset) -> dict[str, float]:
    """Logistic regression on three numbers of each image."""
    learned, truth = statistics_of(data.train)
    seen, told = statistics_of(data.test)
    mean, deviation = learned.mean(axis=0), learned.std(axis=0)
    learned, seen = ((part - mean) / deviation for part in (learned, seen))
    sides = np.where(truth, 1.0, -1.0)

    def loss(weights: np.ndarray) -> float:
        return float(np.logaddexp(0, -sides * (learned @ weights[:-1] + weights[-1])).mean())

    weights = minimize(loss, np.zeros(learned.shape[1] + 1)).x
    right = (seen @ weights[:-1] + weights[-1] > 0) == told
    return {"accuracy": float(right.mean())}


SETS = {
    "isbi2012_em": Set(("accuracy", "iou_background"), interior),
    "sandstone": Set(("iou_pooled", "iou_class_2_pooled", "accuracy_pooled"), by_grey),
    "malaria": Set(("accuracy", "balanced_accuracy", "auc"), by_statistics),
}


def masks(part: Examples) -> Iterator[np.ndarray]:
    """The masks of a part."""
    return (part.original(row)[1] for row in range(len(part)))


def statistics_of(part: Examples) -> tuple[np.ndarray, np.ndarray]:
    """Mean, deviation and lowest value of each image, and whether it is of class 1."""
    images = (part.original(row)[0].astype(np.float64) for row in range(len(part)))
    cells = [image[image > 0] for image in images]  # cut out on black
    numbers = np.array([[cell.mean(), cell.std(), cell.min()] for cell in cells])
    return numbers, np.array([part.label(row) == 1 for row in range(len(part))])


def with_background(scores: dict[str, float]) -> dict[str, float]:
    """IoU of class 0 by its name in the table."""
    return {"accuracy": scores["accuracy"], "iou_background": scores["iou_class_0"]}


def scored(run: Run, ready: Opened) -> dict[str, float]:
    """Scores of the test part; of binary masks the background's IoU, too."""
    found = evaluate(run, ready.dataset.test)
    if ready.dataset.task == "segmentation" and ready.dataset.classes == 1:
        (inside, false), (missed, _) = found.confusion
        return {**found.scores, "iou_background": inside / (inside + false + missed)}
    pooled = {f"iou_class_{k}_pooled": v for k, v in enumerate(ious(found.confusion))}
    return {**found.scores, **pooled}


def ious(confusion: list[list[int]]) -> list[float]:
    """IoU of each class over all pixels."""
    table = np.array(confusion, dtype=np.float64)
    hits = np.diag(table)
    return list(hits / np.maximum(table.sum(axis=0) + table.sum(axis=1) - hits, 1))


def trained(name: str, data: Path, folder: Path) -> tuple[Run, Opened]:
    """The run of a set, trained now, or to its end, where it is not done."""
    recipe = read_experiment(RECIPES / f"{name}.yaml")
    architecture, preset = named(recipe.architectures[0])
    ready = open_together(
        read_architecture(architecture), preset, recipe.hyperparameters, data,
        settings=recipe.settings, options=recipe.options,
    )  # fmt: skip

    return to_the_end(ready, recipe.settings, folder, name), ready


def main() -> int:
    """Train, score, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of the sets")
    parser.add_argument("-o", "--output", type=Path, default=Path("runs/real-data"))
    given = parser.parse_args()
    below = []
    for name, kind in SETS.items():
        if not (given.data / name).is_dir():
            print(f"{name}: there is no folder '{given.data / name}'")
            continue
        run, ready = trained(name, given.data / name, given.output / name)
        found, floor = scored(run, ready), kind.floor(ready.dataset)
        cells = ", ".join(f"{m} {found[m]:.4f} (floor {floor[m]:.4f})" if m in floor
                          else f"{m} {found[m]:.4f}" for m in kind.metrics)  # fmt: skip
        print(f"{name}: {cells}; {run.architecture}, {run.seconds / 60:.1f} min", flush=True)
        below += [name] * (found[kind.metrics[0]] <= floor[kind.metrics[0]])
    if below:
        print(f"not above the floor: {', '.join(below)}")
    return int(bool(below))


if __name__ == "__main__":
    sys.exit(main())
