"""Predictions that are looked at: what was predicted, and where it is wrong."""

import numpy as np
import pytest
from numpy.typing import NDArray

pytestmark = pytest.mark.keras
GREY = 100


def drawn(truth: NDArray[np.uint8], said: NDArray[np.uint8], classes: int) -> NDArray[np.uint8]:
    """The picture of a prediction over an image that is grey, so that colours stand out."""
    from archforge.compare.showing import draw
    from archforge.train.scoring import Prediction

    image = np.full((*truth.shape, 1), GREY, np.uint8)
    image[0, 0], image[-1, -1] = 0, 255
    scores = np.eye(max(2, classes), dtype=np.float32)[said]
    return draw(Prediction(0, "a", image, truth, said, scores), classes)[2]


def share(picture: NDArray[np.uint8], colour: str) -> float:
    wanted = np.array(list(bytes.fromhex(colour[1:])))
    return float((np.abs(picture.astype(int) - wanted).max(axis=-1) < 3).mean())


def test_a_wrong_class_has_its_own_colour_and_stripes() -> None:
    truth = np.ones((60, 60), np.uint8)
    truth[:, 30:] = 2

    right, wrong = drawn(truth, truth, 3), drawn(truth, np.ones_like(truth), 3)

    from archforge.train.colours import ORANGE, SKY

    # Half of it was class 2, and is called class 1, but for two of six stripes.
    half = wrong[:, 32:]
    assert 0.6 < share(half, ORANGE) < 0.7
    assert share(half, SKY) == 0
    assert share(half, "#ffffff") == pytest.approx(1 / 6, abs=0.02)
    assert share(half, "#000000") == pytest.approx(1 / 6, abs=0.02)
    assert share(right[:, 32:], "#ffffff") < 0.02
    # Right classes let the image be seen through.
    assert (right[30, 10] == wrong[30, 10]).all()
    assert (right[30, 10] != right[30, 50]).any()
    assert right[30, 10, 0] > right[30, 10, 2]


def test_what_was_missed_is_striped_though_no_class_was_said() -> None:
    truth = np.full((60, 60), 2, np.uint8)

    missed = drawn(truth, np.zeros_like(truth), 3)

    assert share(missed, "#ffffff") == pytest.approx(1 / 6, abs=0.02)


def test_nothing_is_wrong_where_nobody_knows_the_truth() -> None:
    from archforge.data import IGNORED

    truth = np.full((60, 60), IGNORED, np.uint8)

    picture = drawn(truth, np.ones_like(truth), 3)

    assert share(picture, "#ffffff") < 0.01


def test_of_one_class_what_is_missed_and_what_is_too_much_have_colours_as_ever() -> None:
    truth, said = np.zeros((60, 60), np.uint8), np.zeros((60, 60), np.uint8)
    truth[:, :20], said[:, 40:] = 1, 1

    picture = drawn(truth, said, 1)

    (missed, too_much) = picture[30, 10].astype(int), picture[30, 50].astype(int)
    assert missed[0] > missed[2] + 50
    assert too_much[2] > too_much[0] + 50
