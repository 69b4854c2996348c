"""Experiment files on the command line: options win over them, and they stand alone."""

import json
from pathlib import Path
from typing import Any

import click
import pytest
from jsonschema import Draft7Validator

from archforge.cli import OK, PROBLEMS, USAGE, run
from archforge.cli.experiments import SEARCHING, Asked, ask, is_experiment
from archforge.cli.options import OPTIONS, SETTINGS
from archforge.data import write_synth
from archforge.runs import list_runs, read_run
from tests.compare.toy import SPEC

TEXT = """\
archforge: 1
kind: experiment
name: nuclei
architectures: [unet:tutorial]
hyperparameters: {size: 32, filters: 2, depth: 1}
data: {folder: images, folds: 4, fold: 1, seed: 5}
train: {epochs: 2, patience: 3, batch_size: 4}
search:
  trials: 20
  space: {dropout: 0..0.2, padding: [same]}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "nuclei.yaml"
    path.write_text(TEXT)
    return path


def asked(file: Path, given: dict[str, Any] | None = None, **options: Any) -> Asked:
    none = dict.fromkeys([*SETTINGS, *OPTIONS, "seed"])
    return ask([str(file)], given or {}, options.pop("data", None), {**none, **options})


def searched(file: Path, *ranges: str, **options: Any) -> Asked:
    none = dict.fromkeys(SEARCHING)
    return asked(file, **{**none, "ranges": ranges, **options})


def test_without_options_all_is_as_the_file_says(file: Path) -> None:
    found = asked(file)

    assert (found.specs, found.name) == (("unet:tutorial",), "nuclei")
    assert found.data == file.parent / "images"
    assert (found.settings.epochs, found.settings.seed) == (2, 0)
    assert (found.options.folds, found.options.seed) == (4, 5)


def test_a_budget_of_seconds_lifts_epochs_that_the_file_does_not_say(file: Path) -> None:
    said = asked(file, seconds=60.0)
    file.write_text(TEXT.replace("epochs: 2, ", ""))
    unsaid = asked(file, seconds=60.0)

    assert (said.settings.epochs, unsaid.settings.epochs) == (2, 1000)


def test_options_win_over_the_file(file: Path) -> None:
    found = asked(
        file, {"size": 64}, data=Path("mine"), epochs=9, validation=0.3, seed=11, loss="dice"
    )

    assert found.given == {"size": 64, "filters": 2, "depth": 1}
    assert found.data == Path("mine")
    assert (found.settings.epochs, found.settings.patience) == (9, 3)
    assert (found.settings.loss, found.settings.seed) == ("dice", 11)
    assert (found.options.validation, found.options.folds, found.options.seed) == (0.3, None, 11)


def test_a_preset_of_an_option_takes_the_place_of_those_in_the_file(file: Path) -> None:
    found = ask([str(file)], {}, None, dict.fromkeys([*SETTINGS, *OPTIONS, "seed"]), "small")

    assert found.specs == ("unet:small",)
    assert found.one()[1] == "small"


def test_a_value_reaches_the_architectures_that_have_it_and_one_that_none_has_is_a_slip(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = TEXT.partition("search:")[0].replace("tutorial]", "tutorial, segnet:small]")
    file.write_text(text)
    of_one = run(["check", str(file)])  # depth is unet's alone
    file.write_text(text.replace("depth", "dept"))

    of_none = run(["check", str(file)])

    assert (of_one, of_none) == (OK, PROBLEMS)
    assert f"{file}:5:47: AF301" in capsys.readouterr().out


def test_a_range_of_an_option_takes_the_place_of_the_file_s(file: Path) -> None:
    found = searched(file, "dropout=0.1..0.3", sampler="random")

    assert found.search == {
        "trials": 20,
        "seed": 0,
        "workers": "auto",
        "sampler": "random",
        "pruner": None,
        "timeout_s": None,
        "goals": ("dice",),
        "limits": {},
        "retrain": None,
        "repeats": 1,
        "ranges": ('padding="same"', "dropout=0.1..0.3"),
    }


def test_a_file_is_an_experiment_by_its_kind_or_by_what_it_holds(file: Path) -> None:
    mistyped = file.with_name("mistyped.yaml")
    mistyped.write_text(TEXT.replace("experiment", "experimnt"))
    silent = file.with_name("silent.yaml")
    silent.write_text(TEXT.replace("kind: experiment\n", ""))
    spec = file.with_name("spec.yaml")
    spec.write_text("archforge: 1\nname: mine\nextends: unet\n")

    assert all(is_experiment(str(path)) for path in (file, mistyped, silent))
    assert not any(is_experiment(name) for name in (str(spec), "unet", "-", "missing.yaml"))


def test_an_experiment_stands_alone(file: Path) -> None:
    with pytest.raises(click.UsageError, match="is an experiment, which stands alone"):
        ask(["unet", str(file)], {}, None, {})


def test_a_fixed_value_of_an_option_takes_the_place_of_a_range(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", str(file), "--set", "dropout=0.1"]) == OK
    assert run(["check", str(file), "--set", "filters=0"]) == PROBLEMS

    assert "AF303 'filters' must be at least 1, not 0" in capsys.readouterr().out


def test_a_command_that_wants_an_architecture_says_so_once(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["show", str(file)]) == PROBLEMS

    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == f"{file}:2:7: AF152 this is an experiment, an architecture is wanted here"
    assert len(lines) == 3


def test_several_architectures_are_for_compare(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(TEXT.replace("[unet:tutorial]", "[unet:tutorial, attention_unet]"))

    assert run(["train", str(file)]) == USAGE

    assert "'nuclei' names 2 architectures, this takes one" in capsys.readouterr().err


@pytest.mark.parametrize(("command", "missing"), [("train", "--data DIR"), ("search", "--trials")])
def test_what_neither_file_nor_option_says_is_asked_for(
    command: str, missing: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = "folder: images, " if command == "train" else "  trials: 20\n"
    file.write_text(TEXT.replace(kept, ""))

    assert run([command, str(file)]) == USAGE

    assert missing in capsys.readouterr().err


def test_a_problem_of_the_file_stops_a_training_before_it_starts(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(TEXT.replace("filters: 2", "filtres: 2"))

    assert run(["train", str(file), "-o", str(file.parent / "runs")]) == PROBLEMS

    assert f"{file}:5:38: AF301" in capsys.readouterr().err
    assert not (file.parent / "runs").exists()


def test_the_schema_of_experiments_is_printed_for_editors(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["schema", "--experiment"]) == OK

    schema = json.loads(capsys.readouterr().out)
    Draft7Validator.check_schema(schema)
    assert schema["properties"]["train"]["properties"]["epochs"]["default"] == 40


@pytest.mark.keras
def test_a_training_is_made_of_file_and_options(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHFORGE_CACHE", str(file.parent / "cache"))
    write_synth(file.parent / "images", count=8, size=48)

    status = run(["train", str(file), "--epochs", "1", "-o", str(file.parent / "runs"), "--json"])

    made = read_run(Path(json.loads(capsys.readouterr().out)["folder"]))
    assert status == OK
    assert made.folder.name.startswith("nuclei")
    assert (made.settings["epochs"], made.settings["batch_size"]) == (1, 4)
    assert made.data["options"]["folds"] == 4
    assert made.fixed["filters"] == 2


@pytest.mark.keras
def test_a_comparison_is_made_of_file_and_options(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the split of the file, whose value for one architecture does not stop the other."""
    monkeypatch.setenv("ARCHFORGE_CACHE", str(file.parent / "cache"))
    write_synth(file.parent / "images", count=8, size=48)
    sized = SPEC.replace("{size", "{kernel: 5, size").replace("size: 3", "size: =kernel")
    file.with_name("one.yaml").write_text(sized)
    file.with_name("two.yaml").write_text(SPEC)
    text = TEXT.replace("unet:tutorial", "./one.yaml:wide, ./two.yaml").replace(", fold: 1", "")
    text = text.replace("size: 32, filters: 2, depth: 1", "kernel: 1")
    file.write_text(text.partition("search:")[0])

    words = ["compare", str(file), "--epochs", "1", "--folds", "2", "--preset", "narrow"]
    status = run([*words, "-o", str(file.parent / "table")])

    made, _ = list_runs(file.parent / "table")
    said = capsys.readouterr().out
    assert status == OK
    assert {one.preset for one in made} == {"narrow"}
    assert sorted("kernel" in one.fixed for one in made) == [False, False, True, True]
    assert {one.data["options"]["seed"] for one in made} == {5}
    assert "kernel = 1 does not reach" in said
    assert "two.yaml:narrow" in said
