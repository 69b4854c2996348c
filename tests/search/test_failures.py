"""What becomes of a trial that fails: each failure has a kind, and only a bug stops the search."""

import itertools
import shutil
from pathlib import Path

import pytest

from archforge.crew import workers
from archforge.runs import read_run
from archforge.search import Study, TrialBugError, read_study
from archforge.train import Settings
from tests.refusals import refusal
from tests.search.conftest import NO_DROPOUT, SMALL, Searching


def test_a_training_that_diverges_is_a_failed_trial_and_the_search_goes_on(
    searching: Searching,
) -> None:
    study = searching("diverges_above_16", trials=3, ranges=SMALL, given=NO_DROPOUT, sampler="grid")

    (failed,) = [each for each in study.trials if each.state == "failed"]
    assert failed.kind == "diverged"
    assert failed.message == "AF509 the loss is no number"
    assert study.counts()["complete"] == 2
    assert "1 trial failed (diverged): AF509 the loss is no number" in study.words()


@pytest.mark.parametrize(
    ("work", "kind"),
    [
        ("is_no_number", "diverged"),
        ("runs_out_of_memory", "out-of-memory"),
    ],
)
def test_a_failure_has_a_kind(searching: Searching, work: str, kind: str) -> None:
    study = searching(work, trials=1)

    assert {each.kind for each in study.trials if each.state == "failed"} == {kind}
    assert study.best is None
    assert "No trial is complete, so there is no best one." in study.words()


def test_a_process_that_dies_is_a_failed_trial_and_the_search_goes_on(
    searching: Searching,
) -> None:
    study = searching("dies_above_16", trials=3, ranges=SMALL, given=NO_DROPOUT, sampler="grid")

    (failed,) = [each for each in study.trials if each.state == "failed"]
    assert failed.kind == "killed"
    assert failed.message == "its process ended with status -9, 3 times in the same epoch"
    assert study.counts()["complete"] == 2


@pytest.mark.parametrize(
    ("work", "kind"), [("dies_above_16", "out-of-memory"), ("crashes_above_16", "killed")]
)
def test_what_linux_killed_for_memory_is_told_from_other_deaths(
    searching: Searching, monkeypatch: pytest.MonkeyPatch, work: str, kind: str
) -> None:
    counter = itertools.count()
    monkeypatch.setattr(workers, "oom_kills", lambda: next(counter))

    study = searching(work, trials=3, ranges=SMALL, given=NO_DROPOUT, sampler="grid")

    assert [each.kind for each in study.trials if each.state == "failed"] == [kind]


def test_memory_is_that_of_the_control_group_where_it_has_less_than_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = workers.machine_bytes()
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    (inner / "memory.max").write_text("max\n")
    (inner / "memory.events").write_text("low 0\noom 3\noom_kill 2\noom_group_kill 0\n")
    monkeypatch.setattr(workers, "_groups", lambda: [inner, inner.parent])

    assert workers.machine_bytes() == machine
    assert workers.oom_kills() == 2

    (inner.parent / "memory.max").write_text("4096\n")

    assert workers.machine_bytes() == 4096


def test_a_network_whose_process_was_killed_is_tried_again_by_a_later_session_and_no_other_is(
    searching: Searching,
) -> None:
    asked = {"trials": 3, "ranges": SMALL, "given": NO_DROPOUT, "sampler": "grid",
             "pruner": "none"}  # fmt: skip

    searching("dies_above_16", **asked)
    mended = searching("hill", **asked)

    assert mended.counts() | {"duplicate": 0} == {
        "complete": 3, "pruned": 0, "infeasible": 0, "failed": 1, "duplicate": 0,
    }  # fmt: skip
    assert len({each.mark for each in mended.trials if each.counts}) == 3


def test_a_trial_that_needs_too_much_memory_is_tried_once_more_with_half_the_batch(
    searching: Searching,
) -> None:
    study = searching("needs_small_batches", trials=1, settings=Settings(epochs=4, batch_size=16))

    (trial,) = study.trials
    assert trial.state == "complete"
    assert trial.batches == 2
    assert trial.run == {"batch_size": 8, "accumulate": 2}


def test_a_trial_that_holds_more_memory_than_it_may_is_tried_with_half_the_batch(
    searching: Searching,
) -> None:
    settings = Settings(epochs=4, batch_size=16)
    study = searching("holds_half_a_gibibyte", trials=1, settings=settings, memory="400MiB")

    (trial,) = study.trials
    assert (trial.state, trial.batches) == ("complete", 2)


def test_a_search_in_which_everything_fails_ends(searching: Searching) -> None:
    study = searching("is_no_number", trials=2, pruner="none")

    assert study.counts()["failed"] == 10
    assert "10 trials failed, so the search ended early." in study.words()


@pytest.mark.keras
def test_failures_of_an_earlier_session_do_not_end_a_later_one(searching: Searching) -> None:
    """It may have more time, or more memory."""
    before = searching("is_no_number", trials=3)

    after = searching("hill", trials=3)

    assert before.counts()["failed"] == 10
    assert after.counts()["failed"] == 10
    assert after.counts()["complete"] + after.counts()["pruned"] == 3


@pytest.mark.parametrize(
    ("work", "told"),
    [
        ("dies_once_in_epoch_3", "12 1234"),  # told again, not trained again
        ("loses_its_power_in_epoch_3", "12 123 1234"),  # its checkpoint is cut short: all anew
        ("loses_its_history_in_epoch_3", "12 1234"),  # what it had learned cannot be told again
    ],
)
def test_a_trial_whose_process_is_killed_goes_on_with_the_same_result(
    searching: Searching, tmp_path: Path, work: str, told: str
) -> None:
    asked = {"trials": 1, "given": {"dropout": 0.3}, "pruner": "none"}
    plain = searching("train_trial_itself", **asked, folder=tmp_path / "plain")
    killed = searching(work, **asked, folder=tmp_path / "killed")

    said = (tmp_path / "killed/trials/told").read_text().split()
    assert said == list(told.replace(" ", ""))
    (before,), (after,) = plain.trials, killed.trials
    assert (after.epochs, after.value) == (before.epochs, before.value)


def test_a_run_of_another_network_in_a_trial_s_folder_is_not_its_result(
    searching: Searching, tmp_path: Path
) -> None:
    def of(filters: int, name: str) -> Study:
        return searching("train_trial_itself", trials=1, given=NO_DROPOUT,
                         ranges=["depth=1..1", f"filters={filters}..{filters}"],
                         folder=tmp_path / name)  # fmt: skip

    other = of(8, "other").folder / "trials/0000"
    shutil.copytree(other, tmp_path / "study/trials/0000")

    (trial,) = of(16, "study").trials

    assert trial.folder is not None
    assert read_run(trial.folder).hyperparameters["filters"] == 16


def test_a_trial_that_takes_too_long_is_ended(searching: Searching) -> None:
    study = searching(
        "hangs_above_16",
        trials=3,
        ranges=SMALL,
        given=NO_DROPOUT,
        sampler="grid",
        timeout_s=3.0,
    )

    assert [each.kind for each in study.trials if each.state == "failed"] == ["timeout"]
    assert study.counts()["complete"] == 2


def test_a_bug_stops_the_search_and_keeps_its_traceback(
    searching: Searching, tmp_path: Path
) -> None:
    with pytest.raises(TrialBugError, match=r"trial 0: KeyError: 'a slip of ours'"):
        searching("has_a_bug", trials=5)

    study = read_study(tmp_path / "study")
    trace = (tmp_path / "study" / "trials" / "0000" / "traceback.txt").read_text()
    assert [each.kind for each in study.trials] == ["bug"]
    assert "has_a_bug" in trace


def test_a_problem_that_every_trial_would_meet_stops_the_search(
    searching: Searching, tmp_path: Path
) -> None:
    text = refusal(lambda: searching("has_no_disk", trials=5))

    study = read_study(tmp_path / "study")
    assert "AF502" in text
    assert [each.kind for each in study.trials] == ["interrupted"]
