"""What takes part in a comparison: specs, runs and the best of studies, each network once."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile

from archforge.compare.entries import Asked, open_entries
from archforge.compare.trainings import make_cells
from archforge.data import DataOptions, write_synth
from archforge.errors import ProblemError
from archforge.train import Settings
from tests.compare.toy import SPEC
from tests.runs.records import written


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


def test_trainings_of_a_study_need_not_be_made_again(nuclei: Path, study: Path) -> None:
    made = written(study / "trials" / "0000")

    ((entry,), _) = open_entries([str(study)], asked(nuclei))

    assert [run.folder for run in entry.runs] == [made.folder]


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


def test_networks_of_one_name_from_two_places_keep_names_apart(
    nuclei: Path, study: Path, tmp_path: Path
) -> None:
    other = tmp_path / "elsewhere" / "study"
    shutil.copytree(study, other)
    (other / "best.yaml").write_text(SPEC.replace("filters: 2", "filters: 6"))

    entries, _ = open_entries([str(study), str(other)], asked(nuclei))

    assert [entry.name for entry in entries] == ["study", str(other)]


def test_a_study_that_is_called_like_a_spec_has_another_name_than_the_spec(
    nuclei: Path, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "toy.yaml").write_text(SPEC)
    (tmp_path / "studies").mkdir()
    study.rename(tmp_path / "studies" / "toy.yaml")
    monkeypatch.chdir(tmp_path)

    orders = [["studies/toy.yaml", "toy.yaml"], ["toy.yaml", "studies/toy.yaml"]]
    found = [open_entries(texts, asked(nuclei))[0] for texts in orders]

    assert [[entry.name for entry in entries] for entries in found] == orders
    assert [entry.opened.graph.hyperparameters["filters"] for entry in found[0]] == [5, 2]


def test_no_network_is_called_like_what_is_not_trained(
    nuclei: Path, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study.rename(tmp_path / "otsu")
    monkeypatch.chdir(tmp_path)

    names = [
        open_entries([text], asked(nuclei))[0][0].name for text in ("otsu", str(tmp_path / "otsu"))
    ]

    assert names == ["otsu (2)", str(tmp_path / "otsu")]


def test_a_network_of_volumes_and_a_flat_one_are_not_compared(tmp_path: Path) -> None:
    for part, most in (("images", 255), ("masks", 2)):
        (tmp_path / "stacks" / part).mkdir(parents=True)
        for number in range(4):
            values = np.random.default_rng(number).integers(0, most, (6, 48, 48), np.uint8)
            tifffile.imwrite(tmp_path / "stacks" / part / f"{number}.tif", values)
    flat, deep = tmp_path / "flat.yaml", tmp_path / "deep.yaml"
    flat.write_text(SPEC)
    deep.write_text(
        SPEC.replace("[=size, =size, =channels]", "[4, =size, =size, =channels]")
        .replace("Conv2D", "Conv3D")
    )  # fmt: skip

    with pytest.raises(ProblemError, match=r"AF621 .* do not see the same images"):
        open_entries([str(flat), str(deep)], asked(tmp_path / "stacks"))


def test_one_network_with_two_recipes_has_two_places_for_its_trainings(
    nuclei: Path, study: Path, tmp_path: Path
) -> None:
    other = tmp_path / "elsewhere" / "study"
    shutil.copytree(study, other)
    (other / "best-experiment.yaml").write_text("train: {learning_rate: 0.1}\n")

    entries, _ = open_entries([str(study), str(other)], asked(nuclei, own=True))
    cells = make_cells(entries, tmp_path, DataOptions(), seeds=1)

    assert len(entries) == 2
    assert len({cell.folder for cell in cells}) == 2


def test_weights_from_two_files_of_one_name_are_not_taken_for_the_same(
    nuclei: Path, tmp_path: Path
) -> None:
    (tmp_path / "inner.yaml").write_text(SPEC.replace("name: toy", "name: inner"))
    for place in "ab":
        (tmp_path / place).mkdir()
        (tmp_path / place / "model.keras").touch()
        (tmp_path / f"{place}.yaml").write_text(OUTER.format(weights=f"{place}/model.keras"))
    paths = [str(tmp_path / f"{place}.yaml") for place in "ab"]

    with pytest.raises(ProblemError, match=r"AF621 .* start from different files of one name"):
        open_entries(paths, asked(nuclei))


OUTER = """\
archforge: 1
name: outer
task: segmentation
hyperparameters: {{size: 16, channels: 1}}
inputs:
  image: [=size, =size, =channels]
graph:
  - {{architecture: inner.yaml, name: inside, weights: {weights}}}
"""
