"""From pairs of masks to scores in one call."""

from collections.abc import Iterable

from archforge.metrics.case import Case
from archforge.metrics.confusion import Mask
from archforge.metrics.scorer import Scorer
from archforge.metrics.table import METRICS

COUNTED = [name for name, metric in METRICS.items() if metric.evidence == "counts"]


def score(
    pairs: Iterable[tuple[Mask, Mask]], classes: int, names: Iterable[str] | None = None
) -> dict[str, float]:
    """Scores of pairs of masks, truth first; images may differ in size and are not kept.

    Args:
        pairs: Truth and prediction of each image.
        classes: 1 for binary masks, else the number of classes.
        names: Keys of ``METRICS``; by default those that follow from counts of pixels.

    Raises:
        ProblemError: No such metric.
        ValueError: No pairs.
    """
    scorer = Scorer(classes, COUNTED if names is None else names)
    for truth, predicted in pairs:
        scorer.add(Case(truth=truth, predicted=predicted))
    return scorer.scores()
