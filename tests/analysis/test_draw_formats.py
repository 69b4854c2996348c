"""PNG and PDF: the same picture, with fonts, the same bytes each time."""

import re
from pathlib import Path

import pytest
from PIL import Image

from archforge.analysis.draw import WRITERS, compose, write_picture
from archforge.analysis.draw.raster import MOST_DOTS
from archforge.analysis.draw.scene import Rect, Scene, Text
from archforge.catalog import read_architecture


def scene() -> Scene:
    return compose(read_architecture("unet").graph("tutorial"))


def test_a_png_has_two_dots_for_each_pixel_and_is_not_blank(tmp_path: Path) -> None:
    shown = scene()

    write_picture(shown, tmp_path / "net.png")

    with Image.open(tmp_path / "net.png") as image:
        assert image.size == (round(2 * shown.width), round(2 * shown.height))
        colours = image.convert("RGB").getcolors(maxcolors=1 << 20)
    assert colours is not None
    seen = {colour for _, colour in colours}
    assert {(0xD6, 0xE8, 0xF7), (0xFB, 0xDC, 0xCB), (0xCF, 0xEE, 0xE2), (255, 255, 255)} <= seen


def test_a_png_has_text_on_its_boxes(tmp_path: Path) -> None:
    empty = Scene(200, 100, "t", "d", (Rect(0, 0, 200, 100, "page"),))
    said = Scene(200, 100, "t", "d", (*empty.items, Text(100, 50, "$x_1$ a & b", "name")))

    write_picture(empty, tmp_path / "empty.png")
    write_picture(said, tmp_path / "said.png")

    assert dark(tmp_path / "empty.png") == 0
    assert dark(tmp_path / "said.png") > 300


def dark(path: Path) -> int:
    with Image.open(path) as image:
        return sum(image.convert("L").histogram()[:128])


def test_a_pdf_is_the_same_on_every_run_and_brings_its_fonts(tmp_path: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        write_picture(scene(), tmp_path / name)

    data = (tmp_path / "one.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert data == (tmp_path / "two.pdf").read_bytes()
    assert b"DejaVuSans" in data
    assert b"FontFile2" in data
    assert b"/CreationDate" not in data


def test_a_pdf_has_the_size_of_the_picture(tmp_path: Path) -> None:
    shown = scene()

    write_picture(shown, tmp_path / "net.pdf")

    found = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)", (tmp_path / "net.pdf").read_bytes())
    assert found is not None
    assert [float(side) for side in found.groups()] == pytest.approx(
        [shown.width * 0.75, shown.height * 0.75], abs=0.1
    )


@pytest.mark.parametrize("ending", [".png", ".pdf"])
def test_an_enormous_picture_is_made_smaller_instead_of_failing(
    ending: str, tmp_path: Path
) -> None:
    items = (Rect(0, 0, 900_000, 200, "page"), Text(50, 50, "unreadable", "detail"))

    write_picture(Scene(900_000, 200, "t", "d", items), tmp_path / f"net{ending}")

    if ending == ".png":
        with Image.open(tmp_path / "net.png") as image:
            assert image.width == MOST_DOTS
    assert (tmp_path / f"net{ending}").stat().st_size > 100


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must end in \.svg, \.png, \.pdf, got 'net\.bmp'"):
        write_picture(scene(), tmp_path / "net.bmp")


def test_the_command_line_offers_what_can_be_written() -> None:
    from archforge.cli.draw import ENDINGS

    assert tuple(WRITERS) == ENDINGS
