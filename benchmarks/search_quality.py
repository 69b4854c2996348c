"""After the same minutes, which search has the better network?

KerasTuner's RandomSearch and Hyperband, Optuna written by hand (``tuners.py``), and ours, on the
same space and images, each alone on the machine for the same time. What counts is the mean IoU over
images, of the network that a method holds to be its best, on the validation images and on images
that no method has seen; and when ours had reached what the others ended with. The same command goes
on where it was stopped.

Ours trains with its own recipe, as it is used; with ``--same-recipe`` it runs once more with that
of the others (binary cross-entropy, Adam, a constant rate, no augmentation), which shows what the
search alone brings.

    python benchmarks/search_quality.py --data path/to/nuclei --minutes 8 --seeds 3

Exit status 1 if ours with its own recipe is not ahead of each of the others on the mean over seeds,
on validation and on held-out images, or did not have their final score after a third of the time.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from search_throughput import recipe, small_images
from tuners import METHODS

from archforge.build.quiet import keras
from archforge.data import DataOptions, Dataset, open_dataset
from archforge.runs import read_run
from archforge.search import search
from archforge.train import Settings, evaluate
from archforge.train.history import read_history

ASKED: dict[str, Any] = {"size": 128, "depth": [2, 4], "filters": [8, 16, 24],
                         "rates": [3e-4, 1e-3, 3e-3], "images": 240, "batch": 16, "epochs": 12,
                         "trials": 1000}  # fmt: skip


AS_USED = "ours as it is used"
SAME = "ours, their recipe"
PARTS = ("validation", "test")
# Where its runs are kept, and how it trains.
OURS: dict[str, Callable[[dict[str, Any]], Settings]] = {
    AS_USED: lambda asked: Settings(epochs=asked["epochs"], batch_size=asked["batch"]),
    SAME: recipe,
}


def arrays(dataset: Dataset) -> dict[str, Any]:
    """All images as floats; ``test_`` ones are seen by nobody."""
    found = {}
    for name in ("train", "validation", "test"):
        part = getattr(dataset, name)
        key = "" if name == "train" else f"{name}_"
        rows = range(len(part))
        found[f"{key}images"] = np.stack([part.image(row) for row in rows]).astype(np.float32)
        masks = np.stack([part.mask(row) for row in rows])[..., np.newaxis]
        found[f"{key}masks"] = masks.astype(np.float32)
    return found


def others(
    method: str, held: dict[str, Any], asked: dict[str, Any], folder: Path
) -> dict[str, Any]:
    """What the best network of another tool comes to."""
    kept = folder / "arrays.npz"
    np.savez(kept, **held)
    text = folder / "asked.json"
    text.write_text(json.dumps(asked))
    program = Path(__file__).with_name("tuners.py")
    subprocess.run([sys.executable, program, method, kept, text, folder], check=True,
                   capture_output=True)  # fmt: skip
    model = keras.models.load_model(folder / "best.keras", compile=False)
    return {part: mean_iou(model, held, part) for part in PARTS}


def mean_iou(model: keras.Model, held: dict[str, Any], part: str) -> float:
    """Of a network that takes pixels as they are, over images."""
    said = np.asarray(model.predict(held[f"{part}_images"], verbose=0)) > 0.5
    true = held[f"{part}_masks"] > 0.5
    both = (said & true).sum((1, 2, 3))
    either = (said | true).sum((1, 2, 3))
    return float(np.where(either, both / np.maximum(either, 1), 1.0).mean())


def ours(
    data: Path, dataset: Dataset, asked: dict[str, Any], folder: Path, settings: Settings
) -> dict[str, Any]:
    """What the best network of our search comes to, and when each epoch of a trial ended."""
    begun = folder / "begun"
    begun.touch()
    study = search(
        "unet", preset="tutorial", data=data, trials=asked["trials"], folder=folder / "study",
        given={"size": asked["size"], "dropout": 0.1}, seed=asked["seed"],
        ranges=[
            f"depth={asked['depth'][0]}..{asked['depth'][1]}",
            f"filters={','.join(map(str, asked['filters']))}",
            f"train.learning_rate={','.join(map(str, asked['rates']))}",
        ],
        settings=settings, goals=["iou"], minutes=asked["seconds"] / 60,
        options=DataOptions(test=0.25),
    )  # fmt: skip
    assert study.best is not None
    assert study.best.folder is not None
    run = read_run(study.best.folder)
    # The same mean over images, with pixels prepared as the network has learned to see them.
    found: dict[str, Any] = {
        part: evaluate(run, getattr(dataset, part), ["iou"]).scores["iou"] for part in PARTS
    }
    return {**found, "moments": sorted(_moments(study.folder, begun.stat().st_mtime))}


def _moments(folder: Path, start: float) -> Iterator[list[float]]:
    """When each epoch of each trial ended, since the beginning of the search, and its mean IoU."""
    for path in (folder / "trials").glob("*/run.json"):
        run = read_run(path.parent)
        rows = read_history(run.history)
        end = run.history.stat().st_mtime
        for place, row in enumerate(rows):
            later = sum(each["seconds"] for each in rows[place + 1 :])
            yield [end - later - start, row["second"]]


def one(method: str, seed: int, given: argparse.Namespace, data: Path) -> dict[str, Any]:
    """What a method comes to with a seed: kept, so that it is measured once."""
    folder = given.output / f"{method.replace(' ', '-')}-seed{seed}"
    kept = folder / "scores.json"
    if kept.exists():
        found: dict[str, Any] = json.loads(kept.read_text())
        return found
    folder.mkdir(parents=True, exist_ok=True)
    size = (ASKED["size"],) * 2
    dataset = open_dataset(data, size=size, channels=3,
                           options=DataOptions(seed=seed, test=0.25))  # fmt: skip
    asked = {**ASKED, "seconds": 60 * given.minutes, "seed": seed}
    if method in OURS:
        found = ours(data, dataset, asked, folder, OURS[method](asked))
    else:
        found = others(method, arrays(dataset), asked, folder)
    kept.write_text(json.dumps(found))
    return found


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, help="a folder of nuclei; by default drawn ones")
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--same-recipe", action="store_true")
    parser.add_argument("-o", "--output", type=Path, default=Path("runs/search-quality"))
    given = parser.parse_args()
    data = given.output / "images"
    if not data.exists():
        given.output.mkdir(parents=True, exist_ok=True)
        small_images(given.data, ASKED, given.output)
    # Seed by seed, so that a drift of the machine weighs on all methods alike.
    mine = list(OURS) if given.same_recipe else [AS_USED]
    found: dict[str, list[dict[str, Any]]] = {method: [] for method in (*mine, *METHODS)}
    for seed, method in product(range(given.seeds), found):
        row = one(method, seed, given, data)
        found[method].append(row)
        print(f"seed {seed}, {method}: validation {row['validation']:.4f}, "
              f"held out {row['test']:.4f}", flush=True)  # fmt: skip
    print(f"{'':<24}validation IoU  held-out IoU   ({given.minutes:g} minutes, "
          f"{given.seeds} seeds)")  # fmt: skip
    means = {
        method: {part: fmean(row[part] for row in rows) for part in PARTS}
        for method, rows in found.items()
    }
    for method, mean in means.items():
        print(f"{method:<24}{mean['validation']:<16.4f}{mean['test']:.4f}")
    third = 60 * given.minutes / 3
    late = [own for own in mine for method in METHODS
            if not _is_in_time(own, method, found, third)]  # fmt: skip
    ahead = all(means[AS_USED][part] > means[method][part] for method in METHODS for part in PARTS)
    return int(AS_USED in late or not ahead)


def _is_in_time(own: str, method: str, found: dict[str, list[dict[str, Any]]], most: float) -> bool:
    """Print when ours had the final score of another, and say whether that was soon enough."""
    times = [_reached(mine["moments"], other["validation"])
             for mine, other in zip(found[own], found[method], strict=True)]  # fmt: skip
    print(f"{own} had the validation IoU of {method} after "
          f"{', '.join('never' if t is None else f'{t:.0f} s' for t in times)}")  # fmt: skip
    return all(t is not None and t <= most for t in times)


def _reached(moments: list[list[float]], value: float) -> float | None:
    return next((when for when, iou in moments if iou >= value), None)


if __name__ == "__main__":
    sys.exit(main())
