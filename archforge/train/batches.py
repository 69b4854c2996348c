"""Batches for a training, made while the step before them runs.

Turning and the change of range work on 8-bit arrays in NumPy, a batch at a time, in one thread of
their own: they take about a hundredth of a step, and NumPy leaves Python's lock while it computes.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from archforge.data import Examples, to_range
from archforge.predict.region import Region
from archforge.train.augment import order, symmetry, turned

Item = TypeVar("Item")
Made = TypeVar("Made")
AHEAD = 2


@dataclass(frozen=True, eq=False)
class Batch:
    """What one step learns from.

    Args:
        images: In the network's range, batch x height x width x channels.
        masks: Class indices for each output, batch x height x width.
    """

    images: NDArray[np.float32]
    masks: tuple[NDArray[np.uint8], ...]


@dataclass(frozen=True, eq=False)
class Batches:
    """A training part as batches.

    Args:
        examples: At the network's size.
        values: The range of the network's input.
        regions: Of each output.
        size: Images in a batch; the last one of an epoch may be smaller.
        augment: A key of ``AUGMENTS``.
        seed: Of order and augmentation.
    """

    examples: Examples
    values: str
    regions: tuple[Region, ...]
    size: int
    augment: str
    seed: int

    def epoch(self, number: int) -> Iterator[Batch]:
        """The batches of one epoch: every image once, in an order of its own."""
        rows = order(self.seed, number, len(self.examples))
        parts = [rows[start : start + self.size] for start in range(0, len(rows), self.size)]
        return ahead(lambda part: self._batch(number, part), parts)

    def _batch(self, number: int, rows: NDArray[np.int64]) -> Batch:
        images = np.empty((len(rows), *self.examples.images.shape[1:]), dtype=np.uint8)
        masks = np.empty(images.shape[:3], dtype=np.uint8)
        height, width = masks.shape[1:]
        for place, row in enumerate(rows.tolist()):
            code = symmetry(self.augment, self.seed, number, row, (height, width))
            images[place] = turned(self.examples.images[row], code)
            masks[place] = turned(self.examples.masks[row], code)
        return Batch(
            to_range(images, self.values), tuple(region.masks(masks) for region in self.regions)
        )


def ahead(make: Callable[[Item], Made], items: Iterable[Item]) -> Iterator[Made]:
    """``map(make, items)`` with the next ones in the making; stops its thread however it ends."""
    waiting: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="batches") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(make, item))
                if len(waiting) > AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for left in waiting:
                left.cancel()
