"""Counts of pixels, and that they add like images pooled."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from archforge.metrics import Confusion, count

MASKS = st.integers(1, 6).flatmap(
    lambda side: st.tuples(*[arrays(np.uint8, (side, 4), elements=st.integers(0, 2))] * 2)
)


def test_a_small_mask_is_counted_by_hand() -> None:
    truth = np.array([[0, 0, 1], [1, 1, 0]])
    predicted = np.array([[0, 1, 1], [1, 0, 0]])

    counts = count(truth, predicted, 1)

    assert counts == Confusion(1, ((2, 1), (1, 2)))
    assert (counts.hits(1), counts.true(1), counts.predicted(1), counts.pixels) == (2, 3, 3, 6)


def test_ignored_pixels_are_not_counted_whatever_was_predicted_there() -> None:
    truth = np.array([0, 1, 255, 255], np.uint8)

    counts = count(truth, np.array([0, 1, 1, 0]), 1)

    assert counts == Confusion(1, ((1, 0), (0, 1)))
    assert count(truth[2:], np.array([0, 1]), 1) == Confusion(1, ((0, 0), (0, 0)))


def test_shares_say_what_became_of_each_true_class() -> None:
    assert Confusion(3, ((3, 1, 0), (0, 0, 0), (1, 1, 2))).shares == [
        [0.75, 0.25, 0],
        [0, 0, 0],
        [0.25, 0.25, 0.5],
    ]


def test_booleans_count_as_masks() -> None:
    truth = np.array([True, False])

    assert count(truth, ~truth, 1) == Confusion(1, ((0, 1), (1, 0)))


@given(MASKS, MASKS)
def test_the_sum_is_that_of_both_images_pooled(
    one: tuple[np.ndarray, np.ndarray], two: tuple[np.ndarray, np.ndarray]
) -> None:
    pooled = [np.concatenate(part) for part in zip(one, two, strict=True)]

    assert count(*one, 3) + count(*two, 3) == count(pooled[0], pooled[1], 3)


@given(MASKS)
def test_swapping_truth_and_prediction_turns_the_table(pair: tuple[np.ndarray, np.ndarray]) -> None:
    there, back = count(*pair, 3), count(*pair[::-1], 3)

    assert there.table == tuple(zip(*back.table, strict=True))


@pytest.mark.parametrize(
    ("truth", "predicted", "classes", "message"),
    [
        ([0, 1], [0], 1, "must have one shape with pixels"),
        ([], [], 1, "must have one shape with pixels"),
        ([0, 2], [0, 1], 1, "truth must hold classes 0 to 1, got 0 to 2"),
        ([0, 1], [0, 3], 3, "predicted must hold classes 0 to 2, got 0 to 3"),
        ([0, -1], [0, 1], 3, "truth must hold classes 0 to 2, got -1 to 0"),
        ([0.5], [1.0], 1, "truth must hold whole numbers or booleans, got float64"),
        ([0], [0], 0, "classes must be at least 1, got 0"),
    ],
)
def test_what_cannot_be_counted_is_an_error(
    truth: list[float], predicted: list[float], classes: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        count(np.array(truth), np.array(predicted), classes)


def test_counts_of_different_classes_do_not_add() -> None:
    mask = np.array([0, 1])

    with pytest.raises(ValueError, match="counts of 1 and 3 classes do not add"):
        count(mask, mask, 1) + count(mask, mask, 3)
