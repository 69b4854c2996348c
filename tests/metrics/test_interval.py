"""Intervals against a published example, at their edges, and how often they hold the truth."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.metrics import Interval, belonging, interval

# Efron and Tibshirani 1993, An Introduction to the Bootstrap, table 14.1: spatial test A.
SPATIAL = [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24]
SPATIAL += [26, 30, 41]


def test_the_same_seed_gives_the_same_interval_around_the_mean() -> None:
    found = interval(SPATIAL, seed=3)

    assert found == interval(SPATIAL, seed=3)
    assert found.low < np.mean(SPATIAL) < found.high
    # A normal interval of the mean is 29.65 plus or minus 1.96 x 13.10 / sqrt(26).
    assert (found.low, found.high) == pytest.approx((24.6, 34.7), abs=0.8)


def test_a_higher_level_is_wider() -> None:
    wide, narrow = interval(SPATIAL, level=0.99), interval(SPATIAL, level=0.5)

    assert wide.low < narrow.low < narrow.high < wide.high


@given(st.floats(-10, 10), st.integers(1, 5))
def test_images_that_agree_have_an_interval_of_no_width(value: float, count: int) -> None:
    found = interval([value] * count)

    assert (found.low, found.high) == pytest.approx((value, value))


def test_one_image_has_an_interval_of_no_width() -> None:
    assert interval([0.25]) == Interval(0.25, 0.25)


def test_images_that_belong_together_are_drawn_together() -> None:
    """Ten stacks of nine equal planes vary as ten images do."""
    stacks = [0.1, 0.35, 0.4, 0.45, 0.5, 0.5, 0.6, 0.62, 0.7, 0.9]
    planes = [value for value in stacks for _ in range(9)]
    names = [f"stack {number}" for number in range(10) for _ in range(9)]

    apart, of_stacks, together = (
        interval(planes), interval(stacks), interval(planes, groups=names),
    )  # fmt: skip
    assert (together.low, together.high) == pytest.approx((of_stacks.low, of_stacks.high))
    assert apart.high - apart.low < 0.5 * (of_stacks.high - of_stacks.low)


def test_a_stack_counts_as_many_images_as_it_has() -> None:
    found = interval([0.2, 0.4, 0.3, 0.9], groups=["a", "a", "a", ""])

    assert (found.low, found.high) == pytest.approx((0.3, 0.9))
    assert belonging(["a", "", "a", "", "b"]) == [[0, 2], [1], [3], [4]]


def test_planes_of_the_only_stack_are_drawn_one_by_one() -> None:
    assert interval([0.2, 0.4, 0.9], groups=["a"] * 3) == interval([0.2, 0.4, 0.9])


def test_it_holds_the_true_mean_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    draws = rng.beta(5, 2, (60, 30))

    found = [interval(draw.tolist()) for draw in draws]

    held = np.mean([each.low < 5 / 7 < each.high for each in found])
    assert 0.85 <= held <= 1


@pytest.mark.parametrize(
    ("values", "told", "message"),
    [
        ([], {}, "there must be an image"),
        ([1.0], {"level": 95}, r"a level in \(0, 1\), got 1 and 95"),
        ([1.0, float("nan")], {}, "values must be finite"),
    ],
)
def test_what_has_no_interval_is_an_error(
    values: list[float], told: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        interval(values, **told)
