"""A folder for each class: trained, scored, drawn and predicted by the same commands as masks."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archforge.cli import run as archforge
from archforge.data import Dataset, open_dataset
from archforge.errors import ProblemError
from archforge.expand import expand
from archforge.graph import Graph
from archforge.predict import predict_classes
from archforge.runs import Run, list_runs
from archforge.spec import parse_spec, read_text
from archforge.train import Settings, evaluate, train

pytestmark = pytest.mark.keras
Said = pytest.CaptureFixture[str]
SPEC = """
archforge: 1
name: sorter
task: classification
inputs: {image: [16, 16, 1]}
graph:
  - {layer: Conv2D, filters: 4, kernel_size: 3, activation: elu}
  - {layer: GlobalAveragePooling2D}
  - {layer: Dense, name: kind, %s}
"""
ONE, TWO = "units: 1, activation: sigmoid", "units: 2, activation: softmax"
# What tells them apart is how bright they are, which percentiles of each image would take away.
SETTINGS = Settings(
    epochs=12, batch_size=8, learning_rate=0.03, ema=0.0, augment="flips", normalize="range"
)


def graph(head: str) -> Graph:
    return expand(parse_spec(read_text(SPEC % head, "sorter.yaml"), "sorter.yaml"))


@pytest.fixture(scope="session")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve dark and twelve bright images of different sizes, with noise."""
    root = tmp_path_factory.mktemp("cells")
    rng = np.random.default_rng(0)
    for kind, level in (("bright", 170), ("dark", 70)):
        (root / kind).mkdir()
        for number in range(12):
            pixels = rng.normal(level, 25, (18 + number, 24)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(root / f"{kind}/{kind}{number:02}.png")
    return root


@pytest.fixture(scope="session")
def data(cells: Path, cache: Path) -> Dataset:
    return open_dataset(cells, cache=cache)


@pytest.fixture(scope="session")
def sorted_by(data: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("runs") / "sorter"
    return train(graph(TWO), SPEC % TWO, data, SETTINGS, folder)


def test_a_folder_for_each_class_is_learned(sorted_by: Run, data: Dataset) -> None:
    found = evaluate(sorted_by, data.validation)

    assert (data.task, data.train.rule.names) == ("classification", ("bright", "dark"))
    assert sorted_by.scores["accuracy"] == found.scores["accuracy"] > 0.9
    assert {"balanced_accuracy", "auc", "ece"} <= sorted_by.scores.keys()
    assert sum(map(sum, found.confusion)) == len(data.validation)
    assert sum(row["pixels"] for row in found.calibration) == len(data.validation)
    assert sorted_by.baseline == {}


def test_the_sheet_of_mistakes_and_the_curves_are_drawn(sorted_by: Run) -> None:
    with Image.open(sorted_by.predictions) as sheet, Image.open(sorted_by.curves) as curves:
        assert min(sheet.size + curves.size) > 300


def test_one_sigmoid_score_tells_two_classes_apart(data: Dataset, tmp_path: Path) -> None:
    run = train(graph(ONE), SPEC % ONE, data, SETTINGS, tmp_path / "run")

    assert run.scores["accuracy"] > 0.9
    assert run.settings["loss"] == "auto"


def test_balanced_weights_are_those_of_the_images_of_each_class(data: Dataset) -> None:
    assert sum(data.class_counts(2)) == len(data.train)
    assert data.class_counts(1) == data.class_counts(2)


def test_images_are_classified_and_told_with_their_probabilities(
    sorted_by: Run, cells: Path, tmp_path: Path
) -> None:
    outcome = predict_classes(sorted_by, [cells / "bright", cells / "dark"], tmp_path / "out")

    with (tmp_path / "out/classes.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["image", "class", "score_bright", "score_dark"]
    assert [row["image"] for row in rows][:1] == [f"{cells}/bright/bright00.png"]
    assert len(rows) == len(outcome.classified) == 24
    right = [row["class"] == Path(row["image"]).parent.name for row in rows]
    assert sum(right) >= 22
    assert all(float(row["score_bright"]) + float(row["score_dark"]) == pytest.approx(1, abs=1e-5)
               for row in rows)  # fmt: skip


def test_what_is_predicted_is_what_was_scored(
    sorted_by: Run, data: Dataset, cells: Path, tmp_path: Path
) -> None:
    found = {row["id"]: row["score_of_truth"] for row in evaluate(sorted_by, data.validation).rows}

    outcome = predict_classes(sorted_by, [cells / "bright", cells / "dark"], tmp_path / "out")

    said = {Path(one.image).stem: one.scores for one in outcome.classified}
    for name, score in found.items():
        stem = Path(name).name
        assert said[stem][stem[:-2]] == pytest.approx(score, abs=1e-6)


def test_an_image_that_cannot_be_read_keeps_no_other_from_its_class(
    sorted_by: Run, cells: Path, tmp_path: Path, capsys: Said
) -> None:
    (tmp_path / "empty.png").touch()
    words = ["predict", str(sorted_by.folder), str(tmp_path / "empty.png"), str(cells / "dark"),
             "-o", str(tmp_path / "out")]  # fmt: skip

    status = archforge(words)

    said = capsys.readouterr()
    assert status == 1
    assert said.out.splitlines() == [f"{tmp_path}/out: 12 images", "  12 dark"]
    assert said.err.startswith(f"{tmp_path}/empty.png: AF407 ")


def test_a_table_of_classes_is_not_written_over_another(
    sorted_by: Run, cells: Path, tmp_path: Path
) -> None:
    (tmp_path / "classes.csv").write_text("mine")

    with pytest.raises(ProblemError, match=r"AF514 'classes\.csv' is there already"):
        predict_classes(sorted_by, [cells / "dark"], tmp_path)


def test_what_belongs_to_masks_is_wrong_usage(sorted_by: Run, cells: Path, capsys: Said) -> None:
    words = ["predict", str(sorted_by.folder), str(cells / "dark"), "-o", "out", "--instances"]

    status = archforge(words)

    assert status == 2
    assert "classifies whole images" in capsys.readouterr().err


def test_the_commands_train_and_evaluate_a_network_of_the_zoo(
    cells: Path, tmp_path: Path, capsys: Said
) -> None:
    small = ["--set", "size=16", "--set", "filters=2", "--set", "units=4"]
    words = ["train", "malaria_cnn", *small, "--data", str(cells), "--epochs", "1",
             "-o", str(tmp_path)]  # fmt: skip
    first = archforge(words)
    ((run,), _) = list_runs(tmp_path)
    capsys.readouterr()

    status = archforge(["evaluate", str(run.folder), "--data", str(cells), "--json"])

    assert (first, status) == (0, 0)
    assert json.loads(capsys.readouterr().out) == pytest.approx(run.scores)
    assert (run.task, run.fixed["channels"], run.fixed["classes"]) == ("classification", 1, 2)


def test_masks_for_a_classifier_are_refused(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="AF507 'sorter' is a network for classification"):
        train(graph(TWO), "", dataset, SETTINGS, tmp_path / "run")


def test_evaluate_prints_and_draws_what_was_taken_for_what(
    sorted_by: Run, cells: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "worst.png"
    words = ["evaluate", str(sorted_by.folder), "--data", str(cells), "--split", "all"]

    status = archforge([*words, "--picture", str(picture)])
    refused = archforge([*words, "--tta", "flips"])

    lines = capsys.readouterr().out.splitlines()
    assert (status, refused) == (0, 2)
    assert lines[-3].split() == ["bright", "dark"]
    assert [line.split()[0] for line in lines[-2:]] == ["bright", "dark"]
    assert sum(int(cell) for line in lines[-2:] for cell in line.split()[1:]) == 24
    assert picture.read_bytes().startswith(b"\x89PNG")
