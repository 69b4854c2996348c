"""Images added up to scores, intervals and rows."""

from typing import Any

import numpy as np
import pytest

from archforge.metrics import IGNORED, METRICS, Case, Scorer

RNG = np.random.default_rng(2)


def case(name: str, **told: Any) -> Case:
    """An image with all that there can be."""
    labels = np.zeros((12, 12), np.uint16)
    labels[1:5, 1:5], labels[7:11, 6:11] = 1, 2
    found = np.roll(labels, RNG.integers(0, 2), axis=1)
    scores = np.clip(0.8 * (found > 0) + RNG.uniform(0, 0.2, found.shape), 0, 1)
    given = {
        "truth": (labels > 0).astype(np.uint8),
        "predicted": (found > 0).astype(np.uint8),
        "scores": scores[..., np.newaxis].astype(np.float32),
        "true_labels": labels,
        "predicted_labels": found,
        "spacing": (0.5, 0.5),
    }
    return Case(**{**given, **told}, id=name)


def test_all_that_an_image_allows_is_scored() -> None:
    scorer = Scorer(1)

    row = scorer.add(case("one"))

    assert set(scorer.scores()) == set(METRICS)
    assert set(row) == {name for name, metric in METRICS.items() if not metric.pooled}


def test_masks_alone_allow_what_needs_masks() -> None:
    scorer = Scorer(1)

    scorer.add(Case(np.array([[0, 1]]), np.array([[0, 1]])))

    allowed = {name for name, metric in METRICS.items() if metric.needs == "masks"}
    assert set(scorer.scores()) == allowed - {"hausdorff_95_um", "surface_distance_um"}


def test_what_is_asked_for_by_name_must_be_there() -> None:
    with pytest.raises(ValueError, match="case must have labels for 'ap_50', got 'one' without"):
        Scorer(1, ["dice", "ap_50"]).add(case("one", true_labels=None))


def test_rows_hold_each_image_by_its_name() -> None:
    scorer = Scorer(1, ["iou"])
    scorer.add(Case(np.array([1, 1, 0]), np.array([1, 0, 0]), id="half"))
    scorer.add(Case(np.array([1, 1, 0]), np.array([1, 1, 0]), id="whole"))

    assert scorer.rows() == [{"id": "half", "iou": 0.5}, {"id": "whole", "iou": 1.0}]
    assert scorer.scores() == {"iou": 0.75}
    assert scorer.confusion == [[2, 0], [1, 3]]


def test_an_image_without_a_class_has_no_score_for_it() -> None:
    scorer = Scorer(3, ["iou_class_2", "dice_class_2_pooled"])
    scorer.add(Case(np.array([0, 1]), np.array([0, 1]), id="without"))
    scorer.add(Case(np.array([2, 2]), np.array([2, 0]), id="with"))

    assert scorer.rows() == [{"id": "without"}, {"id": "with", "iou_class_2": 0.5}]
    assert scorer.scores() == pytest.approx({"iou_class_2": 0.5, "dice_class_2_pooled": 2 / 3})


def test_of_several_classes_each_is_scored_on_its_own_too() -> None:
    scorer, binary, many = Scorer(3), Scorer(1), Scorer(33)
    for each in (scorer, binary, many):
        each.add(Case(np.array([0, 1, 1, 0]), np.array([0, 1, 0, 0]), id="without class 2"))

    scores = {name: value for name, value in scorer.scores().items() if "_class_" in name}
    assert scores == pytest.approx({"dice_class_0": 4 / 5, "dice_class_1": 2 / 3})
    assert scorer.rows()[0]["dice_class_1"] == pytest.approx(2 / 3)
    assert not [name for name in {**binary.scores(), **many.scores()} if "_class_" in name]


def test_an_image_that_is_ignored_whole_counts_nowhere() -> None:
    scorer, alone = Scorer(1), Scorer(1)
    seen = case("seen")
    alone.add(seen)
    scorer.add(seen)

    row = scorer.add(case("ignored", truth=np.full((12, 12), IGNORED, np.uint8)))

    assert row == {}
    assert scorer.scores() == alone.scores()


def test_every_score_lies_in_its_interval() -> None:
    scorer = Scorer(1)
    for index in range(6):
        scorer.add(case(str(index)))

    scores, intervals = scorer.scores(), scorer.intervals(seed=1)

    assert set(scores) == set(intervals)
    for name, (low, high) in intervals.items():
        assert low - 1e-9 <= scores[name] <= high + 1e-9, name


def test_the_interval_of_a_pooled_score_pools_the_images_drawn() -> None:
    # A large image that is right and a small one that is wrong: a draw holds either one or both.
    scorer = Scorer(1, ["iou_pooled"])
    scorer.add(Case(np.ones(90, np.uint8), np.ones(90, np.uint8)))
    scorer.add(Case(np.ones(10, np.uint8), np.zeros(10, np.uint8)))

    assert scorer.intervals()["iou_pooled"] == (0, 1)
    assert scorer.scores() == {"iou_pooled": 0.9}


def test_images_that_belong_together_widen_the_interval_of_every_score() -> None:
    """The same image five times is no more evidence than once; pooled or not."""
    once, copied = Scorer(1, ["iou", "iou_pooled"]), Scorer(1, ["iou", "iou_pooled"])
    for number in range(8):
        truth, said = np.ones(20, np.uint8), np.arange(20) <= 2 * number
        once.add(Case(truth, said.astype(np.uint8)))
        for plane in range(5):
            copied.add(Case(truth, said.astype(np.uint8), id=f"{plane}", group=f"stack {number}"))

    assert copied.scores() == pytest.approx(once.scores())
    assert copied.intervals() == {
        name: pytest.approx(ends) for name, ends in once.intervals().items()
    }


def test_an_image_without_a_value_leaves_the_rest_of_its_stack() -> None:
    scorer = Scorer(3, ["iou_class_2"])
    for truth, said, group in (([0, 1], [0, 1], "a"), ([2, 2], [2, 0], "a"), ([2, 1], [2, 1], "")):
        scorer.add(Case(np.array(truth), np.array(said), group=group))

    assert scorer.rows()[0] == {"id": ""}
    assert scorer.intervals() == {"iou_class_2": (0.5, 1.0)}


def test_no_images_are_an_error() -> None:
    with pytest.raises(ValueError, match="there must be at least one image, got none"):
        Scorer(1).intervals()
