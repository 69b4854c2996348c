"""Objects from scores: drawn discs and balls that are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from archforge.data.targets import border_target
from archforge.predict import instances

Labels = NDArray[np.int32]


def discs(*circles: tuple[int, int, int], size: int = 64) -> Labels:
    """Numbered discs of row, column and radius; the first ones lie on top."""
    rows, columns = np.mgrid[:size, :size]
    labels = np.zeros((size, size), np.int32)
    for number, (row, column, radius) in reversed(list(enumerate(circles, start=1))):
        labels[np.hypot(rows - row, columns - column) <= radius] = number
    return labels


def sigmoid(labels: Labels) -> NDArray[np.float32]:
    return (labels > 0).astype(np.float32)[..., np.newaxis]


def same(found: Labels, truth: Labels) -> float:
    """The smallest IoU of an object with the found one that it shares most with."""
    overlaps = []
    for number in range(1, truth.max() + 1):
        mask = truth == number
        other = found == np.bincount(found[mask]).argmax()
        overlaps.append((mask & other).sum() / (mask | other).sum())
    return float(min(overlaps))


TOUCHING = discs((20, 20, 9), (20, 36, 9), (45, 30, 9))


def test_touching_discs_are_parted_where_they_touch() -> None:
    found = instances(sigmoid(TOUCHING))

    assert found.dtype == np.int32
    assert found.max() == 3
    assert same(found, TOUCHING) > 0.95


def test_two_classes_say_the_same_as_one() -> None:
    one = sigmoid(TOUCHING)
    two = np.concatenate([1 - one, one], axis=-1)

    assert np.array_equal(instances(two), instances(one))


@pytest.mark.parametrize("touching", [TOUCHING, discs((30, 20, 9), (30, 38, 9), (30, 54, 7))])
def test_three_classes_give_each_border_back_to_its_object(touching: Labels) -> None:
    scores = np.eye(3, dtype=np.float32)[border_target(touching)]

    found = instances(scores)

    assert found.max() == touching.max()
    assert np.array_equal(found > 0, touching > 0)
    assert same(found, touching) > 0.95


def test_an_object_too_small_to_have_an_inside_is_one_nevertheless() -> None:
    labels = discs((20, 20, 6), (50, 50, 1))
    scores = np.eye(3, dtype=np.float32)[border_target(labels, 2)]

    assert np.array_equal(instances(scores, least_area=1) > 0, labels > 0)


def test_balls_that_touch_are_parted_in_a_volume() -> None:
    planes, rows, columns = np.mgrid[:20, :20, :36]
    volume = np.zeros((20, 20, 36), np.int32)
    for number, column in enumerate((10, 25), start=1):
        ball = (planes - 10) ** 2 + (rows - 10) ** 2 + (columns - column) ** 2 <= 64
        volume[ball & (volume == 0)] = number

    found = instances(sigmoid(volume))

    assert found.max() == 2
    assert same(found, volume) > 0.9


def test_holes_are_filled_and_the_ground_between_objects_is_not() -> None:
    ring = discs((12, 12, 9)) - discs((12, 12, 1))
    square = discs((40, 40, 7), (40, 53, 7), (53, 40, 7), (53, 53, 7))

    found = instances(sigmoid(ring + square), seed_distance=5)

    assert found[12, 12] == found[12, 5]
    assert found.max() == 5
    assert not found[46, 46]


def test_specks_are_removed_and_numbers_run_on() -> None:
    labels = discs((20, 20, 9), (5, 50, 1), (45, 30, 9))

    assert np.unique(instances(sigmoid(labels))).tolist() == [0, 1, 2]
    assert np.unique(instances(sigmoid(labels), least_area=1)).tolist() == [0, 1, 2, 3]
    assert not instances(sigmoid(labels), least_area=300).any()


def test_a_larger_distance_between_seeds_keeps_objects_together() -> None:
    peanut = discs((30, 26, 9), (30, 38, 9))

    assert instances(sigmoid(peanut), seed_distance=3).max() == 2
    assert instances(sigmoid(peanut), seed_distance=14).max() == 1


@pytest.mark.parametrize("classes", [1, 2, 3])
def test_without_foreground_there_are_no_objects(classes: int) -> None:
    scores = np.zeros((8, 9, classes), np.float32)
    scores[..., 0] = classes > 1

    assert not instances(scores).any()


@given(st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39), st.integers(2, 6)), max_size=6))
def test_every_pixel_of_the_foreground_belongs_to_one_object(
    circles: list[tuple[int, int, int]],
) -> None:
    labels = discs(*circles, size=40)

    found = instances(sigmoid(labels), least_area=1)

    assert (found[labels > 0] > 0).all()
    assert np.unique(found[found > 0]).tolist() == list(range(1, found.max() + 1))


@pytest.mark.parametrize(
    ("scores", "words", "message"),
    [
        (np.zeros((4, 4)), {}, "scores must be 2-D or 3-D with 1, 2 or 3 classes last"),
        (np.zeros((4, 4, 5)), {}, r"got shape \(4, 4, 5\)"),
        (np.zeros((4, 4, 1)), {"threshold": 1.0}, r"threshold must be in \(0, 1\), got 1.0"),
        (np.zeros((4, 4, 1)), {"least_area": -1}, "least_area must be at least 0, got -1"),
    ],
)
def test_wrong_arguments_are_errors(
    scores: NDArray[np.float32], words: dict[str, float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        instances(scores, **words)  # type: ignore[arg-type]  # on purpose
