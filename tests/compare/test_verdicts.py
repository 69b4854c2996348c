"""What is said of networks: no more than the numbers carry, and no less."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom  # type: ignore[import-untyped]  # scipy has no types

from archforge.compare import Row
from archforge.compare.records import ALIKE, BETTER, HERE
from archforge.compare.rows import Failed, Training
from archforge.compare.verdicts import compared, verdict_words
from tests.compare.rows import comparison, row, share, training

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
        found += any(pair.verdict == BETTER for pair in compared(rows))
    return found


@pytest.mark.parametrize("networks", [2, pytest.param(5, marks=pytest.mark.slow)])
def test_a_planted_non_difference_is_claimed_no_more_often_than_5_in_100(networks: int) -> None:
    """Trainings differ by their luck alone; of several pairs none may be claimed."""
    most = binom.ppf(0.999, DRAWS, 0.05)

    assert claims({f"net{number}": 0.0 for number in range(networks)}, 4) <= most


def test_seeds_on_the_same_folds_are_no_more_folds() -> None:
    """What a fold holds moves all seeds together: five of them on three folds are three values."""
    rng, found = np.random.default_rng(11), 0
    for _ in range(DRAWS):
        hard = rng.normal(0.8, 0.08, IMAGES)
        rows = [_folded(rng, name, hard, folds=3, seeds=5) for name in "ab"]
        rows.sort(key=lambda each: -each.mean)
        found += any(pair.verdict == BETTER for pair in compared(rows, share(3)))

    assert found <= binom.ppf(0.999, DRAWS, 0.05)


def _folded(
    rng: np.random.Generator, name: str, hard: NDArray[np.float64], folds: int, seeds: int
) -> Row:
    """A network that fits some folds better than others by chance, whatever the seed."""
    every = images_of(hard)
    trainings = []
    for fold in range(folds):
        luck = rng.normal(0, 0.02)
        mine = {image: value for place, (image, value) in enumerate(every.items())
                if place % folds == fold}  # fmt: skip
        for seed in range(seeds):
            shift = luck + rng.normal(0, 0.002)
            seen = {image: value + shift + rng.normal(0, 0.01) for image, value in mine.items()}
            trainings.append(training(seen, seed, fold))
    return Row(architecture=name, score="dice", trainings=tuple(trainings))


def test_a_network_whose_hard_fold_failed_is_not_called_better_for_it() -> None:
    """Its mean is over easy images; on those that both have seen the other is ahead."""
    rng = np.random.default_rng(5)
    easy = {f"e{number:02}": float(rng.normal(0.9, 0.01)) for number in range(20)}
    hard = {f"h{number:02}": float(rng.normal(0.5, 0.01)) for number in range(20)}
    both = Row(architecture="both", score="dice", trainings=tuple(
        training({image: value + 0.02 for image, value in images.items()}, 0, fold)
        for fold, images in enumerate((easy, hard))))  # fmt: skip
    half = Row(architecture="half", score="dice", trainings=(training(easy, 0, 0),),
               failed=(Failed(1, 0, "diverged", "the loss is no number"),))  # fmt: skip
    assert half.mean > both.mean

    found = comparison([both, half], 2)
    lines = verdict_words(found)

    assert (found.pairs[0].ahead, found.pairs[0].behind) == ("both", "half")
    assert found.pairs[0].mean == pytest.approx(0.02)
    assert found.pairs[0].images == 20
    assert lines[0].startswith("As trained here, both scores better than half (by 0.0200)")
    assert "half, fold 1, seed 0 failed" in lines[1]


@pytest.mark.parametrize("seeds", [1, 4])
def test_a_mean_that_a_few_lost_images_made_is_no_evidence_against_all_others(seeds: int) -> None:
    """Of 100 images 97 are better with one network, by 0.01; it lost the other three."""
    rng = np.random.default_rng(1)
    hard = rng.normal(0.8, 0.02, 100)
    lost = np.where(np.arange(100) < 3, -0.6, 0.01)
    rows = [
        row(name, *(images_of(hard + gap + rng.normal(0, 0.002)) for _ in range(seeds)))
        for name, gap in (("steady", 0.0), ("loses", lost))
    ]

    (pair,) = comparison(rows).pairs

    assert (pair.ahead, pair.verdict) == ("steady", ALIKE)
    assert pair.effect < -0.5


def test_networks_that_share_no_image_are_not_called_alike() -> None:
    one, two = (
        Row(architecture=name, score="dice", trainings=(
            training({f"{name}{number}": 0.5 + number / 100 for number in range(9)}, 0, fold),))
        for fold, name in enumerate(("a", "b"))
    )  # fmt: skip

    assert verdict_words(comparison([one, two], 2)) == [
        "0 images are too few to tell a and b apart."
    ]


def test_a_planted_difference_is_found() -> None:
    """Of 0.03, six times what trainings of one network differ by, over four seeds."""
    assert claims({"good": 0.03, "bad": 0.0}, 4) >= 0.9 * DRAWS


def test_images_alone_would_claim_the_luck_of_a_training() -> None:
    """Why trainings are asked too: two trainings of one network are told apart by images."""
    rng = np.random.default_rng(7)
    verdicts = [
        compared(sorted(drawn(rng, {"a": 0.0, "b": 0.0}, 1), key=lambda each: -each.mean))[0]
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
        found += compared([ours, theirs])[0].images_p <= 0.05

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
    hard = np.arange(30) / 64
    lines = verdict_words(comparison([row("good", images_of(hard + 1 / 16)),
                                      row("bad", images_of(hard))]))  # fmt: skip

    assert len(lines) == 1
    assert lines[0] == (
        "As trained here, good scores better than bad (by 0.0625) on these images; one training of "
        "each says nothing of the next: see --seeds and --folds."
    )


def test_trainings_that_vary_are_not_taken_for_networks_that_differ() -> None:
    hard = np.linspace(0.5, 0.9, 30)
    good = row("good", images_of(hard + 0.2), images_of(hard - 0.1))
    bad = row("bad", images_of(hard), images_of(hard))

    made = comparison([good, bad])

    assert made.pairs[0].verdict == HERE
    assert verdict_words(made)[0].endswith(
        "2 trainings of each are too few, or vary too much, to say it of the networks: more "
        "--seeds would tell."
    )


def test_of_five_networks_on_three_folds_images_tell_what_so_few_trainings_cannot() -> None:
    """More folds are asked for: more seeds on the same folds would not tell either."""
    rng, advised = np.random.default_rng(2), 0
    for _ in range(20):
        hard = rng.normal(0.8, 0.08, IMAGES)
        rows = [
            _folded(rng, name, hard + 0.1 * (name == "a"), folds=3, seeds=1) for name in "abcde"
        ]
        made = comparison(rows, 3)
        advised += any(line.endswith("more --folds would tell.") for line in verdict_words(made))
        assert all(pair.ahead == "a" and pair.verdict in {HERE, BETTER} for pair in made.pairs[:4])

    assert advised >= 18


def test_networks_that_are_like_the_best_are_not_said_to_be_like_each_other() -> None:
    """The middle one is like both; the outer ones differ from each other."""
    rng = np.random.default_rng(4)
    hard = rng.normal(0.8, 0.05, 40)
    noise = rng.normal(0, 0.1, 40)
    best = row("best", images_of(hard + noise - noise.mean() + 0.02))  # now above, now below
    rows = [best, row("b", images_of(hard + 0.012)), row("c", images_of(hard))]

    lines = verdict_words(comparison(rows))

    assert lines[0] == "b and c are not distinguishable from best on these 40 images."


def test_planes_of_a_stack_are_one_witness() -> None:
    """Ten planes of each of four stacks say what four images say: too little."""
    planes = {f"{stack}/{plane}": 0.5 + stack / 10 + plane / 100
              for stack in range(4) for plane in range(10)}  # fmt: skip
    groups = {name: name.partition("/")[0] for name in planes}
    rows = [
        replace(row(name, {image: value + more for image, value in planes.items()}), groups=groups)
        for name, more in (("good", 0.1), ("bad", 0.0))
    ]

    (alone,) = comparison([replace(each, groups={}) for each in rows]).pairs
    made = comparison(rows)

    assert alone.verdict == HERE
    assert made.pairs[0].verdict == ALIKE
    assert (made.pairs[0].images, made.pairs[0].groups) == (40, 4)
    assert not made.of_one_group
    assert verdict_words(made) == ["40 images in 4 groups are too few to tell good and bad apart."]
    assert rows[0].interval[2] - rows[0].interval[1] > 0.1  # that of 40 images is half as wide


def test_images_of_one_stack_are_said_to_be_of_one() -> None:
    planes = {f"{number:02}": 0.5 + number / 100 for number in range(12)}
    rows = [
        replace(row(name, {plane: value + shift for plane, value in planes.items()}),
                groups=dict.fromkeys(planes, "the only stack"))
        for name, shift in (("good", 0.1), ("bad", 0.0))
    ]  # fmt: skip

    made = comparison(rows)

    assert made.of_one_group
    assert verdict_words(made) == ["12 images in 1 group are too few to tell good and bad apart."]
    assert rows[0].interval[1] < rows[0].interval[0] < rows[0].interval[2]


def test_too_few_images_are_told() -> None:
    few = {"a": 0.5, "b": 0.6}

    made = comparison([row("one", few), row("two", dict.fromkeys(few, 0.9))])

    assert made.pairs[0].verdict == ALIKE
    assert verdict_words(made) == ["2 images are too few to tell two and one apart."]


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
