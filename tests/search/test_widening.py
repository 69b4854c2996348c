"""A new study with other ranges, which knows what the old one trained."""

from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.distributions import IntDistribution

from archforge.errors import ProblemError
from archforge.runs.study import RECORD
from archforge.search import Study, read_study
from archforge.train import Settings
from tests.search.conftest import Searching

NARROW: dict[str, Any] = {"given": {"dropout": 0.0}, "ranges": ["depth=1..1", "filters=8..24:8"]}
WIDE: dict[str, Any] = {"given": {"dropout": 0.0}, "ranges": ["depth=1..2", "filters=8..48:8"]}


@pytest.fixture
def old(searching: Searching, tmp_path: Path) -> Study:
    """All three networks of a narrow space."""
    return searching(trials=3, pruner="none", sampler="grid", folder=tmp_path / "old", **NARROW)


def test_what_was_trained_is_taken_over_and_never_trained_again(
    old: Study, searching: Searching, tmp_path: Path
) -> None:
    new = searching(trials=4, pruner="none", continue_from=old.folder, **WIDE)

    taken, own = new.trials[:3], [each for each in new.trials[3:] if each.counts]
    assert [each.value for each in taken] == [each.value for each in old.trials]
    assert [each.folder for each in taken] == [each.folder for each in old.trials]
    assert len(own) == 4  # taken ones are none of those that were asked for
    assert not {each.mark for each in own} & {each.mark for each in taken}
    assert f"Taken over from {old.folder}: 3 trials, not trained again." in new.words()
    assert read_study(tmp_path / "study").trials == new.trials


def test_the_sampler_learns_from_what_was_taken_over(old: Study, searching: Searching) -> None:
    new = searching(trials=1, pruner="none", continue_from=old.folder, **WIDE)

    storage = f"sqlite:///{new.folder / 'study.db'}"
    study = optuna.load_study(study_name="archforge", storage=storage)
    ranges = study.trials[0].distributions
    assert ranges == {"filters": IntDistribution(8, 48, step=8), "depth": IntDistribution(1, 2)}
    assert study.trials[0].params == {"depth": 1, "filters": old.trials[0].values["filters"]}


def test_what_lies_outside_the_new_ranges_is_left_and_counted(
    old: Study, searching: Searching
) -> None:
    new = searching(
        trials=1, pruner="none", continue_from=old.folder, given={"dropout": 0.0},
        ranges=["depth=1..1", "filters=16..48:8"],
    )  # fmt: skip

    assert sum(bool(each.source) for each in new.trials) == 2
    assert any(": 2 trials, not trained again; 1 trial outside" in note for note in new.notes)


def test_what_a_new_limit_forbids_is_left_and_counted(old: Study, searching: Searching) -> None:
    largest = max(old.trials, key=lambda each: each.parameters)

    new = searching(
        trials=1, pruner="none", continue_from=old.folder,
        limits={"parameters": largest.parameters - 1}, **WIDE,
    )  # fmt: skip

    taken = [each for each in new.trials if each.source]
    assert len(taken) == 2
    assert max(each.parameters for each in new.ranked) < largest.parameters
    assert any(
        ": 2 trials, not trained again; 1 trial above a limit." in note for note in new.notes
    )


def test_what_a_study_took_over_is_handed_on_too(
    old: Study, searching: Searching, tmp_path: Path
) -> None:
    middle = searching(trials=1, pruner="none", continue_from=old.folder, folder=tmp_path / "2",
                       **WIDE)  # fmt: skip

    new = searching(trials=1, pruner="none", continue_from=middle.folder, **WIDE)

    taken = [each for each in new.trials if each.source]
    assert {each.mark for each in taken} == {each.mark for each in middle.trials if each.value}
    assert len(taken) == 4
    assert all(each.folder and each.folder.is_absolute() for each in taken)


def test_a_setting_may_be_opened_to_the_search_later(old: Study, searching: Searching) -> None:
    new = searching(
        trials=2, pruner="none", continue_from=old.folder, given={"dropout": 0.0},
        ranges=[*NARROW["ranges"], "train.learning_rate=1e-4..1e-2:log"],
    )  # fmt: skip

    taken = [each for each in new.trials if each.source]
    assert [each.settings for each in taken] == [{"learning_rate": Settings().learning_rate}] * 3


def test_other_settings_of_the_training_are_other_trainings(
    old: Study, searching: Searching
) -> None:
    new = searching(
        trials=1, pruner="none", continue_from=old.folder, settings=Settings(epochs=5), **WIDE
    )

    assert not any(each.source for each in new.trials)


def test_a_study_of_other_goals_cannot_be_continued(
    old: Study, searching: Searching, tmp_path: Path
) -> None:
    with pytest.raises(ProblemError, match=r"AF606(.|\n)*cannot be continued: goals were"):
        searching(trials=1, continue_from=old.folder, goals=["iou"], **WIDE)

    assert not (tmp_path / "study" / RECORD).exists()  # so that the corrected command can begin


def test_models_of_the_old_study_stay(searching: Searching, tmp_path: Path) -> None:
    old = searching("saves_a_model", trials=3, pruner="none", folder=tmp_path / "old", **NARROW)

    searching("saves_a_model", trials=4, pruner="none", continue_from=old.folder, **WIDE)

    assert len(list(old.folder.rglob("model.keras"))) == 3
