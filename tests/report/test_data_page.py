"""The doctor's page is whole in one file, and says in words what it shows."""

from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archforge.data import check_up, write_synth
from archforge.errors import ProblemError
from archforge.report import write_data_page
from archforge.report.data_page import data_page


class Page(HTMLParser):
    """Collects tags with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHFORGE_CACHE", str(tmp_path / "cache"))


def test_a_page_needs_no_other_file_and_every_picture_has_words(tmp_path: Path) -> None:
    folder = write_synth(tmp_path / "nuclei", count=3, size=64)

    text = data_page(check_up(folder))

    page = Page(text)
    assert not page.all("script") + page.all("link")
    assert all((image["src"] or "").startswith("data:image/") for image in page.all("img"))
    assert page.all("img")[0]["alt"] == "nuclei_0000: 64 x 64 pixels, 11 objects"
    assert len(page.all("img")) == len(page.all("svg")) == 3
    assert all(picture["aria-label"] for picture in page.all("svg"))
    assert page.all("html")[0]["lang"] == "en"
    assert {"#look", "#facts", "#charts", "#sheet", "#begin"} == {
        link["href"] for link in page.all("a")
    }


def test_names_from_the_disk_are_escaped(tmp_path: Path) -> None:
    for folder in ("images", "masks"):
        (tmp_path / "x" / folder).mkdir(parents=True)
        picture = Image.fromarray(np.eye(8, dtype=np.uint8) * 255)
        picture.save(tmp_path / "x" / folder / "<b>bold<b>.png")

    text = data_page(check_up(tmp_path / "x"))

    assert "<b>" not in text
    assert "&lt;b&gt;bold" in text


def test_a_name_that_is_no_text_is_on_a_page_that_can_be_written(tmp_path: Path) -> None:
    """Names of files are bytes, and need not be UTF-8."""
    for folder in ("images", "masks"):
        (tmp_path / "x" / folder).mkdir(parents=True)
        picture = Image.fromarray(np.eye(8, dtype=np.uint8) * 255)
        picture.save(tmp_path / "x" / folder / "caf\udce9.png")

    write_data_page(check_up(tmp_path / "x"), tmp_path / "page.html")

    assert "caf?" in (tmp_path / "page.html").read_text("utf-8")


def test_stacks_and_classes_of_whole_images_have_pages(tmp_path: Path) -> None:
    stack, mask = np.zeros((5, 32, 32), np.uint16), np.zeros((5, 32, 32), np.uint8)
    stack[3, 8:20, 8:20], mask[3, 8:20, 8:20] = 900, 1
    np.savez(tmp_path / "train.npz", images=stack[np.newaxis, ..., np.newaxis], masks=mask[None])
    for name in ("sick", "well"):
        (tmp_path / "cells" / name).mkdir(parents=True)
        Image.fromarray(np.eye(32, dtype=np.uint8) * 200).save(tmp_path / "cells" / name / "a.png")

    volume = Page(data_page(check_up(tmp_path)))
    whole = Page(data_page(check_up(tmp_path / "cells")))

    assert [image["alt"] for image in volume.all("img")] == [
        "train/0: 5 x 32 x 32 pixels, 1 object"
    ]
    assert [image["alt"] for image in whole.all("img")] == [
        "sick/a: 32 x 32 pixels, class sick",
        "well/a: 32 x 32 pixels, class well",
    ]


def test_several_classes_have_a_legend(tmp_path: Path) -> None:
    for folder, values in (("images", 80), ("masks", 1)):
        (tmp_path / "x" / folder).mkdir(parents=True)
        picture = np.arange(9, dtype=np.uint8).repeat(81).reshape(27, 27) // 3 * np.uint8(values)
        Image.fromarray(picture).save(tmp_path / "x" / folder / "a.png")
    (tmp_path / "x/classes.csv").write_text("0,rock\n1,pore\n2,clay\n")

    text = data_page(check_up(tmp_path / "x"))

    assert '<span class="swatch" style="border-color: #e69f00">pore</span>' in text
    assert '<span class="swatch" style="border-color: #56b4e9">clay</span>' in text


def test_problems_stand_on_the_page_and_nothing_else_is_needed(tmp_path: Path) -> None:
    folder = write_synth(tmp_path / "nuclei", count=1, size=48)
    (folder / "images/nuclei_0000.png").write_text("")

    text = data_page(check_up(folder))

    assert "What must be mended" in text
    assert "AF407 the picture" in text


def test_a_page_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    folder = write_synth(tmp_path / "nuclei", count=1, size=48)
    (tmp_path / "file").write_text("")

    with pytest.raises(ProblemError, match="AF009"):
        write_data_page(check_up(folder), tmp_path / "file" / "page.html")
