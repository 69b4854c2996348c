"""Pairs of networks, and what may be said of them in words."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from archforge.compare.records import ALIKE, BETTER, HERE, Comparison, Pair, Row
from archforge.compare.statistics import (
    FEWEST_PAIRS,
    gaps_between,
    holm,
    mean_interval,
    paired_p,
    rank_biserial,
    trainings_p,
)
from archforge.errors import series

# Below this, a network is not called cheaper: one layer more makes as much of a difference.
NOTED = 1.5


def compared(rows: Sequence[Row], folds: int | None) -> tuple[Pair, ...]:
    """Every two networks, those with the best first, corrected for their number.

    Args:
        rows: That were trained, the best first.
        folds: How many; ``None`` for one split.
    """
    share = 1 / (folds - 1) if folds else 0.0
    found = [_pair(ahead, behind, share) for ahead, behind in combinations(rows, 2)]
    images = holm([pair.images_p for pair in found])
    both = holm([1.0 if pair.p is None else pair.p for pair in found])
    return tuple(
        replace(pair, images_p=first, p=None if pair.p is None else second)
        for pair, first, second in zip(found, images, both, strict=True)
    )


def _pair(ahead: Row, behind: Row, share: float) -> Pair:
    gaps = gaps_between(ahead.images, behind.images)
    mean, low, high = mean_interval(gaps) if gaps else (0.0, 0.0, 0.0)
    images_p = paired_p(ahead.images, behind.images)
    between = _between_trainings(ahead, behind)
    trainings = trainings_p(between, share)
    return Pair(
        ahead=ahead.architecture, behind=behind.architecture, mean=mean, low=low, high=high,
        images=len(gaps), trainings=len(between), effect=rank_biserial(gaps), images_p=images_p,
        p=None if trainings is None else max(images_p, trainings),
    )  # fmt: skip


def _between_trainings(ahead: Row, behind: Row) -> list[float]:
    theirs = {(each.fold, each.seed): each.value for each in behind.trainings}
    return [
        each.value - theirs[each.fold, each.seed]
        for each in ahead.trainings
        if (each.fold, each.seed) in theirs
    ]


def verdict_words(comparison: Comparison) -> list[str]:
    """What the numbers carry, in sentences: first about the best, then what it costs."""
    rows = {row.architecture: row for row in comparison.trained}
    if len(rows) < 2:
        return list(_failures(comparison))
    best = comparison.trained[0]
    mine = [pair for pair in comparison.pairs if pair.ahead == best.architecture]
    lines = [*_alike(comparison, best, mine, rows), *_clear(comparison, mine), *_here(mine)]
    return [*lines, *_failures(comparison)]


def _alike(
    comparison: Comparison, best: Row, pairs: Sequence[Pair], rows: dict[str, Row]
) -> Iterator[str]:
    images = len(best.images)
    if images < FEWEST_PAIRS:
        yield f"{images} images are too few to tell networks apart."
        return
    alike = [rows[pair.behind] for pair in pairs if pair.verdict == ALIKE]
    if not alike:
        return
    names = series([best.architecture, *(row.architecture for row in alike)])
    cheapest = min([best, *alike], key=lambda row: row.macs)
    words = f"{names} are not distinguishable on these {images} images"
    factor = max(row.macs for row in [best, *alike]) / max(cheapest.macs, 1)
    if cheapest is not best:
        factor = best.macs / max(cheapest.macs, 1)
        if factor >= NOTED:
            words += (
                f"; {cheapest.architecture} needs {_times(factor)} fewer MACs than "
                f"{best.architecture}"
            )
    elif factor >= NOTED:
        words += f"; {cheapest.architecture} needs the fewest MACs"
    yield f"{words}."


def _clear(comparison: Comparison, pairs: Sequence[Pair]) -> Iterator[str]:
    for pair in pairs:
        if pair.verdict == BETTER:
            yield (
                f"{pair.ahead} is better than {pair.behind} by {_gap(pair, comparison.score)}, "
                f"and over {pair.trainings} trainings of each (p = {pair.p:.2g})."
            )


def _here(pairs: Sequence[Pair]) -> Iterator[str]:
    """What images show, and trainings do not."""
    here = [pair for pair in pairs if pair.verdict == HERE]
    if not here:
        return
    names = series([f"{pair.behind} (by {pair.mean:.4f})" for pair in here])
    first = f"As trained here, {here[0].ahead} scores better than {names} on these images"
    trainings = min(pair.trainings for pair in here)
    if trainings < 2:
        yield f"{first}; one training of each says nothing of the next: see --seeds and --folds."
    else:
        yield (
            f"{first}; {trainings} trainings of each vary too much to say it of the networks: more "
            "--seeds or --folds would tell."
        )


def _failures(comparison: Comparison) -> Iterator[str]:
    for row in comparison.rows:
        for each in row.failed:
            place = "" if each.fold is None else f"fold {each.fold}, "
            yield f"{row.architecture}, {place}seed {each.seed} failed ({each.kind}): {each.why}."


def _gap(pair: Pair, score: str) -> str:
    return (
        f"{pair.mean:.4f} {score} (95 % interval {pair.low:.4f} to {pair.high:.4f}, "
        f"{pair.images} images, p = {pair.images_p:.2g}, effect {pair.effect:.2f})"
    )


def _times(factor: float) -> str:
    return f"{factor:.1f} times" if factor < 10 else f"{factor:.0f} times"
