"""Does augmentation keep the training step waiting?

A: an epoch of steps on batches that lie in memory, ready made. B: the same steps on batches that
are cut from a store of images, augmented as ``standard`` says and normalised while the step before
them runs. Both take turns in one process on the same network; the ratio is the median over pairs of
A's time to B's: the share of B's time that the step is busy.

    python benchmarks/pipeline.py            # the tutorial's U-Net, 16 patches of 128 x 128 x 3
    python benchmarks/pipeline.py --pairs 3  # sooner

Exit status 1 if the ratio is below 0.95.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from timing import paired
from training import drawn, ready

from archforge.train import Settings
from archforge.train.step import run_epoch

LEAST = 0.95
# Epochs of 30 steps: the first batch of each is waited for, and a real epoch has more steps.
IMAGES = 300
DROPOUT = [0.1, 0.1, 0.2, 0.2, 0.3]


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--pairs", type=int, default=7, help="of epochs")
    parser.add_argument("--augment", default="standard", help="what is measured")
    given = parser.parse_args()
    settings = Settings(augment=given.augment, sampling="patches", patches=2)
    with tempfile.TemporaryDirectory() as folder:
        dataset = drawn(Path(folder), count=IMAGES, size=256)
        step, batches = ready(dataset, {"size": 128, "dropout": DROPOUT}, settings)
        made = list(batches.epoch(1))
        memory, pipeline = paired(
            lambda: run_epoch(step, made), lambda: run_epoch(step, batches.epoch(1)), given.pairs
        )
    ratio = statistics.median(a / b for a, b in zip(memory, pipeline, strict=True))
    images = sum(len(batch.images) for batch in made)
    for name, times in (("in memory", memory), (given.augment, pipeline)):
        print(f"{name}: median {images / statistics.median(times):.1f} patches/s")
    print(f"busy: {ratio:.3f} of the time (at least {LEAST}; {given.pairs} pairs)")
    return int(ratio < LEAST)


if __name__ == "__main__":
    sys.exit(main())
