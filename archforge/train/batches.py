"""Batches for a training, made while the step before them runs.

What is random in a patch follows from seed, epoch, image and its number alone, so a training that
was cut off goes on with the very batches that it would have had. One thread makes them: NumPy and
SciPy leave Python's lock while they compute, and a few hundredths of a step are enough.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from archforge.data import Examples, Fitted, Patches, Preparation
from archforge.data.augment import Augmentation
from archforge.data.augment.augmentation import Patch
from archforge.data.options import IGNORED
from archforge.data.targets import border_target
from archforge.predict.region import Region

Item = TypeVar("Item")
Made = TypeVar("Made")
AHEAD = 2


@dataclass(frozen=True, eq=False)
class Batch:
    """What one step learns from.

    Args:
        images: In the network's range, batch x spatial axes x channels.
        truths: For each output, class indices: batch x spatial axes; or batch, where whole images
            have a class.
    """

    images: NDArray[np.float32]
    truths: tuple[NDArray[Any], ...]


@dataclass(frozen=True, eq=False)
class Batches:
    """A training part as batches.

    Args:
        examples: To learn from.
        preparation: How pixels become what the network sees.
        patches: Where they lie.
        augmentation: What happens to them.
        regions: Of each output; none where whole images have a class.
        size: Patches in a batch; the last one of an epoch may be smaller.
        seed: Of order, patches and augmentation.
        bordered: Whether inside and border of numbered objects are learned, not the mask.
    """

    examples: Examples
    preparation: Preparation
    patches: Patches
    augmentation: Augmentation
    regions: tuple[Region, ...]
    size: int
    seed: int
    bordered: bool = False
    _fitted: dict[int, Fitted] = field(default_factory=dict, init=False)

    def epoch(self, number: int) -> Iterator[Batch]:
        """The batches of one epoch: every image as often as it is cut, in an order of its own."""
        count = self.images
        rows = np.random.default_rng([self.seed, number, 0]).permutation(count)
        parts = [rows[start : start + self.size] for start in range(0, count, self.size)]
        return ahead(lambda part: self._batch(number, part), parts)

    @property
    def images(self) -> int:
        """Images, or patches of them, that are seen in an epoch."""
        return len(self.examples) * self.patches.each

    @property
    def steps(self) -> int:
        """Batches in an epoch."""
        return math.ceil(self.images / self.size)

    def patch(self, epoch: int, number: int) -> tuple[NDArray[np.float32], NDArray[Any]]:
        """One patch in the network's range, and its truth."""
        index = number % len(self.examples)
        rng = np.random.default_rng([self.seed, epoch, number + 1])
        source = self.examples.image(index)
        centre = self.patches.centre(rng, index, source.shape[:-1])
        drawn = self.augmentation.draw(rng, self.patches.size)
        fitted = self._way(index, source)
        image = fitted.ranged(drawn.image(source, centre, fitted.unit))
        return image, self._truth(index, drawn, centre)

    def _way(self, index: int, source: NDArray[Any]) -> Fitted:
        """Worked out once for each image: its percentiles are worth as much as an augmentation."""
        if index not in self._fitted:
            self._fitted[index] = self.preparation.fitted(source)
        return self._fitted[index]

    def _truth(self, index: int, drawn: Patch, centre: tuple[int, ...]) -> NDArray[Any]:
        if not self.regions:
            return np.array(self.examples.label(index), np.int32)
        return learned_mask(self.examples, index, drawn, centre, bordered=self.bordered)

    def _batch(self, epoch: int, rows: NDArray[np.int64]) -> Batch:
        pairs = [self.patch(epoch, row) for row in rows.tolist()]
        images = np.stack([image for image, _ in pairs])
        truth = np.stack([truth for _, truth in pairs])
        return Batch(images, tuple(region.masks(truth) for region in self.regions) or (truth,))


def learned_mask(
    examples: Examples, index: int, drawn: Patch, centre: tuple[int, ...], *, bordered: bool
) -> NDArray[Any]:
    """What a network learns of a patch of one image: class indices, spatial axes.

    Args:
        examples: With masks.
        index: Of the image.
        drawn: What happens to the patch.
        centre: Its middle.
        bordered: Whether inside and border of numbered objects are learned.
    """
    mask = drawn.mask(examples.mask(index), centre)
    labels = examples.labels(index) if bordered else None
    if labels is None:
        return mask
    # After the motion: a border is as wide in a scaled patch as in any other.
    target = border_target(drawn.mask(labels, centre))
    target[mask == IGNORED] = IGNORED
    return target


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
