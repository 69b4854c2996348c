"""How well a classifier tells whole images apart.

A network with a sigmoid tells two classes apart: the score is that of class 1. Here it counts as
two classes with scores ``1 - p`` and ``p``, so that all is worked out in one way.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy  # type: ignore[import-untyped]  # scipy ships no types; it loads its parts when used
from numpy.typing import NDArray

from archforge.metrics import calibration, overlap
from archforge.metrics.calibration import Reliability, find_reliability
from archforge.metrics.case import Case
from archforge.metrics.confusion import Confusion, count


@dataclass(frozen=True, eq=False)
class Answers:
    """Truth and scores of images.

    Args:
        truth: The class of each.
        scores: Images x classes; one column for a sigmoid.
    """

    truth: NDArray[np.int64]
    scores: NDArray[np.float32]

    @cached_property
    def planes(self) -> NDArray[np.float32]:
        """Images x classes, two columns for a sigmoid."""
        if self.scores.shape[1] > 1:
            return self.scores
        return np.concatenate([1 - self.scores, self.scores], axis=1)

    @cached_property
    def predicted(self) -> NDArray[np.int64]:
        """The class that each is taken for: from 0.5 on class 1, else that of the highest score."""
        if self.scores.shape[1] == 1:
            return (self.scores[:, 0] >= 0.5).astype(np.int64)
        return np.asarray(np.argmax(self.scores, axis=1), dtype=np.int64)

    @cached_property
    def confusion(self) -> Confusion:
        """How often each class was taken for each."""
        return count(self.truth, self.predicted, self.planes.shape[1])

    @cached_property
    def reliability(self) -> Reliability:
        """The same as of pixels."""
        found = find_reliability(Case(truth=self.truth, scores=self.scores), self.scores.shape[1])
        assert found is not None, "there are truth and scores"
        return found

    def of(self, rows: NDArray[np.intp]) -> "Answers":
        """The answers to some of the images."""
        return Answers(self.truth[rows], self.scores[rows])


def accuracy(answers: Answers) -> float:
    """Share of images whose class is right."""
    return overlap.accuracy(answers.confusion)


def balanced_accuracy(answers: Answers) -> float:
    """Recall, mean over the classes that there are.

    Source: Brodersen, Ong, Stephan and Buhmann 2010, ICPR, 3121-3124.
    """
    counts = answers.confusion
    there = [index for index in counts.scored if counts.true(index)]
    return sum(counts.hits(index) / counts.true(index) for index in there) / len(there)


def f1_macro(answers: Answers) -> float:
    """F1 of each class, which is its Dice, mean over the classes that there are or were predicted.

    Source: Opitz and Burst 2019, arXiv:1911.03347: the mean of F1, not F1 of the means.
    """
    return overlap.dice(answers.confusion)


def auc(answers: Answers) -> float:
    """Area under the ROC curve: how often an image of a class has a higher score than one without.

    Equal scores count a half. For several classes each against all others, mean over those that are
    true of some images and not of all; no number where there is none.

    Source: Hanley and McNeil 1982, Radiology 143(1), 29-36; Fawcett 2006, Pattern Recognition
    Letters 27(8), 861-874, section 9.2, with equal weights.
    """
    classes = range(1, 2) if answers.scores.shape[1] == 1 else range(answers.planes.shape[1])
    areas = [_area(answers.truth == index, answers.planes[:, index]) for index in classes]
    known = [area for area in areas if not np.isnan(area)]
    return sum(known) / len(known) if known else float("nan")


def calibration_error(answers: Answers) -> float:
    """As for pixels."""
    return calibration.calibration_error(answers.reliability)


def brier(answers: Answers) -> float:
    """As for pixels."""
    return calibration.brier(answers.reliability)


def _area(member: NDArray[np.bool_], scores: NDArray[np.float32]) -> float:
    """The rank sum of the members of a class, from its least to its most in 0 to 1."""
    inside = int(np.count_nonzero(member))
    pairs = inside * (len(member) - inside)
    if not pairs:
        return float("nan")
    ranks = float(scipy.stats.rankdata(scores)[member].sum())
    return (ranks - inside * (inside + 1) / 2) / pairs
