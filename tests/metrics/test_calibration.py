"""Calibration by hand, and that it adds up."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from archforge.metrics import IGNORED, Case, Scorer

NAMES = ["ece", "brier"]


def column(*scores: float) -> Any:
    return np.array(scores, np.float32)[:, np.newaxis]


def test_one_class_by_hand() -> None:
    # Taken for 1, 1, 0, 0 with confidence 0.9, 0.7, 0.9, 0.6; all right but the second.
    truth = np.array([1, 0, 0, 0], np.uint8)
    scorer = Scorer(1, NAMES)

    scorer.add(Case(truth, scores=column(0.9, 0.7, 0.1, 0.4)))

    # Bins of a fifteenth: (0.867, 0.933] holds two, (0.667, 0.733] and (0.533, 0.6] one each.
    gaps = [2 / 4 * abs(1 - 0.9), 1 / 4 * abs(0 - 0.7), 1 / 4 * abs(1 - 0.6)]
    assert scorer.scores() == pytest.approx(
        {"ece": sum(gaps), "brier": (0.01 + 0.49 + 0.01 + 0.16) / 4}, rel=1e-6
    )
    assert [row["pixels"] for row in scorer.calibration] == [1, 1, 2]
    assert scorer.calibration[-1] == pytest.approx(
        {"low": 13 / 15, "high": 14 / 15, "pixels": 2, "confidence": 0.9, "accuracy": 1}
    )


def test_several_classes_by_hand() -> None:
    # Brier 1950, equation 2: the squares of all classes are added.
    scores = np.array([[0.7, 0.2, 0.1], [0.3, 0.3, 0.4]], np.float32)
    scorer = Scorer(3, NAMES)

    scorer.add(Case(np.array([0, 1]), scores=scores))

    first, second = 0.09 + 0.04 + 0.01, 0.09 + 0.49 + 0.16
    assert scorer.scores() == pytest.approx(
        {"ece": (abs(1 - 0.7) + abs(0 - 0.4)) / 2, "brier": (first + second) / 2}, rel=1e-6
    )


def test_a_score_of_a_half_is_foreground_as_in_prediction() -> None:
    scorer = Scorer(1, NAMES)

    scorer.add(Case(np.array([1, 0]), scores=column(0.5, 0.5)))

    assert scorer.calibration[0]["accuracy"] == 0.5


def test_a_network_that_is_sure_and_right_has_no_error() -> None:
    scorer = Scorer(1, NAMES)

    scorer.add(Case(np.array([1, 0]), scores=column(1, 0)))

    assert scorer.scores() == {"ece": 0, "brier": 0}


@given(arrays(np.float32, (6, 1), elements=st.floats(0, 1, width=32)))
def test_images_add_up_and_ignored_pixels_count_nowhere(scores: Any) -> None:
    truth = np.array([0, 1, 1, 0, IGNORED, IGNORED], np.uint8)
    one, two = Scorer(1, NAMES), Scorer(1, NAMES)

    one.add(Case(truth[:4], scores=scores[:4]))
    for part in (slice(0, 2), slice(2, 6)):
        two.add(Case(truth[part], scores=scores[part]))

    assert one.scores() == pytest.approx(two.scores())


@pytest.mark.parametrize(
    ("truth", "scores", "classes", "message"),
    [
        ([0, 1], [[0.5]], 1, "truth and scores must have one shape"),
        ([0], [[0.5, 0.5]], 1, "scores must be of 1 classes, got 2"),
        ([0], [[1.5]], 1, r"scores must be in \[0, 1\], got 1.5 to 1.5"),
        ([0], [[np.nan]], 1, r"scores must be in \[0, 1\], got nan"),
        ([2], [[0.5]], 1, "truth must hold classes 0 to 1, got 2 to 2"),
    ],
)
def test_what_is_no_probability_is_an_error(
    truth: list[int], scores: list[list[float]], classes: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Scorer(classes, NAMES).add(Case(np.array(truth), scores=np.array(scores, np.float32)))
