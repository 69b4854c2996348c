"""Networks that were trained several times, and what may be said of them.

A claim must hold for other images and for other seeds: both are asked, the weaker answer counts.
"""

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]  # scipy ships no types; it loads its parts when used

from archforge.compare.statistics import (
    FEWEST_PAIRS,
    FEWEST_TRAININGS,
    LEVEL,
    gaps_between,
    group_means,
    grouped,
    holm,
    mean_interval,
    paired_p,
    rank_biserial,
    witnesses,
)
from archforge.errors import listing
from archforge.search.measures import Goal


@dataclass(frozen=True, kw_only=True)
class Retrained:
    """One network, trained several times.

    Args:
        trial: That found it.
        values: The first goal, one for each seed.
        images: Of each validation image, the mean over seeds; nothing for a goal that images have
            together, such as a pooled one.
        macs: Multiply-accumulates for one image.
        p: The chance of its difference from the best if there were none, over images or over seeds,
            whichever is larger, corrected for the number of comparisons; 1 for the best itself.
        groups: Of images that belong together, by their names, what they make; one witness each.
    """

    trial: int
    values: tuple[float, ...]
    images: Mapping[str, float]
    macs: int
    p: float = 1.0
    groups: Mapping[str, str] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """What ``archforge search --json`` prints of it."""
        low, high = self.interval
        return {"trial": self.trial, "values": list(self.values), "mean": self.mean,
                "interval": [low, high], "p": self.p}  # fmt: skip

    @property
    def mean(self) -> float:
        """Over seeds."""
        return sum(self.values) / len(self.values)

    @property
    def interval(self) -> tuple[float, float]:
        """Of the mean, images drawn anew; of the seeds where images are not known."""
        _, low, high = mean_interval(
            self.images or {str(at): each for at, each in enumerate(self.values)}, self.groups
        )
        return low, high


def compared(rows: Iterable[Retrained], goal: Goal) -> tuple[Retrained, ...]:
    """The best mean first, each with the chance of its difference from that one."""
    ordered = sorted(rows, key=lambda row: (goal.loss(row.mean), row.macs))
    others = ordered[1:]
    chances = [_chance(ordered[0], row, goal) for row in others]
    return tuple(ordered[:1]) + tuple(
        replace(row, p=p) for row, p in zip(others, holm(chances), strict=True)
    )


def _chance(best: Retrained, other: Retrained, goal: Goal) -> float:
    over_seeds = seeds_p(best.values, other.values)
    over_images = _images_p(best, other, goal) if best.images else None
    known = [p for p in (over_seeds, over_images) if p is not None]
    return max(known, default=1.0)


def _images_p(best: Retrained, other: Retrained, goal: Goal) -> float:
    """None where most images speak for the other one, and a few that it lost made its mean."""
    effect = rank_biserial(group_means(gaps_between(best.images, other.images), other.groups))
    speaks = effect > 0 if goal.maximize else effect < 0
    return paired_p(best.images, other.images, other.groups) if speaks else 1.0


def seeds_p(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """The chance of such a difference over seeds if there were none; none of single trainings.

    Seeds of two networks have nothing in common, so they are no pairs.

    Args:
        ours: A score for each training.
        theirs: Those of another network.

    Source: Welch 1947, Biometrika 34(1-2), 28-35.
    """
    if min(len(ours), len(theirs)) < FEWEST_TRAININGS:
        return None
    if np.ptp(ours) == np.ptp(theirs) == 0:  # where nothing scatters, the test divides by 0
        return float(np.mean(ours) == np.mean(theirs))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of values that are nearly equal
        return float(scipy.stats.ttest_ind(ours, theirs, equal_var=False).pvalue)


def cheapest(rows: tuple[Retrained, ...]) -> Retrained:
    """Of those that nothing tells from the best, the one of fewest MACs."""
    return min((row for row in rows if row.p > LEVEL), key=lambda row: row.macs)


def retrained_words(rows: tuple[Retrained, ...], goal: Goal) -> list[str]:
    """What retraining says, in sentences."""
    if not rows:
        return []
    lines = [
        f"Trial {row.trial}, {len(row.values)} seeds: {goal.title} {row.mean:.4f} "
        f"(95 % interval over {'images' if row.images else 'seeds'} {row.interval[0]:.4f} to "
        f"{row.interval[1]:.4f}; seeds "
        f"{listing([f'{value:.4f}' for value in row.values])})."
        for row in rows
    ]
    return [*lines, *_verdict(rows)]


def _verdict(rows: tuple[Retrained, ...]) -> Iterator[str]:
    if len(rows) == 1:
        return
    groups = len(grouped(rows[0].images, rows[0].groups))
    images, seeds = len(rows[0].images), min(len(row.values) for row in rows)
    if rows[0].images and groups < FEWEST_PAIRS:
        yield f"{witnesses(images, groups)} of validation are too few to tell networks apart."
    if seeds < FEWEST_TRAININGS:
        yield "Of a network that was trained once, nothing says what another seed would give."
    asked = [f"on these {witnesses(images, groups)} (Wilcoxon's signed rank test)"] * bool(images)
    asked += [f"over {seeds} seeds (Welch's t-test)"] * (seeds >= FEWEST_TRAININGS)
    test = f"{' and '.join(asked)}, with Holm's correction"
    equal = [row for row in rows if row.p > LEVEL]
    if len(equal) == 1:
        yield f"Trial {rows[0].trial} is better than the others {test}."
        return
    least = cheapest(rows)
    yield f"Trials {listing([str(row.trial) for row in equal])} are not distinguishable {test}."
    yield f"The cheapest of them is trial {least.trial}, with {least.macs:,} MACs."
