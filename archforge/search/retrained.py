"""Networks that were trained several times, and what may be said of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from archforge.compare.statistics import (
    FEWEST_PAIRS,
    LEVEL,
    grouped,
    holm,
    mean_interval,
    paired_p,
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
        images: Of each validation image, the mean over seeds.
        macs: Multiply-accumulates for one image.
        p: The chance of its difference from the best if there were none, corrected for the number
            of comparisons; 1 for the best itself.
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
    chances = [paired_p(ordered[0].images, row.images, row.groups) for row in others]
    return tuple(ordered[:1]) + tuple(
        replace(row, p=p) for row, p in zip(others, holm(chances), strict=True)
    )


def cheapest(rows: tuple[Retrained, ...]) -> Retrained:
    """Of those that the images do not tell from the best, the one of fewest MACs."""
    return min((row for row in rows if row.p > LEVEL), key=lambda row: row.macs)


def retrained_words(rows: tuple[Retrained, ...], goal: Goal) -> list[str]:
    """What retraining says, in sentences."""
    if not rows:
        return []
    lines = [
        f"Trial {row.trial}, {len(row.values)} seeds: {goal.title} {row.mean:.4f} "
        f"(95 % interval {row.interval[0]:.4f} to {row.interval[1]:.4f}; seeds "
        f"{listing([f'{value:.4f}' for value in row.values])})."
        for row in rows
    ]
    return [*lines, *_verdict(rows)]


def _verdict(rows: tuple[Retrained, ...]) -> Iterator[str]:
    groups = len(grouped(rows[0].images, rows[0].groups))
    images, equal = witnesses(len(rows[0].images), groups), [row for row in rows if row.p > LEVEL]
    if len(rows) == 1:
        return
    if groups < FEWEST_PAIRS:
        yield f"{images} of validation are too few to tell networks apart."
    names = listing([str(row.trial) for row in equal])
    test = f"on these {images} (Wilcoxon's signed rank test, Holm's correction)"
    if len(equal) == 1:
        yield f"Trial {rows[0].trial} is better than the others {test}."
        return
    least = cheapest(rows)
    yield f"Trials {names} are not distinguishable {test}."
    yield f"The cheapest of them is trial {least.trial}, with {least.macs:,} MACs."
