"""Losses by hand, their gradients by differences, and what survives saving."""

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from archforge.losses import parse_loss

pytestmark = pytest.mark.keras
RNG = np.random.default_rng(5)


@pytest.fixture(scope="module", autouse=True)
def tensorflow() -> Any:
    """TensorFlow, imported as the build room does it: without its lines on stderr."""
    from archforge.build import quiet

    return quiet.tensorflow


def value(text: str, classes: int, masks: ArrayLike, scores: ArrayLike) -> float:
    truth = np.asarray(masks, dtype=np.uint8)
    return float(parse_loss(text, classes)(truth, np.asarray(scores, dtype=np.float32)))


def column(*numbers: float) -> np.ndarray:
    """One image one pixel wide, one class."""
    return np.array(numbers, dtype=np.float32).reshape(1, -1, 1, 1)


def test_dice_of_one_image_by_hand() -> None:
    # sum(p t) = 0.9 + 0.5, sum(p) = 2, sum(t) = 2; one pixel above and below for smoothing.
    masks = np.array([1, 1, 0, 0]).reshape(1, 4, 1)

    found = value("dice", 1, masks, column(0.9, 0.5, 0.4, 0.2))

    assert found == pytest.approx(1 - (2 * 1.4 + 1) / (2 + 2 + 1))


def test_binary_cross_entropy_by_hand() -> None:
    masks = np.array([1, 0]).reshape(1, 2, 1)

    found = value("bce", 1, masks, column(0.8, 0.4))

    assert found == pytest.approx(-(math.log(0.8) + math.log(0.6)) / 2, rel=1e-5)


def test_cross_entropy_by_hand() -> None:
    masks = np.array([2, 0]).reshape(1, 2, 1)
    scores = np.array([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]]).reshape(1, 2, 1, 3)

    found = value("crossentropy", 3, masks, scores)

    assert found == pytest.approx(-(math.log(0.7) + math.log(0.5)) / 2, rel=1e-5)


def test_dice_of_several_classes_is_the_mean_over_them() -> None:
    # Class 0: p 0.8 and 0.3, truth 1 and 0. Class 1: p 0.2 and 0.7, truth 0 and 1.
    masks = np.array([0, 1]).reshape(1, 2, 1)
    scores = np.array([[0.8, 0.2], [0.3, 0.7]]).reshape(1, 2, 1, 2)

    found = value("dice", 2, masks, scores)

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


def test_an_empty_image_predicted_empty_has_no_dice_loss() -> None:
    assert value("dice", 1, np.zeros((1, 3, 3)), np.zeros((1, 3, 3, 1))) == 0


def test_a_sum_is_the_sum_in_either_order() -> None:
    masks = RNG.integers(0, 2, (3, 4, 5))
    scores = RNG.uniform(0.05, 0.95, (3, 4, 5, 1))

    parts = value("dice", 1, masks, scores) + value("bce", 1, masks, scores)

    assert value("dice+bce", 1, masks, scores) == pytest.approx(parts, rel=1e-6)
    assert value("bce+dice", 1, masks, scores) == value("dice+bce", 1, masks, scores)


def test_masks_may_have_an_axis_of_channels() -> None:
    masks = RNG.integers(0, 2, (2, 3, 3))
    scores = RNG.uniform(0.1, 0.9, (2, 3, 3, 1))

    assert value("auto", 1, masks, scores) == value("auto", 1, masks[..., np.newaxis], scores)


@pytest.mark.parametrize(
    ("text", "classes"),
    [("bce", 1), ("dice", 1), ("dice+bce", 1), ("dice", 3), ("crossentropy", 3), ("auto", 3)],
)
def test_gradients_equal_differences(text: str, classes: int, tensorflow: Any) -> None:
    loss = parse_loss(text, classes)
    masks = RNG.integers(0, max(2, classes), (2, 3, 2)).astype(np.uint8)
    raw = RNG.normal(size=(2, 3, 2, classes)).astype(np.float32)
    head = tensorflow.sigmoid if classes == 1 else tensorflow.nn.softmax
    variable = tensorflow.Variable(raw)
    direction = RNG.normal(size=raw.shape).astype(np.float32)

    with tensorflow.GradientTape() as tape:
        total = loss(masks, head(variable))
    along = float(np.sum(tape.gradient(total, variable).numpy() * direction))

    ends = [float(loss(masks, head(raw + sign * 1e-2 * direction))) for sign in (1, -1)]
    assert along == pytest.approx((ends[0] - ends[1]) / 2e-2, rel=5e-3, abs=1e-4)


def test_a_loss_is_written_and_read_back() -> None:
    from archforge.build.quiet import keras

    loss = parse_loss("dice+bce", 1)

    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))

    assert again.terms == ("bce", "dice")
    assert again.get_config() == loss.get_config()
