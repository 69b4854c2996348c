"""How well predicted objects match true ones: average precision, F1 and panoptic quality.

Two label images are compared by the IoU of each true object with each predicted one that touches
it. An IoU above a half leaves each object one partner at most (Kirillov et al. 2019, section 4.1).
Where neither image has objects all is right: 1.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]  # scipy ships no types; it loads its parts when used
from numpy.typing import NDArray

from archforge.metrics.case import Case, check_shapes

# IoU in hundredths. The Data Science Bowl 2018 went on to 0.95; StarDist and most papers on nuclei
# since end at 0.9.
THRESHOLDS = tuple(range(50, 95, 5))


@dataclass(frozen=True, eq=False)
class Overlaps:
    """What two label images share.

    Args:
        true: Objects of the truth.
        predicted: Objects of the prediction.
        pairs: A row for each two that touch: true label, predicted label.
        iou: Of each pair.
    """

    true: int
    predicted: int
    pairs: NDArray[np.int64]
    iou: NDArray[np.float64]


@dataclass(frozen=True)
class Matches:
    """How many objects were found; the sum of two is that of both images pooled.

    Args:
        true: Objects of the truth.
        predicted: Objects of the prediction.
        hits: Objects that were found at each of ``THRESHOLDS``.
        iou: The sum of the IoU of those found at the first.
    """

    true: int
    predicted: int
    hits: tuple[int, ...]
    iou: float

    def numbers(self) -> NDArray[np.float64]:
        """All counts in a row."""
        return np.array([self.true, self.predicted, self.iou, *self.hits], dtype=np.float64)

    def of(self, numbers: NDArray[np.float64]) -> "Matches":
        """Matches with other counts."""
        true, predicted, iou, *hits = numbers.tolist()
        return Matches(round(true), round(predicted), tuple(map(round, hits)), iou)


def find_overlaps(true_labels: NDArray[Any], predicted_labels: NDArray[Any]) -> Overlaps:
    """Count the pixels that each true object shares with each predicted one.

    Only pairs that touch are kept, so that many objects cost no more than few.

    Args:
        true_labels: Whole numbers from 0, which is background; any number of axes.
        predicted_labels: The same shape.

    Raises:
        ValueError: The shapes differ, or a label is no whole number from 0.
    """
    check_shapes(true_labels=true_labels, predicted_labels=predicted_labels)
    true, true_names = _numbered(true_labels, "true_labels")
    found, found_names = _numbered(predicted_labels, "predicted_labels")
    areas = [np.bincount(each, minlength=1) for each in (true, found)]
    both = (true > 0) & (found > 0)
    ones = np.ones(np.count_nonzero(both), dtype=np.int64)
    shape = (len(areas[0]), len(areas[1]))
    # Making rows of the list of pixels adds those of the same pair.
    shared = scipy.sparse.coo_array((ones, (true[both], found[both])), shape=shape).tocsr().tocoo()
    either = areas[0][shared.row] + areas[1][shared.col] - shared.data
    pairs = np.stack([true_names[shared.row], found_names[shared.col]], axis=-1)
    objects = [int(np.count_nonzero(each[1:])) for each in areas]
    return Overlaps(objects[0], objects[1], pairs, shared.data / either)


def match(overlaps: Overlaps, threshold: float) -> NDArray[np.intp]:
    """The rows of ``overlaps.pairs`` that are partners.

    Args:
        overlaps: Of two label images.
        threshold: Partners have an IoU above it. Below a half an object could have several: then as
            many partners are made as can be, and among such ways that of the largest sum of IoU.

    Raises:
        ValueError: The threshold is not in 0 to 1.
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must be in [0, 1], got {threshold}")
    near = np.flatnonzero(overlaps.iou > threshold)
    if threshold >= 0.5 or not len(near):
        return near
    rows, columns = (np.unique(side, return_inverse=True)[1] for side in overlaps.pairs[near].T)
    gain = np.zeros((rows.max() + 1, columns.max() + 1))
    # All IoU together weigh less than one partner.
    gain[rows, columns] = 1 + overlaps.iou[near] / (2 * min(gain.shape))
    taken = np.zeros(gain.shape, dtype=bool)
    taken[scipy.optimize.linear_sum_assignment(gain, maximize=True)] = True
    return near[taken[rows, columns]]


def find_matches(case: Case) -> Matches | None:
    """The matches of one image; ``None`` where it has no labels. Ignored pixels are background."""
    true, predicted, known = case.true_labels, case.predicted_labels, case.known
    if true is None or predicted is None:
        return None
    if known is not None:
        check_shapes(truth=known, true_labels=true, predicted_labels=predicted)
        true, predicted = np.where(known, true, 0), np.where(known, predicted, 0)
    overlaps = find_overlaps(true, predicted)
    rows = [match(overlaps, percent / 100) for percent in THRESHOLDS]
    iou = float(overlaps.iou[rows[0]].sum())
    return Matches(overlaps.true, overlaps.predicted, tuple(map(len, rows)), iou)


def average_precision(matches: Matches, percent: int) -> float:
    """``TP / (TP + FP + FN)`` of objects at an IoU in hundredths.

    Source: Data Science Bowl 2018, evaluation; there it is called precision. Schmidt, Weigert,
    Broaddus and Myers 2018, arXiv:1806.03535, calls it average precision.
    """
    hits = matches.hits[THRESHOLDS.index(percent)]
    either = matches.true + matches.predicted - hits
    return hits / either if either else 1.0


def mean_precision(matches: Matches) -> float:
    """The mean of ``average_precision`` over ``THRESHOLDS``."""
    return float(np.mean([average_precision(matches, percent) for percent in THRESHOLDS]))


def recognition_quality(matches: Matches) -> float:
    """F1 of objects: ``2 TP / (2 TP + FP + FN)`` at an IoU above a half.

    Source: Kirillov, He, Girshick, Rother and Dollar 2019, arXiv:1801.00868, equation 2.
    """
    objects = matches.true + matches.predicted
    return 2 * matches.hits[0] / objects if objects else 1.0


def segmentation_quality(matches: Matches) -> float:
    """The mean IoU of the objects that were found; 0 where none of them was.

    Source: as ``recognition_quality``.
    """
    if matches.hits[0]:
        return matches.iou / matches.hits[0]
    return 0.0 if matches.true + matches.predicted else 1.0


def panoptic_quality(matches: Matches) -> float:
    """Recognition times segmentation quality.

    Source: as ``recognition_quality``.
    """
    return segmentation_quality(matches) * recognition_quality(matches)


def _numbered(labels: NDArray[Any], name: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Labels that are small enough to be indices, and what each was."""
    if labels.dtype.kind not in "bui":
        raise ValueError(f"{name} must hold whole numbers, got {labels.dtype}")
    if labels.min() < 0:
        raise ValueError(f"{name} must be at least 0, got {labels.min()}")
    flat = labels.ravel().astype(np.int64)
    most = int(flat.max())
    if most <= flat.size:
        return flat, np.arange(most + 1)
    # With 0 in front background stays 0 where an image has none.
    names, index = np.unique(np.append(flat, 0), return_inverse=True)
    return index[:-1], names
