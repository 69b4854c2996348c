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
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from timing import paired
from training import drawn, ready

from archforge.build.quiet import keras
from archforge.losses import parse_loss
from archforge.train import Settings
from archforge.train.batches import Batches
from archforge.train.step import make_optimizer, run_epoch

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


def plain(batches: Batches, depth: int, filters: int) -> Callable[[], object]:
    """A: an epoch of ``fit`` on the images of B, as float arrays in memory."""
    part = batches.examples
    floats = np.stack([part.image(row) for row in range(len(part))]).astype(np.float32)
    truth = np.stack([part.mask(row) for row in range(len(part))])[..., np.newaxis]
    model = by_hand(floats.shape[1], filters, depth)
    model.compile(optimizer=make_optimizer(Settings()), loss=parse_loss("dice+bce", 1))
    masks = truth.astype(np.float32)
    return lambda: model.fit(floats, masks, batch_size=BATCH, verbose=0)


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true", help="a small network")
    parser.add_argument("--pairs", type=int, default=11, help="of epochs")
    given = parser.parse_args()
    # Enough images that what `fit` does once in each call does not decide.
    size, filters, depth, count = (64, 8, 2, 768) if given.quick else (128, 16, 4, 64)
    shape = {"size": size, "filters": filters, "depth": depth, "dropout": DROPOUT[: depth + 1]}
    with tempfile.TemporaryDirectory() as folder:
        dataset = drawn(Path(folder), count=round(count / 0.8), size=size)
        step, batches = ready(dataset, shape, Settings(batch_size=BATCH))
        by_fit, by_us = paired(
            plain(batches, depth, filters), lambda: run_epoch(step, batches.epoch(1)), given.pairs
        )
    for name, times in (("model.fit", by_fit), ("archforge", by_us)):
        print(f"{name}: median {len(batches.examples) / statistics.median(times):.1f} images/s")
    ratio = statistics.median(a / b for a, b in zip(by_fit, by_us, strict=True))
    print(f"ratio: {ratio:.3f} (at least {LEAST}; {given.pairs} pairs)")
    return int(ratio < LEAST)


if __name__ == "__main__":
    sys.exit(main())
