"""Is our training as fast as ``model.fit`` on the same network, written by hand?

A: ``model.fit`` on plain float arrays, no augmentation, no callbacks. B: an epoch of
``archforge.train`` with flips, change of range and masks from 8-bit arrays. Both have the same
optimizer, loss and number of images, are warmed up by one epoch, and take turns; the ratio is the
median of the pairs' throughput, B over A. Validation is not part of it.

    python benchmarks/train_step.py            # the tutorial's U-Net, 128 x 128 x 3, 16 filters
    python benchmarks/train_step.py --quick    # 64 x 64 x 3, 8 filters, depth 2

Exit status 1 if the ratio is below 0.97.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from archforge.build import build_model
from archforge.build.quiet import keras
from archforge.catalog import read_architecture
from archforge.data import Examples
from archforge.data.masks import MaskRule
from archforge.losses import parse_loss
from archforge.predict.region import Region
from archforge.train.batches import Batches
from archforge.train.settings import Settings
from archforge.train.step import make_optimizer, make_step, run_epoch

LEAST = 0.97
BATCH = 16
DROPOUT = [0.1, 0.1, 0.2, 0.2, 0.3]


def by_hand(size: int, filters: int, depth: int) -> keras.Model:
    """The tutorial's U-Net as people write it."""
    layers = keras.layers

    def double(x: object, count: int, rate: float) -> object:
        x = layers.Conv2D(count, 3, padding="same", activation="relu",
                          kernel_initializer="he_normal")(x)  # fmt: skip
        x = layers.Dropout(rate)(x)
        return layers.Conv2D(count, 3, padding="same", activation="relu",
                             kernel_initializer="he_normal")(x)  # fmt: skip

    image = keras.Input((size, size, 3))
    x: object = layers.Rescaling(1 / 255)(image)
    skips = []
    for level in range(depth):
        x = double(x, filters * 2**level, DROPOUT[level])
        skips.append(x)
        x = layers.MaxPooling2D(2)(x)
    x = double(x, filters * 2**depth, DROPOUT[depth])
    for level in reversed(range(depth)):
        x = layers.Conv2DTranspose(filters * 2**level, 2, strides=2, padding="same")(x)
        x = double(layers.Concatenate()([x, skips[level]]), filters * 2**level, DROPOUT[level])
    return keras.Model(image, layers.Conv2D(1, 1, activation="sigmoid")(x))


def plain(images: np.ndarray, masks: np.ndarray, depth: int, filters: int) -> Callable[[], object]:
    """A: an epoch of ``fit``."""
    model = by_hand(images.shape[1], filters, depth)
    model.compile(optimizer=make_optimizer(Settings()), loss=parse_loss("dice+bce", 1))
    floats, truth = images.astype(np.float32), masks[..., np.newaxis].astype(np.float32)
    return lambda: model.fit(floats, truth, batch_size=BATCH, verbose=0)


def ours(images: np.ndarray, masks: np.ndarray, depth: int, filters: int) -> Callable[[], object]:
    """B: an epoch of ours."""
    size = images.shape[1]
    given = {"size": size, "filters": filters, "depth": depth, "dropout": DROPOUT[: depth + 1]}
    graph = read_architecture("unet").graph("tutorial", given)
    step = make_step(
        build_model(graph), {"mask": 1.0}, parse_loss("dice+bce", 1), make_optimizer(Settings())
    )
    ids = [str(row) for row in range(len(images))]
    examples = Examples(images, masks, ids, (), MaskRule(255, 1))
    region = Region((size, size), (size, size), (size, size))
    batches = Batches(examples, "byte", (region,), BATCH, "flips", 0)
    return lambda: run_epoch(step, batches.epoch(1))


def seconds(epoch: Callable[[], object]) -> float:
    """How long one epoch takes."""
    start = time.perf_counter()
    epoch()
    return time.perf_counter() - start


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true", help="a small network")
    parser.add_argument("--pairs", type=int, default=11, help="of epochs")
    given = parser.parse_args()
    # Enough images that what `fit` does once in each call does not decide.
    size, filters, depth, count = (64, 8, 2, 768) if given.quick else (128, 16, 4, 64)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count, size, size, 3), dtype=np.uint8)
    masks = rng.integers(0, 2, (count, size, size), dtype=np.uint8)
    epochs = [make(images, masks, depth, filters) for make in (plain, ours)]
    for epoch in epochs:
        epoch()
    pairs = []
    for turn in range(given.pairs):
        first, second = (0, 1) if turn % 2 == 0 else (1, 0)
        taken = {which: seconds(epochs[which]) for which in (first, second)}
        pairs.append((taken[0], taken[1]))
    for name, column in zip(("model.fit", "archforge"), zip(*pairs, strict=True), strict=True):
        print(f"{name}: median {count / statistics.median(column):.1f} images/s")
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"ratio: {ratio:.3f} (at least {LEAST}; {given.pairs} pairs)")
    return int(ratio < LEAST)


if __name__ == "__main__":
    sys.exit(main())
