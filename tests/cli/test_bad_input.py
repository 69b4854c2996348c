"""Bad input, through the whole program: one clear line each, exit 1, nothing written."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archforge.cli import PROBLEMS, run
from archforge.data import write_synth
from tests.specs import HEAD, spec_text


def no_yaml(file: Path) -> None:
    file.write_text("graph: [1, 2\nname: x\n")


def a_list(file: Path) -> None:
    file.write_text("- layer: Conv2D\n- layer: Dense\n")


def fifty_megabytes(file: Path) -> None:
    with file.open("wb") as handle:
        handle.truncate(50_000_000)


def ten_thousand_deep(file: Path) -> None:
    file.write_text("a: " + "[" * 10_000 + "]" * 10_000)


def without_end(file: Path) -> None:
    conv = "  - {layer: Conv2D, filters: 4, kernel_size: 3, padding: same, repeat: =10**9}\n"
    file.write_text(spec_text(conv + HEAD))


def no_text(file: Path) -> None:
    file.write_bytes(bytes(range(256)) * 4)


def a_folder(file: Path) -> None:
    file.mkdir()


def missing(file: Path) -> None:
    assert not file.exists()


SPECS = [
    (no_yaml, "AF002"),
    (a_list, "AF003"),
    (fifty_megabytes, "AF004"),
    (ten_thousand_deep, "AF005"),
    (without_end, "AF130"),
    (no_text, "AF001"),
    (a_folder, "AF001"),
    (missing, "AF001"),
]


@pytest.mark.parametrize(("spoil", "code"), SPECS, ids=lambda value: getattr(value, "__name__", ""))
@pytest.mark.parametrize("command", ["check", "show", "draw", "build"])
def test_a_bad_spec_is_one_clear_line_for_every_command(
    spoil: Callable[[Path], None],
    code: str,
    command: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    spec, out = tmp_path / "spec.yaml", tmp_path / "out"
    out.mkdir()
    spoil(spec)
    ending = {"draw": ["-o", str(out / "x.svg")], "build": ["-o", str(out / "x.keras")]}

    assert run([command, str(spec), *ending.get(command, [])]) == PROBLEMS

    printed = capsys.readouterr()
    lines = [line for line in (printed.out + printed.err).splitlines() if not line.startswith("  ")]
    assert len(lines) == 1
    assert lines[0].startswith(str(spec))
    assert f" {code} " in lines[0]
    assert list(out.iterdir()) == []


def no_mask(folder: Path) -> None:
    next((folder / "masks").iterdir()).unlink()


def another_size(folder: Path) -> None:
    mask = next((folder / "masks").iterdir())
    Image.fromarray(np.zeros((20, 20), np.uint8)).save(mask)


def no_image(folder: Path) -> None:
    next((folder / "images").iterdir()).write_bytes(b"not an image")


def empty(folder: Path) -> None:
    for path in [*(folder / "images").iterdir(), *(folder / "masks").iterdir()]:
        path.unlink()


FOLDERS = [(no_mask, "AF405"), (another_size, "AF410"), (no_image, "AF407"), (empty, "AF403")]


@pytest.mark.parametrize(
    ("spoil", "code"), FOLDERS, ids=lambda value: getattr(value, "__name__", "")
)
@pytest.mark.parametrize("command", ["inspect", "train", "search", "compare"])
def test_bad_images_are_one_clear_line_for_every_command(
    spoil: Callable[[Path], None],
    code: str,
    command: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ARCHFORGE_CACHE", str(tmp_path / "cache"))
    folder, out = write_synth(tmp_path / "set", count=4, size=48), tmp_path / "out"
    spoil(folder)
    words = {
        "inspect": ["data", "inspect", str(folder)],
        "train": ["train", "tutorial", "--data", str(folder), "-o", str(out)],
        "search": ["search", "tutorial", "--data", str(folder), "--trials", "1", "-o", str(out)],
        "compare": ["compare", "tutorial", "--data", str(folder), "-o", str(out)],
    }

    assert run(words[command]) == PROBLEMS

    told = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("  ")]
    lines = [line for line in told if not line.startswith("study:")]  # where it would be
    assert len(lines) == 1
    assert f" {code} " in lines[0]
    assert not out.exists()
