"""The best networks again, and what may be said of them."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from archforge.errors import ProblemError
from archforge.search import Event, Trial, TrialBugError, read_study
from archforge.search.measures import Goal
from archforge.search.retrained import Retrained, cheapest, compared, retrained_words, seeds_p
from archforge.search.retraining import Retrain, read_retrained
from archforge.train import Settings
from tests.search.conftest import Searching, run_search

DICE = Goal("dice", maximize=True)
SMALL = {"given": {"dropout": 0.0}, "ranges": ["depth=1..1", "filters=8..24:8"]}


def row(trial: int, shift: float, macs: int, images: int = 20) -> Retrained:
    """A network that is better by ``shift`` on every image."""
    scores = {str(image): 0.5 + 0.01 * (image % 7) + shift for image in range(images)}
    mean = sum(scores.values()) / images
    return Retrained(trial=trial, values=(mean, mean), images=scores, macs=macs)


def test_what_the_images_tell_apart_is_said_and_the_cheapest_of_the_rest_named() -> None:
    plain = row(5, 0.0, 10)
    shaken = {name: value + (-1) ** int(name) * 0.01 for name, value in plain.images.items()}
    near = replace(plain, images=shaken)
    rows = compared([row(3, -0.2, 1), row(4, 0.001, 100), near], DICE)

    assert [each.trial for each in rows] == [4, 5, 3]
    assert rows[2].p < 0.001
    assert rows[1].p > 0.05
    assert cheapest(rows).trial == 5
    words = retrained_words(rows, DICE)
    assert words[-2].startswith("Trials 4, 5 are not distinguishable on these 20 images")
    assert words[-1] == "The cheapest of them is trial 5, with 10 MACs."


def test_a_mean_that_three_lost_images_made_is_no_winner() -> None:
    """The second is better on 27 of 30 images, and has lost the others."""
    one = row(1, 0.0, 9, 30)
    other = {name: value + (0.01 if int(name) > 2 else -0.4) for name, value in one.images.items()}
    two = replace(one, trial=2, images=other, values=(0.4, 0.41))

    rows = compared([one, two], DICE)

    assert rows[1].p == 1.0


def test_a_clear_winner_is_said_to_be_one_and_few_images_to_be_few() -> None:
    clear, few = (
        retrained_words(compared([row(1, 0.2, 9, images), row(2, 0.0, 1, images)], DICE), DICE)
        for images in (20, 4)
    )

    assert clear[-1].startswith("Trial 1 is better than the others on these 20 images")
    assert "4 images of validation are too few to tell networks apart." in few


def test_planes_of_few_stacks_do_not_make_a_winner() -> None:
    """Twenty planes tell two networks apart; if they are of four stacks, nothing does."""
    stacks = {str(image): f"stack {image % 4}" for image in range(20)}
    alone = [row(1, 0.01, 9), row(2, 0.0, 1)]
    apart = [replace(each, groups=stacks) for each in alone]

    clear, few = (retrained_words(compared(rows, DICE), DICE) for rows in (alone, apart))

    assert clear[-1].startswith("Trial 1 is better than the others on these 20 images (")
    assert "20 images in 4 groups of validation are too few to tell networks apart." in few
    assert "The cheapest of them is trial 2, with 1 MACs." in few


def test_what_holds_for_every_image_but_not_for_other_seeds_makes_no_winner() -> None:
    near, far = row(1, 0.002, 9), row(2, 0.0, 1)
    lucky = [replace(near, values=(0.60, 0.50, 0.70)), replace(far, values=(0.59, 0.71, 0.49))]
    steady = [replace(near, values=(0.600, 0.601, 0.602)), replace(far, values=(0.5, 0.501, 0.502))]

    words = [retrained_words(compared(rows, DICE), DICE)[-1] for rows in (lucky, steady)]

    assert words[0] == "The cheapest of them is trial 2, with 1 MACs."
    assert words[1] == (
        "Trial 1 is better than the others on these 20 images (Wilcoxon's signed rank test) and "
        "over 3 seeds (Welch's t-test), with Holm's correction."
    )


def test_a_goal_that_images_have_together_is_judged_by_seeds_alone() -> None:
    best, other = (replace(row(trial, 0.0, 9), images={}) for trial in (1, 2))
    rows = [replace(best, values=(0.8, 0.81, 0.79)), replace(other, values=(0.5, 0.52, 0.51))]

    first, *_, verdict = retrained_words(compared(rows, DICE), DICE)

    assert "95 % interval over seeds" in first
    assert verdict == (
        "Trial 1 is better than the others over 3 seeds (Welch's t-test), with Holm's correction."
    )


def test_a_published_example_of_welch_s_test_is_met() -> None:
    """Two groups of the sleep data of Student 1908, as R's manual of t.test has them."""
    first = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
    second = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)

    assert seeds_p(first, second) == pytest.approx(0.07939, abs=5e-6)
    assert seeds_p((0.5,), (0.7,)) is None
    assert seeds_p((0.5, 0.5), (0.5, 0.5)) == 1.0
    assert seeds_p((0.5, 0.5), (0.7, 0.7)) == 0.0


def test_a_better_trial_of_a_later_session_that_was_not_trained_again_is_said(
    searching: Searching,
) -> None:
    one = searching("hill", trials=1, retrain=Retrain(1, 2), pruner="none", **SMALL)
    more = searching("hill", trials=3, pruner="none", **SMALL)

    newer = more.ranked[0]
    assert newer.number > 0
    assert not any("from one training" in line for line in one.words())
    assert (
        f"Trial {newer.number} has val_dice {newer.value:.4f} from one training, better than those "
        "that were trained again; give --retrain once more to judge it, too."
    ) in more.words()
    assert more.facts()["best"][0]["trial"] == (more.best.number if more.best else None) == 0


def test_what_belongs_together_is_known_for_trainings_of_an_earlier_version_too(
    tmp_path: Path,
) -> None:
    old = {"value": 0.5, "images": {"a_z0": 0.5, "a_z1": 0.5}}
    kept = {"1000": old, "2000": {**old, "groups": {"a_z0": "a", "a_z1": "a"}}}
    (tmp_path / "retrained.json").write_text(json.dumps(kept))
    trials = tuple(Trial(number=number, state="complete", values={}) for number in (1, 2))

    found = read_retrained(tmp_path, trials, DICE)

    assert [each.groups for each in found] == [{"a_z0": "a", "a_z1": "a"}] * 2


@pytest.mark.parametrize("text", ["top=3,seeds", "top=a", "best=3", "top=0", ""])
def test_a_retraining_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ProblemError, match="AF608 retrain"):
        Retrain.read(text)


def test_the_best_are_trained_again_on_other_seeds_and_never_twice(
    searching: Searching, tmp_path: Path
) -> None:
    told: list[str] = []

    def hear(event: Event) -> None:
        if event.what == "retrained":
            told.append(f"{event.done} of {event.wanted}")

    study = searching("lucky_hill", trials=3, retrain=Retrain(2, 3), on_event=hear, **SMALL)
    again = searching("lucky_hill", trials=3, retrain=Retrain(2, 4), on_event=hear, **SMALL)

    assert told == [f"{done} of 6" for done in range(1, 7)] + ["7 of 8", "8 of 8"]
    assert [len(each.values) for each in study.retrained] == [3, 3]
    assert [len(each.values) for each in again.retrained] == [4, 4]
    seeds = {each.seed for each in study.trials}
    assert all(len(set(each.values)) == 3 for each in study.retrained)
    assert not seeds & {int(value * 1e9) for each in study.retrained for value in each.values}
    assert study.best is not None
    assert study.best.number == study.retrained[0].trial
    assert read_study(tmp_path / "study").retrained == again.retrained
    facts = json.loads(json.dumps(study.facts()))
    assert facts["retrained"][0]["trial"] == study.best.number


def test_a_training_that_comes_to_nothing_leaves_the_study_as_it_is(searching: Searching) -> None:
    study = searching("not_twice", trials=2, retrain=Retrain(1, 1), **SMALL)

    assert study.retrained == ()
    assert study.best == study.ranked[0]
    words = f"Trial {study.best.number} could not be trained again: it has no score."
    assert words in study.notes
    assert read_study(study.folder).trials == study.trials


def test_what_fitted_with_half_the_batch_is_trained_again_with_it(searching: Searching) -> None:
    study = searching(
        "needs_small_batches", trials=1, retrain=Retrain(1, 2),
        settings=Settings(epochs=4, batch_size=16), **SMALL,
    )  # fmt: skip

    assert study.trials[0].batches == 2
    assert [each.values for each in study.retrained] == [(0.5, 0.5)]


def test_a_bug_in_a_retraining_takes_nothing_from_what_was_found(
    searching: Searching, tmp_path: Path
) -> None:
    with pytest.raises(TrialBugError, match="of the test"):
        searching("fails_later", trials=2, retrain=Retrain(1, 1), **SMALL)

    assert (tmp_path / "study" / "best.yaml").exists()
    assert (tmp_path / "study" / "trials.csv").exists()


@pytest.mark.keras
def test_real_networks_are_retrained_and_compared_stack_by_stack(
    nuclei: Path, tmp_path: Path
) -> None:
    for folder in ("images", "masks"):
        (tmp_path / "stacks" / folder).mkdir(parents=True)
        for number, path in enumerate(sorted((nuclei / folder).iterdir())):
            name = f"cell{number // 2}_z{number % 2:02}{path.suffix}"
            shutil.copy(path, tmp_path / "stacks" / folder / name)

    study = run_search(
        tmp_path / "stacks", "train_trial_itself", folder=tmp_path / "study", trials=2,
        pruner="none", retrain=Retrain(2, 2),
        given={"dropout": 0.0}, ranges=["depth=1..1", "filters=8..16:8"],
    )  # fmt: skip

    assert len(study.retrained) == 2
    for each in study.retrained:
        assert each.images
        assert each.groups.keys() == each.images.keys()
        assert len(set(each.groups.values())) == len(each.images) / 2
