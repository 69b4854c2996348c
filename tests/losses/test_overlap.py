"""Dice, IoU and Tversky by hand, and how they relate."""

import numpy as np
import pytest

from tests.losses.worked import column, line, value

pytestmark = pytest.mark.keras
# sum(p t) = 0.9 + 0.5, sum(p) = 2, sum(t) = 2: false positives 0.6, false negatives 0.6.
MASK, SCORES = line(1, 1, 0, 0), column(0.9, 0.5, 0.4, 0.2)
# The same with false positives 0.2 and false negatives 1.2.
UNEVEN = column(0.5, 0.3, 0.1, 0.1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dice", 1 - (2 * 1.4 + 1) / (2 + 2 + 1)),
        ("iou", 1 - (1.4 + 1) / (2 + 2 - 1.4 + 1)),
        ("tversky", 1 - (1.4 + 1) / (1.4 + 0.3 * 0.6 + 0.7 * 0.6 + 1)),
        ("focal_tversky", (1 - 2.4 / 3) ** 0.75),
        ("focal_tversky(gamma=2)", (1 - 2.4 / 3) ** 0.5),
    ],
)
def test_one_image_by_hand(text: str, expected: float) -> None:
    assert value(text, 1, MASK, SCORES) == pytest.approx(expected, rel=1e-5)


def test_alpha_counts_false_positives_and_beta_false_negatives() -> None:
    both, extra, missed = 0.8, 0.2, 1.2

    found = value("tversky(alpha=0.1,beta=0.9)", 1, MASK, UNEVEN)

    assert found == pytest.approx(1 - (both + 1) / (both + 0.1 * extra + 0.9 * missed + 1))


def test_tversky_with_ones_is_iou() -> None:
    found = value("tversky(alpha=1,beta=1)", 1, MASK, UNEVEN)

    assert found == pytest.approx(value("iou", 1, MASK, UNEVEN))


def test_dice_of_several_classes_is_the_mean_over_them() -> None:
    # Class 0: p 0.8 and 0.3, truth 1 and 0. Class 1: p 0.2 and 0.7, truth 0 and 1.
    scores = np.array([[0.8, 0.2], [0.3, 0.7]]).reshape(1, 2, 1, 2)

    found = value("dice", 2, line(0, 1), scores)

    first, second = (2 * 0.8 + 1) / (1 + 1.1 + 1), (2 * 0.7 + 1) / (1 + 0.9 + 1)
    assert found == pytest.approx(1 - (first + second) / 2)


def test_dice_is_the_mean_over_images_and_does_not_pool_them() -> None:
    # One image with a large object that is found, one with a single pixel that is not.
    masks = np.zeros((2, 4, 4), dtype=np.uint8)
    masks[0], masks[1, 0, 0] = 1, 1
    scores = np.zeros((2, 4, 4, 1), dtype=np.float32)
    scores[0] = 1.0

    found = value("dice", 1, masks, scores)
    pooled = 1 - (2 * 16 + 1) / (17 + 16 + 1)

    assert found == pytest.approx((0 + (1 - 1 / 2)) / 2)
    assert pooled < 0.03 < found


@pytest.mark.parametrize("text", ["dice", "iou", "tversky", "focal_tversky", "lovasz", "boundary"])
def test_an_empty_image_predicted_empty_has_no_loss(text: str) -> None:
    assert value(text, 1, np.zeros((1, 3, 3)), np.zeros((1, 3, 3, 1))) == 0
