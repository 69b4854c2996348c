"""What trainings spent is told where it is not what a reader would think."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from archforge.compare.budgets import costs_apart, ended_early
from archforge.runs import Run
from archforge.train import Settings
from archforge.train.history import write_history
from archforge.train.settings import Epoch
from tests.runs.records import written


def a_run(folder: Path, epochs: int, best: int, **more: Any) -> Run:
    settings = Settings(epochs=40, patience=5, **more.pop("settings", {})).facts()
    return written(folder, status="done", epochs=epochs, best_epoch=best, settings=settings, **more)


def test_trainings_that_gave_up_before_their_budget_are_told(tmp_path: Path) -> None:
    whole, early = a_run(tmp_path / "a", 40, 35), a_run(tmp_path / "b", 12, 7)
    earlier = a_run(tmp_path / "c", 9, 4)
    timed = a_run(tmp_path / "d", 12, 7, settings={"seconds": 10.0}, seconds=11.0)
    write_history(timed.history, [Epoch(1, 3, 0.9, 0.25, 0.1, 5.0, 4.0)] * 2)

    assert list(ended_early("net", [whole, timed])) == []
    (words,) = ended_early("net", [whole, early, earlier, timed])
    assert words == (
        "2 of 4 trainings of net ended after 9 to 12 epochs, before their budget: 5 epochs brought "
        "no better score (--patience)."
    )


def test_a_budget_of_seconds_is_one_of_epochs(tmp_path: Path) -> None:
    """Building and scoring come on top: they do not make a training that gave up a whole one."""
    early = a_run(tmp_path / "a", 12, 7, settings={"seconds": 60.0}, seconds=62.0)
    write_history(early.history, [Epoch(1, 3, 0.9, 0.25, 0.1, 25.0, 4.0)] * 2)
    lost = a_run(tmp_path / "b", 12, 7, settings={"seconds": 60.0}, seconds=62.0)

    assert list(ended_early("net", [lost])) == []
    (words,) = ended_early("net", [early])
    assert words.startswith("1 of 1 trainings of net ended after 12 epochs, before their budget")


def test_seconds_of_several_machines_or_threads_are_not_taken_for_alike(tmp_path: Path) -> None:
    machine = {"processor": "one", "cores": 2, "gpus": [], "threads": 1}
    run = a_run(tmp_path / "a", 40, 35, machine=machine)
    other = replace(run, machine={**machine, "processor": "two"})
    faster = replace(run, machine={**machine, "threads": 2})

    assert list(costs_apart([run, run, replace(run, machine={})])) == []
    assert list(costs_apart([run, faster])) == [
        "Trainings ran with 1 and 2 threads: their seconds do not compare."
    ]
    assert list(costs_apart([run, other])) == [
        "Trainings ran on 2 machines: their seconds and their memory do not compare."
    ]
