"""Distances between outlines by hand, in pixels and micrometres, and what has no outline."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from archforge.metrics import IGNORED, Case, Scorer

NAMES = ["boundary_f1", "hausdorff_95", "surface_distance"]
MASKS = st.tuples(*[arrays(np.uint8, (6, 7), elements=st.integers(0, 1))] * 2)


def square(size: int, left: int, side: int) -> Any:
    mask = np.zeros((size, size), np.uint8)
    mask[left : left + side, left : left + side] = 1
    return mask


def scores(truth: Any, predicted: Any, classes: int = 1, **told: Any) -> dict[str, float]:
    return Scorer(classes, told.pop("names", NAMES)).add(Case(truth, predicted, **told))


def test_two_pixels_by_hand() -> None:
    # One pixel each, 3 rows and 4 columns apart: 5 pixels both ways.
    truth, predicted = np.zeros((2, 9, 9), np.uint8)
    truth[1, 1] = predicted[4, 5] = 1

    assert scores(truth, predicted) == {
        "boundary_f1": 0,
        "hausdorff_95": 5,
        "surface_distance": 5,
    }


def test_spacing_gives_micrometres_beside_pixels() -> None:
    truth, predicted = np.zeros((2, 9, 9), np.uint8)
    truth[1, 1] = predicted[4, 5] = 1
    names = ["hausdorff_95", "hausdorff_95_um", "surface_distance_um"]

    found = scores(truth, predicted, spacing=(2.0, 0.5), names=names)

    # 3 rows of 2 micrometres and 4 columns of a half.
    um = math.hypot(6, 2)
    assert found == pytest.approx(dict(zip(names, [5, um, um], strict=True)))


def test_an_image_without_spacing_has_no_micrometres() -> None:
    assert scores(square(5, 1, 2), square(5, 1, 2), names=["hausdorff_95_um"]) == {}


def test_a_square_that_is_one_pixel_too_large_by_hand() -> None:
    # Outline of 3 x 3: 8 pixels, each 1 from the outline of 5 x 5. Of its 16 pixels the 12 beside
    # the inner square are 1 away, the 4 corners the root of 2. 95 % of 16 lies in the corners.
    truth, predicted = square(9, 3, 3), square(9, 2, 5)

    found = scores(truth, predicted)

    assert found["surface_distance"] == pytest.approx((8 + 12 + 4 * math.sqrt(2)) / 24)
    assert found["hausdorff_95"] == pytest.approx(math.sqrt(2))
    assert found["boundary_f1"] == 1


def test_boundary_f1_by_hand() -> None:
    # True outline: 4 pixels; predicted: these and 4 more, far away. Precision 1/2, recall 1.
    truth = square(20, 0, 2)
    predicted = truth | square(20, 15, 2)

    assert scores(truth, predicted)["boundary_f1"] == pytest.approx(2 / 3)


def test_a_tolerance_below_one_is_a_share_of_the_diagonal() -> None:
    from archforge.metrics.outlines import boundary_f1, find_outlines

    outlines = find_outlines(Case(square(9, 3, 3), square(9, 2, 5)), 1)
    assert outlines is not None

    # The diagonal is 12.7: 1.27 pixels take in all but the 4 corners of 16.
    assert boundary_f1(outlines, 0.1) == pytest.approx(2 * 0.75 / 1.75)


def test_nothing_against_nothing_is_right_and_against_something_the_diagonal() -> None:
    empty = np.zeros((6, 8), np.uint8)
    some = empty.copy()
    some[2, 2] = 1
    worst = {"boundary_f1": 0, "hausdorff_95": 10, "surface_distance": 10}

    assert scores(empty, empty) == {"boundary_f1": 1, "hausdorff_95": 0, "surface_distance": 0}
    assert scores(empty, some) == scores(some, empty) == worst


def test_several_classes_are_averaged_without_the_background() -> None:
    # Class 1 is one pixel, 2 off; class 2 is where it should be; class 3 is not there.
    truth, predicted = np.zeros((2, 9, 9), np.uint8)
    truth[1, 1] = predicted[1, 3] = 1
    truth[7, 7] = predicted[7, 7] = 2

    assert scores(truth, predicted, 4)["hausdorff_95"] == 1


def test_volumes_have_surfaces() -> None:
    truth, predicted = np.zeros((2, 5, 5, 5), np.uint8)
    truth[0, 0, 0] = predicted[1, 2, 2] = 1

    assert scores(truth, predicted)["surface_distance"] == 3


@given(MASKS)
def test_truth_and_prediction_may_change_places(pair: tuple[Any, Any]) -> None:
    assert scores(*pair) == pytest.approx(scores(*pair[::-1]))


@given(MASKS, arrays(np.uint8, (6, 7), elements=st.integers(0, 1)))
def test_what_is_predicted_on_ignored_pixels_changes_nothing(
    pair: tuple[Any, Any], other: Any
) -> None:
    truth, predicted = pair
    truth[:, 3:5] = IGNORED
    changed = np.where(truth == IGNORED, other, predicted)

    assert scores(truth, changed) == scores(truth, predicted)


def test_another_number_of_spacings_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"spacing must be 2 numbers above 0, got \(1.0,\)"):
        scores(square(5, 1, 2), square(5, 1, 2), spacing=(1.0,))
