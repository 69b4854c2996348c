"""Goals that are to be low, goals that images lack, and trainings that a budget ends."""

from pathlib import Path

import pytest

from archforge.search import Trial
from archforge.search.measures import Goal
from archforge.search.models import drop_models
from archforge.search.preparing import judged_epochs
from archforge.search.pruners import successive_halving
from archforge.search.store import Store
from archforge.train import Settings
from tests.refusals import refusal
from tests.search.conftest import Searching

LOW = Goal("hausdorff_95", maximize=False)


def test_a_pruner_stops_the_worse_network_where_the_goal_is_to_be_low(tmp_path: Path) -> None:
    """Networks are validated by Dice all the same, of which more is better."""
    pruner, _ = successive_halving(9, 9)
    store = Store(tmp_path, pruner=pruner, goals=(LOW,))
    verdicts = []
    for dice in (0.9, 0.8, 0.7, 0.2):
        trial = store.ask()
        store.report(trial, dice, 1)
        verdicts.append(trial.should_prune())

    assert verdicts == [False, True, True, True]
    assert [each.epochs for each in store.trials()] == [(0.9,), (0.8,), (0.7,), (0.2,)]
    assert store.frozen()[0].intermediate_values == {1: -0.9}
    store.close()


def test_epochs_of_a_study_whose_goal_is_low_read_as_they_were(searching: Searching) -> None:
    study = searching(trials=2, goals=["hausdorff_95"], pruner="none")

    assert all(min(each.epochs) > 0 for each in study.ranked)
    assert study.ranked[0].goals <= study.ranked[1].goals


@pytest.mark.parametrize("goals", [["hausdorff_95_um"], ["dice", "surface_distance_um"]])
def test_micrometres_without_spacing_are_refused_before_anything_is_trained(
    searching: Searching, goals: list[str], tmp_path: Path
) -> None:
    said = refusal(lambda: searching(trials=1, goals=goals))

    name = goals[-1]
    assert f"no validation image says how large its pixels are, for the goal '{name}'" in said
    assert f"name {name.removesuffix('_um')}, which is in pixels" in said
    assert not (tmp_path / "study").exists()


@pytest.mark.parametrize(
    ("settings", "epochs"),
    [
        (Settings(epochs=40), 40),
        (Settings(epochs=1000, seconds=60), 15),
        (Settings(epochs=6, seconds=60), 6),
        (Settings(epochs=1000, images=400), 4),
        (Settings(epochs=1000, images=100_000), 15),
    ],
)
def test_pruning_begins_early_enough_where_a_budget_ends_trainings(
    settings: Settings, epochs: int
) -> None:
    assert judged_epochs(settings, images=100) == epochs


def test_networks_of_the_front_stay_and_checkpoints_of_ended_trials_go(tmp_path: Path) -> None:
    goals = (Goal("dice", maximize=True), Goal("macs", maximize=False))
    trials = []
    for number, macs in enumerate((100, 110, 120, 10, 130)):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name in ("model.keras", "checkpoint.npz"):
            (folder / name).write_text("")
        state = "running" if number == 4 else "complete"
        trials.append(Trial(number=number, state=state, values={}, goals=(0.9 - number / 10, macs),
                            macs=macs, folder=folder))  # fmt: skip

    drop_models(trials, goals, kept=2)

    left = [sorted(path.name for path in each.folder.iterdir()) for each in trials if each.folder]
    assert left == [["model.keras"], ["model.keras"], [], ["model.keras"],
                    ["checkpoint.npz", "model.keras"]]  # fmt: skip


def test_the_network_of_a_trial_that_was_trained_again_stays(tmp_path: Path) -> None:
    trials = []
    for number in range(3):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "model.keras").write_text("")
        trials.append(Trial(number=number, state="complete", values={},
                            goals=(0.9 - number / 10,), folder=tmp_path / str(number)))  # fmt: skip

    drop_models(trials, (Goal("dice", maximize=True),), kept=1, retrained={2})

    assert sorted(path.parent.name for path in tmp_path.glob("*/model.keras")) == ["0", "2"]
