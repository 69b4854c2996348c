"""Limits where they leave few networks: the search finds those, or says why it has ended."""

from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from archforge.search import drawing
from tests.search.conftest import NO_DROPOUT, Searching

FEW = ["depth=1..1", "filters=8..256:8"]  # dropout has no steps: this space has no end


def test_few_allowed_networks_of_an_endless_space_are_found_by_more_draws(
    searching: Searching,
) -> None:
    study = searching(trials=3, ranges=FEW, limits={"parameters": "3k"}, sampler="random",
                      pruner="none")  # fmt: skip

    assert study.counts()["complete"] == 3
    assert study.counts()["infeasible"] > drawing.REDRAWS
    assert all(each.parameters <= 3000 for each in study.ranked)
    assert not any("ended early" in note for note in study.notes)


def test_a_limit_that_no_network_keeps_ends_the_search_with_its_reason(
    searching: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "REFUSED", 20)

    study = searching(trials=3, ranges=FEW, limits={"parameters": 10}, sampler="random")

    assert study.counts()["infeasible"] == 20
    assert study.counts()["complete"] == 0
    (note,) = [each for each in study.notes if "ended early" in each]
    assert note.startswith("20 draws in a row were not allowed, so the search ended early; the ")
    assert note.endswith(" parameters, the limit is 10 parameters.")


def test_networks_that_are_not_allowed_are_said_where_a_space_is_used_up(
    searching: Searching,
) -> None:
    asked = {"trials": 9, "ranges": ["depth=1..1", "filters=8..32:8"], "given": NO_DROPOUT,
             "limits": {"parameters": "3k"}, "pruner": "none"}  # fmt: skip

    first, again = searching(**asked), searching(**asked)

    done, refused = first.counts()["complete"], first.counts()["infeasible"]
    assert done >= 1
    assert refused >= 1
    for study in (first, again):
        assert "All 4 networks of this space were tried." in study.notes
        assert any(note.endswith("not within the limits.") for note in study.notes)
    assert len(again.trials) == len(first.trials)  # nothing is drawn once more


def test_breeding_samplers_learn_what_a_limit_forbids(searching: Searching) -> None:
    study = searching(
        trials=12, ranges=["depth=1..2", "filters=8..200:4"], given=NO_DROPOUT, sampler="nsga2",
        goals=["dice", "macs"], limits={"parameters": "20k"},
    )  # fmt: skip

    refused = {each.number for each in study.trials if each.state == "infeasible"}
    storage = f"sqlite:///{study.folder / 'study.db'}"
    of_optuna = optuna.load_study(study_name="archforge", storage=storage)
    told = {each.number: each for each in of_optuna.trials}
    assert refused
    assert {told[number].state for number in refused} == {TrialState.COMPLETE}
    assert all(max(told[number].constraints.values()) > 0 for number in refused)
    assert study.counts()["complete"] == 12
    assert not refused & {each.number for each in (*study.ranked, *study.front)}
    assert not refused & {each.number for each in of_optuna.best_trials}


def test_networks_that_are_all_measured_as_too_slow_end_the_search_with_its_reason(
    searching: Searching,
) -> None:
    asked = {"trials": 3, "ranges": FEW, "limits": {"predict_ms": 1}, "sampler": "random"}

    study, again = (
        searching("slower_with_filters", **asked),
        searching("slower_with_filters", **asked),
    )

    assert study.counts()["infeasible"] == drawing.LEAST_FAILURES
    assert study.counts()["complete"] == 0
    (note,) = [each for each in study.notes if "ended early" in each]
    assert note.startswith("10 networks in a row were measured and not within the limits, so the ")
    assert note.endswith(" ms for an image, the limit is 1.0 ms for an image.")
    assert len(again.trials) == len(study.trials)


@pytest.mark.parametrize("sampler", ["nsga2", "tpe"])
def test_samplers_learn_what_was_measured_as_too_slow_from_its_twins_too(
    searching: Searching, sampler: str
) -> None:
    study = searching(
        "slower_with_filters", trials=9, ranges=["depth=1..1", "filters=8..32:8"],
        given=NO_DROPOUT, sampler=sampler, goals=["dice", "macs"], limits={"predict_ms": 16},
    )  # fmt: skip

    slow = {each.number for each in study.trials if each.state == "infeasible"}
    twins = {each.number for each in study.trials if each.twin in slow}
    storage = f"sqlite:///{study.folder / 'study.db'}"
    of_optuna = optuna.load_study(study_name="archforge", storage=storage)
    told = {each.number: each for each in of_optuna.trials}
    assert len(slow) == 2
    assert twins
    assert all(told[number].constraints["predict_ms"] > 0 for number in slow | twins)
    state = TrialState.COMPLETE if sampler == "nsga2" else TrialState.PRUNED
    assert {told[number].state for number in slow | twins} == {state}
    assert study.counts()["complete"] == 2
    assert not slow & {each.number for each in of_optuna.best_trials}


@pytest.mark.parametrize(("sampler", "said"), [("cmaes", True), ("tpe", False)])
def test_a_sampler_that_does_not_learn_from_limits_is_said_to(
    searching: Searching, sampler: str, said: bool, tmp_path: Path
) -> None:
    pytest.importorskip("cmaes")
    words = f"The sampler '{sampler}' does not learn from limits: what is above one is drawn again."

    limited = searching(trials=1, sampler=sampler, limits={"parameters": "1M"})
    free = searching(trials=1, sampler=sampler, folder=tmp_path / "free")

    assert (words in limited.notes) is said
    assert words not in free.notes
