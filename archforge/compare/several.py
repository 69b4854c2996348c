"""The same networks on several data sets: a comparison of each, and ranks over all of them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from archforge.compare.comparing import compare
from archforge.compare.progress import Progress
from archforge.compare.records import Comparison, Several
from archforge.compare.statistics import LEVEL, Ranking, ranked
from archforge.errors import refuse, series

# With fewer data sets the critical difference is so wide that hardly anything exceeds it.
FEW = 5


def compare_several(
    specs: Sequence[str],
    *,
    data: Sequence[Path | str],
    folder: Path | None = None,
    progress: Progress | None = None,
    **same: Any,
) -> Several:
    """Compare on each data set, and rank over all of them.

    Args:
        specs: As for ``compare``.
        data: Folders of images, each of another name.
        folder: Of everything; ``runs/compare-DATA-DATA`` by default.
        progress: As for ``compare``.
        same: All else that ``compare`` takes.

    Raises:
        ProblemError: As ``compare``; two folders have one name.
    """
    names = [Path(each).resolve().name for each in data]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        refuse(
            "AF621",
            f"two folders of images are called '{twice}'",
            why="the comparison of each is kept under its name",
            fix="rename one of them, or give a link of another name",
        )
    where = folder or Path("runs") / f"compare-{'-'.join(names)}"
    found = tuple(
        compare(specs, data=each, folder=where / name, progress=progress, **same)
        for each, name in zip(data, names, strict=True)
    )
    scores = scores_of(found)
    ranking = ranked(scores) if scores else None
    return Several(where, found, ranking, tuple(ranking_words(ranking, scores, len(found))))


def scores_of(comparisons: Sequence[Comparison]) -> dict[str, list[float]]:
    """The mean score on each data set, of the networks that have one on all of them."""
    means = [{row.architecture: row.mean for row in each.trained} for each in comparisons]
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
