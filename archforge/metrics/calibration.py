"""Whether a network that says 0.8 is right in 8 of 10 pixels.

The confidence of a pixel is the score of the class that it is taken for. Pixels are sorted into 15
bins of confidence; how many there are, how sure the network was and how often it was right adds up
over images, so memory does not grow.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.metrics.case import Case, check_shapes

# As Guo et al. 2017, section 5.
BINS = 15
# Pixels that are looked at together: their copies stay below 100 MiB at ten classes.
CHUNK = 1 << 20


@dataclass(frozen=True, eq=False)
class Reliability:
    """Sums over pixels; the sum of two is that of both images pooled.

    Args:
        bins: For each bin: pixels, their confidence, and how many were right; 3 x ``BINS``.
        squared: Squared distance of scores from the truth.
    """

    bins: NDArray[np.float64]
    squared: float

    def numbers(self) -> NDArray[np.float64]:
        """All sums in a row."""
        return np.append(self.bins, self.squared)

    def of(self, numbers: NDArray[np.float64]) -> "Reliability":
        """A reliability with other sums."""
        return Reliability(numbers[:-1].reshape(3, BINS), float(numbers[-1]))


def find_reliability(case: Case, classes: int) -> Reliability | None:
    """The reliability of one image; ``None`` where it has no truth or no scores.

    Raises:
        ValueError: Truth and scores do not fit, or a value is no class or no probability.
    """
    if case.truth is None or case.scores is None:
        return None
    check_shapes(truth=case.truth, scores=case.scores[..., 0])
    if case.scores.shape[-1] != classes:
        raise ValueError(f"scores must be of {classes} classes, got {case.scores.shape[-1]}")
    truth, scores = case.truth.reshape(-1), case.scores.reshape(-1, classes)
    if case.known is not None:
        known = case.known.reshape(-1)
        truth, scores = truth[known], scores[known]
    parts = [
        _sums(truth[start : start + CHUNK].astype(np.int64), scores[start : start + CHUNK])
        for start in range(0, len(truth), CHUNK)
    ]
    empty = Reliability(np.zeros((3, BINS)), 0.0)
    return empty.of(np.sum(parts, axis=0)) if parts else empty


def calibration_error(reliability: Reliability) -> float:
    """Expected calibration error: the mean gap between confidence and share of right pixels.

    Source: Guo, Pleiss, Sun and Weinberger 2017, arXiv:1706.04599, equation 3.
    """
    pixels, confidence, right = reliability.bins
    return float(np.abs(confidence - right).sum() / pixels.sum())


def brier(reliability: Reliability) -> float:
    """Squared distance of scores from the truth, mean over pixels.

    ``(p - t) ** 2`` for one class; for several the sum over classes, so up to 2.

    Source: Brier 1950, Monthly Weather Review 78(1), 1-3, equation 2.
    """
    return float(reliability.squared / reliability.bins[0].sum())


def reliability_table(reliability: Reliability) -> list[dict[str, float]]:
    """A row for each bin that holds pixels: its ends, pixels, mean confidence, share of right."""
    return [
        {
            "low": index / BINS,
            "high": (index + 1) / BINS,
            "pixels": int(pixels),
            "confidence": float(confidence / pixels),
            "accuracy": float(right / pixels),
        }
        for index, (pixels, confidence, right) in enumerate(reliability.bins.T)
        if pixels
    ]


def _sums(truth: NDArray[np.int64], scores: NDArray[Any]) -> NDArray[np.float64]:
    single = scores.shape[1] == 1
    _check(truth, scores, 2 if single else scores.shape[1])
    both = np.concatenate([1 - scores, scores], axis=1) if single else scores
    # As a mask is made of scores: one class from 0.5 on, else the first of the highest.
    taken = (scores[:, 0] >= 0.5).astype(np.int64) if single else np.argmax(scores, axis=1)
    sure = np.take_along_axis(both, taken[:, np.newaxis], axis=1)[:, 0].astype(np.float64)
    index = np.clip(np.ceil(sure * BINS).astype(np.int64) - 1, 0, BINS - 1)
    right = (taken == truth).astype(np.float64)
    rows = [np.bincount(index, weights, minlength=BINS) for weights in (None, sure, right)]
    wrong = both - (truth[:, np.newaxis] == np.arange(both.shape[1]))
    squared = np.square(wrong, dtype=np.float64).sum() / (2 if single else 1)
    return np.append(np.concatenate(rows), squared)


def _check(truth: NDArray[np.int64], scores: NDArray[Any], kinds: int) -> None:
    if truth.min() < 0 or truth.max() >= kinds:
        raise ValueError(
            f"truth must hold classes 0 to {kinds - 1}, got {truth.min()} to {truth.max()}"
        )
    # Written so that NaN is refused too.
    if not (scores.min() >= 0 and scores.max() <= 1):
        raise ValueError(f"scores must be in [0, 1], got {scores.min()} to {scores.max()}")
