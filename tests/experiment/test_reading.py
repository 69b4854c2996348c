"""Experiment files: what is read, and what is refused at which line."""

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from archforge.cli import OK, run
from archforge.data import DataOptions
from archforge.errors import ProblemError
from archforge.experiment import check_experiment, experiment_schema, read_experiment
from archforge.search.retraining import Retrain
from archforge.train import Settings

HEAD = "archforge: 1\nkind: experiment\nname: nuclei\narchitectures: [unet:tutorial]\n"


def written(folder: Path, text: str, head: str = HEAD) -> Path:
    file = folder / "nuclei.yaml"
    file.write_text(head + text)
    return file


def refused(file: Path) -> list[str]:
    """Each problem as its line in the file, its code and its message."""
    with pytest.raises(ProblemError) as caught:
        check_experiment(read_experiment(file))
    return [
        f"{problem.mark.line}:{problem.mark.column} {problem.code} {problem.message}"
        for problem in caught.value.problems
        if problem.mark is not None
    ]


def test_a_file_says_architectures_images_settings_and_search(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "hyperparameters: {size: 64, dropout: [0.1, 0.2]}\n"
        "data: {folder: ../images, validation: 0.3, colours: {'#ff8800': 1}}\n"
        "train: {epochs: 3, loss: {bce: 0.5, dice: 1}, augment: {preset: light, elastic: true},\n"
        "        class_weights: [1, 4], output_weights: {mask@1: 0.5}, seed: 7}\n"
        "search:\n"
        "  trials: 20\n"
        "  timeout: 60\n"
        "  space: {filters: 8..24:8, padding: [same, valid]}\n",
    )

    found = read_experiment(file)

    assert (found.name, found.architectures) == ("nuclei", ("unet:tutorial",))
    assert found.hyperparameters == {"size": 64, "dropout": [0.1, 0.2]}
    assert found.data == tmp_path / "../images"
    assert found.options == DataOptions(validation=0.3, colours={"#ff8800": 1}, seed=7)
    assert found.settings == Settings(
        epochs=3,
        loss="0.5*bce+dice",
        augment="light+elastic",
        class_weights=(1, 4),
        output_weights={"mask@1": 0.5},
        seed=7,
    )
    assert (found.search.trials, found.search.timeout_s, found.search.seed) == (20, 60, 7)
    assert list(found.search.ranges.values()) == ["filters=8..24:8", 'padding="same","valid"']


def test_what_a_file_leaves_out_has_the_defaults_of_the_command_line(tmp_path: Path) -> None:
    found = read_experiment(written(tmp_path, "train:\n"))

    assert (found.settings, found.options, found.data) == (Settings(), DataOptions(), None)


@pytest.mark.parametrize("budget", ["seconds: 600", "images: 5000"])
def test_a_budget_of_time_or_images_is_not_cut_off_by_epochs_that_nobody_asked_for(
    tmp_path: Path, budget: str
) -> None:
    alone = read_experiment(written(tmp_path, f"train: {{{budget}}}\n"))
    both = read_experiment(written(tmp_path, f"train: {{{budget}, epochs: 7}}\n"))

    assert (alone.settings.epochs, both.settings.epochs) == (1000, 7)


@pytest.mark.parametrize(
    ("section", "owner", "others"),
    [("train", Settings, set()), ("data", DataOptions, {"folder"})],
)
def test_every_setting_of_the_command_line_is_a_key(
    section: str, owner: type[Settings | DataOptions], others: set[str]
) -> None:
    keys = experiment_schema()["properties"][section]["properties"]

    assert set(keys) == {one.name for one in fields(owner)} | others


def test_a_path_starts_at_the_file_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("name: mine\n")
    head = HEAD.replace("unet:tutorial", "./mine.yaml:small")

    found = read_experiment(written(tmp_path, "", head))

    assert found.architectures == (f"{tmp_path / 'mine.yaml'}:small",)


def test_all_problems_of_a_file_are_told_at_their_places(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "data: {validation: 2, masks: color, fold: 3}\n"
        "train:\n"
        "  epochs: ten\n"
        "  batch_size: 0\n"
        "  loss: {focal: {gama: 2}}\n"
        "  augment: standard+nose\n"
        "  learnin_rate: 0.1\n"
        "search: {trials: 0, sampler: tpee, workers: many}\n",
    )

    assert refused(file) == [
        "5:20 AF428 validation cannot be 2",
        "5:30 AF105 data.masks cannot be 'color'",
        "5:43 AF428 fold cannot be 3",
        "7:11 AF104 train.epochs must be a whole number, not 'ten'",
        "8:15 AF503 batch_size cannot be 0",
        "9:18 AF101 train.loss.focal has no 'gama'",
        "10:12 AF503 augment cannot be 'nose'",
        "11:3 AF101 train has no 'learnin_rate'",
        "12:18 AF608 trials cannot be 0",
        "12:30 AF105 search.sampler cannot be 'tpee'",
        "12:45 AF105 search.workers cannot be 'many'",
    ]


def test_settings_of_the_training_may_have_a_range_as_hyperparameters_have(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "train:\n"
        "  learning_rate: {default: 1e-3, search: {float: [1e-4, 1e-2], log: true}}\n"
        "  loss: {default: dice, search: {choice: [dice, dice+bce]}}\n"
        "  batch_size: {default: 8, search: {int: [4, 16], step: 4}}\n"
        "search: {trials: 3, retrain: {top: 2, seeds: 4}}\n",
    )

    found = read_experiment(file)

    assert (found.settings.learning_rate, found.settings.loss) == (1e-3, "dice")
    assert found.search.ranges == {
        "train.learning_rate": "train.learning_rate=0.0001..0.01:log",
        "train.loss": 'train.loss="dice","dice+bce"',
        "train.batch_size": "train.batch_size=4..16:4",
    }
    assert found.search.retrain == Retrain(top=2, seeds=4)


def test_a_range_of_a_setting_that_cannot_be_read_is_told_at_its_line(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "train:\n"
        "  learning_rate: {default: 1e-3, search: {floot: [1e-4, 1e-2]}}\n"
        "  loss: {search: {choice: [dice]}}\n"
        "search: {retrain: {top: 0}}\n",
    )

    assert refused(file) == [
        "6:18 AF602 the range of 'train.learning_rate' cannot be read",
        "7:9 AF602 the range of 'train.loss' cannot be read",
        "8:19 AF608 retrain top cannot be 0",
    ]


def test_goals_and_limits_are_read_and_each_wrong_one_is_told_at_its_line(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "search:\n  goals: [maximize val_dice, minimize macs]\n  limits: {macs: 2G}\n",
    )
    search = read_experiment(file).search
    assert search.goals == ("maximize val_dice", "minimize macs")
    assert (search.limits, search.pruner) == ({"macs": "2G"}, None)
    assert read_experiment(written(tmp_path, "search: {goal: iou}\n")).search.goals == ("iou",)

    wrong = written(
        tmp_path,
        "search:\n  goals: [minimize dice, macs]\n  limits: {macs: -1}\n  pruner: median\n",
    )
    assert refused(wrong) == [
        "6:10 AF608 the goal cannot be 'minimize dice'",
        "7:11 AF608 the limit of macs cannot be '-1'",
    ]


def test_values_that_the_architecture_does_not_take_are_told_at_their_lines(
    tmp_path: Path,
) -> None:
    names = written(tmp_path, "hyperparameters: {size: 64, fliters: 8}\n")

    assert refused(names) == ["5:38 AF301 'unet' has no hyperparameter 'fliters'"]

    ranges = written(tmp_path, "search:\n  space:\n    depht: 1..3\n    depth: 2..99\n")

    assert [line[:10] for line in refused(ranges)] == ["7:12 AF601", "8:12 AF603"]


@pytest.mark.parametrize("name", ["/etc/passwd", "../other.txt", "missing.yaml", "unte"])
def test_an_architecture_is_a_known_name_or_a_spec_that_is_there(name: str, tmp_path: Path) -> None:
    file = written(tmp_path, "", HEAD.replace("unet:tutorial", name))

    assert refused(file) == [f"4:17 AF008 there is no architecture '{name}'"]


def test_the_file_that_new_writes_holds_every_default(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.yaml"

    assert run(["new", str(file), "--experiment", "--preset", "tutorial"]) == OK

    found = read_experiment(file)
    text = file.read_text()
    keys = experiment_schema()["properties"]
    assert (found.settings, found.options) == (Settings(), DataOptions())
    assert found.architectures == ("unet:tutorial",)
    assert all(f"{key}:" in text for name in ("data", "train", "search")
               for key in keys[name]["properties"])  # fmt: skip
    assert (tmp_path / "archforge.experiment.schema.json").is_file()
    assert run(["check", str(file)]) == OK


def test_checking_an_experiment_needs_no_keras(tmp_path: Path) -> None:
    file = written(tmp_path, "train: {augment: standard, loss: dice+bce}\n")
    program = (
        "import sys; from archforge.cli import run; status = run(sys.argv[1:]); "
        "assert not {'tensorflow', 'keras', 'optuna'} & set(sys.modules); sys.exit(status)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, "check", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (OK, ""), done.stderr
