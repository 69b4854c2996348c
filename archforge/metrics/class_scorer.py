"""Adds up a classifier's answers to scores, with intervals and a row for each image."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.metrics.answers import Answers
from archforge.metrics.calibration import reliability_table
from archforge.metrics.case import IGNORED, Case
from archforge.metrics.interval import Rows, drawn, resampled
from archforge.metrics.table import CLASS_METRICS, CLASSIFICATION, find_metric


class ClassScorer:
    """Scores of classes of whole images; the same methods as ``Scorer``.

    Args:
        classes: 1 for a sigmoid, which tells two classes apart, else the number of classes.
        names: Keys of ``CLASS_METRICS``; all by default.

    Raises:
        ProblemError: No such metric.
    """

    def __init__(self, classes: int, names: Iterable[str] | None = None) -> None:
        self._classes = classes
        self._metrics = {
            name: find_metric(name, task=CLASSIFICATION)
            for name in (CLASS_METRICS if names is None else names)
        }
        self._ids: list[str] = []
        self._groups: list[str] = []
        self._truth: list[int] = []
        self._scores: list[NDArray[np.float32]] = []

    def add(self, case: Case) -> dict[str, float]:
        """Score one image: ``truth`` is one class, ``scores`` one number for each.

        Returns:
            Its true and predicted class, and the score of its true class, by which the worst
            mistakes are found; nothing where the truth is ``IGNORED``.

        Raises:
            ValueError: It has no truth or no scores, or they are no class and no probabilities.
        """
        truth, scores = self._checked(case)
        if truth == IGNORED:
            return {}
        self._ids.append(case.id)
        self._groups.append(case.group)
        self._truth.append(truth)
        self._scores.append(scores)
        return _row(Answers(np.array([truth]), scores[np.newaxis]), 0)

    def scores(self) -> dict[str, float]:
        """Each metric over all images; one that has no value is left out.

        Raises:
            ValueError: There is no image.
        """
        answers = self._answers()
        found = {name: metric.function(answers) for name, metric in self._metrics.items()}
        return {name: value for name, value in found.items() if not math.isnan(value)}

    def intervals(self, seed: int = 0) -> dict[str, tuple[float, float]]:
        """Where each score lies with a probability of 95 %, by drawing images anew.

        Images that belong together are drawn together.
        """
        answers, ends = self._answers(), {}
        together = [np.array(each) for each in drawn(self._groups)]
        alone = len(together) == len(self._groups)
        for name in self.scores():
            function = self._metrics[name].function

            def statistic(rows: Rows, function: Any = function) -> NDArray[np.float64]:
                images = rows if alone else (
                    np.concatenate([together[group] for group in row]) for row in rows)  # fmt: skip
                return np.array([function(answers.of(each)) for each in images])

            found = resampled(statistic, len(together), seed)
            ends[name] = (found.low, found.high)
        return ends

    def rows(self) -> list[dict[str, Any]]:
        """Of each image its id and what ``add`` gave."""
        if not self._ids:
            return []
        answers = self._answers()
        return [{"id": name, **_row(answers, index)} for index, name in enumerate(self._ids)]

    @property
    def confusion(self) -> list[list[int]]:
        """``confusion[t][p]`` images of class t were predicted as p."""
        return [list(row) for row in self._answers().confusion.table]

    @property
    def calibration(self) -> list[dict[str, float]]:
        """Confidence and share of right images in each bin."""
        return reliability_table(self._answers().reliability)

    def _answers(self) -> Answers:
        if not self._ids:
            raise ValueError("there must be at least one image, got none")
        return Answers(np.array(self._truth), np.stack(self._scores))

    def _checked(self, case: Case) -> tuple[int, NDArray[np.float32]]:
        if case.truth is None or case.scores is None:
            raise ValueError(f"case must have truth and scores, got '{case.id}' without")
        truth, scores = int(case.truth.reshape(())), case.scores.reshape(-1)
        if len(scores) != self._classes or not (scores.min() >= 0 and scores.max() <= 1):
            raise ValueError(
                f"scores must be {self._classes} numbers in [0, 1], got {scores.tolist()}"
            )
        kinds = max(2, self._classes)
        if truth != IGNORED and not 0 <= truth < kinds:
            raise ValueError(f"truth must be a class from 0 to {kinds - 1}, got {truth}")
        return truth, scores


def _row(answers: Answers, index: int) -> dict[str, Any]:
    truth = int(answers.truth[index])
    return {
        "truth": truth,
        "predicted": int(answers.predicted[index]),
        "score_of_truth": float(answers.planes[index, truth]),
    }
