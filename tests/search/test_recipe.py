"""Settings of the training, searched beside the network."""

from collections import Counter
from pathlib import Path

import pytest

from archforge.errors import ProblemError
from archforge.search.recipe import training_ranges
from archforge.train import Settings
from tests.search.conftest import Searching

ONE_NETWORK = {"given": {"dropout": 0.0}, "ranges": ["depth=1..1", "filters=8..8"]}


def test_a_setting_is_read_as_a_hyperparameter_is() -> None:
    texts = ["learning_rate=1e-4..1e-2:log", "loss=dice,dice+bce", "batch_size=4..16:4"]

    found = training_ranges(texts, Settings())

    assert (found["learning_rate"].kind, found["learning_rate"].log) == ("float", True)
    assert found["loss"].choices == ("dice", "dice+bce")
    assert (found["batch_size"].kind, found["batch_size"].step) == ("int", 4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epochs=5..10", "AF601 the setting 'epochs' cannot be searched"),
        ("learnin_rate=1e-4..1e-2", r"AF601 the setting 'learnin_rate'(.|\n)*learning_rate"),
        ("learning_rate=0..1e-2", "AF503 learning_rate cannot be 0"),
        ("loss=dice,dyce", "AF504"),
        ("optimizer=adam,adamm", r"AF503 optimizer cannot be 'adamm'"),
    ],
)
def test_a_range_that_a_setting_cannot_have_is_refused(text: str, message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        training_ranges([text], Settings())


def test_one_network_is_trained_with_several_settings_each_once(
    searching: Searching, tmp_path: Path
) -> None:
    study = searching(
        "tells_its_settings", trials=3, sampler="grid",
        given=ONE_NETWORK["given"],
        ranges=[*ONE_NETWORK["ranges"], "train.learning_rate=0.001..0.003:0.001"],
    )  # fmt: skip

    trained = [each for each in study.trials if each.counts]
    assert len({each.fingerprint for each in trained}) == 1
    assert len({each.mark for each in trained}) == 3
    rates = [each.run["learning_rate"] for each in trained]
    assert rates == [each.values["train.learning_rate"] for each in trained]
    assert sorted(rates) == [0.001, 0.002, 0.003]
    assert rates[0] == 0.001  # the default comes first
    experiment = (tmp_path / "study/best-experiment.yaml").read_text()
    assert "learning_rate: 0.003" in experiment


def test_the_same_network_is_trained_again_only_when_asked(searching: Searching) -> None:
    once = searching(trials=3, pruner="none", **ONE_NETWORK)

    assert {each.state for each in once.trials} == {"complete", "duplicate"}
    assert sum(each.counts for each in once.trials) == 1


def test_repeats_train_the_same_network_with_seeds_of_their_own(searching: Searching) -> None:
    study = searching(trials=3, pruner="none", repeats=3, **ONE_NETWORK)

    trained = [each for each in study.trials if each.counts]
    assert len(trained) == 3
    assert len({each.fingerprint for each in trained}) == 1
    assert len({each.seed for each in trained}) == 3


@pytest.mark.parametrize("sampler", ["random", "grid"])
def test_repeats_go_on_in_a_later_session_after_each_network_was_trained_once(
    searching: Searching, sampler: str
) -> None:
    asked = {"ranges": ["depth=1..1", "filters=8..16:8"], "given": {"dropout": 0.0},
             "pruner": "none", "repeats": 2, "sampler": sampler}  # fmt: skip

    first, later = searching(trials=2, **asked), searching(trials=9, **asked)

    made = Counter(each.fingerprint for each in later.trials if each.counts)
    assert sorted(made.values()) == [2, 2]
    assert len({each.seed for each in later.trials if each.counts}) == 4
    assert "All 2 networks of this space were tried." not in first.notes
    assert "All 2 networks of this space were tried." in later.notes


def test_auto_takes_the_grid_where_it_is_no_larger_than_the_search(searching: Searching) -> None:
    study = searching(
        trials=3, sampler="auto", pruner="none", given={"dropout": 0.0},
        ranges=["depth=1..1", "filters=8..24:8"],
    )  # fmt: skip

    assert study.sampler["class"] == "RandomSampler"  # under the grid
    assert [each.state for each in study.trials] == ["complete"] * 3
