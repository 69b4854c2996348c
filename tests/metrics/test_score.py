"""Scores of pairs of masks by hand, their relations, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from archforge.errors import ProblemError
from archforge.metrics import score

Pair = tuple[np.ndarray, np.ndarray]
BINARY = st.tuples(*[arrays(np.uint8, (3, 4), elements=st.integers(0, 1))] * 2)
CLASSES = st.tuples(*[arrays(np.uint8, (3, 4), elements=st.integers(0, 3))] * 2)
SYMMETRIC = ["dice", "iou", "accuracy", "dice_pooled", "iou_pooled", "accuracy_pooled"]
ONES, ZEROS = np.ones(4, np.uint8), np.zeros(4, np.uint8)


def test_one_binary_image_by_hand() -> None:
    # 1 hit, 2 true, 3 predicted, 4 in the union, 6 pixels of which 3 are right.
    truth = np.array([1, 1, 0, 0, 0, 0])
    predicted = np.array([1, 0, 1, 1, 0, 0])

    scores = score([(truth, predicted)], 1)

    by_hand = {"dice": 2 / 5, "iou": 1 / 4, "precision": 1 / 3, "recall": 1 / 2, "accuracy": 3 / 6}
    assert scores == by_hand | {f"{name}_pooled": value for name, value in by_hand.items()}


def test_images_are_averaged_or_pooled() -> None:
    # A small image that is all right, a large one that is half right: 2 / 2 and 2 * 4 / 12.
    small = (np.array([1, 0]), np.array([1, 0]))
    large = (np.array([1] * 8), np.array([1, 1, 1, 1, 0, 0, 0, 0]))

    scores = score([small, large], 1)

    assert scores["dice"] == pytest.approx((1 + 8 / 12) / 2)
    assert scores["dice_pooled"] == pytest.approx(10 / 14)
    assert scores["iou"] == pytest.approx((1 + 4 / 8) / 2)
    assert scores["iou_pooled"] == pytest.approx(5 / 9)


def test_several_classes_are_averaged_and_an_absent_one_is_left_out() -> None:
    truth = np.array([0, 0, 1, 1])
    predicted = np.array([0, 1, 1, 1])

    scores = score([(truth, predicted)], 4)

    assert scores["iou"] == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert scores["dice"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert scores["precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert scores["recall"] == pytest.approx((1 / 2 + 1) / 2)


@pytest.mark.parametrize(
    ("truth", "predicted", "expected"),
    [(ZEROS, ZEROS, 1.0), (ONES, ONES, 1.0), (ZEROS, ONES, 0.0), (ONES, ZEROS, 0.0)],
)
def test_empty_and_full_masks_have_a_score(
    truth: np.ndarray, predicted: np.ndarray, expected: float
) -> None:
    scores = score([(truth, predicted)], 1)

    assert set(scores.values()) == {expected}


@given(BINARY)
def test_iou_follows_from_dice_for_one_image(pair: Pair) -> None:
    scores = score([pair], 1)

    assert scores["iou"] == pytest.approx(scores["dice"] / (2 - scores["dice"]))


@given(st.lists(CLASSES, min_size=1, max_size=4))
def test_every_score_lies_between_zero_and_one_and_a_perfect_one_is_one(pairs: list[Pair]) -> None:
    scores = score(pairs, 4)
    perfect = score([(truth, truth) for truth, _ in pairs], 4)

    assert all(0 <= value <= 1 for value in scores.values())
    assert set(perfect.values()) == {1.0}


@given(st.lists(CLASSES, min_size=1, max_size=4))
def test_truth_and_prediction_may_change_places(pairs: list[Pair]) -> None:
    there = score(pairs, 4)
    back = score([(predicted, truth) for truth, predicted in pairs], 4)

    assert all(there[name] == pytest.approx(back[name]) for name in SYMMETRIC)
    assert there["precision_pooled"] == pytest.approx(back["recall_pooled"])


@given(st.lists(BINARY, min_size=1, max_size=4))
def test_the_order_of_images_does_not_matter(pairs: list[Pair]) -> None:
    assert score(pairs, 1) == pytest.approx(score(pairs[::-1], 1))


@given(BINARY)
def test_pooling_one_image_changes_nothing(pair: Pair) -> None:
    scores = score([pair], 1)

    assert all(scores[name] == scores[f"{name}_pooled"] for name in scores if "_" not in name)


def test_only_the_asked_metrics_are_worked_out_and_pairs_may_stream() -> None:
    pairs = ((ONES, ONES) for _ in range(3))

    assert score(pairs, 1, ["iou", "dice_pooled"]) == {"iou": 1.0, "dice_pooled": 1.0}


def test_an_unknown_metric_is_refused_before_any_image_is_read() -> None:
    with pytest.raises(ProblemError, match="AF430"):
        score(iter([]), 1, ["kappa"])


def test_no_images_are_an_error() -> None:
    with pytest.raises(ValueError, match="there must be at least one image, got none"):
        score([], 1)
