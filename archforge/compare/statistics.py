"""What scores of several trainings on the same images allow to say.

Intervals and tests are scipy's. Images are the sample: each has been seen by every network, so
networks are compared image by image, and a difference is claimed only where it survives the number
of comparisons that were made.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import scipy  # type: ignore[import-untyped]  # scipy has no types; it loads its parts when used

RESAMPLES = 2000
# A signed rank test of fewer pairs cannot reach 5 %, whatever the values.
FEWEST_PAIRS = 6
LEVEL = 0.05


def mean_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """The mean, and the ends of its 95 % interval by the bootstrap (percentiles).

    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13.
    """
    mean = float(np.mean(values))
    if len(set(values)) < 2:
        return mean, mean, mean
    found = scipy.stats.bootstrap(
        (np.asarray(values, float),), np.mean, n_resamples=RESAMPLES, method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval  # fmt: skip
    return mean, float(found.low), float(found.high)


def paired_p(ours: Mapping[str, float], theirs: Mapping[str, float]) -> float:
    """The chance of a difference at least so large if there were none, over images of both.

    Two-sided signed rank test; equal images count for neither side.

    Args:
        ours: Scores by the name of the image.
        theirs: Those of another network, on the same images.

    Source: Wilcoxon 1945, Biometrics Bulletin 1(6), 80-83.
    """
    gaps = np.array([ours[name] - theirs[name] for name in ours])
    gaps = gaps[gaps != 0]
    if len(gaps) < FEWEST_PAIRS:
        return 1.0
    return float(scipy.stats.wilcoxon(gaps).pvalue)


def holm(values: Sequence[float]) -> list[float]:
    """Chances, corrected for being several: none is claimed that only many tries brought.

    Source: Holm 1979, Scandinavian Journal of Statistics 6(2), 65-70.
    """
    order = np.argsort(values, kind="stable")
    steps = len(values) - np.arange(len(values))
    corrected = np.maximum.accumulate(np.asarray(values, float)[order] * steps)
    found = np.empty(len(values))
    found[order] = np.minimum(corrected, 1.0)
    return [float(value) for value in found]
