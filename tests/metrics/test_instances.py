"""Objects matched by hand, against brute force, and as Kirillov's and the Bowl's scores say."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from archforge.metrics import IGNORED, Case, Scorer, find_overlaps, match

LABELS = st.tuples(*[arrays(np.uint16, (4, 5), elements=st.integers(0, 4))] * 2)
NAMES = ["ap_50", "ap_75", "ap_90", "ap_mean", "pq", "sq", "rq", "instance_f1"]


def line(*runs: tuple[int, int]) -> Any:
    """Labels in a row: (label, length) one after the other."""
    return np.concatenate([np.full(length, label, np.uint16) for label, length in runs])


def labelled(truth: Any, predicted: Any) -> dict[str, float]:
    return Scorer(1, NAMES).add(Case(true_labels=truth, predicted_labels=predicted))


def test_overlaps_by_hand() -> None:
    truth = line((1, 10), (0, 5), (2, 8))
    found = line((7, 8), (0, 7), (4, 6), (5, 2))

    overlaps = find_overlaps(truth, found)

    assert (overlaps.true, overlaps.predicted) == (2, 3)
    assert overlaps.pairs.tolist() == [[1, 7], [2, 4], [2, 5]]
    assert overlaps.iou.tolist() == [8 / 10, 6 / 8, 2 / 8]


def test_scores_of_one_image_by_hand() -> None:
    # 3 true and 3 predicted objects; IoU 0.8 and 0.75 are found, so 4 objects are involved at 0.5.
    truth = line((1, 10), (0, 5), (2, 8), (0, 4), (3, 3))
    found = line((7, 8), (0, 7), (4, 6), (0, 6), (9, 1), (0, 2))

    found_scores = labelled(truth, found)

    ap = {50: 2 / 4, 55: 2 / 4, 60: 2 / 4, 65: 2 / 4, 70: 2 / 4, 75: 1 / 5, 80: 0, 85: 0, 90: 0}
    sq, rq = (0.8 + 0.75) / 2, 2 / (2 + 1 / 2 + 1 / 2)
    assert found_scores == pytest.approx(
        {
            "ap_50": ap[50],
            "ap_75": ap[75],
            "ap_90": ap[90],
            "ap_mean": sum(ap.values()) / 9,
            "pq": sq * rq,
            "sq": sq,
            "rq": rq,
            "instance_f1": 4 / 6,
        }
    )


def test_panoptic_quality_is_the_sum_of_iou_over_objects() -> None:
    # Kirillov et al. 2019, equation 1: sum of IoU / (TP + FP / 2 + FN / 2). Two matched, one true
    # object missed, one predicted for nothing.
    truth = line((1, 4), (2, 4), (3, 4), (0, 4))
    found = line((5, 4), (6, 3), (0, 5), (8, 4))

    assert labelled(truth, found)["pq"] == pytest.approx((1 + 3 / 4) / (2 + 1 / 2 + 1 / 2))


def test_an_iou_of_exactly_the_threshold_is_not_above_it() -> None:
    truth, found = line((1, 4), (0, 4)), line((1, 2), (0, 6))

    assert labelled(truth, found)["ap_50"] == 0


def test_images_are_averaged_or_their_objects_pooled() -> None:
    # 1 of 1 found in the one, 1 of 3 in the other: mean 2/3, pooled 2 of 4.
    scorer = Scorer(1, ["ap_50", "ap_50_pooled", "pq_pooled"])
    scorer.add(Case(true_labels=line((1, 4)), predicted_labels=line((1, 4))))
    scorer.add(
        Case(true_labels=line((1, 4), (2, 4), (3, 4)), predicted_labels=line((2, 4), (0, 8)))
    )

    assert scorer.scores() == pytest.approx(
        {"ap_50": (1 + 1 / 3) / 2, "ap_50_pooled": 2 / 4, "pq_pooled": 2 / (2 + 2 / 2)}
    )


def test_no_objects_where_there_are_none_is_right() -> None:
    none, one = np.zeros(6, np.uint8), line((1, 6))

    assert set(labelled(none, none).values()) == {1.0}
    assert set(labelled(none, one).values()) == set(labelled(one, none).values()) == {0.0}


def test_below_a_half_as_many_partners_are_made_as_can_be() -> None:
    # 1 touches 5 (IoU 3/8) and 6 (3/8); 2 touches 6 alone (2/7): 1-5 and 2-6 are two partners.
    truth, found = line((1, 6), (2, 3)), line((5, 3), (6, 5), (0, 1))
    overlaps = find_overlaps(truth, found)

    rows = match(overlaps, 0.1)

    assert overlaps.pairs[rows].tolist() == [[1, 5], [2, 6]]


@given(LABELS, st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.7]))
def test_matching_is_the_best_of_all_ways(pair: tuple[Any, Any], threshold: float) -> None:
    truth, found = pair
    overlaps = find_overlaps(truth, found)
    near = [tuple(row) for row in overlaps.pairs[overlaps.iou > threshold].tolist()]

    rows = match(overlaps, threshold)

    most = next(
        size
        for size in range(4, -1, -1)
        for some in itertools.combinations(near, size)
        if len({one for one, _ in some}) == len({two for _, two in some}) == size
    )
    partners = [tuple(row) for row in overlaps.pairs[rows].tolist()]
    assert len(partners) == most
    assert set(partners) <= set(near)


@given(LABELS)
def test_numbers_of_objects_do_not_matter(pair: tuple[Any, Any]) -> None:
    truth, found = pair
    names = np.array([0, 70_000, 3, 2**31, 9])

    renamed = labelled(names[truth], found * 7)

    assert renamed == pytest.approx(labelled(truth, found))  # sums in another order


@given(LABELS)
def test_what_is_found_on_ignored_pixels_changes_nothing(pair: tuple[Any, Any]) -> None:
    labels, found = pair
    truth = (labels > 0).astype(np.uint8)
    truth[:2] = IGNORED
    changed = np.where(truth == IGNORED, 0, found)

    one, other = (
        Scorer(1, NAMES).add(Case(truth=truth, true_labels=labels, predicted_labels=each))
        for each in (found, changed)
    )

    assert one == other


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.array([0.5, 1.0]), "true_labels must hold whole numbers, got float64"),
        (np.array([-1, 1]), "true_labels must be at least 0, got -1"),
        (np.array([1]), "true_labels and predicted_labels must have one shape with pixels"),
    ],
)
def test_what_is_no_label_is_an_error(labels: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        find_overlaps(labels, np.array([0, 1]))


def test_a_threshold_beyond_one_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"threshold must be in \[0, 1\], got 50"):
        match(find_overlaps(np.array([1]), np.array([1])), 50)
