"""Pairs of networks, and what may be said of them in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, groupby
from statistics import fmean

from archforge.compare.records import ALIKE, BETTER, HERE, Comparison, Pair
from archforge.compare.rows import Row, place_of
from archforge.compare.statistics import (
    FEWEST_PAIRS,
    gaps_between,
    group_means,
    holm,
    mean_interval,
    paired_p,
    rank_biserial,
    trainings_p,
    witnesses,
)
from archforge.errors import series

# Below this, a network is not called cheaper: one layer more makes as much of a difference.
NOTED = 1.5


def compared(rows: Sequence[Row], share: float = 0.0) -> tuple[Pair, ...]:
    """Every two networks, those with the best first, corrected for their number.

    Args:
        rows: That were trained, the best first.
        share: With folds, images that a training is scored on for each that it learns from; 0 for
            one split.
    """
    found = [_pair(ahead, behind, share) for ahead, behind in combinations(rows, 2)]
    images = holm([pair.images_p for pair in found])
    both = holm([1.0 if pair.p is None else pair.p for pair in found])
    return tuple(
        replace(pair, images_p=first, p=None if pair.p is None else second)
        for pair, first, second in zip(found, images, both, strict=True)
    )


def _pair(ahead: Row, behind: Row, share: float) -> Pair:
    gaps, groups = gaps_between(ahead.images, behind.images), ahead.groups
    mean, low, high = mean_interval(gaps, groups) if gaps else (0.0, 0.0, 0.0)
    if mean < 0:  # one lacks the images of a training that failed, and they were hard ones
        return _pair(behind, ahead, share)
    means = group_means(gaps, groups)
    effect = rank_biserial(means)
    # A few images that one of them lost can turn the mean against all others, which speak for it.
    images_p = paired_p(ahead.images, behind.images, groups) if effect > 0 else 1.0
    between = _between_trainings(ahead, behind)
    each = _of_folds(between) if share else list(between.values())
    trainings = trainings_p(each, share)
    if trainings is not None and fmean(each) <= 0:
        trainings = 1.0
    return Pair(
        ahead=ahead.architecture, behind=behind.architecture, mean=mean, low=low, high=high,
        images=len(gaps), groups=len(means), trainings=len(between),
        effect=effect, images_p=images_p,
        p=None if trainings is None else max(images_p, trainings),
    )  # fmt: skip


def _between_trainings(ahead: Row, behind: Row) -> dict[tuple[int | None, int], float]:
    theirs = {(each.fold, each.seed): each.value for each in behind.trainings}
    return {
        (each.fold, each.seed): each.value - theirs[each.fold, each.seed]
        for each in ahead.trainings
        if (each.fold, each.seed) in theirs
    }


def _of_folds(gaps: Mapping[tuple[int | None, int], float]) -> list[float]:
    """The mean over seeds on each fold.

    All seeds have one split: what a fold holds moves them together, so they are no more folds.
    """
    folds: dict[int | None, list[float]] = {}
    for (fold, _), gap in gaps.items():
        folds.setdefault(fold, []).append(gap)
    return [fmean(each) for each in folds.values()]


def verdict_words(comparison: Comparison) -> list[str]:
    """What the numbers carry, in sentences: first about the best, then what it costs."""
    rows = {row.architecture: row for row in comparison.trained}
    if len(rows) < 2:
        return list(_failures(comparison))
    best = comparison.trained[0]
    mine = [pair for pair in comparison.pairs if best.architecture in (pair.ahead, pair.behind)]
    lines = [
        *_few(best, mine),
        *_alike(best, mine, comparison),
        *_clear(comparison, mine),
        *_here(mine, comparison.folds),
    ]
    return [*lines, *_failures(comparison)]


def _few(best: Row, pairs: Sequence[Pair]) -> Iterator[str]:
    few = [pair for pair in pairs if pair.groups < FEWEST_PAIRS]
    if few:
        least = min(few, key=lambda pair: (pair.groups, pair.images))
        names = series([best.architecture, *(_other(pair, best) for pair in few)])
        yield f"{_images(least)} are too few to tell {names} apart."


def _images(pair: Pair) -> str:
    return witnesses(pair.images, pair.groups)


def _alike(best: Row, pairs: Sequence[Pair], comparison: Comparison) -> Iterator[str]:
    known = [pair for pair in pairs if pair.verdict == ALIKE and pair.groups >= FEWEST_PAIRS]
    if not known:
        return
    others = {_other(pair, best) for pair in known}
    alike = [row for row in comparison.trained if row.architecture in others]
    images = _images(min(known, key=lambda pair: pair.images))
    yield (f"{_names(best, alike, comparison.pairs)} on these {images}{_cheapest(best, alike)}.")


def _names(best: Row, alike: Sequence[Row], pairs: Sequence[Pair]) -> str:
    names = [row.architecture for row in alike]
    every = {best.architecture, *names}
    among = [pair for pair in pairs if {pair.ahead, pair.behind} <= every]
    if all(pair.verdict == ALIKE for pair in among):
        return f"{series([best.architecture, *names])} are not distinguishable"
    # Each of them is like the best, and yet some of them differ.
    return f"{series(names)} are not distinguishable from {best.architecture}"


def _cheapest(best: Row, alike: Sequence[Row]) -> str:
    cheapest = min([best, *alike], key=lambda row: row.macs)
    if cheapest is not best:
        factor = best.macs / max(cheapest.macs, 1)
        name = cheapest.architecture
        words = f"; {name} needs {_times(factor)} fewer MACs than {best.architecture}"
        return words if factor >= NOTED else ""
    factor = max(row.macs for row in alike) / max(cheapest.macs, 1)
    return f"; {cheapest.architecture} needs the fewest MACs" if factor >= NOTED else ""


def _other(pair: Pair, best: Row) -> str:
    return pair.behind if pair.ahead == best.architecture else pair.ahead


def _clear(comparison: Comparison, pairs: Sequence[Pair]) -> Iterator[str]:
    for pair in pairs:
        if pair.verdict == BETTER:
            yield (
                f"{pair.ahead} is better than {pair.behind} by {_gap(pair, comparison.score)}, "
                f"and over {pair.trainings} trainings of each (p = {pair.p:.2g})."
            )


def _here(pairs: Sequence[Pair], folds: int | None) -> Iterator[str]:
    """What images show, and trainings do not."""
    here = [pair for pair in pairs if pair.verdict == HERE]
    # All seeds have the same folds, so there more of them are no more to judge by.
    more = "--folds" if folds else "--seeds"
    for ahead, group in groupby(here, key=lambda pair: pair.ahead):
        mine = list(group)
        names = series([f"{pair.behind} (by {pair.mean:.4f})" for pair in mine])
        first = f"As trained here, {ahead} scores better than {names} on these images"
        trainings = min(pair.trainings for pair in mine)
        if trainings < 2:
            yield (
                f"{first}; one training of each says nothing of the next: see --seeds and --folds."
            )
        else:
            yield (
                f"{first}; {trainings} trainings of each are too few, or vary too much, to say it "
                f"of the networks: more {more} would tell."
            )


def _failures(comparison: Comparison) -> Iterator[str]:
    for row in comparison.rows:
        for each in row.failed:
            place = f"{row.architecture}, {place_of(each.fold, each.seed)}"
            yield f"{place} failed ({each.kind}): {each.why}."


def _gap(pair: Pair, score: str) -> str:
    return (
        f"{pair.mean:.4f} {score} (95 % interval {pair.low:.4f} to {pair.high:.4f}, "
        f"{_images(pair)}, p = {pair.images_p:.2g}, effect {pair.effect:.2f})"
    )


def _times(factor: float) -> str:
    return f"{factor:.1f} times" if factor < 10 else f"{factor:.0f} times"
