"""Dice, IoU, precision, recall and accuracy from counts.

For binary masks the foreground is scored. For more classes the mean over classes is taken, class 0
too; a class absent from truth and prediction is left out. Where the truth is empty and nothing was
predicted all is right, so the score is 1. Nothing predicted where something is has precision 0, and
something predicted where nothing is has recall 0: all but precision and recall are symmetric.
"""

import math
from collections.abc import Callable

from archforge.metrics.confusion import Confusion


def dice(counts: Confusion) -> float:
    """``2 |A and B| / (|A| + |B|)``.

    Source: Dice 1945, Ecology 26(3), 297-302.
    """
    return _mean(counts, lambda c: 2 * counts.hits(c) / (counts.true(c) + counts.predicted(c)))


def iou(counts: Confusion) -> float:
    """``|A and B| / |A or B|``.

    Source: Jaccard 1912, New Phytologist 11(2), 37-50.
    """
    return _mean(counts, lambda c: counts.hits(c) / _union(counts, c))


def precision(counts: Confusion) -> float:
    """Share of what was predicted that is right."""
    return _mean(counts, lambda c: _share(counts.hits(c), counts.predicted(c)))


def recall(counts: Confusion) -> float:
    """Share of what is there that was predicted."""
    return _mean(counts, lambda c: _share(counts.hits(c), counts.true(c)))


def accuracy(counts: Confusion) -> float:
    """Share of all pixels, background too, whose class is right."""
    return sum(counts.hits(index) for index in range(len(counts.table))) / counts.pixels


def class_dice(counts: Confusion, index: int) -> float:
    """Dice of one class; no number where it is neither in truth nor in prediction."""
    both, each = counts.hits(index), counts.true(index) + counts.predicted(index)
    return 2 * both / each if each else math.nan


def class_iou(counts: Confusion, index: int) -> float:
    """IoU of one class; no number where it is neither in truth nor in prediction."""
    union = _union(counts, index)
    return counts.hits(index) / union if union else math.nan


def _mean(counts: Confusion, score: Callable[[int], float]) -> float:
    present = [index for index in counts.scored if _union(counts, index)]
    return sum(map(score, present)) / len(present) if present else 1.0


def _union(counts: Confusion, index: int) -> int:
    return counts.true(index) + counts.predicted(index) - counts.hits(index)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
