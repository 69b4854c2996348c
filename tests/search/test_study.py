"""Whole searches, with a stand-in for training that takes milliseconds."""

import json
import math
from pathlib import Path

import pytest

from archforge.catalog import check
from archforge.graph import fingerprint
from archforge.search import Event, Study, Trial, read_study
from archforge.search.plan import trial_seed
from archforge.train import Settings
from tests.search.conftest import NO_DROPOUT, SMALL, Searching


def test_trial_0_has_the_defaults(known: Study) -> None:
    assert known.trials[0].values == {
        "depth": 1,
        "filters": 8,
        "dropout@0": 0.0,
        "dropout@1": 0.0,
    }
    assert known.trials[0].value == pytest.approx(0.9 - 0.08)


def test_the_best_network_is_the_one_with_the_highest_value(searching: Searching) -> None:
    study = searching(trials=3, ranges=SMALL, given=NO_DROPOUT, pruner="none")

    assert study.best is not None
    assert study.best.values == {"depth": 1, "filters": 16}
    assert study.best.value == pytest.approx(0.9)
    assert [each.value for each in study.ranked] == pytest.approx([0.9, 0.82, 0.82])


def test_a_space_with_fewer_networks_than_trials_ends_when_all_were_tried(
    searching: Searching,
) -> None:
    study = searching(trials=10, ranges=SMALL, given=NO_DROPOUT, pruner="none")
    again = searching(trials=10, ranges=SMALL, given=NO_DROPOUT, pruner="none")

    duplicates = [each for each in study.trials if each.state == "duplicate"]
    twins = [study.trials[each.twin or 0] for each in duplicates]
    assert study.counts()["complete"] == 3
    assert duplicates
    assert [each.value for each in duplicates] == [twin.value for twin in twins]
    assert [each.fingerprint for each in duplicates] == [twin.fingerprint for twin in twins]
    assert all(each.folder is None for each in duplicates)
    assert "All 3 networks of this space were tried." in study.words()
    assert again.trials == study.trials
    assert "All 3 networks of this space were tried." in again.words()


def test_the_grid_tries_every_network_without_a_duplicate(searching: Searching) -> None:
    study = searching(trials=10, ranges=SMALL, given=NO_DROPOUT, sampler="grid", pruner="none")

    assert study.counts() == {
        "complete": 3,
        "pruned": 0,
        "infeasible": 0,
        "failed": 0,
        "duplicate": 0,
    }


def test_a_network_that_does_not_build_is_infeasible_drawn_again_and_never_trained(
    searching: Searching,
) -> None:
    events: list[Event] = []
    study = searching(
        trials=4, ranges=["depth=1..8", "filters=8..8"], given=NO_DROPOUT, on_event=events.append
    )

    counts = study.counts()
    started = {event.trial.number for event in events if event.what == "start"}
    infeasible = [each for each in study.trials if each.state == "infeasible"]
    assert counts["failed"] == 0
    assert sum(counts[state] for state in ("complete", "pruned")) == 4
    assert infeasible
    assert not started & {each.number for each in infeasible}
    assert all(each.kind == "cannot-build" and "AF" in each.message for each in infeasible)


def test_draws_that_do_not_build_do_not_drive_the_search_away_from_deep_networks(
    searching: Searching,
) -> None:
    study = searching(
        "deeper_is_better", trials=16, ranges=["depth=1..8", "filters=8..64:1"], given=NO_DROPOUT
    )

    assert study.best is not None
    assert study.best.values["depth"] == 4  # 16 pixels can be halved four times
    assert study.counts()["infeasible"] < 16


def test_a_moved_default_is_said(searching: Searching) -> None:
    study = searching(trials=1, ranges=["filters=16..24:8"])

    assert study.trials[0].values["filters"] == 16
    assert "Trial 0 has filters = 16: the default 8 is not in its range." in study.words()


def test_a_search_of_twenty_trials_prunes_and_says_so(searching: Searching) -> None:
    study = searching(trials=20, settings=Settings(epochs=6))

    pruned = [each for each in study.trials if each.state == "pruned"]
    looks = sum(each.looks for each in study.trials)
    assert pruned
    assert all(2 < len(each.epochs) < 6 for each in pruned)
    stopped = "1 trial" if len(pruned) == 1 else f"{len(pruned)} trials"
    assert f"The pruner looked {looks} times and stopped {stopped}." in study.words()


@pytest.mark.parametrize("pruner", ["percentile", "successive_halving", "hyperband", "wilcoxon"])
def test_every_other_pruner_works_too(searching: Searching, pruner: str) -> None:
    study = searching(trials=3, pruner=pruner)

    counts = study.counts()
    assert counts["complete"] + counts["pruned"] == 3


@pytest.mark.parametrize(
    ("sampler", "package", "goals"),
    [
        ("gp", "torch", ["dice"]),
        ("cmaes", "cmaes", ["dice"]),
        ("nsga3", "optuna", ["dice", "macs", "parameters"]),
    ],
)
def test_every_other_sampler_works_too(
    searching: Searching, sampler: str, package: str, goals: list[str]
) -> None:
    """Past its draws by chance: of 12 trials, 10 at most."""
    pytest.importorskip(package)

    study = searching(
        trials=12, sampler=sampler, pruner="none", goals=goals,
        ranges=["depth=1..2", "filters=8..200:4"],
    )  # fmt: skip

    assert study.counts()["complete"] == 12
    assert study.best is not None


def test_the_seed_of_a_training_follows_from_the_network_not_from_the_order(
    searching: Searching, tmp_path: Path
) -> None:
    def seeds(study: Study) -> dict[str, int]:
        return {each.fingerprint: each.seed for each in study.trials}

    one = searching(trials=3, ranges=SMALL, given=NO_DROPOUT, sampler="grid")
    two = searching(
        trials=3, ranges=SMALL, given=NO_DROPOUT, sampler="random", folder=tmp_path / "other"
    )

    assert seeds(one) == seeds(two)
    assert trial_seed(0, "abc") != trial_seed(1, "abc")


def test_the_same_seed_draws_the_same_networks_with_one_worker(
    searching: Searching, tmp_path: Path
) -> None:
    one = searching(trials=5)
    two = searching(trials=5, folder=tmp_path / "other")

    assert [each.values for each in one.trials] == [each.values for each in two.trials]


def test_two_workers_train_at_the_same_time(searching: Searching) -> None:
    running: set[int] = set()
    most = 0

    def watch(event: Event) -> None:
        nonlocal most
        if event.what == "start":
            running.add(event.trial.number)
        if event.what == "end":
            running.discard(event.trial.number)
        most = max(most, len(running))

    study = searching("slow_hill", trials=4, workers=2, on_event=watch, pruner="none")

    assert study.counts()["complete"] == 4
    assert most == 2


def test_each_gpu_has_a_worker_of_its_own(searching: Searching) -> None:
    study = searching("sees_its_gpu", trials=4, pruner="none", gpus=["0", "3"], workers="auto")

    assert {each.run["gpu"] for each in study.trials if each.counts} == {"0", "3"}


def test_a_search_ends_after_its_minutes_and_the_next_session_goes_on(
    searching: Searching,
) -> None:
    ranges = ["depth=1..1", "filters=8..24:8"]
    first = searching(
        "tells_its_pid", trials=2, ranges=ranges, given=NO_DROPOUT, minutes=0.05, pruner="none",
        settings=Settings(epochs=1000),
    )  # fmt: skip

    assert [each.kind for each in first.trials] == ["interrupted"]
    assert len(first.trials[0].epochs) > 2
    assert "The time was up; the same command goes on." in first.words()


def test_only_the_best_networks_stay_on_the_disk(searching: Searching, tmp_path: Path) -> None:
    study = searching("saves_a_model", trials=5, pruner="none")

    kept = sorted(path.parent.name for path in tmp_path.rglob("model.keras"))
    assert kept == sorted(f"{each.number:04d}" for each in study.ranked[:3])


def test_more_trials_go_on_where_the_search_ended(searching: Searching) -> None:
    before = searching(trials=3, pruner="none")

    after = searching(trials=5, pruner="none")

    assert after.trials[:3] == before.trials
    assert after.counts()["complete"] == 5
    values = [tuple(each.values.items()) for each in after.trials]
    assert len(set(values)) == len(values)  # a new session does not draw the first one's points


def test_a_study_reads_back_as_it_was(known: Study) -> None:
    again = read_study(known.folder)

    assert again.trials == known.trials
    assert again.facts()["best"] == known.facts()["best"]


def test_the_record_names_the_sampler_and_all_its_flags(known: Study) -> None:
    record = json.loads((known.folder / "study.json").read_text())

    (session,) = record["sessions"]
    assert session["sampler"] == {
        "class": "TPESampler",
        "n_startup_trials": 2,
        "n_ei_candidates": 24,
        "seed": 0,
        "multivariate": True,
        "group": True,
        "constant_liar": True,
    }
    assert session["pruner"] == {
        "class": "MedianPruner",
        "n_startup_trials": 1,
        "n_warmup_steps": 2,
        "n_min_trials": 2,
    }
    assert set(session["versions"]) >= {"optuna", "keras", "tensorflow", "python", "archforge"}


def test_facts_have_the_form_of_the_command_line(known: Study) -> None:
    facts = known.facts()

    (best,) = facts["best"]
    assert facts["study"] == str(known.folder)
    assert set(facts["trials"]) == {"complete", "pruned", "infeasible", "failed", "duplicate"}
    assert set(best) == {"trial", "values", "hyperparameters", "fingerprint", "run"}
    assert math.isfinite(best["values"]["val_dice"])
    assert json.loads(json.dumps(facts)) == facts


def test_the_best_spec_makes_the_best_network_again(known: Study) -> None:
    graph = check(str(known.folder / "best.yaml"))

    assert known.best is not None
    assert fingerprint(graph) == known.best.fingerprint
    assert f"trial {known.best.number}," in (known.folder / "best.yaml").read_text()


def test_the_csv_has_a_line_for_every_trial(known: Study) -> None:
    lines = (known.folder / "trials.csv").read_text().splitlines()

    assert lines[0].startswith("trial,state,kind,val_dice,epochs,parameters,macs,seconds")
    assert len(lines) == 1 + len(known.trials)


def test_importances_are_drawn_from_eight_complete_trials_on(
    searching: Searching, tmp_path: Path
) -> None:
    few = searching(trials=7, pruner="none")
    drawn_before = (tmp_path / "study" / "pictures" / "importance.png").exists()

    many = searching(trials=8, pruner="none")

    assert "Importances need 8 complete trials, there are 7." in few.words()
    assert not drawn_before
    assert [path.name for path in many.pictures] == [
        "history.png", "curves.png", "front.png", "parallel.png", "slices.png", "importance.png",
        "best-1.svg", "best-2.svg", "best-3.svg",
    ]  # fmt: skip
    assert all(path.parent == tmp_path / "study" / "pictures" for path in many.pictures)


def test_of_equal_values_the_smaller_network_is_better(tmp_path: Path) -> None:
    def trial(number: int, macs: int) -> Trial:
        return Trial(number=number, state="complete", values={}, goals=(0.5,), macs=macs)

    study = Study(
        folder=tmp_path,
        architecture="toy",
        preset=None,
        wanted=2,
        trials=(trial(0, 10), trial(1, 5)),
    )

    assert [each.number for each in study.ranked] == [1, 0]


def test_a_fixed_whole_number_stays_a_fraction_in_the_best_spec(
    searching: Searching, tmp_path: Path
) -> None:
    searching(trials=1, given={"dropout": 0})

    check(str(tmp_path / "study" / "best.yaml"))
