"""Scores at full size, masks as files, and a saved network that is loaded as data."""

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from archforge.data import Dataset, Examples, open_dataset
from archforge.errors import ProblemError
from archforge.graph import Graph
from archforge.metrics import score
from archforge.metrics.otsu import otsu_mask
from archforge.predict import load_model, open_predictor, predict_files
from archforge.runs import Run
from archforge.train import Epoch, evaluate, otsu_scores, predictions

pytestmark = pytest.mark.keras
Trained = tuple[Run, list[Epoch]]


@pytest.fixture
def run(trained: Trained) -> Run:
    return trained[0]


@pytest.fixture
def copy(run: Run, tmp_path: Path) -> Run:
    """The run in a folder of its own, to be damaged."""
    folder = tmp_path / "copy"
    shutil.copytree(run.folder, folder)
    return replace(run, folder=folder)


def stacked(part: Examples, count: int | None = None) -> NDArray[Any]:
    return np.stack([part.image(row) for row in range(count or len(part))])


def tampered(run: Run, change: Callable[[dict[str, Any]], None]) -> None:
    with zipfile.ZipFile(run.model) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(files["config.json"])
    change(config)
    files["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(run.model, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def test_a_run_that_is_loaded_scores_as_it_did_in_training(run: Run, dataset: Dataset) -> None:
    found = evaluate(run, dataset.validation)

    assert found.scores == pytest.approx(run.scores)
    assert found.intervals.keys() == run.intervals.keys()
    assert [row["id"] for row in found.rows] == dataset.validation.ids
    assert sum(map(sum, found.confusion)) == 5 * 48 * 48


def test_only_the_asked_metrics_are_worked_out(run: Run, dataset: Dataset) -> None:
    found = evaluate(run, dataset.validation, ["iou"])

    assert list(found.scores) == ["iou"]


def test_masks_are_compared_at_the_size_of_the_originals(run: Run, dataset: Dataset) -> None:
    one = next(predictions(open_predictor(run), dataset.validation, [2]))

    image, truth = dataset.validation.original(2)
    assert one.id == dataset.validation.ids[2]
    assert one.predicted.shape == one.truth.shape == (48, 48)
    assert np.array_equal(one.truth, truth)
    assert np.array_equal(one.image, image)


def test_otsu_is_worked_out_on_the_originals(dataset: Dataset) -> None:
    part = dataset.validation
    originals = [part.original(row) for row in range(len(part))]

    found = otsu_scores(part, ["dice"])

    assert found == score([(mask, otsu_mask(image)) for image, mask in originals], 1, ["dice"])


def test_the_last_batch_is_filled_up_and_says_the_same(run: Run, dataset: Dataset) -> None:
    predictor = open_predictor(run)
    images = stacked(dataset.train, 11)

    together = list(predictor.scores(images))
    alone = [next(predictor.scores(images[row : row + 1])) for row in range(11)]

    assert len(together) == 11
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_a_part_without_images_is_refused(run: Run, dataset: Dataset) -> None:
    with pytest.raises(ProblemError, match="AF508 there are no images to score"):
        evaluate(run, dataset.test)
    with pytest.raises(ProblemError, match="AF508"):
        otsu_scores(dataset.test)


def test_masks_of_other_classes_are_refused(
    run: Run, three_classes: Callable[[], Path], cache: Path
) -> None:
    data = open_dataset(three_classes(), size=(32, 32), cache=cache)

    with pytest.raises(ProblemError, match="AF513 the masks hold 3 classes, the network tells 1"):
        evaluate(run, data.validation)
    with pytest.raises(ValueError, match="examples must have 1 class, got 3"):
        otsu_scores(data.validation)


def test_the_size_that_images_were_brought_to_changes_no_score(
    run: Run, nuclei: Path, cache: Path
) -> None:
    native = open_dataset(nuclei, cache=cache)
    small = open_dataset(nuclei, size=(40, 40), cache=cache)

    assert evaluate(run, native.validation, ["dice"]).scores["dice"] == run.scores["dice"]
    assert evaluate(run, small.validation, ["dice"]).scores["dice"] == run.scores["dice"]


def test_a_written_mask_is_the_one_that_was_scored(
    run: Run, dataset: Dataset, nuclei: Path, tmp_path: Path
) -> None:
    one = next(predictions(open_predictor(run), dataset.validation, [0]))

    (done,) = predict_files(run, [nuclei / f"images/{one.id}.png"], tmp_path / "out").predicted

    assert np.array_equal(np.array(Image.open(done.target.mask)) // 255, one.predicted)


def test_a_network_without_padding_writes_masks_to_the_rim(
    unet: Callable[..., Graph], nuclei: Path, cache: Path, tmp_path: Path
) -> None:
    from archforge.train import Settings, train

    data = open_dataset(nuclei, size=(34, 34), cache=cache)
    settings = Settings(epochs=4, batch_size=4, learning_rate=5e-3)
    run = train(unet(size=34, padding="valid"), "", data, settings, tmp_path / "run")

    image = nuclei / f"images/{data.validation.ids[0]}.png"
    (done,) = predict_files(run, [image], tmp_path / "out").predicted

    assert np.array(Image.open(done.target.mask)).shape == (48, 48)


def test_a_network_that_was_saved_says_the_same_again(run: Run, dataset: Dataset) -> None:
    images = stacked(dataset.validation)

    first, second = (np.stack(list(open_predictor(run).scores(images))) for _ in range(2))

    assert np.array_equal(first, second)


def test_a_run_without_a_network_is_refused(copy: Run) -> None:
    copy.model.unlink()

    with pytest.raises(ProblemError, match="AF511 the run 'first' has no saved network"):
        load_model(copy)


@pytest.mark.parametrize("keep", [0, 100, 5000])
def test_a_network_that_was_cut_off_is_refused(copy: Run, keep: int) -> None:
    copy.model.write_bytes(copy.model.read_bytes()[:keep])

    with pytest.raises(ProblemError, match="AF511 the saved network cannot be loaded"):
        load_model(copy)


def test_a_network_whose_weights_are_damaged_is_refused(copy: Run) -> None:
    with zipfile.ZipFile(copy.model) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(copy.model, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content[:99] if name.endswith(".h5") else content)

    with pytest.raises(ProblemError, match="AF511"):
        load_model(copy)


def test_a_network_with_a_lambda_is_refused_and_nothing_runs(copy: Run) -> None:
    def change(config: dict[str, Any]) -> None:
        config["config"]["layers"][1]["class_name"] = "Lambda"

    tampered(copy, change)

    with pytest.raises(ProblemError, match="AF512 the saved network names 'Lambda'"):
        load_model(copy)


def test_a_network_that_names_a_module_of_python_is_refused(copy: Run) -> None:
    def change(config: dict[str, Any]) -> None:
        config["config"]["layers"][1].update(module="os", class_name="Dropout")

    tampered(copy, change)

    with pytest.raises(ProblemError, match=r"AF512 the saved network names 'os\.Dropout'"):
        load_model(copy)


def test_a_plain_function_by_name_is_refused_too(copy: Run) -> None:
    def change(config: dict[str, Any]) -> None:
        layer = next(one for one in config["config"]["layers"] if one["class_name"] == "Conv2D")
        layer["config"]["activation"] = {
            "module": "builtins", "class_name": "function", "config": "exec",
            "registered_name": "function",
        }  # fmt: skip

    tampered(copy, change)

    with pytest.raises(ProblemError, match=r"AF512 the saved network names 'builtins\.function'"):
        load_model(copy)
