"""Adds up images to scores, with intervals and a row for each image.

Images may differ in size and are not kept: of each stay its numbers, and the small tables of counts
from which pooled metrics and their intervals are worked out.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.errors import refuse
from archforge.metrics.calibration import find_reliability, reliability_table
from archforge.metrics.case import Case, Tally
from archforge.metrics.confusion import Confusion, count
from archforge.metrics.instances import find_matches
from archforge.metrics.interval import Rows, drawn, interval, resampled
from archforge.metrics.outlines import find_outlines
from archforge.metrics.table import METRICS, Metric, class_of, find_metric, of_each_class


def _counts(case: Case, classes: int) -> Confusion | None:
    if case.truth is None or case.predicted is None:
        return None
    return count(case.truth, case.predicted, classes)


# How each kind of evidence is found in a case; None where the case lacks what it takes.
FINDERS: dict[str, Callable[[Case, int], Any]] = {
    "counts": _counts,
    "outlines": find_outlines,
    "reliability": find_reliability,
    "matches": lambda case, _: find_matches(case),
}


class Scorer:
    """Scores of masks, probabilities and objects.

    A metric has no value for an image that lacks what it needs (a class, a spacing), and none for
    one that is ignored whole: it is then left out of the image's row and of the mean.

    Args:
        classes: 1 for binary masks, else the number of classes.
        names: Keys of ``METRICS`` and names such as ``iou_class_2``; by default all that the images
            allow, and the Dice of each class where there are several.

    Raises:
        ProblemError: No such metric, or no such class.
    """

    def __init__(self, classes: int, names: Iterable[str] | None = None) -> None:
        self._classes = classes
        self._asked = names is not None
        known = (*METRICS, *of_each_class(classes)) if names is None else names
        self._metrics = {name: find_metric(name) for name in known}
        for name in self._metrics:
            _check_class(name, classes)
        self._rows: list[dict[str, Any]] = []
        self._groups: list[str] = []
        self._tallies: dict[str, list[tuple[str, Tally]]] = {}

    def add(self, case: Case) -> dict[str, float]:
        """Score one image.

        Returns:
            Its values of the metrics that are means over images.

        Raises:
            ValueError: Its arrays do not fit each other, or it lacks what a metric that was asked
                for by name needs.
        """
        known = case.known
        evidence = {} if known is not None and not known.any() else self._evidence(case)
        for kind, found in evidence.items():
            if kind != "outlines":
                self._tallies.setdefault(kind, []).append((case.group, found))
        values = {
            name: metric.function(evidence[metric.evidence])
            for name, metric in self._metrics.items()
            if not metric.pooled and metric.evidence in evidence
        }
        row = {name: value for name, value in values.items() if not math.isnan(value)}
        self._rows.append({"id": case.id, **row})
        self._groups.append(case.group)
        return row

    def scores(self) -> dict[str, float]:
        """Each metric over all images; one that has no value for any is left out.

        Raises:
            ValueError: There is no image.
        """
        self._check_some()
        found = {
            name: self._pooled(metric) if metric.pooled else self._mean(name)
            for name, metric in self._metrics.items()
        }
        return {name: value for name, value in found.items() if not math.isnan(value)}

    def intervals(self, seed: int = 0) -> dict[str, tuple[float, float]]:
        """Where each score lies with a probability of 95 %, by drawing images anew.

        For a pooled metric the tables of the images drawn are summed anew. Images that belong
        together are drawn together.

        Args:
            seed: Of the drawing.

        Raises:
            ValueError: There is no image.
        """
        ends = {}
        for name in self.scores():
            metric = self._metrics[name]
            if metric.pooled:
                tallies = _of_groups(self._tallies[metric.evidence])
                found = resampled(_pool(metric, tallies), len(tallies), seed)
            else:
                found = interval(self._values(name), seed, groups=self._groups_with(name))
            ends[name] = (found.low, found.high)
        return ends

    def rows(self) -> list[dict[str, Any]]:
        """Of each image its id and its values, in the order that they were added."""
        return [dict(row) for row in self._rows]

    @property
    def confusion(self) -> list[list[int]]:
        """``confusion[t][p]`` pixels of class t were predicted as p; empty without masks."""
        total = self._total("counts")
        return [] if total is None else [list(row) for row in total.table]

    @property
    def calibration(self) -> list[dict[str, float]]:
        """Confidence and share of right pixels in each bin; empty without scores."""
        total = self._total("reliability")
        return [] if total is None else reliability_table(total)

    def _evidence(self, case: Case) -> dict[str, Any]:
        wanted = {metric.evidence: name for name, metric in self._metrics.items()}
        # Counts are cheap, and the table of confusion is made of them.
        kinds = dict.fromkeys([*wanted, "counts"])
        found = {kind: FINDERS[kind](case, self._classes) for kind in kinds}
        missing = [name for kind, name in wanted.items() if found[kind] is None]
        if self._asked and missing:
            needs = self._metrics[missing[0]].needs
            raise ValueError(f"case must have {needs} for '{missing[0]}', got '{case.id}' without")
        return {kind: each for kind, each in found.items() if each is not None}

    def _values(self, name: str) -> list[float]:
        return [row[name] for row in self._rows if name in row]

    def _groups_with(self, name: str) -> list[str]:
        """Of the images that have a value."""
        return [group for group, row in zip(self._groups, self._rows, strict=True) if name in row]

    def _mean(self, name: str) -> float:
        values = self._values(name)
        return sum(values) / len(values) if values else math.nan

    def _pooled(self, metric: Metric) -> float:
        total = self._total(metric.evidence)
        return math.nan if total is None else metric.function(total)

    def _total(self, kind: str) -> Any:
        tallies = self._tallies.get(kind)
        if not tallies:
            return None
        return _sum([tally for _, tally in tallies])

    def _check_some(self) -> None:
        if not self._rows:
            raise ValueError("there must be at least one image, got none")


def _sum(tallies: Sequence[Tally]) -> Tally:
    return tallies[0].of(np.sum([tally.numbers() for tally in tallies], axis=0))


def _of_groups(tallies: Sequence[tuple[str, Tally]]) -> list[Tally]:
    """One for each image that stands alone, and for each that several make."""
    together = drawn(group for group, _ in tallies)
    return [_sum([tallies[index][1] for index in each]) for each in together]


def _pool(metric: Metric, tallies: Sequence[Tally]) -> Callable[[Rows], NDArray[np.float64]]:
    """The metric of the sum of some images' tallies."""
    numbers = np.stack([tally.numbers() for tally in tallies])

    def statistic(rows: Rows) -> NDArray[np.float64]:
        totals = numbers[rows].sum(axis=1)
        return np.array([metric.function(tallies[0].of(total)) for total in totals])

    return statistic


def _check_class(name: str, classes: int) -> None:
    last, index = max(2, classes) - 1, class_of(name)
    if index is not None and index > last:
        refuse(
            "AF430",
            f"no metric is called '{name}'",
            why=f"the classes are 0 to {last}",
            fix=f"give a number from 0 to {last}",
        )
