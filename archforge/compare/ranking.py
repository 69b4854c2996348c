"""Comparisons of the same networks on several data sets, seen together."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from archforge.compare.records import Comparison, Several
from archforge.compare.statistics import LEVEL, Ranking, ranked
from archforge.errors import series

# With fewer data sets the critical difference is so wide that hardly anything exceeds it.
FEW = 5


def several_of(folder: Path, comparisons: Sequence[Comparison]) -> Several:
    """Ranks over comparisons that are there, and what they carry."""
    scores = scores_of(comparisons)
    ranking = ranked(scores) if scores else None
    words = ranking_words(ranking, scores, len(comparisons))
    return Several(folder, tuple(comparisons), ranking, tuple(words))


def scores_of(comparisons: Sequence[Comparison]) -> dict[str, list[float]]:
    """The mean score on each data set, of the networks that have a whole one on all of them."""
    means = [{row.architecture: row.mean for row in each.trained if not row.failed}
             for each in comparisons]  # fmt: skip
    return {
        name: [each[name] for each in means]
        for name in (means[0] if means else {})
        if all(name in each for each in means)
    }


def ranking_words(
    ranking: Ranking | None, scores: Mapping[str, Sequence[float]], count: int
) -> Iterator[str]:
    """What ranks over data sets carry, in sentences."""
    if ranking is None:
        yield f"{len(scores)} networks on {count} data sets are too few to rank."
        return
    if ranking.p > LEVEL:
        yield (
            f"Over {count} data sets the networks are not distinguishable (Friedman's test, "
            f"p = {ranking.p:.2g})."
        )
    first, best = next(iter(ranking.ranks.items()))
    beaten = [name for name, rank in ranking.ranks.items() if rank - best > ranking.critical]
    if beaten and ranking.p <= LEVEL:
        yield (
            f"{first} ranks better than {series(beaten)}: by more than the critical difference of "
            f"{ranking.critical:.2f} (Nemenyi's test, p = 0.05)."
        )
    elif ranking.p <= LEVEL:
        yield f"No two ranks differ by the critical difference of {ranking.critical:.2f}."
    if count < FEW:
        yield f"{count} data sets are few: ranks over them say little."
