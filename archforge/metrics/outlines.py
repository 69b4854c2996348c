"""How far predicted outlines are from true ones: boundary F1, Hausdorff distance, mean distance.

A pixel is on the outline of a class where a neighbour that shares a face with it is not of the
class, or is beyond the image. A pixel beside ignored ones is not on it for their sake: what lies
there is not known. For several classes the mean over them is taken, without class 0, whose outline
is that of the others; a class absent from truth and prediction is left out.

Where both outlines are missing all is right: distance 0, boundary F1 1. Where one is, no distance
exists; the image's diagonal is taken, the largest there could be, and boundary F1 is 0.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy  # type: ignore[import-untyped]  # scipy ships no types; it loads its parts when used
from numpy.typing import NDArray

from archforge.metrics.case import Case, check_shapes

Distances = NDArray[np.float64]
# Pixels. The share of Csurka et al., 0.0075 of the diagonal, is 2.7 at 256 x 256.
TOLERANCE = 2.0


@dataclass(frozen=True, eq=False)
class Outlines:
    """The outlines of one image.

    Args:
        shape: Of the image.
        pairs: For each class that is there: the true and the predicted outline, one row of
            coordinates for each pixel.
        spacing: As in ``Case``.
    """

    shape: tuple[int, ...]
    pairs: tuple[tuple[NDArray[np.intp], NDArray[np.intp]], ...]
    spacing: tuple[float, ...] | None = None

    def diagonal(self, scale: NDArray[np.float64]) -> float:
        """The longest distance in the image."""
        return math.hypot(*(np.array(self.shape) * scale))

    def mean(
        self,
        measure: Callable[[Distances, Distances], float],
        scale: NDArray[np.float64],
        one_missing: float,
        both_missing: float,
    ) -> float:
        """The mean over classes of a measure of the distances there and back."""
        values = []
        for true, predicted in self.pairs:
            if len(true) and len(predicted):
                there, back = _nearest(true * scale, predicted * scale)
                values.append(measure(there, back))
            else:
                values.append(one_missing)
        return float(np.mean(values)) if values else both_missing


def find_outlines(case: Case, classes: int) -> Outlines | None:
    """The outlines of an image; ``None`` where it has no masks.

    Raises:
        ValueError: The masks differ in shape, or the spacing is not one number for each axis.
    """
    truth, predicted = case.truth, case.predicted
    if truth is None or predicted is None:
        return None
    check_shapes(truth=truth, predicted=predicted)
    _check_spacing(case.spacing, truth.ndim)
    known = case.known
    everywhere = np.ones(truth.shape, dtype=bool) if known is None else known
    pairs = [
        tuple(_outline(mask == index, everywhere) for mask in (truth, predicted))
        for index in range(1, max(2, classes))
    ]
    there = tuple((true, found) for true, found in pairs if len(true) or len(found))
    return Outlines(truth.shape, there, case.spacing)


def boundary_f1(outlines: Outlines, tolerance: float = TOLERANCE) -> float:
    """F1 of the pixels on the outlines; one is right if the other outline is near.

    Args:
        outlines: Of one image.
        tolerance: How near, in pixels; below 1, as a share of the image's diagonal.

    Source: Csurka, Larlus and Perronnin 2013, What is a good evaluation measure for semantic
    segmentation?, BMVC; 0.0075 is its share.
    """
    pixels = np.ones(len(outlines.shape))
    near = tolerance if tolerance >= 1 else tolerance * outlines.diagonal(pixels)

    def f1(there: Distances, back: Distances) -> float:
        recall, precision = float((there <= near).mean()), float((back <= near).mean())
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    return outlines.mean(f1, pixels, 0.0, 1.0)


def hausdorff_95(outlines: Outlines) -> float:
    """The larger of the two 95th percentiles of distances, truth to prediction and back, in pixels.

    Source: Huttenlocher, Klanderman and Rucklidge 1993, IEEE Transactions on Pattern Analysis and
    Machine Intelligence 15(9), 850-863: the distance of a rank in place of the largest; 95 is that
    of the BraTS and other challenges.
    """
    return _distance(outlines, _percentile, np.ones(len(outlines.shape)))


def hausdorff_95_um(outlines: Outlines) -> float:
    """The same in micrometres; no number for an image without spacing."""
    return _in_um(outlines, _percentile)


def surface_distance(outlines: Outlines) -> float:
    """The mean of all distances, truth to prediction and back, in pixels.

    Source: Heimann et al. 2009, IEEE Transactions on Medical Imaging 28(8), 1251-1265: average
    symmetric surface distance.
    """
    return _distance(outlines, _average, np.ones(len(outlines.shape)))


def surface_distance_um(outlines: Outlines) -> float:
    """The same in micrometres; no number for an image without spacing."""
    return _in_um(outlines, _average)


def _percentile(there: Distances, back: Distances) -> float:
    return float(max(np.percentile(there, 95), np.percentile(back, 95)))


def _average(there: Distances, back: Distances) -> float:
    return float(np.concatenate([there, back]).mean())


def _in_um(outlines: Outlines, measure: Callable[[Distances, Distances], float]) -> float:
    if outlines.spacing is None:
        return math.nan
    return _distance(outlines, measure, np.array(outlines.spacing))


def _distance(
    outlines: Outlines,
    measure: Callable[[Distances, Distances], float],
    scale: NDArray[np.float64],
) -> float:
    return outlines.mean(measure, scale, outlines.diagonal(scale), 0.0)


def _outline(mask: NDArray[np.bool_], known: NDArray[np.bool_]) -> NDArray[np.intp]:
    inside = scipy.ndimage.binary_erosion(mask | ~known)
    return np.argwhere(mask & known & ~inside)


def _nearest(true: Distances, predicted: Distances) -> tuple[Distances, Distances]:
    """From each point to the nearest of the other outline, there and back."""
    trees = [scipy.spatial.cKDTree(points) for points in (true, predicted)]
    return trees[1].query(true)[0], trees[0].query(predicted)[0]


def _check_spacing(spacing: tuple[float, ...] | None, axes: int) -> None:
    if spacing is not None and (len(spacing) != axes or not all(size > 0 for size in spacing)):
        raise ValueError(f"spacing must be {axes} numbers above 0, got {spacing}")
