"""Drawn cells: classes that take turns, and that neither a grey level nor a place gives away."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]  # scipy ships no types

from archforge.cli import run
from archforge.data import inspect_folder, open_dataset, write_synth
from archforge.data.cells import CLASSES, CLUSTERED, ELONGATED, ROUND, SPOTTED, draw_one

SIDE = 64
Numbers = NDArray[np.float64]


def drawn(first: int, last: int) -> tuple[Numbers, NDArray[np.int64]]:
    """Images as rows, 0 to 1, and the number of the class of each."""
    every = [draw_one(index, SIDE, 0) for index in range(first, last)]
    classes = np.array([CLASSES.index(each.label) for each in every])
    return np.stack([each.image for each in every]) / 255, classes


def linear_accuracy(features: Numbers, classes: NDArray[np.int64], learned: int) -> float:
    """Of the best of several ridge regressions on the rows behind ``learned``."""
    known, others = features[:learned], features[learned:]
    mean, width = known.mean(axis=0), known.std(axis=0) + 1e-6
    known, others = (known - mean) / width, (others - mean) / width
    wanted = np.eye(len(CLASSES))[classes[:learned]] - 1 / len(CLASSES)
    found = []
    for ridge in (1.0, 100.0, 10_000.0):
        weights = known.T @ np.linalg.solve(known @ known.T + ridge * np.eye(learned), wanted)
        found.append(((others @ weights).argmax(axis=1) == classes[learned:]).mean())
    return float(max(found))


def test_a_folder_for_each_class_is_written_and_read_as_one(tmp_path: Path) -> None:
    summary = inspect_folder(write_synth(tmp_path / "cells", "cells", count=8, size=SIDE))

    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.png")) == [
        f"cells/{name}/cell_{number:04d}.png"
        for place, name in enumerate(CLASSES)
        for number in (place, place + 4)
    ]
    assert open_dataset(tmp_path / "cells", rank=2).task == "classification"
    assert (summary.images, summary.channels, summary.classes) == (8, 1, 4)


def test_the_same_seed_gives_the_same_bytes_and_more_images_change_none(tmp_path: Path) -> None:
    def content(name: str, count: int, seed: int) -> dict[str, bytes]:
        folder = write_synth(tmp_path / name, "cells", count=count, size=48, seed=seed)
        return {path.name: path.read_bytes() for path in folder.rglob("*.png")}

    few, more, other = content("few", 4, 9), content("more", 6, 9), content("other", 4, 8)

    assert few == {name: more[name] for name in few}
    assert not set(few.values()) & set(other.values())


@pytest.mark.parametrize("size", [48, 64, 200])
def test_a_cluster_has_several_cells_in_one_piece_and_every_other_image_one(size: int) -> None:
    for index in range(40):
        one = draw_one(index, size, 3)
        cells = int(one.labels.max())

        assert one.image.shape == (size, size)
        assert ndimage.label(one.labels > 0, np.ones((3, 3)))[1] == 1
        assert 3 <= cells <= 5 if one.label == CLUSTERED else cells == 1


def test_elongated_cells_are_longer_than_all_that_are_alone() -> None:
    every = [draw_one(index, SIDE, 0) for index in range(80)]

    longest = max(length(one.labels) for one in every if one.label in {ROUND, SPOTTED})
    assert all(length(one.labels) > longest for one in every if one.label == ELONGATED)


def length(labels: NDArray[np.uint16]) -> float:
    """Of a cell by its width: the axes of its pixels."""
    across, along = np.sqrt(np.linalg.eigvalsh(np.cov(np.argwhere(labels).T)))
    return float(along / across)


def test_spots_are_brighter_than_the_cells_they_lie_in() -> None:
    def contrast(label: str) -> float:
        """Of the brightest pixels by the middle ones, in sharp and steady cells."""
        found = []
        for index in range(CLASSES.index(label), 160, 4):
            one = draw_one(index, 128, 0)
            smooth = ndimage.gaussian_filter(one.image.astype(float), 1.5)[one.labels > 0]
            found.append(np.quantile(smooth, 0.98) / np.median(smooth))
        return float(np.median(found))

    assert contrast(SPOTTED) > 1.1 * max(contrast(label) for label in CLASSES if label != SPOTTED)


def test_no_linear_classifier_of_pixels_or_of_grey_levels_tells_the_classes_apart() -> None:
    images, classes = drawn(0, 400)
    pixels = images.reshape(len(images), -1)
    levels = np.quantile(pixels, np.linspace(0, 1, 21), axis=1).T

    assert linear_accuracy(pixels, classes, 240) < 0.5
    assert linear_accuracy(levels, classes, 240) < 0.6


def test_the_command_says_what_it_drew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "cells"

    assert run(["data", "synth", str(out), "--kind", "cells", "--count", "4", "--size", "48"]) == 0

    assert capsys.readouterr().out == (
        f"{out}: 4 images of 48 x 48 pixels, in a folder for each of 4 classes\n"
    )
