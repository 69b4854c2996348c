"""A classifier's answers by hand, its intervals, and what is refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.metrics import IGNORED, Case, ClassScorer


def answered(truth: list[int], scores: Any, classes: int) -> ClassScorer:
    scorer = ClassScorer(classes)
    for index, (one, row) in enumerate(zip(truth, scores, strict=True)):
        scorer.add(Case(np.array(one), scores=np.array(row, np.float32), id=str(index)))
    return scorer


def test_two_classes_by_hand() -> None:
    # 3 of class 1 (two found), 2 of class 0 (one found).
    scorer = answered([1, 1, 1, 0, 0], [[0.9], [0.8], [0.3], [0.6], [0.1]], 1)

    found = scorer.scores()

    assert scorer.confusion == [[1, 1], [1, 2]]
    assert found["accuracy"] == pytest.approx(3 / 5)
    assert found["balanced_accuracy"] == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert found["f1_macro"] == pytest.approx((2 * 2 / 6 + 2 * 1 / 4) / 2)
    # Pairs in which the member has the higher score: 0.9 and 0.8 both times, 0.3 once.
    assert found["auc"] == pytest.approx(5 / 6)
    assert found["brier"] == pytest.approx((0.01 + 0.04 + 0.49 + 0.36 + 0.01) / 5, rel=1e-6)
    # Confidence 0.9 twice and 0.8, right; 0.7 and 0.6, wrong; each in a bin of its own.
    assert found["ece"] == pytest.approx((2 * 0.1 + 0.2 + 0.7 + 0.6) / 5)


def test_several_classes_by_hand() -> None:
    scores = [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.4, 0.35, 0.25], [0.1, 0.2, 0.7]]
    scorer = answered([0, 1, 1, 2], scores, 3)

    found = scorer.scores()

    assert scorer.confusion == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]
    assert found["balanced_accuracy"] == pytest.approx((1 + 1 / 2 + 1) / 3)
    assert found["f1_macro"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    # Class 0: 0.6 above all. Class 1: 0.5 and 0.35 above 0.3 and 0.2. Class 2: 0.7 above all.
    assert found["auc"] == 1


def test_equal_scores_count_a_half() -> None:
    assert answered([1, 0], [[0.5], [0.5]], 1).scores()["auc"] == 0.5


def test_one_class_alone_has_no_area() -> None:
    assert "auc" not in answered([1, 1], [[0.5], [0.7]], 1).scores()


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 8)), min_size=2, max_size=9))
def test_the_area_is_the_share_of_pairs_in_order(images: list[tuple[int, int]]) -> None:
    truth, scores = [one for one, _ in images], [score / 8 for _, score in images]
    pairs = [
        (scores[i] > scores[j]) + (scores[i] == scores[j]) / 2
        for i in range(len(truth))
        for j in range(len(truth))
        if truth[i] > truth[j]
    ]

    found = answered(truth, [[score] for score in scores], 1).scores()

    assert found.get("auc") == (pytest.approx(np.mean(pairs)) if pairs else None)


def test_rows_say_what_was_taken_for_what_and_how_surely() -> None:
    scorer = answered([0, 1], [[0.25], [0.25]], 1)

    assert scorer.rows() == [
        {"id": "0", "truth": 0, "predicted": 0, "score_of_truth": 0.75},
        {"id": "1", "truth": 1, "predicted": 0, "score_of_truth": 0.25},
    ]


def test_every_score_lies_in_its_interval() -> None:
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 3, 20)
    scores = rng.dirichlet([1, 1, 1], 20) * 0.5 + 0.5 * np.eye(3)[truth]

    scorer = answered(truth.tolist(), scores, 3)

    found, intervals = scorer.scores(), scorer.intervals()
    assert set(found) == set(intervals)
    assert all(low - 1e-9 <= found[key] <= high + 1e-9 for key, (low, high) in intervals.items())


def test_images_of_one_stack_are_drawn_together() -> None:
    once, copied = ClassScorer(1), ClassScorer(1)
    for number in range(12):
        truth, scores = np.array(number % 2), np.array([number / 12], np.float32)
        once.add(Case(truth, scores=scores))
        for plane in range(4):
            copied.add(Case(truth, scores=scores, id=f"{plane}", group=f"stack {number}"))

    for name in ("accuracy", "auc", "brier"):
        assert copied.scores()[name] == pytest.approx(once.scores()[name])
        assert copied.intervals()[name] == pytest.approx(once.intervals()[name], abs=0.02)


def test_an_ignored_image_counts_nowhere() -> None:
    scorer = answered([1, IGNORED], [[0.9], [0.2]], 1)

    assert scorer.scores()["accuracy"] == 1
    assert len(scorer.rows()) == 1
    assert sum(row["pixels"] for row in scorer.calibration) == 1


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (Case(np.array(0)), "case must have truth and scores, got '' without"),
        (Case(np.array(0), scores=np.array([0.5, 0.5], np.float32)), "scores must be 1 numbers"),
        (Case(np.array(0), scores=np.array([1.5], np.float32)), r"in \[0, 1\], got \[1.5\]"),
        (
            Case(np.array(2), scores=np.array([0.5], np.float32)),
            "truth must be a class from 0 to 1",
        ),
    ],
)
def test_what_is_no_answer_is_an_error(case: Case, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ClassScorer(1).add(case)


def test_no_images_are_an_error() -> None:
    with pytest.raises(ValueError, match="there must be at least one image, got none"):
        ClassScorer(1).scores()
    assert ClassScorer(1).rows() == []
