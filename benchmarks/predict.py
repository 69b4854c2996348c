"""What do tiles cost, beside the network itself?

A: the traced network on tiles of random numbers that are in memory already. B: a TIFF of 4096 x
4096 pixels, read, cut into tiles, prepared, put through the same function, put together, and
written as a mask. Both are counted in pixels that are put through the network, halo included, and
take turns; the ratio is the median over rounds of B over A, with A measured before and after B. The
peaks are those of processes of their own that predict the image, and one of a sixteenth of its
pixels.

    python benchmarks/predict.py            # the tutorial's U-Net, 16 filters, depth 4
    python benchmarks/predict.py --quick    # 2048 x 2048, 8 filters, depth 2

Exit status 1 if the ratio is below 0.9.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np
import tifffile

from archforge.build import build_model
from archforge.build.quiet import keras
from archforge.catalog import read_architecture
from archforge.graph import fingerprint
from archforge.predict import Network, Predictor, Wanted, open_predictor
from archforge.predict.single import predict_image
from archforge.predict.targets import Target
from archforge.runs import Run, read_run, write_run

LEAST = 0.9


def untrained(folder: Path, filters: int, depth: int) -> Run:
    """A run with first weights; how good they are does not matter here."""
    architecture = read_architecture("unet")
    fixed = {"filters": filters, "depth": depth, "dropout": [0.0] * (depth + 1)}
    graph = architecture.graph("tutorial", fixed)
    folder.mkdir()
    run = Run(
        folder=folder, name="untrained", architecture="unet", preset="tutorial", task=graph.task,
        hyperparameters={}, fixed=fixed, fingerprint=fingerprint(graph), parameters=0, macs=0,
        network=Network.of(graph, (128, 128), resize=False).facts(), settings={}, data={}, seed=0,
        versions={}, started="",
    )  # fmt: skip
    run.spec.write_text(architecture.standalone)
    keras.utils.set_random_seed(0)
    build_model(graph).save(run.model)
    write_run(run)
    return run


def draw(path: Path, size: int) -> Path:
    """Noise as an image."""
    rng = np.random.default_rng(0)
    tifffile.imwrite(path, rng.integers(0, 256, (size, size), np.uint8))
    return path


def bare(predictor: Predictor, size: int) -> float:
    """Pixels a second of the network alone."""
    plan = predictor.plan((size, size))
    tile = tuple(axis.tile for axis in plan.axes)
    shape = (predictor.geometry.batch, *tile, predictor.network.channels)
    tiles = np.random.default_rng(0).random(shape, dtype=np.float32)
    predictor.run(tiles)
    start, rounds = time.perf_counter(), 3
    for _ in range(rounds):
        predictor.run(tiles)
    return rounds * tiles.size / shape[-1] / (time.perf_counter() - start)


def whole(predictor: Predictor, image: Path) -> float:
    """Seconds from file to file."""
    target = Target.of(image, image.parent / "out", labels=False, scores=False)
    start = time.perf_counter()
    predict_image(predictor, Wanted(), target, lambda share: None)
    return time.perf_counter() - start


def peak(run: Run, image: Path) -> int:
    """Bytes at most, of a process that predicts an image."""
    words = [sys.executable, __file__, "--child", str(run.folder), str(image)]
    told = subprocess.run(words, check=True, capture_output=True, text=True)
    return int(told.stdout)


def own_peak() -> int:
    """Bytes at most, of this process; ``ru_maxrss`` counts what its parent had, too (Linux)."""
    status = Path("/proc/self/status").read_text("utf-8")
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true", help="a small network and image")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        whole(open_predictor(read_run(given.child[0])), given.child[1])
        print(own_peak())
        return 0
    size, filters, depth = (2048, 8, 2) if given.quick else (4096, 16, 4)
    with tempfile.TemporaryDirectory() as folder:
        run = untrained(Path(folder) / "run", filters, depth)
        images = [draw(Path(folder) / f"{side}.tif", side) for side in (size // 4, size)]
        predictor = open_predictor(run)
        plan = predictor.plan((size, size))
        alone, ours = [bare(predictor, size)], []
        for _ in range(given.rounds):
            ours.append(plan.put_through / whole(predictor, images[1]))
            alone.append(bare(predictor, size))
        peaks = [peak(run, image) / 2**20 for image in images]
    ratio = median(
        b / ((before + after) / 2) for b, (before, after) in zip(ours, pairwise(alone), strict=True)
    )
    print(f"{size} x {size} {plan.words}")
    print(f"network alone: median {median(alone) / 1e6:.2f} million pixels/s")
    print(f"file to file:  median {median(ours) / 1e6:.2f} million pixels/s")
    print(f"peak memory:   {peaks[1]:.0f} MiB, {peaks[0]:.0f} MiB for {size // 4} x {size // 4}")
    print(f"ratio: {ratio:.3f} (at least {LEAST}; {given.rounds} rounds)")
    return int(ratio < LEAST)


if __name__ == "__main__":
    sys.exit(main())
