"""``archforge data preview``: a picture of what a training sees."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from archforge.cli import OK, PROBLEMS, USAGE, run
from archforge.data import write_synth
from archforge.report.preview_sheet import DPI, OBJECTS, SIDE

EXPERIMENT = """\
archforge: 1
kind: experiment
name: nuclei
architectures: [unet]
data: {folder: nuclei}
train: {augment: none, target: instances}
"""


@pytest.fixture
def nuclei(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ARCHFORGE_CACHE", str(tmp_path / "cache"))
    return write_synth(tmp_path / "nuclei", count=6, size=48)


def pixels(path: Path) -> NDArray[np.int16]:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), np.int16)


def has_colour(path: Path, colour: str) -> bool:
    """Whether some pixels of a picture are nearly of a colour."""
    far = np.abs(pixels(path) - np.array(list(bytes.fromhex(colour[1:])))).max(axis=-1)
    return int((far < 30).sum()) > 20


def test_a_folder_becomes_a_row_for_each_image(
    nuclei: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heights = []
    for images in ("1", "3"):
        file = nuclei.parent / f"{images}.png"
        assert run(["data", "preview", str(nuclei), "-o", str(file), "--images", images]) == OK
        heights.append(len(pixels(file)))

    assert "3 images, augmented by standard" in capsys.readouterr().out
    assert heights[1] - heights[0] == 2 * SIDE * DPI
    assert has_colour(file, "#e69f00")


@pytest.mark.parametrize("name", ["x$5_$", "核"])
def test_a_name_on_a_sheet_is_text_and_no_formula(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("ARCHFORGE_CACHE", str(tmp_path / "cache"))
    folder = write_synth(tmp_path / "cost$5_$", count=2, size=48)
    for path in folder.rglob("*_0000.png"):
        path.rename(path.with_name(f"{name}.png"))

    assert run(["data", "preview", str(folder), "-o", str(tmp_path / "sheet.png")]) == OK

    assert len(pixels(tmp_path / "sheet.png")) > SIDE * DPI


def test_an_experiment_says_folder_augmentation_and_target(
    nuclei: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    experiment = nuclei.parent / "nuclei.yaml"
    experiment.write_text(EXPERIMENT)
    file = nuclei.parent / "sheet.png"

    assert run(["data", "preview", str(experiment), "-o", str(file)]) == OK

    assert "augmented by none" in capsys.readouterr().out
    assert all(has_colour(file, colour) for colour in OBJECTS.values())


def test_what_cannot_be_shown_is_said_and_nothing_is_written(
    nuclei: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = nuclei.parent / "sheet.png"

    assert run(["data", "preview", str(nuclei), "-o", str(file), "--augment", "hard"]) == PROBLEMS
    assert run(["data", "preview", str(nuclei), "-o", str(file.with_suffix(".svg"))]) == USAGE

    err = capsys.readouterr().err
    assert "AF503 augment cannot be 'hard'" in err
    assert "does not end in .png" in err
    assert not file.exists()
