"""Masks, scores and objects as files; what cannot be done is told and leaves nothing behind."""

import csv
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from archforge.cli import run as archforge
from archforge.data.normalize import Preparation
from archforge.errors import ProblemError
from archforge.predict import Wanted, Way, open_pixels, open_predictor, predict_files
from archforge.predict.turns import turned, turned_back
from archforge.runs import Run
from tests.predict.conftest import HEAD, SAME, TOP, MakeRun

pytestmark = pytest.mark.keras
# A single weight that is near 1: bright pixels are foreground.
BRIGHT = (
    TOP % "[32, 32, 1]"
    + "  - {layer: Conv2D, filters: 1, kernel_size: 1, name: gain}\n"
    + "  - {layer: Activation, activation: sigmoid, name: mask}\n"
)


@pytest.fixture
def run(make_run: MakeRun) -> Run:
    return make_run(SAME)


@pytest.fixture
def bright(make_run: MakeRun) -> Run:
    """Foreground is what is brighter than the half of its type's range."""
    from archforge.build.quiet import keras
    from archforge.predict import load_model

    made = make_run(BRIGHT, "bright")
    model = load_model(made)
    model.set_weights([np.full((1, 1, 1, 1), 40.0), np.full(1, -20.0)])
    keras.saving.save_model(model, made.model)
    return made


def blobs(*shape: int) -> NDArray[np.uint8]:
    """Two bright discs on dark ground."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    discs = [(14, 14), (35, 40)]
    inside = [np.hypot(rows - row, columns - column) < 8 for row, column in discs]
    return np.where(np.any(inside, axis=0), 200, 20).astype(np.uint8)


@contextmanager
def full_disk(limit: int) -> Iterator[None]:
    """Files may not grow beyond ``limit`` bytes, which fails as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_each_image_gets_a_mask_of_its_kind_and_size(bright: Run, tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    Image.fromarray(blobs(50, 61)).save(images / "a.png")
    Image.fromarray(blobs(70, 64)).convert("RGB").save(images / "b.jpg", quality=95)
    tifffile.imwrite(images / "c.tif", blobs(50, 61).astype(np.uint16) * 257, imagej=True,
                     resolution=(4, 4), metadata={"unit": "um"})  # fmt: skip
    np.save(images / "d.npy", blobs(50, 61) / np.float32(255))
    told: list[tuple[float, int]] = []

    outcome = predict_files(bright, [images], tmp_path / "out", None, lambda *at: told.append(at))

    assert left(tmp_path / "out") == ["a.png", "b.png", "c.tif", "d.npy"]
    assert not outcome.problems
    assert told[-1] == (4, 4)
    masks = [open_pixels(done.target.mask) for done in outcome.predicted]
    assert [mask.shape for mask in masks] == [(50, 61, 1), (70, 64, 1), (50, 61, 1), (50, 61, 1)]
    assert masks[2].pixel_size == (0.25, 0.25)
    for mask in masks:
        truth = blobs(*mask.shape[:2]) > 100
        assert np.array_equal(mask[...][..., 0], truth * np.uint8(255))


def test_scores_are_those_of_the_array(run: Run, tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (45, 50), np.uint8)
    Image.fromarray(image).save(tmp_path / "a.png")

    (done,) = predict_files(
        run, [tmp_path / "a.png"], tmp_path / "out", Wanted(scores=True)
    ).predicted

    scores = open_predictor(run).whole(image[..., np.newaxis])
    assert done.target.scores is not None
    np.testing.assert_allclose(tifffile.imread(done.target.scores), scores[..., 0], atol=1e-6)


def test_a_stack_is_taken_plane_by_plane_and_numbered_on(bright: Run, tmp_path: Path) -> None:
    stack = np.stack([blobs(50, 61), blobs(50, 61)[:, ::-1]])
    tifffile.imwrite(tmp_path / "s.tif", stack, compression="zlib")
    wanted = Wanted(instances=True, table=True, boxes=True, scores=True)

    outcome = predict_files(bright, [tmp_path / "s.tif"], tmp_path / "out", wanted)

    assert left(tmp_path / "out") == ["boxes.csv", "coco.json", "objects.csv", "s.tif",
                                      "s_labels.tif", "s_scores.tif"]  # fmt: skip
    labels = tifffile.imread(tmp_path / "out/s_labels.tif")
    assert (labels.shape, labels.dtype.name) == ((2, 50, 61), "uint16")
    assert np.array_equal(labels > 0, stack > 100)
    assert [np.unique(plane).tolist() for plane in labels] == [[0, 1, 2], [0, 3, 4]]
    assert outcome.predicted[0].objects == 4
    rows = list(csv.DictReader((tmp_path / "out/objects.csv").read_text().splitlines()))
    assert [row["plane"] for row in rows] == ["0", "0", "1", "1"]
    assert float(rows[0]["intensity_mean"]) == 200
    coco = json.loads((tmp_path / "out/coco.json").read_text())
    assert [one["file_name"] for one in coco["images"]] == ["s.tif/0", "s.tif/1"]


def test_a_volume_is_taken_whole(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run(TOP % "[8, 16, 16, 1]" + HEAD % 1)
    volume = np.zeros((11, 20, 30), np.uint8)
    tifffile.imwrite(tmp_path / "v.tif", volume)
    Image.fromarray(volume[0]).save(tmp_path / "flat.png")

    outcome = predict_files(run, [tmp_path / "v.tif", tmp_path / "flat.png"], tmp_path / "out")

    assert tifffile.imread(tmp_path / "out/v.tif").shape == volume.shape
    (problem,) = outcome.problems
    assert str(problem).startswith(f"{tmp_path}/flat.png: AF513 'flat.png' is an image")


def test_objects_below_the_least_area_are_left_out(bright: Run, tmp_path: Path) -> None:
    # Discs of about 200 pixels.
    Image.fromarray(blobs(50, 61)).save(tmp_path / "a.png")

    counts = [
        predict_files(
            bright, [tmp_path / "a.png"], tmp_path / f"{least}",
            Wanted(table=True, least_area=least),
        ).predicted[0].objects
        for least in (9, 226)
    ]  # fmt: skip

    assert counts == [2, 0]


def test_inside_and_border_of_objects_are_one_class_of_the_mask(
    make_run: MakeRun, tmp_path: Path
) -> None:
    softmax = "  - {block: segmentation_head, name: mask, classes: 3}\n"
    run = make_run(TOP % "[16, 16, 1]" + softmax)
    network = {**run.network, "bordered": True}
    Image.fromarray(blobs(50, 61)).save(tmp_path / "a.png")

    predict_files(replace(run, network=network), [tmp_path / "a.png"], tmp_path / "out")

    mask = np.array(Image.open(tmp_path / "out/a.png"))
    assert set(np.unique(mask).tolist()) <= {0, 255}


def test_what_cannot_be_read_is_told_at_the_end(bright: Run, tmp_path: Path) -> None:
    Image.fromarray(blobs(50, 61)).save(tmp_path / "good.png")
    whole = (tmp_path / "good.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.tif").touch()
    holes = blobs(50, 61).astype(np.float32)
    holes[40, 3] = np.nan
    np.save(tmp_path / "nan.npy", holes)
    np.save(tmp_path / "two.npy", np.zeros((50, 61, 2), np.uint8))
    names = ["cut.png", "empty.tif", "good.png", "missing.png", "nan.npy", "two.npy"]

    outcome = predict_files(bright, [tmp_path / name for name in names], tmp_path / "out")

    codes = {Path(p.mark.file).name: p.code for p in outcome.problems if p.mark}
    assert codes == {"cut.png": "AF407", "empty.tif": "AF407", "missing.png": "AF407",
                     "nan.npy": "AF523", "two.npy": "AF513"}  # fmt: skip
    assert left(tmp_path / "out") == ["good.png"]


def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(run: Run, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 300), np.uint8)
    paths = [tmp_path / "a.npy", tmp_path / "b.npy"]
    for path in paths:
        np.save(path, noise)

    with full_disk(20_000):
        outcome = predict_files(run, paths, tmp_path / "out")

    (problem,) = outcome.problems
    assert str(problem).split("\n")[0] == (
        f"{tmp_path}/out/a.npy: AF009 '{tmp_path}/out/a.npy' cannot be written: file too large"
    )
    assert left(tmp_path / "out") == []


def test_nothing_is_written_over_a_file_or_twice(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    Image.fromarray(blobs(40, 40)).save(tmp_path / "a/cell.png")
    before = (tmp_path / "a/cell.png").read_bytes()
    twice = [tmp_path / "a/cell.png", tmp_path / "b/cell.jpg"]

    with pytest.raises(ProblemError, match=r"AF514 .*would both be written as 'cell\.png'"):
        predict_files(run, twice, tmp_path / "out")
    with pytest.raises(ProblemError, match=r"AF514 'cell\.png' is there already"):
        predict_files(run, [tmp_path / "a"], tmp_path / "a")

    assert not (tmp_path / "out").exists()
    assert (tmp_path / "a/cell.png").read_bytes() == before


def test_an_interrupted_folder_is_gone_on_with(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in "abc":
        Image.fromarray(blobs(40, 40)).save(tmp_path / f"in/{name}.png")
    predict_files(run, [tmp_path / "in/a.png"], tmp_path / "out")
    before = (tmp_path / "out/a.png").stat().st_mtime_ns

    outcome = predict_files(
        run, [tmp_path / "in/*.png"], tmp_path / "out", Wanted(skip_existing=True)
    )

    assert [done.target.image.name for done in outcome.predicted] == ["b.png", "c.png"]
    assert outcome.skipped == 1
    assert (tmp_path / "out/a.png").stat().st_mtime_ns == before


def test_a_network_of_many_classes_tells_no_objects(make_run: MakeRun, tmp_path: Path) -> None:
    softmax = "  - {block: segmentation_head, name: mask, classes: 5}\n"
    run = make_run(TOP % "[32, 32, 1]" + softmax)
    Image.fromarray(blobs(40, 40)).save(tmp_path / "a.png")

    with pytest.raises(ProblemError, match="AF525 the network tells 5 classes apart"):
        predict_files(run, [tmp_path / "a.png"], tmp_path / "out", Wanted(table=True))


def test_folders_without_images_and_folders_that_cannot_be_made(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    Image.fromarray(blobs(40, 40)).save(tmp_path / "a.png")

    for where in (tmp_path / "empty", tmp_path / "*.tif"):
        with pytest.raises(ProblemError, match="AF403 there are no images at"):
            predict_files(run, [where], tmp_path / "out")
    with pytest.raises(ProblemError, match="AF009"):
        predict_files(run, [tmp_path / "a.png"], tmp_path / "file" / "out")


@pytest.mark.parametrize("tta", ["flips", "turns"])
def test_an_augmented_image_that_is_turned_gets_the_turned_scores(run: Run, tta: str) -> None:
    predictor = open_predictor(run)
    image = np.random.default_rng(0).integers(0, 256, (40, 56, 1), np.uint8)
    code = 7 if tta == "turns" else 1

    found = predictor.whole(image, Way(tta=tta))

    again = turned_back(predictor.whole(turned(image, code), Way(tta=tta)), code)
    np.testing.assert_allclose(found, again, atol=1e-6)
    assert np.abs(found - predictor.whole(image)).max() > 1e-3


def test_images_that_were_squeezed_in_training_are_squeezed_here(
    make_run: MakeRun, tmp_path: Path
) -> None:
    squeezed = open_predictor(make_run(SAME, resize=True))
    image = blobs(64, 96)[..., np.newaxis]

    found = squeezed.whole(image)

    small = np.array(Image.fromarray(image[..., 0]).resize((32, 32), Image.Resampling.BILINEAR))
    scores = next(squeezed.scores(small[np.newaxis, ..., np.newaxis]))[..., 0]
    wide = Image.fromarray(scores).resize((96, 64), Image.Resampling.BILINEAR)
    np.testing.assert_allclose(found[..., 0], np.array(wide), atol=1e-6)


def test_a_preparation_is_that_of_the_whole_image(make_run: MakeRun) -> None:
    run = make_run(SAME, preparation=Preparation("percentile", "standard"))
    predictor = open_predictor(run)
    image = (np.random.default_rng(0).gamma(2, 300, (80, 70, 1))).astype(np.uint16)

    found = predictor.whole(image)

    doubled = predictor.whole(image * 2)
    np.testing.assert_allclose(found, doubled, atol=1e-4)


def test_the_command_says_what_it_did(
    bright: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.png", "b.png"):
        Image.fromarray(blobs(50, 64)).save(tmp_path / name)
    (tmp_path / "c.tif").touch()
    out = tmp_path / "out"
    words = ["predict", str(bright.folder), f"{tmp_path}/*.*", "--instances", "-o", str(out)]

    status = archforge(words)

    said = capsys.readouterr()
    assert status == 1
    assert said.out.splitlines() == [
        f"{out}: 2 masks, 4 objects",
        "  2 images in one piece of 50x64",
    ]
    assert said.err.startswith(f"{tmp_path}/c.tif: AF407 the picture 'c.tif' cannot be read\n")


def test_the_command_prints_facts(
    bright: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(blobs(50, 64)).save(tmp_path / "a.png")
    out = tmp_path / "out"

    status = archforge(["predict", str(bright.folder), f"{tmp_path}/a.png", "-o", str(out),
                        "--json", "--table"])  # fmt: skip

    (facts,) = json.loads(capsys.readouterr().out)
    assert status == 0
    assert facts["mask"] == f"{out}/a.png"
    assert facts["objects"] == 2


def test_tables_are_of_all_images(bright: Run, tmp_path: Path, capsys: Any) -> None:
    words = ["predict", str(bright.folder), "a.png", "-o", str(tmp_path), "--table"]

    status = archforge([*words, "--skip-existing"])

    assert status == 2
    assert "--skip-existing does not go with --table" in capsys.readouterr().err
