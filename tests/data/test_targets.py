"""Three classes from numbered objects."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage  # type: ignore[import-untyped]  # scipy ships no types

from archforge.data.targets import BORDER, INSIDE, border_target


def test_the_border_of_two_touching_objects_is_drawn_on_the_side_of_each() -> None:
    labels = np.array([[0, 0, 0, 0, 0, 0, 0, 0],
                       [0, 1, 1, 1, 2, 2, 2, 0],
                       [0, 1, 1, 1, 2, 2, 2, 0],
                       [0, 1, 1, 1, 2, 2, 2, 0],
                       [0, 0, 0, 0, 0, 0, 0, 0]])  # fmt: skip

    target = border_target(labels)

    assert target.tolist() == [[0, 0, 0, 0, 0, 0, 0, 0],
                               [0, 2, 2, 2, 2, 2, 2, 0],
                               [0, 2, 1, 2, 2, 1, 2, 0],
                               [0, 2, 2, 2, 2, 2, 2, 0],
                               [0, 0, 0, 0, 0, 0, 0, 0]]  # fmt: skip


def test_an_object_goes_on_behind_the_rim_of_the_image() -> None:
    labels = np.array([[7, 7, 7, 7, 0]] * 3, dtype=np.uint16)

    assert border_target(labels).tolist() == [[1, 1, 1, 2, 0]] * 3
    assert border_target(labels, 2).tolist() == [[1, 1, 2, 2, 0]] * 3


def test_a_ball_keeps_its_core_in_three_dimensions() -> None:
    ball = (np.sum(np.mgrid[-4:5, -4:5, -4:5] ** 2, axis=0) <= 9).astype(np.int32)

    target = border_target(ball)

    assert (target > 0).sum() == ball.sum()
    assert target[4, 4].tolist() == [0, 2, 1, 1, 1, 1, 1, 2, 0]


@given(arrays(np.uint8, (7, 8), elements=st.integers(0, 3)), st.integers(1, 3))
def test_the_insides_of_two_objects_never_touch(labels: np.ndarray, width: int) -> None:
    target = border_target(labels, width)

    assert np.array_equal(target > 0, labels > 0)
    pieces, count = ndimage.label(target == INSIDE, np.ones((3, 3)))
    for piece in range(1, count + 1):
        assert len(np.unique(labels[pieces == piece])) == 1
    assert (border_target(labels, width + 1) == BORDER)[target == BORDER].all()


def test_scores_and_a_border_without_width_are_errors() -> None:
    with pytest.raises(ValueError, match="labels must be whole numbers, got float64"):
        border_target(np.zeros((4, 4)))
    with pytest.raises(ValueError, match="width must be at least 1, got 0"):
        border_target(np.zeros((4, 4), np.uint8), 0)
