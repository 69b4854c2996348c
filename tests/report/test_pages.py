"""Pages of runs, studies and comparisons: whole in one file, true to the record, safe to open."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from archforge.report.markdown import write_markdown
from archforge.report.page import Figure, Page, html, slug, write_html
from archforge.report.reporting import page_of
from archforge.report.study_page import page_of_study
from tests.report.byhand import (
    EVIL,
    KINDS,
    PLAIN,
    Read,
    a_run_folder,
    a_study,
    decoded,
    rows_of,
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_one_file_without_script_that_asks_nothing_of_a_network(
    texts: dict[str, str], kind: str
) -> None:
    page = Read(texts[kind])

    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "iframe", "object", "form", "base", "embed", "svg"}
    links = [each["href"] for each in page.all("a")]
    assert all(link.startswith(("#", "data:text/csv")) for link in links)
    assert all(each["src"].startswith("data:image/") for each in page.all("img"))
    assert not [name for _, each in page.tags for name in each if name.startswith("on")]
    policy = next(each["content"] for each in page.all("meta") if "http-equiv" in each)
    assert policy.startswith("default-src 'none'; img-src data:;")
    bare = texts[kind].replace("http-equiv", "")
    assert "http" not in bare.replace(marked_up(EVIL), "").replace(slug(EVIL), "")
    assert "url(" not in bare
    assert "@import" not in bare


def marked_up(text: str) -> str:
    """As Jinja escapes it."""
    for sign, entity in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ('"', "&#34;"),
        ("'", "&#39;"),
    ):
        text = text.replace(sign, entity)
    return text


@pytest.mark.parametrize("kind", KINDS)
def test_every_picture_has_words_and_every_link_of_the_page_a_place(
    texts: dict[str, str], kind: str
) -> None:
    page = Read(texts[kind])

    assert page.all("img")
    assert all(len(each["alt"]) > 10 for each in page.all("img"))
    places = [each["id"] for _, each in page.tags if "id" in each]
    inner = {each["href"][1:] for each in page.all("a") if each["href"].startswith("#")}
    assert len(places) == len(set(places))
    described = {each["aria-describedby"] for each in page.all("img") if "aria-describedby" in each}
    assert inner.isdisjoint(described)
    assert inner | described == set(places)
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_of_a_figure_are_heard_once(
    pages: dict[str, Page], texts: dict[str, str], kind: str
) -> None:
    page = Read(texts[kind])

    figures = [part for section in pages[kind].parts for part in section.parts
               if isinstance(part, Figure)]  # fmt: skip
    drawn = [each for each in page.all("img") if "aria-describedby" in each]
    assert [each["alt"] for each in drawn] == [figure.title for figure in figures]
    assert page.said("span") == [figure.words for figure in figures]


def test_all_of_a_network_can_be_read_where_its_picture_is_not_seen(texts: dict[str, str]) -> None:
    page = Read(texts["run"])

    (said,) = [text for text in page.said("p") if text.startswith("In the order of computation")]
    assert "; conv2d_1 (Conv2D) 16" in said
    assert said.endswith("output mask")
    assert "“The network toy” in words" in page.said("summary")


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_and_column_of_a_table_has_a_name(texts: dict[str, str], kind: str) -> None:
    page = Read(texts[kind])

    assert len(page.said("th")) == len(page.all("th"))


@pytest.mark.parametrize("kind", KINDS)
def test_figures_are_vectors_that_a_browser_can_read_and_hold_no_script(
    texts: dict[str, str], kind: str
) -> None:
    drawn = [decoded(each["src"]) for each in Read(texts[kind]).all("img")
             if each["src"].startswith("data:image/svg")]  # fmt: skip

    assert drawn
    for text in drawn:
        tags = {each.tag.rpartition("}")[2] for each in ElementTree.fromstring(text).iter()}  # noqa: S314 - our own
        assert not tags & {"script", "image", "foreignObject"}


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_strangers_are_text_in_html(texts: dict[str, str], kind: str) -> None:
    assert "<script>" not in texts[kind]
    assert "<img src=x" not in texts[kind]
    assert marked_up(EVIL) in texts[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_reached_by_keys_has_a_role_that_may_have_a_name(
    texts: dict[str, str], kind: str
) -> None:
    reached = [each for _, each in Read(texts[kind]).tags if "tabindex" in each]

    assert reached
    assert all(each["role"] in {"region", "group"} and each["aria-label"] for each in reached)


def test_every_table_and_figure_of_numbers_has_a_csv_of_its_own_name(
    pages: dict[str, Page], texts: dict[str, str]
) -> None:
    for kind in KINDS:
        links = [each["download"] for each in Read(texts[kind]).all("a") if "download" in each]
        parts = [part for section in pages[kind].parts for part in section.parts]

        wanted = [part for part in parts if not isinstance(part, Figure) or part.numbers]
        assert len(links) == len(set(links)) == len(wanted)
        without = [part.title for part in parts if isinstance(part, Figure) and not part.numbers]
        known = ("The network ", "Predictions")
        assert all(title.startswith(known) for title in without)


def test_a_run_s_page_has_its_loss_and_its_command(home: Path, tmp_path: Path) -> None:
    run = a_run_folder(tmp_path / "run", command="archforge train toy --data 'my images'")

    text = html(page_of(run.folder))

    assert "archforge train toy --data &#39;my images&#39;" in text
    tables = {name: rows_of(each) for name, each in Read(text).tables().items()}
    assert tables["loss-after-each-epoch.csv"][1:] == [
        ["toy", "", "41", "1", "0.9"], ["toy", "", "41", "2", "0.5"],
    ]  # fmt: skip


def test_the_pages_of_classifiers_have_answers_in_place_of_masks(
    pages: dict[str, Page], texts: dict[str, str]
) -> None:
    titles = {kind: [part.title for section in pages[kind].parts for part in section.parts]
              for kind in ("classifier", "classifiers")}  # fmt: skip

    assert {"Counts of images", "accuracy after each epoch"} <= set(titles["classifier"])
    assert {"Right answers of each class", "Images and answers", "accuracy of each training",
            "Probability of the true class of each image, by network",
            } <= set(titles["classifiers"])  # fmt: skip
    assert (
        f"worst: 0, truly {EVIL}: 1 of 2 right; {PLAIN} said ground, probability of the truth "
        "0.25 (mean of 2: 0.38)"
    ) in Read(texts["classifiers"]).said("th")
    assert not any("Dice" in title for each in titles.values() for title in each)


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_of_the_verdict_stand_first(texts: dict[str, str], kind: str) -> None:
    page = Read(texts[kind])

    first = page.said("h2")[0]
    assert first in {"What the numbers carry", "What it came to", "What it found"}
    start = texts[kind].index("<h2")
    assert texts[kind].index('<ul class="points">') < min(
        texts[kind].index("<table"), texts[kind].index("<img")
    )
    assert start < texts[kind].index('<ul class="points">')
    if kind == "comparison":
        assert f"{EVIL} is better here." in "".join(page.said("li"))
    if kind == "study":
        assert page.said("li")[0].startswith("7 networks of 9 trained: 6 complete, 1 pruned")


def test_what_a_reader_needs_to_make_it_again_stands_on_the_page(
    home: Path, texts: dict[str, str]
) -> None:
    of_comparison, of_run = Read(texts["comparison"]), Read(texts["run"])

    assert "archforge compare unet --data 'my images'" in of_comparison.said("pre")
    assert f"archforge replay {home / 'run'}" in of_run.said("pre")
    assert f"archforge search toy\narchforge search '{EVIL}'" in Read(texts["study"]).said("pre")
    for page, seeds in ((of_comparison, "0, 1, 2"), (of_run, "41")):
        cells = {*page.said("td"), *page.said("th")}
        assert {"c0ffee00c0ffee00c0ffee00c0ffee00", "keras", "3.99", "seeds of the trainings",
                seeds, "cores", "2", f"cpu {EVIL}", "0.00123456789"} <= cells  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "study"])
def test_the_same_numbers_make_the_same_page(home: Path, texts: dict[str, str], kind: str) -> None:
    assert html(page_of(home / kind)) == texts[kind]


def test_the_same_study_makes_the_same_page_and_the_same_files(tmp_path: Path) -> None:
    study = a_study(tmp_path / "study")

    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_html(page_of_study(study), tmp_path / name / "x.html")
        write_markdown(page_of_study(study), tmp_path / name / "x.md")

    one, two = ({path.relative_to(tmp_path / name): path.read_bytes()
                 for path in (tmp_path / name).rglob("*") if path.is_file()}
                for name in ("one", "two"))  # fmt: skip
    assert one == two
    assert len(one) > 8
