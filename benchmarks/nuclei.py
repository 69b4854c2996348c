"""Is our recipe better than the tutorial's, for the same time on the same images?

All are experiment files in ``recipes/``, trained with the same seeds on the same images; a fifth of
them, stratified by modality, is held out and seen once, at the end, at full size. The tutorial's
patience of 2 epochs ends it early, so a third row gives it all of its epochs. Objects of the
tutorial's network are made by ``archforge.predict.instances`` too, so that networks are compared
and not what comes after them. Printed are mean and extremes over the seeds, and the longest
training. The same command goes on where it was stopped.

    python benchmarks/nuclei.py --data path/to/nuclei

Exit status 1 where ours is not ahead in both scores, or took more than 20 minutes.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from training import to_the_end

from archforge.catalog import named, read_architecture
from archforge.experiment import read_experiment
from archforge.predict.predictor import PLAIN, Way
from archforge.runs import Run
from archforge.train import Opened, evaluate, open_together

RECIPES = Path(__file__).parent / "recipes"
SHOWN = ("iou", "dice", "ap_50_pooled", "pq_pooled")
ALL = ("tutorial", "tutorial_to_the_end", "ours")  # ours last: its minutes count
MOST_S = 20 * 60
# Printed beside it: the same networks, which see each image four times.
FLIPS = Way(tta="flips")


def opened(recipe: str, data: Path, seed: int) -> Opened:
    """The network of a recipe and the images, split alike for every seed."""
    found = read_experiment(RECIPES / f"{recipe}.yaml")
    name, preset = named(found.architectures[0])
    settings = replace(found.settings, seed=seed)
    return open_together(
        read_architecture(name), preset, found.hyperparameters, data,
        settings=settings, options=found.options,
    )  # fmt: skip


def trained(recipe: str, ready: Opened, seed: int, folder: Path) -> Run:
    """The run of a recipe and a seed."""
    settings = replace(read_experiment(RECIPES / f"{recipe}.yaml").settings, seed=seed)
    return to_the_end(ready, settings, folder, f"{recipe}, seed {seed}")


def training_s(run: Run) -> float:
    """Seconds of all epochs, validation included."""
    lines = run.history.read_text("utf-8").splitlines()
    column = lines[0].split(",").index("seconds")
    return sum(float(line.split(",")[column]) for line in lines[1:])


def line(name: str, found: list[dict[str, float]], seconds: float) -> str:
    """What is printed of a recipe: the mean over seeds, and in brackets the extremes."""
    cells = []
    for metric in SHOWN:
        values = [scores[metric] for scores in found]
        mean = sum(values) / len(values)
        cells.append(f"{mean:.4f} ({min(values):.4f} to {max(values):.4f})")
    return f"{name:<28}" + "".join(f"{cell:<28}" for cell in cells) + f"{seconds / 60:.1f} min"


def main() -> int:
    """Train, score, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="nuclei with a manifest.csv")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("-o", "--output", type=Path, default=Path("runs/nuclei"))
    given = parser.parse_args()
    if not given.data.is_dir():
        sys.exit(f"there is no folder '{given.data}': give the one of nuclei with --data")
    print(" " * 28 + "".join(f"{metric:<28}" for metric in SHOWN) + "training")
    means: dict[str, list[float]] = {}
    for recipe in ALL:
        runs = []
        for seed in range(given.seeds):
            ready = opened(recipe, given.data, seed)
            runs.append(trained(recipe, ready, seed, given.output / f"{recipe}-seed{seed}"))
        longest = max(map(training_s, runs))
        for name, way in ((recipe, PLAIN), (f"{recipe}, flips", FLIPS)):
            found = [evaluate(run, ready.dataset.test, SHOWN, way=way).scores for run in runs]
            means.setdefault(recipe, [sum(s[m] for s in found) / len(found) for m in SHOWN])
            print(line(name, found, longest), flush=True)
    ahead = all(means["ours"][SHOWN.index(m)] > means[other][SHOWN.index(m)]
                for m in ("iou", "ap_50_pooled") for other in ALL[:-1])  # fmt: skip
    print(f"ours is {'ahead' if ahead else 'not ahead'}, in {longest / 60:.1f} minutes at most")
    return int(not ahead or longest > MOST_S)


if __name__ == "__main__":
    sys.exit(main())
