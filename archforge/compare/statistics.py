"""What scores of several trainings on the same images allow to say.

Intervals, tests and distributions are scipy's. Two things vary: images, and trainings of one and
the same network, whose seeds and folds move scores by as much as many networks differ. Images are
compared pair by pair (``paired_p``), trainings too (``trainings_p``); what is claimed of networks
must hold for both, after the correction for the number of comparisons that were made (``holm``).

Images that belong together (planes of a stack, a patient's, near duplicates) are no evidence of
their own: each group of them is drawn, and compared, as one.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # type: ignore[import-untyped]  # scipy has no types; it loads its parts when used
from numpy.typing import NDArray

from archforge.metrics import belonging, interval

# A signed rank test of fewer pairs cannot reach 5 %, whatever the values.
FEWEST_PAIRS = 6
# A variance is worked out from two trainings at least; Friedman's test takes three networks.
FEWEST_TRAININGS = 2
FEWEST_RANKED = 3
LEVEL = 0.05
# Gaps of 18 of 20 against 10, and of 17 against 9, are the same, and their floats are not.
ROUNDING = 1e-9
ALONE: Mapping[str, str] = {}
Floats = NDArray[np.float64]


def grouped(values: Mapping[str, float], groups: Mapping[str, str] = ALONE) -> list[list[float]]:
    """The values of images that belong together, in the order of names.

    Args:
        values: By the name of the image.
        groups: What images belong to, by their names; others stand alone.
    """
    names = sorted(values)
    together = belonging(groups.get(name, "") for name in names)
    return [[values[names[index]] for index in each] for each in together]


def mean_interval(
    values: Mapping[str, float], groups: Mapping[str, str] = ALONE
) -> tuple[float, float, float]:
    """The mean over images, and the ends of its 95 % interval by the bootstrap, groups drawn anew.

    Args:
        values: As of ``grouped``.
        groups: As of ``grouped``.
    """
    names = sorted(values)
    found = interval(
        [values[name] for name in names], groups=[groups.get(name, "") for name in names]
    )
    return float(np.mean(list(values.values()))), found.low, found.high


def gaps_between(ours: Mapping[str, float], theirs: Mapping[str, float]) -> dict[str, float]:
    """How much higher our score is, for each image that both have."""
    return {name: ours[name] - theirs[name] for name in sorted(ours.keys() & theirs.keys())}


def paired_p(
    ours: Mapping[str, float], theirs: Mapping[str, float], groups: Mapping[str, str] = ALONE
) -> float:
    """The chance of a difference at least so large if there were none, over images of both.

    Two-sided; equal images count for neither side. Scores are compared by the signed rank test.
    Where all are 0 or 1, such as right answers, their ranks say nothing: what counts then is how
    many images only one side has right, by the exact test of a fair coin. Of images that belong
    together the mean is one value.

    Args:
        ours: Scores by the name of the image.
        theirs: Those of another network, on the same images.
        groups: As of ``grouped``.

    Source: Wilcoxon 1945, Biometrics Bulletin 1(6), 80-83; McNemar 1947, Psychometrika 12(2),
        153-157.
    """
    gaps = np.array(group_means(gaps_between(ours, theirs), groups))
    gaps = gaps[gaps != 0]
    if len(gaps) < FEWEST_PAIRS:
        return 1.0
    if set(np.abs(gaps)) == {1.0} and {*ours.values(), *theirs.values()} <= {0.0, 1.0}:
        return float(scipy.stats.binomtest(int((gaps > 0).sum()), len(gaps)).pvalue)
    return float(scipy.stats.wilcoxon(gaps).pvalue)


def group_means(values: Mapping[str, float], groups: Mapping[str, str] = ALONE) -> list[float]:
    """One value for each group, and for each image that stands alone."""
    return [float(np.mean(each)) for each in grouped(values, groups)]


def trainings_p(gaps: Sequence[float], share: float = 0.0) -> float | None:
    """The chance of such differences over trainings if there were none.

    None of one training, and none of several that differ by exactly the same: two trainings may do
    so by the luck of a score that has few values, such as accuracy, and say nothing of a third.

    The two-sided t-test of paired trainings. Folds share most of the images that they learn from,
    so their variance is corrected for it: uncorrected, the test finds far too much.

    Args:
        gaps: How much higher our mean is: of each seed where all learn from the same images, of
            each fold (the mean over its seeds) where they do not.
        share: Images that a training is scored on, for each that it learns from; 0 where all learn
            from the same ones.

    Source: Nadeau and Bengio 2003, Machine Learning 52, 239-281, section 3; Bouckaert and Frank
        2004, PAKDD, for repeated folds.
    """
    count = len(gaps)
    if count < FEWEST_TRAININGS:
        return None
    mean, variance = float(np.mean(gaps)), float(np.var(gaps, ddof=1))
    if np.ptp(gaps) <= ROUNDING:  # also of trainings that are equal bit for bit
        return 1.0 if abs(mean) <= ROUNDING else None
    statistic = mean / math.sqrt((1 / count + share) * variance)
    return float(2 * scipy.stats.t.sf(abs(statistic), count - 1))


def witnesses(images: int, groups: int) -> str:
    """How many images there are, and how many are independent, in words."""
    apart = f" in {groups} group{'' if groups == 1 else 's'}"
    return f"{images} images{apart if groups != images else ''}"


def rank_biserial(gaps: Sequence[float]) -> float:
    """The effect size of the signed rank test, from -1 to 1: 1 if every image speaks for us.

    The share of ranks that speak for us less that of those against.

    Source: Kerby 2014, Comprehensive Psychology 3, 11.IT.3.1.
    """
    known = np.array([gap for gap in gaps if gap != 0])
    if not len(known):
        return 0.0
    ranks = scipy.stats.rankdata(np.abs(known))
    return float((ranks[known > 0].sum() - ranks[known < 0].sum()) / ranks.sum())


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


@dataclass(frozen=True)
class Ranking:
    """Networks ranked on several data sets.

    Args:
        ranks: The mean rank of each by its name, 1 for the best, the best first.
        p: Friedman's chance that ranks differ so much if all were alike.
        critical: Mean ranks that are nearer than this are not distinguishable.
        datasets: How many there are.
    """

    ranks: Mapping[str, float]
    p: float
    critical: float
    datasets: int


def ranked(scores: Mapping[str, Sequence[float]]) -> Ranking | None:
    """Mean ranks over data sets, and their critical difference; none of fewer than three networks.

    Args:
        scores: Of each network one value for each data set; higher is better.

    Source: Demsar 2006, Journal of Machine Learning Research 7, 1-30, sections 3.2.2 and 3.2.4:
        Friedman's test, then Nemenyi's.
    """
    names = list(scores)
    table = np.array([scores[name] for name in names], float).T
    count, kinds = table.shape
    if kinds < FEWEST_RANKED or count < FEWEST_TRAININGS:
        return None
    means = scipy.stats.rankdata(-table, axis=1).mean(axis=0)
    alike = bool((table == table[:, :1]).all())
    p = 1.0 if alike else float(scipy.stats.friedmanchisquare(*table.T).pvalue)
    width = scipy.stats.studentized_range.ppf(1 - LEVEL, kinds, np.inf) / math.sqrt(2)
    critical = float(width * math.sqrt(kinds * (kinds + 1) / (6 * count)))
    order = sorted(range(kinds), key=lambda place: (means[place], names[place]))
    return Ranking({names[place]: float(means[place]) for place in order}, p, critical, count)
