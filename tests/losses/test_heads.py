"""Losses worked out for a head and a task, and the weights of classes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.errors import ProblemError
from archforge.losses import balanced_weights, check_loss, parse_loss


@pytest.mark.parametrize(
    ("text", "classes", "expected"),
    [
        ("auto", 1, "bce+dice"),
        ("auto", 3, "crossentropy+dice"),
        ("dice", 1, "dice"),
        ("lovasz+dice", 4, "dice+lovasz"),
        ("bce", 1, "bce"),
        ("crossentropy", 2, "crossentropy"),
        ("focal(alpha=0.25)", 1, "focal(alpha=0.25)"),
    ],
)
def test_a_loss_is_worked_out_for_its_head(text: str, classes: int, expected: str) -> None:
    assert check_loss(text, classes) == expected


@pytest.mark.parametrize(
    ("text", "classes", "expected"),
    [("auto", 1, "bce"), ("auto", 3, "crossentropy"), ("focal+bce", 1, "bce+focal")],
)
def test_a_classifier_has_losses_without_shapes(text: str, classes: int, expected: str) -> None:
    assert check_loss(text, classes, task="classification") == expected


@pytest.mark.parametrize(
    ("text", "classes", "task", "message", "fix"),
    [
        ("bce+dice", 3, "segmentation",
         "the loss 'bce' does not fit a softmax head for 3 classes",
         "use 'crossentropy+dice', or 'auto'"),
        ("0.5*crossentropy(label_smoothing=0.1)", 1, "segmentation",
         "the loss 'crossentropy' does not fit a sigmoid head for 1 class",
         "use '0.5*bce(label_smoothing=0.1)', or 'auto'"),
        ("focal(alpha=0.25)", 2, "segmentation",
         "'alpha' of the loss 'focal' does not fit a softmax head", "leave 'alpha' out"),
        ("dice", 2, "classification", "the loss 'dice' does not fit a classifier",
         "use one of bce, crossentropy, focal, or 'auto'"),
    ],
)  # fmt: skip
def test_a_loss_for_another_head_or_task_is_refused_with_the_right_one(
    text: str, classes: int, task: str, message: str, fix: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        check_loss(text, classes, task=task)

    (problem,) = caught.value.problems
    assert (problem.code, problem.message, problem.fix) == ("AF505", message, fix)


def test_rare_classes_count_like_frequent_ones() -> None:
    # 1/60, 1/30, 1/10 are as 1, 2 and 6: mean 3.
    assert balanced_weights([60, 30, 10]) == pytest.approx([1 / 3, 2 / 3, 2])


def test_a_class_that_does_not_occur_counts_nothing() -> None:
    assert balanced_weights([10, 0, 10]) == [1, 0, 1]


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=6).filter(any))
def test_weights_undo_the_shares_of_classes(counts: list[int]) -> None:
    weights = balanced_weights(counts)

    parts = [count * weight for count, weight in zip(counts, weights, strict=True) if count]
    assert parts == pytest.approx([parts[0]] * len(parts))
    assert sum(weights) == pytest.approx(len(parts))


@pytest.mark.parametrize("counts", [[], [0, 0], [3, -1]])
def test_weights_of_no_pixels_are_an_error(counts: list[int]) -> None:
    with pytest.raises(ValueError, match="counts must be at least 0 and not all 0, got"):
        balanced_weights(counts)


@pytest.mark.parametrize("weights", [[1], [1, -1], [0, 0], [1, float("inf")]])
def test_class_weights_are_one_for_each_class(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="class_weights must be 2 finite numbers of at least 0"):
        parse_loss("bce", 1, weights)


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"classes": 0}, "classes must be at least 1, got 0"),
        ({"classes": 1, "task": "counting"}, "task must be segmentation or classification"),
    ],
)
def test_other_heads_and_tasks_are_an_error(told: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_loss("dice", **told)
