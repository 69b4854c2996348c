"""The table of metrics, and the way from pairs of masks to scores."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

from archforge.errors import did_you_mean, refuse
from archforge.metrics import overlap
from archforge.metrics.confusion import Confusion, Mask, count

DICE = "Dice 1945, Ecology 26(3), 297-302"
IOU = "Jaccard 1912, New Phytologist 11(2), 37-50"
COUNTS = "van Rijsbergen 1979, Information Retrieval, chapter 7"


@dataclass(frozen=True)
class Metric:
    """One metric.

    Args:
        title: One line of text.
        function: Its value from counts.
        source: Where it comes from.
        higher_is_better: Whether a search should maximise it.
        pooled: Whether the counts of all images are summed first; else images are averaged.
    """

    title: str
    function: Callable[[Confusion], float]
    source: str
    higher_is_better: bool = True
    pooled: bool = False


METRICS: dict[str, Metric] = {
    "dice": Metric("Dice, mean over images", overlap.dice, DICE),
    "iou": Metric("IoU, mean over images", overlap.iou, IOU),
    "precision": Metric("precision, mean over images", overlap.precision, COUNTS),
    "recall": Metric("recall, mean over images", overlap.recall, COUNTS),
    "accuracy": Metric("accuracy, mean over images", overlap.accuracy, COUNTS),
    "dice_pooled": Metric("Dice over all pixels", overlap.dice, DICE, pooled=True),
    "iou_pooled": Metric("IoU over all pixels", overlap.iou, IOU, pooled=True),
    "precision_pooled": Metric("precision over all pixels", overlap.precision, COUNTS, pooled=True),
    "recall_pooled": Metric("recall over all pixels", overlap.recall, COUNTS, pooled=True),
    "accuracy_pooled": Metric("accuracy over all pixels", overlap.accuracy, COUNTS, pooled=True),
}


def find_metric(name: str) -> Metric:
    """The metric of that name.

    Raises:
        ProblemError: There is none.
    """
    if name not in METRICS:
        refuse("AF430", f"no metric is called '{name}'", fix=did_you_mean(name, METRICS))
    return METRICS[name]


def score(
    pairs: Iterable[tuple[Mask, Mask]], classes: int, names: Iterable[str] | None = None
) -> dict[str, float]:
    """Scores of pairs of masks, truth first; images may differ in size and are not kept.

    Args:
        pairs: Truth and prediction of each image.
        classes: 1 for binary masks, else the number of classes.
        names: Keys of ``METRICS``; all by default.

    Raises:
        ProblemError: No such metric.
        ValueError: No pairs.
    """
    metrics = {name: find_metric(name) for name in (METRICS if names is None else names)}
    counts = [count(truth, predicted, classes) for truth, predicted in pairs]
    if not counts:
        raise ValueError("pairs must hold at least one image, got none")
    pooled = reduce(add, counts)
    return {name: _value(metric, counts, pooled) for name, metric in metrics.items()}


def _value(metric: Metric, counts: list[Confusion], pooled: Confusion) -> float:
    if metric.pooled:
        return metric.function(pooled)
    return sum(map(metric.function, counts)) / len(counts)
