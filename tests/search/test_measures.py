"""Goals and limits, as people write them and as a search keeps them."""

from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from archforge.errors import ProblemError
from archforge.search import Event
from archforge.search.measures import excess_words, find_goals, front, read_limits
from tests.search.conftest import NO_DROPOUT, Searching, run_search

WIDE = ["depth=1..2", "filters=8..200:4"]


def names(*texts: str) -> list[tuple[str, bool]]:
    return [(goal.title, goal.maximize) for goal in find_goals(texts)]


def test_a_goal_knows_its_direction() -> None:
    assert names("dice") == names("val_dice") == names("maximize val_dice") == [("val_dice", True)]
    assert names("hausdorff_95") == [("val_hausdorff_95", False)]
    assert names("minimize macs", "iou") == [("val_iou", True), ("macs", False)]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["dize"], r"AF608 there is no goal 'dize'(.|\n)*dice"),
        (["minimize dice"], r"AF608 the goal cannot be 'minimize dice'(.|\n)*maximize val_dice"),
        (["dice", "val_dice"], "AF608 the goal 'dice' is named twice"),
        (["macs"], "AF608 no goal is a score"),
    ],
)
def test_a_goal_that_cannot_be_is_refused(texts: list[str], message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        find_goals(texts)


def test_limits_are_read_as_people_write_them() -> None:
    assert read_limits({"macs": "2G", "parameters": "1.5M", "memory": "4GiB"}) == {
        "macs": 2e9, "parameters": 1.5e6, "memory": 4 * 2**30,
    }  # fmt: skip
    assert read_limits({"macs": 2e9, "predict_ms": "20 ms"}) == {"macs": 2e9, "predict_ms": 20}


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"flops": 1}, r"AF608 there is no limit 'flops'"),
        ({"macs": "many"}, r"AF608 the limit of macs cannot be 'many'"),
        ({"macs": 0}, r"AF608 the limit of macs cannot be '0'"),
        ({"macs": "nan"}, r"AF608 the limit of macs cannot be 'nan'"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(limits: dict[str, Any], message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        read_limits(limits)


def test_what_is_above_its_limit_is_said_with_both_numbers() -> None:
    costs = {"macs": 3e9, "parameters": 10, "memory": 2**31}
    words = excess_words({"macs": 2e9, "parameters": 10, "memory": 2**30}, costs)

    assert words == (
        "3,000,000,000 MACs, the limit is 2,000,000,000 MACs; "
        "2.00 GiB of memory, the limit is 1.00 GiB of memory"
    )


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
def test_the_front_holds_what_nothing_beats(points: list[tuple[int, int]]) -> None:
    kept = [point for point, keep in zip(points, front(points), strict=True) if keep]

    assert kept
    for a in points:
        beaten = any(b != a and b[0] <= a[0] and b[1] <= a[1] for b in points)
        assert (a in kept) is not beaten


def test_networks_above_a_limit_cost_no_process_and_are_counted_apart(
    searching: Searching,
) -> None:
    started: list[int] = []

    def hear(event: Event) -> None:
        if event.what == "start":
            started.append(event.trial.number)

    study = searching(
        trials=6, ranges=WIDE, given=NO_DROPOUT, limits={"parameters": "20k"},
        on_event=hear,
    )  # fmt: skip

    beyond = [each for each in study.trials if each.state == "infeasible"]
    assert beyond
    assert {each.kind for each in beyond} == {"too-large"}
    assert all("the limit is 20,000 parameters" in each.message for each in beyond)
    assert not {each.number for each in beyond} & set(started)
    assert sum(each.counts for each in study.trials) == 6
    assert max(each.parameters for each in study.trials if each.counts) <= 20_000


def test_a_limit_does_not_mislead_the_sampler_when_the_best_network_lies_just_below_it(
    searching: Searching,
) -> None:
    """Values rise with the size, so the optimum is the largest network that is allowed."""
    study = searching(
        "larger_is_better", trials=30, ranges=["depth=1..2", "filters=8..200:1"],
        given=NO_DROPOUT, limits={"parameters": 100_000}, pruner="none",
    )  # fmt: skip

    sizes = [each.parameters for each in study.trials if each.counts]
    assert study.best is not None
    assert study.best.parameters > 90_000
    # It closes in on the limit; it does not flee to small networks.
    assert median(sizes[15:]) > median(sizes[:15])


def test_several_goals_make_a_front(searching: Searching) -> None:
    study = searching(
        "larger_is_better", trials=8, ranges=WIDE, given=NO_DROPOUT,
        goals=["dice", "macs"],
    )  # fmt: skip

    assert study.pruner["class"] == "NopPruner"
    assert [goal.title for goal in study.goals] == ["val_dice", "macs"]
    # Larger is better and dearer, so no network beats another.
    assert len(study.front) == 8
    assert all(each.goals == (each.value, each.macs) for each in study.front)
    assert "8 trials on the front of val_dice, macs: no other beats them." in study.words()
    assert len(study.facts()["best"]) == 8


def test_a_pruner_is_refused_with_several_goals_before_anything_starts(
    searching: Searching,
) -> None:
    with pytest.raises(ProblemError, match="AF608 the pruner 'median' cannot judge 2 goals"):
        searching(goals=["dice", "macs"], pruner="median")


def test_a_goal_that_the_images_do_not_allow_is_refused(tmp_path: Path) -> None:
    for part in ("images", "masks"):
        (tmp_path / part).mkdir()
        for number in range(4):
            image = np.eye(16, k=number, dtype=np.uint8) * 255
            Image.fromarray(image).save(tmp_path / part / f"{number}.png")

    with pytest.raises(ProblemError, match="AF608 the images have no labels for the goal 'ap_50'"):
        run_search(tmp_path, folder=tmp_path / "study", goals=["ap_50"])


@pytest.mark.keras
def test_a_network_that_predicts_too_slowly_is_measured_and_not_trained(
    searching: Searching,
) -> None:
    study = searching(
        "train_trial_itself", trials=1, given=NO_DROPOUT, ranges=["depth=1..1", "filters=8..8"],
        limits={"predict_ms": "0.001"},
    )  # fmt: skip

    first = study.trials[0]
    assert (first.state, first.kind) == ("infeasible", "too-large")
    assert first.message.endswith("the limit is 0.0 ms for an image")
    assert not (first.folder or study.folder).joinpath("history.csv").exists()
