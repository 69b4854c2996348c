"""What takes part in a comparison: specs, runs and the best of studies, each network once."""

from pathlib import Path

import pytest

from archforge.compare.entries import Asked, open_entries
from archforge.data import DataOptions, write_synth
from archforge.errors import ProblemError
from archforge.train import Settings
from tests.compare.test_comparing import SPEC


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHFORGE_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def nuclei(tmp_path: Path) -> Path:
    return write_synth(tmp_path / "nuclei", count=6, size=48)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """As a search leaves it, as far as a comparison looks."""
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "study.json").write_text("{}")
    (folder / "best.yaml").write_text(SPEC.replace("filters: 2", "filters: 5"))
    (folder / "best-experiment.yaml").write_text("train: {epochs: 30, learning_rate: 0.01}\n")
    return folder


def asked(data: Path, *, own: bool = False, **given: object) -> Asked:
    settings = Settings(epochs=3, batch_size=4)
    return Asked(data, None, given, settings, own, DataOptions())


def test_the_best_network_of_a_study_takes_part_under_the_study_s_name(
    nuclei: Path, study: Path
) -> None:
    ((entry,), _) = open_entries([str(study)], asked(nuclei))

    assert entry.name == "study"
    assert entry.opened.graph.hyperparameters["filters"] == 5
    assert entry.settings == Settings(epochs=3, batch_size=4)


def test_with_its_own_recipe_it_trains_as_long_as_all_others(nuclei: Path, study: Path) -> None:
    ((entry,), _) = open_entries([str(study)], asked(nuclei, own=True))

    assert entry.settings == Settings(epochs=3, learning_rate=0.01)


def test_a_study_that_has_found_nothing_yet_is_refused(nuclei: Path, study: Path) -> None:
    (study / "best.yaml").unlink()

    with pytest.raises(ProblemError, match=r"AF621 the study '.*' has no best network yet"):
        open_entries([str(study)], asked(nuclei))


def test_a_recipe_that_somebody_has_damaged_is_that_of_all_others(
    nuclei: Path, study: Path
) -> None:
    (study / "best-experiment.yaml").write_text("- no mapping\n")

    ((entry,), notes) = open_entries([str(study)], asked(nuclei, own=True))

    assert entry.settings == Settings(epochs=3, batch_size=4)
    assert "study keeps no recipe that can be read: it has that of the others." in notes


def test_what_is_fixed_reaches_specs_alone_and_the_others_are_told(
    nuclei: Path, study: Path, tmp_path: Path
) -> None:
    spec = tmp_path / "toy.yaml"
    spec.write_text(SPEC)

    entries, notes = open_entries([str(spec), str(study)], asked(nuclei, filters=3))

    assert [entry.opened.graph.hyperparameters["filters"] for entry in entries] == [3, 5]
    assert "filters = 3 does not reach study." in notes
