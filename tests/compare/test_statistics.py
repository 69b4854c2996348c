"""Intervals and tests, against published examples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.compare.statistics import holm, mean_interval, paired_p

# Darwin's crossed and self-fertilized maize, differences in height in eighths of an inch:
# Fisher 1935, The Design of Experiments, section 17.
MAIZE = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75]


def test_the_signed_rank_test_agrees_with_the_published_one_on_darwins_maize() -> None:
    crossed = {str(row): float(gap) for row, gap in enumerate(MAIZE)}
    selfed = dict.fromkeys(crossed, 0.0)

    # Cureton 1967, Psychometrika 32(3): 2 * 676 / 2 ** 15.
    assert paired_p(crossed, selfed) == pytest.approx(0.041259765625)
    assert paired_p(selfed, crossed) == pytest.approx(0.041259765625)


def test_too_few_images_say_nothing() -> None:
    five = {str(row): float(row + 1) for row in range(5)}

    assert paired_p(five, dict.fromkeys(five, 0.0)) == 1.0
    assert paired_p(five, five) == 1.0


def test_holms_correction_agrees_with_the_worked_example() -> None:
    """Four tests: 0.005 times 4, 0.01 times 3, 0.03 times 2, and none below the one before."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_a_corrected_chance_is_never_smaller_and_keeps_its_order(chances: list[float]) -> None:
    corrected = holm(chances)

    assert all(a >= b for a, b in zip(corrected, chances, strict=True))
    order = np.argsort(chances, kind="stable")
    assert (np.diff(np.asarray(corrected)[order]) >= 0).all()


def test_an_interval_holds_the_mean_and_narrows_with_more_images() -> None:
    rng = np.random.default_rng(0)
    few, many = (rng.normal(0.8, 0.1, count).tolist() for count in (10, 1000))

    mean, low, high = mean_interval(few)
    _, low_of_many, high_of_many = mean_interval(many)

    assert low < mean < high
    assert high_of_many - low_of_many < (high - low) / 5
    assert mean_interval([0.5, 0.5]) == (0.5, 0.5, 0.5)
