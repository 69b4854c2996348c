"""Images of mixed sizes, stacks, volumes and 16 bits, from a folder to scores."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from archforge.catalog import read_architecture
from archforge.cli import run as archforge
from archforge.data import DataOptions, open_dataset
from archforge.errors import ProblemError
from archforge.runs import list_runs
from archforge.train import Settings, evaluate, open_together, train

pytestmark = pytest.mark.keras
SMALL = ["--set", "depth=1", "--set", "filters=4", "--epochs", "2", "--batch-size", "4"]
FLAT = """
archforge: 1
name: flat
task: segmentation
hyperparameters: {channels: 1, classes: 1}
inputs: {image: [null, null, =channels]}
graph:
  - {layer: Conv2D, filters: 4, kernel_size: 3, padding: same, activation: elu}
  - {block: segmentation_head, name: mask, classes: =classes}
"""
DEEP = FLAT.replace("[null, null,", "[null, null, null,").replace("2D", "3D")


def blobs(shape: tuple[int, ...], seed: int) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Bright squares or cubes of 8 pixels on noise from 0 to 1, and their mask."""
    rng = np.random.default_rng(seed)
    mask = np.zeros(shape, np.uint8)
    for _ in range(3):
        corner = [int(rng.integers(0, max(1, side - 7))) for side in shape]
        mask[tuple(slice(start, start + 8) for start in corner)] = 255
    return rng.normal(0.2, 0.05, shape).clip(0, 1) + 0.6 * (mask > 0), mask


def write(root: Path, shapes: list[tuple[int, ...]], kind: Any = np.uint8) -> Path:
    for part in ("images", "masks"):
        (root / part).mkdir(parents=True)
    for number, shape in enumerate(shapes):
        image, mask = blobs(shape, number)
        # 16 bits as a camera of 12 gives them: dark, far from the end of their range.
        values = (image * (200 if kind == np.uint8 else 3000)).astype(kind)
        tifffile.imwrite(root / f"images/{number}.tif", values, photometric="minisblack")
        tifffile.imwrite(root / f"masks/{number}.tif", mask, photometric="minisblack")
    return root


def spec_file(tmp_path: Path, text: str) -> str:
    path = tmp_path / "spec.yaml"
    path.write_text(text)
    return str(path)


def test_a_network_is_scored_on_images_that_lack_one_of_its_classes(
    three_classes: Callable[[], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, folder, runs = spec_file(tmp_path, FLAT), three_classes(), str(tmp_path / "runs")
    assert archforge(["train", spec, "--data", str(folder), "-o", runs, "--epochs", "1"]) == 0
    ((run,), _) = list_runs(Path(runs))
    for path in (folder / "masks").iterdir():
        mask = np.array(Image.open(path))
        Image.fromarray(np.where(mask == 2, 0, mask).astype(np.uint8)).save(path)
    capsys.readouterr()

    status = archforge(["evaluate", str(run.folder), "--data", str(folder), "--json"])

    said = capsys.readouterr()
    assert status == 0, said.err
    assert "iou" in json.loads(said.out)


def test_images_of_mixed_sizes_are_learned_in_patches_and_scored_at_their_own_size(
    tmp_path: Path,
) -> None:
    shapes: list[tuple[int, ...]] = [(40, 63), (33, 51), (40, 90), (64, 39), (33, 47), (20, 30)]
    data = write(tmp_path / "data", shapes)
    found = read_architecture(spec_file(tmp_path, FLAT))
    settings = Settings(epochs=6, batch_size=4, learning_rate=0.03, patches=4)
    opened = open_together(found, None, {}, data, settings=settings)

    run = train(opened.graph, FLAT, opened.dataset, settings, tmp_path / "run")

    # A power of 2 that the median image holds.
    assert (run.network["size"], run.network["resize"]) == ([32, 32], False)
    assert run.scores["dice"] > 0.8
    rows = evaluate(run, opened.dataset.validation).rows
    assert [row["id"] for row in rows] == opened.dataset.validation.ids
    assert run.best_score == pytest.approx(run.scores["dice"], abs=0.05)


def test_sixteen_bits_are_brought_to_their_percentiles(tmp_path: Path) -> None:
    data = write(tmp_path / "data", [(40, 40)] * 6, np.uint16)
    found = read_architecture(spec_file(tmp_path, FLAT))
    settings = Settings(epochs=6, batch_size=2, learning_rate=0.03, patches=4)
    opened = open_together(found, None, {}, data, settings=settings)

    run = train(opened.graph, FLAT, opened.dataset, settings, tmp_path / "run")

    assert run.network["normalize"] == "percentile"
    assert run.scores["dice"] > 0.8


def test_a_volume_is_learned_whole(tmp_path: Path) -> None:
    data = write(tmp_path / "data", [(16, 24, 20)] * 5)
    out = tmp_path / "runs"
    words = ["train", "unet_3d", "--data", str(data), *SMALL, "--patience", "9", "-o", str(out),
             "--set", "size=[16, 16, 16]", "--set", "padding=same"]  # fmt: skip

    trained = archforge(words)
    ((run,), _) = list_runs(out)
    scored = archforge(["evaluate", str(run.folder), "--data", str(data)])

    assert (trained, scored) == (0, 0)
    assert run.network["size"] == [16, 16, 16]
    assert 0 <= run.scores["dice"] <= 1
    assert run.baseline == {}


def test_a_stack_is_learned_plane_by_plane_where_the_network_takes_images(tmp_path: Path) -> None:
    data = write(tmp_path / "data", [(5, 32, 40)] * 4)

    opened = open_dataset(data)

    assert (len(opened.train), len(opened.validation)) == (15, 5)
    assert opened.train.shape(0) == (32, 40, 1)
    stacks = {name.split("/")[0] for name in opened.validation.ids}
    assert len(stacks) == 1
    assert not stacks & {name.split("/")[0] for name in opened.train.ids}


def test_of_one_single_stack_the_last_planes_are_held_out(tmp_path: Path) -> None:
    data = write(tmp_path / "data", [(10, 16, 16)])

    opened = open_dataset(data, options=DataOptions(validation=0.2, test=0.1))

    assert opened.train.ids == [f"0/{plane:03}" for plane in range(7)]
    assert opened.validation.ids == ["0/007", "0/008"]
    assert opened.test.ids == ["0/009"]


def test_a_single_stack_to_train_on_is_divided_beside_one_kept_for_the_test(
    tmp_path: Path,
) -> None:
    for part, planes in (("train", 10), ("test", 4)):
        write(tmp_path / "data" / part, [(planes, 16, 16)])

    opened = open_dataset(tmp_path / "data", options=DataOptions(validation=0.2, test=0.1))

    assert opened.train.ids == [f"train/0/{plane:03}" for plane in range(8)]
    assert opened.validation.ids == ["train/0/008", "train/0/009"]
    assert opened.test.ids == [f"test/0/{plane:03}" for plane in range(4)]


def test_the_border_of_objects_needs_masks_that_tell_them_apart(
    tmp_path: Path,
) -> None:
    data = write(tmp_path / "data", [(32, 32)] * 4)
    found = read_architecture(spec_file(tmp_path, FLAT))
    settings = Settings(epochs=1, target="instances")

    with pytest.raises(ProblemError, match="AF518 the masks do not tell objects apart"):
        open_together(found, None, {}, data, settings=settings)


def test_the_border_of_numbered_objects_is_learned_and_objects_are_scored(
    nuclei: Path, tmp_path: Path
) -> None:
    found = read_architecture(spec_file(tmp_path, FLAT))
    settings = Settings(
        epochs=4,
        batch_size=8,
        target="instances",
        class_weights="balanced",
        learning_rate=0.05,
        ema=0.0,
    )
    opened = open_together(found, None, {}, nuclei, settings=settings)

    run = train(opened.graph, FLAT, opened.dataset, settings, tmp_path / "run")

    assert opened.fixed["classes"] == 3
    assert {"ap_50", "pq"} <= run.scores.keys()
    assert run.scores["dice"] > 0.3


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_pixels_that_are_no_numbers_are_told_before_training(tmp_path: Path, value: float) -> None:
    data = write(tmp_path / "data", [(16, 16)] * 4)
    image = np.full((16, 16), 0.5, np.float32)
    image[3, 4] = value
    tifffile.imwrite(data / "images/2.tif", image)

    with pytest.raises(ProblemError, match="AF421"):
        open_dataset(data)


def test_grey_png_files_and_volumes_do_not_mix(tmp_path: Path) -> None:
    data = write(tmp_path / "data", [(16, 16, 16)] * 3)
    for part in ("images", "masks"):
        Image.fromarray(np.eye(16, dtype=np.uint8) * 255).save(data / f"{part}/9.png")

    with pytest.raises(ProblemError, match="AF422"):
        open_dataset(data, rank=3)
