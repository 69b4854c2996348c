"""Intervals and tests, against published examples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2  # type: ignore[import-untyped]  # scipy has no types

from archforge.compare.statistics import (
    gaps_between,
    grouped,
    holm,
    mean_interval,
    paired_p,
    rank_biserial,
    ranked,
    trainings_p,
)

# Darwin's crossed and self-fertilized maize, differences in height in eighths of an inch:
# Fisher 1935, The Design of Experiments, section 17.
MAIZE = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75]
# AUC of four variants of C4.5 on 14 data sets: Demsar 2006, JMLR 7, table 6. Where it prints 0.975
# twice it ranks the first of them higher.
DEMSAR = {
    "C4.5": [0.763, 0.599, 0.954, 0.628, 0.882, 0.936, 0.661, 0.583, 0.775, 1.0, 0.940, 0.619,
             0.972, 0.957],
    "C4.5+m": [0.768, 0.591, 0.971, 0.661, 0.888, 0.931, 0.668, 0.583, 0.838, 1.0, 0.962, 0.666,
               0.981, 0.978],
    "C4.5+cf": [0.771, 0.590, 0.968, 0.654, 0.886, 0.916, 0.609, 0.563, 0.866, 1.0, 0.965, 0.614,
                0.97501, 0.946],
    "C4.5+m+cf": [0.798, 0.569, 0.967, 0.657, 0.898, 0.931, 0.685, 0.625, 0.875, 1.0, 0.962, 0.669,
                  0.975, 0.970],
}  # fmt: skip


def test_the_signed_rank_test_agrees_with_the_published_one_on_darwins_maize() -> None:
    crossed = {str(row): float(gap) for row, gap in enumerate(MAIZE)}
    selfed = dict.fromkeys(crossed, 0.0)

    # Cureton 1967, Psychometrika 32(3): 2 * 676 / 2 ** 15.
    assert paired_p(crossed, selfed) == pytest.approx(0.041259765625)
    assert paired_p(selfed, crossed) == pytest.approx(0.041259765625)


def test_the_effect_size_of_darwins_maize_is_that_of_its_rank_sums() -> None:
    """Ranks 10 and 14 speak against crossing, 96 of 120 for it."""
    assert rank_biserial(MAIZE) == pytest.approx((96 - 24) / 120)
    assert rank_biserial([-gap for gap in MAIZE]) == pytest.approx(-0.6)
    assert rank_biserial([0.0, 0.0]) == 0.0


def test_right_answers_are_compared_by_those_that_only_one_side_has() -> None:
    """21 against 9 of 30 that differ: a fair coin does so with 4.28 %, whatever else is equal."""
    ours = {str(row): float(row < 21 or row >= 30) for row in range(100)}
    theirs = {str(row): float(row >= 21) for row in range(100)}

    assert paired_p(ours, theirs) == pytest.approx(0.0428, abs=5e-5)


def test_too_few_images_say_nothing() -> None:
    five = {str(row): float(row + 1) for row in range(5)}

    assert paired_p(five, dict.fromkeys(five, 0.0)) == 1.0
    assert paired_p(five, five) == 1.0


def test_only_images_of_both_are_compared() -> None:
    assert gaps_between({"a": 1.0, "b": 0.5}, {"b": 0.25, "c": 1.0}) == {"b": 0.25}


def test_trainings_are_compared_by_the_t_test_of_darwins_maize_too() -> None:
    """Fisher 1935, section 17: t = 2.148 with 14 degrees of freedom, 4.97 %."""
    assert trainings_p(MAIZE) == pytest.approx(0.0497, abs=5e-5)


def test_folds_that_share_images_need_a_larger_difference() -> None:
    gaps = [0.02, 0.03, 0.025, 0.021, 0.028]
    plain, corrected = trainings_p(gaps), trainings_p(gaps, 1 / 4)

    assert plain is not None
    assert corrected is not None
    assert plain < corrected < 0.01
    # Of t ** 2 = 2 ** 2 / (1 / 3 + 1 / 2) = 4.8 the t distribution has a closed form.
    assert trainings_p([1.0, 2.0, 3.0], 1 / 2) == pytest.approx(1 - (4.8 / 6.8) ** 0.5)


def test_one_training_says_nothing_of_others() -> None:
    assert trainings_p([0.3]) is None
    assert trainings_p([0.0, 0.0]) == 1.0


def test_two_trainings_that_differ_by_the_very_same_say_nothing_of_a_third() -> None:
    """Six images more of 60 are right with both seeds: so few values repeat by chance."""
    assert trainings_p([0.1, 0.1]) is None
    assert trainings_p([0.1, 0.1, 0.1]) is None
    assert trainings_p([18 / 20 - 10 / 20, 17 / 20 - 9 / 20]) is None


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
    few, many = (
        {str(at): value for at, value in enumerate(rng.normal(0.8, 0.1, count).tolist())}
        for count in (10, 1000)
    )

    mean, low, high = mean_interval(few)
    _, low_of_many, high_of_many = mean_interval(many)

    assert low < mean < high
    assert high_of_many - low_of_many < (high - low) / 5
    assert mean_interval({"a": 0.5, "b": 0.5}) == (0.5, 0.5, 0.5)


def test_images_of_one_group_are_drawn_together() -> None:
    """Four images in two groups vary as two values do; the mean stays that over images."""
    values = {"a1": 0.2, "a2": 0.4, "a3": 0.3, "b1": 0.9}
    groups = {"a1": "a", "a2": "a", "a3": "a"}

    mean, low, high = mean_interval(values, groups)

    assert grouped(values, groups) == [[0.2, 0.4, 0.3], [0.9]]
    assert mean == pytest.approx(0.45)
    assert [low, high] == pytest.approx([0.3, 0.9])


def test_a_group_is_one_pair_of_the_signed_rank_test() -> None:
    crossed = {str(row): float(gap) for row, gap in enumerate(MAIZE)}
    twice = {**crossed, **{f"again {name}": gap for name, gap in crossed.items()}}
    groups = {name: name.removeprefix("again ") for name in twice}
    none = dict.fromkeys(twice, 0.0)

    assert paired_p(twice, none, groups) == pytest.approx(paired_p(crossed, none))
    assert paired_p(twice, none) < paired_p(crossed, none)


def test_right_answers_of_groups_are_compared_by_their_shares() -> None:
    """Half a group right is no answer: ranks count then."""
    ours = {f"{group}{image}": 1.0 for group in range(8) for image in "ab"}
    theirs = {name: float(name.endswith("a")) for name in ours}
    groups = {name: name[0] for name in ours}

    assert paired_p(ours, theirs, groups) == pytest.approx(2 / 2**8)


def test_ranks_and_their_critical_difference_agree_with_the_worked_example_of_demsar() -> None:
    """Section 3.2.4: mean ranks 3.143, 2.000, 2.893 and 1.964, chi-square 9.28, CD 1.25."""
    found = ranked(DEMSAR)

    assert found is not None
    assert list(found.ranks) == ["C4.5+m+cf", "C4.5+m", "C4.5+cf", "C4.5"]
    assert list(found.ranks.values()) == pytest.approx([1.964, 2.000, 2.893, 3.143], abs=5e-4)
    assert found.critical == pytest.approx(1.25, abs=0.005)
    # The example does not correct for ties, of which there are 3 pairs and one of four.
    ties = 1 - (3 * 6 + 60) / (14 * 60)
    assert chi2.isf(found.p, 3) * ties == pytest.approx(9.28, abs=0.005)
    assert found.datasets == 14


def test_two_networks_or_one_data_set_are_not_ranked() -> None:
    assert ranked({"a": [0.5, 0.6], "b": [0.6, 0.7]}) is None
    assert ranked({"a": [0.5], "b": [0.6], "c": [0.7]}) is None
    alike = ranked({"a": [0.5, 0.5], "b": [0.5, 0.5], "c": [0.5, 0.5]})
    assert alike is not None
    assert alike.p == 1.0
