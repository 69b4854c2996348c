"""The Lovász extension of the Jaccard loss: by hand, and at its corners."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.losses.worked import column, line, value

pytestmark = pytest.mark.keras
BITS = arrays(np.uint8, (1, 3, 3), elements=st.integers(0, 1))


def test_four_pixels_by_hand() -> None:
    # Errors 0.1 0.5 (inside) 0.4 0.2 (outside); largest first: 0.5 in, 0.4 out, 0.2 out, 0.1 in.
    # Jaccard loss of the first k wrong: 1 - 1/2, 1 - 1/3, 1 - 1/4, 1 - 0/4.
    steps = np.diff([0, 1 / 2, 2 / 3, 3 / 4, 1])

    found = value("lovasz", 1, line(1, 1, 0, 0), column(0.9, 0.5, 0.4, 0.2))

    assert found == pytest.approx(float(np.dot(steps, [0.5, 0.4, 0.2, 0.1])))


def test_absent_classes_are_left_out_of_several() -> None:
    # Classes 0 and 1 are there, 2 is not. Errors of 0: 0.2, 0.3; of 1: 0.7 - 0.4 = 0.3 and 0.1.
    scores = np.array([[0.8, 0.1, 0.1], [0.3, 0.6, 0.1]]).reshape(1, 2, 1, 3)

    found = value("lovasz", 3, line(0, 1), scores)

    # Class 0: 0.3 outside first, then 0.2 inside: 1/2, 1/2. Class 1: 0.4 inside, 0.1 outside: 1, 0.
    first, second = 0.3 / 2 + 0.2 / 2, 0.4 * 1
    assert found == pytest.approx((first + second) / 2)


def test_an_image_without_the_only_class_has_its_highest_score_as_loss() -> None:
    assert value("lovasz", 1, line(0, 0, 0), column(0.2, 0.7, 0.1)) == pytest.approx(0.7)


@given(BITS, BITS)
@settings(max_examples=30)
def test_on_masks_it_is_one_minus_iou(truth: np.ndarray, predicted: np.ndarray) -> None:
    either = np.logical_or(truth, predicted).sum()
    iou = np.logical_and(truth, predicted).sum() / either if either else 1.0

    found = value("lovasz", 1, truth, predicted[..., np.newaxis])

    assert found == pytest.approx(1 - iou, abs=1e-6)
