"""What is said of networks: no more than the numbers carry, and no less."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom  # type: ignore[import-untyped]  # scipy has no types

from archforge.compare import Row
from archforge.compare.records import ALIKE, BETTER, HERE, Failed, Training
from archforge.compare.verdicts import compared, verdict_words
from tests.compare.rows import comparison, row

DRAWS = 200
IMAGES = 99


def images_of(values: NDArray[np.float64]) -> dict[str, float]:
    return {f"{number:03}": float(value) for number, value in enumerate(values)}


def drawn(rng: np.random.Generator, offsets: Mapping[str, float], seeds: int) -> list[Row]:
    """Networks on the same images: hard ones are hard for all, and each training has its luck."""
    hard = rng.normal(0.8, 0.08, IMAGES)
    return [
        row(name, *(
            images_of(hard + offset + rng.normal(0, 0.005) + rng.normal(0, 0.02, IMAGES))
            for _ in range(seeds)
        ))
        for name, offset in offsets.items()
    ]  # fmt: skip


def claims(offsets: Mapping[str, float], seeds: int) -> int:
    """In how many of 200 simulated comparisons anything is called better."""
    rng = np.random.default_rng(7)
    found = 0
    for _ in range(DRAWS):
        rows = sorted(drawn(rng, offsets, seeds), key=lambda each: -each.mean)
        found += any(pair.verdict == BETTER for pair in compared(rows, None))
    return found


@pytest.mark.parametrize("networks", [2, pytest.param(5, marks=pytest.mark.slow)])
def test_a_planted_non_difference_is_claimed_no_more_often_than_5_in_100(networks: int) -> None:
    """Trainings differ by their luck alone; of several pairs none may be claimed."""
    most = binom.ppf(0.999, DRAWS, 0.05)

    assert claims({f"net{number}": 0.0 for number in range(networks)}, 4) <= most


def test_a_planted_difference_is_found() -> None:
    """Of 0.03, six times what trainings of one network differ by, over four seeds."""
    assert claims({"good": 0.03, "bad": 0.0}, 4) >= 0.9 * DRAWS


def test_images_alone_would_claim_the_luck_of_a_training() -> None:
    """Why trainings are asked too: two trainings of one network are told apart by images."""
    rng = np.random.default_rng(7)
    verdicts = [
        compared(sorted(drawn(rng, {"a": 0.0, "b": 0.0}, 1), key=lambda each: -each.mean), None)[0]
        for _ in range(DRAWS)
    ]

    assert sum(pair.images_p <= 0.05 for pair in verdicts) > 0.3 * DRAWS
    assert not any(pair.verdict == BETTER for pair in verdicts)


def test_the_signed_rank_test_alone_has_its_nominal_rate_where_only_images_vary() -> None:
    rng = np.random.default_rng(3)
    found = 0
    for _ in range(DRAWS):
        hard = rng.normal(0.8, 0.08, IMAGES)
        ours, theirs = (row(name, images_of(hard + rng.normal(0, 0.02, IMAGES))) for name in "ab")
        found += compared([ours, theirs], None)[0].images_p <= 0.05

    assert binom.ppf(0.001, DRAWS, 0.05) <= found <= binom.ppf(0.999, DRAWS, 0.05)


def test_what_is_not_distinguishable_is_said_with_the_cheapest_of_it() -> None:
    rng = np.random.default_rng(0)
    hard = rng.normal(0.8, 0.05, 99)
    twins = [
        row(name, *(images_of(hard + rng.normal(0, 0.02, 99)) for _ in range(3)), macs=macs)
        for name, macs in (("A", 600), ("C", 100))
    ]
    bad = row("B", *(images_of(hard - 0.2 + rng.normal(0, 0.02, 99)) for _ in range(3)))
    best, other = sorted(twins, key=lambda each: -each.mean)

    lines = verdict_words(comparison([*twins, bad]))

    assert lines[0].startswith(
        f"{best.architecture} and {other.architecture} are not distinguishable on these 99 images"
    )
    assert "C needs" in lines[0]
    assert lines[1].startswith(f"{best.architecture} is better than B by 0.")
    assert "over 3 trainings of each" in lines[1]


def test_one_training_of_each_says_what_it_does_not_say() -> None:
    hard = np.linspace(0.5, 0.9, 30)
    lines = verdict_words(comparison([row("good", images_of(hard + 0.05)),
                                      row("bad", images_of(hard))]))  # fmt: skip

    assert len(lines) == 1
    assert lines[0] == (
        "As trained here, good scores better than bad (by 0.0500) on these images; one training of "
        "each says nothing of the next: see --seeds and --folds."
    )


def test_trainings_that_vary_are_not_taken_for_networks_that_differ() -> None:
    hard = np.linspace(0.5, 0.9, 30)
    good = row("good", images_of(hard + 0.2), images_of(hard - 0.1))
    bad = row("bad", images_of(hard), images_of(hard))

    made = comparison([good, bad])

    assert made.pairs[0].verdict == HERE
    assert "2 trainings of each vary too much" in verdict_words(made)[0]


def test_too_few_images_are_told() -> None:
    few = {"a": 0.5, "b": 0.6}

    made = comparison([row("one", few), row("two", dict.fromkeys(few, 0.9))])

    assert made.pairs[0].verdict == ALIKE
    assert verdict_words(made) == ["2 images are too few to tell networks apart."]


def test_a_failed_training_is_told_and_the_others_are_compared() -> None:
    hard = np.linspace(0.5, 0.9, 30)
    whole, half = row("whole", images_of(hard), images_of(hard)), row("half", images_of(hard + 0.1))
    half = replace(half, failed=(Failed(None, 1, "diverged", "the loss is no number"),))

    lines = verdict_words(comparison([whole, half]))

    assert lines[-1] == "half, seed 1 failed (diverged): the loss is no number."
    assert comparison([whole, half]).pairs[0].trainings == 1


def test_an_image_s_score_is_the_mean_over_its_trainings() -> None:
    found = row("toy", {"a": 0.5, "b": 1.0}, {"a": 0.7, "b": 1.0})

    assert found.images == {"a": pytest.approx(0.6), "b": 1.0}
    assert found.mean == pytest.approx(0.8)
    assert isinstance(found.trainings[0], Training)
