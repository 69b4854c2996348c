"""How far a score could be from what other images of the same kind would give.

Images that belong together (planes of a stack, a patient's, near duplicates) say little more than
one of them does, so they are drawn together.
"""

import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]  # scipy ships no types; it loads its parts when used
from numpy.typing import NDArray

Rows = NDArray[np.intp]
RESAMPLES = 2000
# Resamples at once: what bounds the memory for thousands of images.
BATCH = 100


@dataclass(frozen=True)
class Interval:
    """Where a score lies with the asked probability.

    Args:
        low: Its lower end.
        high: Its upper end.
    """

    low: float
    high: float


def belonging(groups: Iterable[str]) -> list[list[int]]:
    """The numbers of images that belong together, in the order of their first ones.

    Args:
        groups: Of each image, the name of what it makes with others; empty where it stands alone.
    """
    found: dict[str | int, list[int]] = {}
    for index, name in enumerate(groups):
        found.setdefault(name or index, []).append(index)
    return list(found.values())


def drawn(groups: Iterable[str]) -> list[list[int]]:
    """The numbers of images that are drawn as one.

    Images that all make one thing, such as the planes of the only stack, are drawn one by one: what
    can be said then is said of that stack.

    Args:
        groups: As of ``belonging``.
    """
    found = belonging(groups)
    return found if len(found) > 1 else [[index] for each in found for index in each]


def interval(
    values: Sequence[float], seed: int = 0, level: float = 0.95, groups: Sequence[str] | None = None
) -> Interval:
    """The interval of a mean, by drawing images anew.

    Args:
        values: One for each image.
        seed: Of the drawing.
        level: The probability.
        groups: As of ``drawn``; by default each image stands alone.

    Raises:
        ValueError: There are no values, one is no number, or the level is not between 0 and 1.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if not np.isfinite(numbers).all():
        raise ValueError("values must be finite")
    together = drawn([""] * len(numbers) if groups is None else groups)
    sums = np.array([numbers[each].sum() for each in together])
    counts = np.array([len(each) for each in together])

    def mean(rows: Rows) -> NDArray[np.float64]:
        return np.asarray(sums[rows].sum(axis=-1) / counts[rows].sum(axis=-1))

    return resampled(mean, len(together), seed, level)


def resampled(
    statistic: Callable[[Rows], NDArray[np.float64]], count: int, seed: int = 0, level: float = 0.95
) -> Interval:
    """The interval of any statistic of images.

    Bias-corrected and accelerated where that can be worked out; else plain percentiles: where all
    images agree, or a draw of images has no value. One image alone has an interval of no width.

    Args:
        statistic: Of rows of numbers of images, one value for each row; NaN where there is none.
        count: Of images, or of groups of images.
        seed: Of the drawing.
        level: The probability.

    Raises:
        ValueError: There are no images, or the level is not between 0 and 1.

    Source: Efron 1987, Better bootstrap confidence intervals, Journal of the American Statistical
    Association 82(397), 171-185.
    """
    if count < 1 or not 0 < level < 1:
        raise ValueError(f"there must be an image and a level in (0, 1), got {count} and {level}")
    if count == 1:
        alone = float(statistic(np.zeros((1, 1), dtype=np.intp))[0])
        return Interval(alone, alone)
    found = _bootstrap(statistic, count, seed, level)
    low, high = found.confidence_interval
    if not (math.isfinite(low) and math.isfinite(high)):
        ends = [(1 - level) / 2, (1 + level) / 2]
        low, high = np.nanquantile(found.bootstrap_distribution, ends)
    return Interval(float(low), float(high))


def _bootstrap(
    statistic: Callable[[Rows], NDArray[np.float64]], count: int, seed: int, level: float
) -> Any:
    def along(rows: Rows, axis: int) -> NDArray[np.float64]:
        ordered = np.moveaxis(rows, axis, -1)
        values = statistic(ordered.reshape(-1, ordered.shape[-1]))
        return values.reshape(ordered.shape[:-1])

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # What cannot be worked out comes back as NaN, which is looked for.
        warnings.simplefilter("ignore", scipy.stats.DegenerateDataWarning)
        return scipy.stats.bootstrap(
            (np.arange(count),),
            along,
            vectorized=True,
            n_resamples=RESAMPLES,
            batch=BATCH,
            confidence_level=level,
            method="BCa",
            rng=np.random.default_rng(seed),
        )
