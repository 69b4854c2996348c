"""Pages in a real browser: nothing is asked of a network, all can be reached, read and printed.

Chromium is Debian's, led by Playwright; rules of accessibility are those of axe-core, which the
package axe-playwright-python brings.
"""

import csv
import importlib.resources
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archforge.data import check_up, write_synth
from archforge.report import write_data_page
from archforge.report.page import Page, write_html
from archforge.report.reporting import page_of
from archforge.report.study_page import page_of_study
from tests.report.byhand import (
    EVIL,
    PLAIN,
    a_classifier,
    a_comparison,
    a_run_folder,
    a_several,
    a_study,
    classifiers,
)
from tests.search.conftest import run_search

CHROMIUM = shutil.which("chromium")
PACKAGES = "pip install '.[dev]' brings Playwright and axe-core"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
KINDS = ("comparison", "several", "long", "run", "study", "searched", "data", "classifier",
         "classifiers")  # fmt: skip
SIZES = {"phone": 375, "desk": 1280}
# What may run across a page is what is moved within its own frame.
LONG = [
    f"architectures/of/somebody/in/deep/folders/attention_unet_{each}.yaml:wide"
    for each in range(8)
]
SEEN = """
() => { const e = document.activeElement; const s = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  return {tag: e.tagName, href: e.getAttribute('href') || '', role: e.getAttribute('role') || '',
    download: e.getAttribute('download') || '', outline: parseFloat(s.outlineWidth),
    style: s.outlineStyle, inside: box.right > 0 && box.left < innerWidth && box.width > 0}; }
"""
WIDER = "() => [document.scrollingElement.scrollWidth, innerWidth]"
BROKEN = (
    "() => [...document.images].filter(i => !(i.complete && i.naturalWidth > 0)).map(i => i.alt)"
)
AXE = """
() => axe.run().then(found => found.violations.map(each =>
  [each.impact, each.id, each.nodes[0].html.slice(0, 300)]))
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium without a window, which knows nobody."""
    playwright = pytest.importorskip("playwright.sync_api", reason=PACKAGES)
    with playwright.sync_playwright() as led:
        chromium = led.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("user"), executable_path=CHROMIUM, args=FLAGS,
            accept_downloads=True,
        )  # fmt: skip
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A page of each kind; names are those of strangers."""
    home = tmp_path_factory.mktemp("pages")
    a_comparison(home / "comparison")
    a_several(home / "several")
    a_comparison(home / "long", LONG)
    a_run_folder(home / "run")
    a_classifier(home / "classifier")
    classifiers(home / "classifiers")
    kept = ("comparison", "several", "long", "run", "classifier", "classifiers")
    pages: dict[str, Page] = {name: page_of(home / name) for name in kept}
    pages["study"] = page_of_study(a_study(home / "study"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARCHFORGE_CACHE", str(home / "cache"))
        data = write_synth(home / "nuclei", count=6, size=48)
        run_search(data, folder=home / "searched", trials=4)
        write_data_page(check_up(data), home / "data.html")
    pages["searched"] = page_of(home / "searched")
    for name, page in pages.items():
        write_html(page, home / f"{name}.html")
    return {name: home / f"{name}.html" for name in KINDS}


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """An empty tab that writes down what it asks for and complains about."""
    tab = browser.new_page()
    tab.asked, tab.complaints = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("console", lambda message: tab.complaints.append(message.text))
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    yield tab
    tab.close()


def opened(page: Any, file: Path, width: int = SIZES["desk"], scheme: str = "light") -> Any:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(file.as_uri())
    return page


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_asks_nothing_of_a_network_complains_of_nothing_and_shows_every_picture(
    page: Any, files: dict[str, Path], kind: str
) -> None:
    opened(page, files[kind])
    page.wait_for_load_state("networkidle")

    assert page.asked[0] == files[kind].as_uri()
    assert [url[:60] for url in page.asked[1:] if not url.startswith("data:")] == []
    assert page.complaints == []
    assert page.evaluate(BROKEN) == []
    assert page.evaluate("document.images.length") > 0
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_accessible_in_light_and_in_dark(
    page: Any, files: dict[str, Path], kind: str, scheme: str
) -> None:
    pytest.importorskip("axe_playwright_python", reason=PACKAGES)
    axe = importlib.resources.files("axe_playwright_python") / "axe.min.js"

    opened(page, files[kind], scheme=scheme)
    page.evaluate(axe.read_text("utf-8"))  # a script tag is what the page forbids
    found = page.evaluate(AXE)

    assert [each for each in found if each[0] in {"serious", "critical"}] == []
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_runs_across_the_edge_of_the_screen(
    page: Any, files: dict[str, Path], kind: str, size: str
) -> None:
    opened(page, files[kind], SIZES[size])

    wide, screen = page.evaluate(WIDER)

    assert wide <= screen


@pytest.mark.parametrize("kind", ["comparison", "run", "study"])
def test_all_of_a_page_is_reached_by_keys_with_the_place_seen(
    page: Any, files: dict[str, Path], kind: str
) -> None:
    opened(page, files[kind])
    wanted = page.evaluate("document.querySelectorAll('a[href], [tabindex], summary').length")

    stops = []
    for _ in range(wanted):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(SEEN))

    assert stops[0]["href"] == "#main"
    assert all(stop["tag"] != "BODY" for stop in stops)
    assert all(stop["outline"] >= 2 and stop["style"] != "none" for stop in stops)
    assert all(stop["inside"] for stop in stops)
    links = page.evaluate("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
    assert [stop["href"] for stop in stops if stop["tag"] == "A"] == links
    tables = page.evaluate("document.querySelectorAll('table').length")
    assert sum(stop["role"] == "region" for stop in stops) == tables
    assert any(stop["download"] for stop in stops)


def test_a_wide_table_is_moved_by_keys_within_its_frame(page: Any, files: dict[str, Path]) -> None:
    opened(page, files["comparison"], SIZES["phone"])
    table = page.locator("[role=region]").first
    table.focus()

    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)

    assert table.evaluate("e => e.scrollLeft") > 0


def test_the_link_below_a_table_gives_its_numbers(page: Any, files: dict[str, Path]) -> None:
    opened(page, files["comparison"])

    with page.expect_download() as caught:
        page.get_by_role("link", name="“Networks, the best first” as CSV").click()

    assert caught.value.suggested_filename == "networks-the-best-first.csv"
    rows = list(csv.DictReader(io.StringIO(Path(caught.value.path()).read_text("utf-8"))))
    assert {row["architecture"] for row in rows} == {EVIL, PLAIN, "otsu"}
    assert next(float(row["score"]) for row in rows if row["architecture"] == "otsu") == 0.4


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_can_be_printed(
    page: Any, files: dict[str, Path], kind: str, tmp_path: Path
) -> None:
    opened(page, files[kind], scheme="dark")

    page.pdf(path=tmp_path / "x.pdf", format="A4", prefer_css_page_size=True)

    text = (tmp_path / "x.pdf").read_bytes()
    assert text.startswith(b"%PDF")
    assert 10_000 < len(text) < 20_000_000
    leaves = text.count(b"/Type /Page\n") + text.count(b"/Type /Page/")
    assert (1 if kind == "data" else 2) <= leaves <= 40
