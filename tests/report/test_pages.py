"""Pages of runs, studies and comparisons: whole in one file, true to the record, safe to open."""

import csv
import io
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from archforge.cli import PROBLEMS, USAGE, run
from archforge.compare import Pair, compare
from archforge.compare.reading import read_comparison
from archforge.compare.writing import write_comparison
from archforge.data import DataOptions, write_synth
from archforge.errors import ProblemError
from archforge.report import write_report
from archforge.report.markdown import fenced, marked, paragraph, write_markdown
from archforge.report.page import Figure, Page, Section, Table, html
from archforge.report.plots import differences, distributions, label, learning_curves
from archforge.report.reporting import page_of
from archforge.report.study_page import page_of_study
from archforge.runs import RECORD as RUN
from archforge.search.table import table_text
from archforge.train import Settings
from tests.compare.rows import comparison, row
from tests.report.byhand import (
    EVIL,
    IDENTITY,
    PLAIN,
    SPEC,
    Read,
    a_comparison,
    a_run_folder,
    a_study,
    decoded,
)

KINDS = ("comparison", "run", "study")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of each kind in it, which no test changes."""
    home = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["/bin/archforge", "compare", "unet", "--data", "my images"])
        a_comparison(home / "comparison")
    a_run_folder(home / "run")
    return home


@pytest.fixture
def table(home: Path, tmp_path: Path) -> Path:
    """A comparison of the test's own."""
    return shutil.copytree(home / "comparison", tmp_path / "table")


@pytest.fixture(scope="module")
def pages(home: Path) -> dict[str, Page]:
    """The page of each kind."""
    study = page_of_study(a_study(home / "study"))
    return {"comparison": page_of(home / "comparison"), "run": page_of(home / "run"),
            "study": study}  # fmt: skip


@pytest.fixture(scope="module")
def texts(pages: dict[str, Page]) -> dict[str, str]:
    """The same as HTML."""
    return {kind: html(page) for kind, page in pages.items()}


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(ProblemError) as caught:
        act()
    return str(caught.value)


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
    assert "http" not in bare.replace(marked_up(EVIL), "")
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
    assert inner == set(places)
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == 1


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


def test_every_table_and_figure_of_numbers_has_a_csv_of_its_own_name(
    pages: dict[str, Page], texts: dict[str, str]
) -> None:
    for kind in KINDS:
        links = [each["download"] for each in Read(texts[kind]).all("a") if "download" in each]
        parts = [part for section in pages[kind].parts for part in section.parts]

        wanted = [part for part in parts if not isinstance(part, Figure) or part.numbers]
        assert len(links) == len(set(links)) == len(wanted)
        without = [part.title for part in parts if isinstance(part, Figure) and not part.numbers]
        known = ("The network ", "Predictions", "What mattered")
        assert all(title.startswith(known) for title in without)


def test_the_numbers_of_a_comparison_are_those_of_its_record(
    home: Path, texts: dict[str, str]
) -> None:
    facts = json.loads((home / "comparison" / "comparison.json").read_text())

    tables = {name: rows_of(text) for name, text in Read(texts["comparison"]).tables().items()}

    _, *scores = tables["networks-the-best-first.csv"]
    for line, each in zip(scores, facts["rows"], strict=True):
        dice = each["scores"]["dice"]
        assert line[0] == each["architecture"]
        assert [float(one) for one in line[1:4]] == [dice["mean"], dice["low"], dice["high"]]
        assert [int(one) for one in line[4:6]] == [each["parameters"], each["macs"]]
    _, *times = tables["time-and-memory-of-one-image.csv"]
    told = [speed for each in facts["rows"] for speed in each["predict"]]
    assert [float(line[2]) for line in times] == [speed["median_ms"] for speed in told]
    _, *pairs = tables["differences-between-networks.csv"]
    assert [[float(one) for one in line[2:5]] for line in pairs] == [
        [each["mean"], each["low"], each["high"]] for each in facts["pairs"]
    ]
    header, *images = tables["dice-of-each-image-by-network.csv"]
    first = facts["trainings"][PLAIN]
    for line in images:
        values = [each["images"][line[0]] for each in first]
        assert float(line[header.index(PLAIN)]) == pytest.approx(sum(values) / 3, abs=1e-15)
    assert len(images) == 12
    assert tables["predictions-with-their-errors.csv"][1][:2] == ["best", f"best {EVIL}"]
    assert tables["dice-after-each-epoch.csv"][1:3] == [
        [facts["rows"][0]["architecture"], "0", "1", "0.25"],
        [facts["rows"][0]["architecture"], "0", "2", "0.5"],
    ]


def test_the_numbers_of_a_run_and_of_a_study_are_those_of_their_records(
    home: Path, texts: dict[str, str]
) -> None:
    of_run = {name: rows_of(text) for name, text in Read(texts["run"]).tables().items()}
    of_study = Read(texts["study"]).tables()

    assert of_run["scores-of-the-validation-images.csv"][1:] == [
        ["dice", "0.62512345", "0.5", "0.75", "0.4"], ["iou", "0.5", "", "", ""],
    ]  # fmt: skip
    assert sorted(of_run["dice-of-each-image.csv"][1:]) == sorted(
        [["a", "0.25"], [EVIL, "0.5"], ["c", "0.7512345678"]]
    )
    assert of_run["counts-of-pixels.csv"] == [
        ["truth", "ground", EVIL], ["ground", "400", "20"], [EVIL, "30", "62"],
    ]  # fmt: skip
    assert ["learning rate", "0.00123456789"] in of_run["recipe.csv"]
    assert of_study["trials-the-best-first.csv"] == table_text(a_study(home / "again"))


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
    for page, seeds in ((of_comparison, "0, 1, 2"), (of_run, "41")):
        cells = {*page.said("td"), *page.said("th")}
        assert {"c0ffee00c0ffee00c0ffee00c0ffee00", "keras", "3.99", "seeds of the trainings",
                seeds, "cores", "2", f"cpu {EVIL}", "0.00123456789"} <= cells  # fmt: skip


def test_a_comparison_reads_back_as_it_was_written(tmp_path: Path) -> None:
    written = a_comparison(tmp_path / "table")

    read, record = read_comparison(tmp_path / "table")

    assert read == written
    assert record["identity"] == IDENTITY


def test_a_comparison_that_was_moved_still_finds_its_runs(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    moved = table.rename(tmp_path / "elsewhere" / "moved")
    monkeypatch.chdir(tmp_path)

    found, _ = read_comparison(Path("elsewhere/moved"))

    runs = [each.run for row in found.trained for each in row.trainings]
    assert len(runs) == 6
    assert all(each.resolve().is_relative_to(moved) and each.is_dir() for each in runs)


def test_a_page_is_made_of_what_is_left_where_runs_and_pictures_were_removed(table: Path) -> None:
    found, _ = read_comparison(table)
    for each in found.trained[0].trainings:
        shutil.rmtree(each.run)
    for each in found.trained[1].trainings:
        each.run.joinpath("history.csv").write_text("epoch,score\n1,much\n")
        each.run.joinpath("spec.yaml").unlink()
    (table / "picture.png").unlink()

    titles = [section.title for section in page_of(table).parts]

    assert "Scores and costs" in titles
    assert "Images, recipe and machine" in titles
    assert not {"How they learned", "The networks", "Best, median and worst images"} & set(titles)


def test_a_record_shows_no_file_from_outside_its_folder(table: Path, tmp_path: Path) -> None:
    found, _ = read_comparison(table)
    (tmp_path / "secret.png").write_text("secret")
    shown = replace(found.shown[0], plain="../secret.png", truth=str(tmp_path / "secret.png"))
    write_comparison(replace(found, shown=(shown,)), IDENTITY)

    text = html(page_of(table))

    assert "c2VjcmV0" not in text  # its base64
    assert "Predictions with their errors" in text


@pytest.mark.parametrize("details", ["", "[]", '{"images": [{"dice": 1}]}', '{"images": 3}',
                                     '{"confusion": [1, 2]}'])  # fmt: skip
def test_a_run_whose_details_were_damaged_has_a_page_without_them(
    tmp_path: Path, details: str
) -> None:
    found = a_run_folder(tmp_path / "run")
    found.image_scores.write_text(details)

    titles = [section.title for section in page_of(tmp_path / "run").parts]

    assert "Scores" in titles
    assert not {"Every image", "Which classes are confused"} & set(titles)


def test_a_comparison_in_which_every_training_failed_has_a_page(tmp_path: Path) -> None:
    (tmp_path / "table").mkdir()
    found = replace(comparison([replace(row("toy", {"a": 0.5}), trainings=())]),
                    folder=tmp_path / "table", notes=("All failed.",))  # fmt: skip
    write_comparison(found, IDENTITY)

    page = page_of(tmp_path / "table")

    assert [section.title for section in page.parts] == [
        "What the numbers carry",
        "Scores and costs",
    ]
    assert "All failed." in html(page)


def test_markdown_names_files_that_exist_and_none_twice(
    pages: dict[str, Page], tmp_path: Path
) -> None:
    for kind in KINDS:
        file = tmp_path / f"{kind} (of me).md"

        write_markdown(pages[kind], file)

        names = re.findall(r"(?<!\\)\]\(([^()\s]+)\)", file.read_text())
        links = [unquote(name) for name in names]
        assert len(links) > 5
        assert all((tmp_path / link).is_file() for link in links)
        tables = [link for link in links if link.endswith(".csv")]
        assert len(tables) == len(set(tables))
        beside = {f"{file.stem}-files/{each.name}" for each in
                  (tmp_path / f"{file.stem}-files").iterdir()}  # fmt: skip
        assert beside == set(links)


def test_tables_of_one_name_in_markdown_keep_their_own_numbers(tmp_path: Path) -> None:
    tables = [Table(title, ["a"], [[title]]) for title in ("Net A", "net-a", "NET_A")]
    page = Page("Title", "Lead.", [Section("All", parts=tables)])

    write_markdown(page, tmp_path / "x.md")

    files = re.findall(r"\[numbers\]\((.*?)\)", (tmp_path / "x.md").read_text())
    assert [(tmp_path / each).read_text().split("\n")[1] for each in files] == [
        "Net A", "net-a", "NET_A",
    ]  # fmt: skip


def test_names_of_strangers_are_text_in_markdown(home: Path, tmp_path: Path) -> None:
    write_report(home / "comparison", tmp_path / "x.md", form="markdown")

    text = (tmp_path / "x.md").read_text()

    assert not re.search(r"(?<!\\)<", text)
    assert "https://" not in text
    assert r"\<script\>hacked=1\</script\>" in text
    tables = [part.splitlines() for part in text.split("\n\n") if part.startswith("| ")]
    assert len(tables) > 4
    for lines in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a|b", r"a\|b"),
        ("`x` _y_ *z*", r"\`x\` \_y\_ \*z\*"),
        ("<b>&lt;", r"\<b\>\&lt;"),
        ("two\nlines", "two lines"),
        ("see https://a.example", r"see https:\//a.example"),
        ("WWW.a.example me@a.example", r"WWW\.a.example me\@a.example"),
        ("$x$ ~~y~~ ![a](b)", r"\$x\$ \~\~y\~\~ \!\[a\](b)"),
        ("\\", r"\\"),
    ],
)
def test_nothing_of_a_text_is_markup(text: str, expected: str) -> None:
    assert marked(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("- a", r"\- a"), ("1. a", r"1\. a"), ("2) a", r"2\) a"), ("+ a", r"\+ a"), ("=", r"\="),
     ("# a", r"\# a"), ("0.5 is", r"0\.5 is"), ("a - b", "a - b")],
)  # fmt: skip
def test_no_paragraph_begins_a_list(text: str, expected: str) -> None:
    assert paragraph(text) == expected


def test_a_command_with_backticks_does_not_leave_its_fence() -> None:
    assert fenced("a ```` b") == "`````text\na ```` b\n`````"


def test_names_in_figures_are_short_and_can_be_drawn() -> None:
    assert label("a/b" * 30) == "…" + ("a/b" * 30)[-31:]
    assert label("_own") == " _own"
    assert label("a\x00\x1b\udcff") == "a???"


@pytest.mark.parametrize(
    "name", ["$", "$\\frac$", "_own", "核", "\x00<!-- -->", "\udcff", "x" * 300]
)
def test_a_figure_has_every_name_and_is_a_picture(name: str) -> None:
    images = {name: 0.5, "b": 0.75}
    pairs = [Pair(ahead=name, behind="b", mean=0.1, low=0.11, high=0.2, images=2, trainings=1,
                  effect=1.0, images_p=0.01, p=None)]  # fmt: skip

    drawn = [
        distributions({name: images, "b": images}, "Dice", "network"),
        differences(pairs, "dice"),
        learning_curves({name: [[0.5, 0.6], [0.5]], "b": [[0.1]]}, "Dice"),
    ]

    for figure in drawn:
        ElementTree.fromstring(figure.picture)  # noqa: S314 - our own
        assert name.encode("utf-8", "replace").decode() in figure.csv.replace('""', '"')
    assert html(Page("x", name, [Section("All", parts=drawn)]))


def test_more_pairs_than_are_drawn_stand_in_the_numbers() -> None:
    found = comparison(
        [row(str(each), {"a": each / 10, "b": 0.1 + each / 10}) for each in range(9)]
    )

    figure = differences(found.pairs, "dice", most=28)

    assert len(rows_of(figure.csv)) == 1 + 36
    assert "36 (the first 28 are drawn)" in figure.words


def test_the_same_numbers_make_the_same_page(home: Path, texts: dict[str, str]) -> None:
    assert html(page_of(home / "comparison")) == texts["comparison"]


def test_a_folder_of_neither_kind_has_no_page(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none", tmp_path / "file"):
        (tmp_path / "file").write_text("")

        text = refusal(lambda folder=folder: page_of(folder))  # type: ignore[misc]

        assert "AF625 there is no run, study or comparison in" in text


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"format": 1, "identity": {}}, "has not ended yet"),
        ({"format": 99, "rows": []}, "it has format 99, this version reads 1"),
        ([], "it is not a mapping"),
        ("{", "is damaged"),
        ({"format": 1, "rows": [{}]}, "is damaged"),
        ({"rows": [1], "data": "x", "score": "dice", "part": "test", "folds": None, "seeds": 1},
         "is damaged"),
    ],
)  # fmt: skip
def test_a_comparison_that_has_not_ended_or_is_damaged_is_refused(
    tmp_path: Path, record: Any, words: str
) -> None:
    text = record if isinstance(record, str) else json.dumps(record)
    (tmp_path / "comparison.json").write_text(text)

    refused = refusal(lambda: page_of(tmp_path))

    assert "AF624" in refused
    assert words in refused


@pytest.mark.parametrize(
    "broken",
    [{"images": {}}, {"images": {"a": "much"}}, {"images": {"a": float("nan")}}, {"run": 7}],
)
def test_a_comparison_with_a_damaged_training_is_refused(
    table: Path, broken: dict[str, Any]
) -> None:
    path = table / "comparison.json"
    facts = json.loads(path.read_text())
    for each in facts["trainings"][PLAIN]:
        each.update(broken)
    path.write_text(json.dumps(facts))

    assert "AF624" in refusal(lambda: page_of(table))


def test_a_folder_without_a_comparison_is_refused(tmp_path: Path) -> None:
    assert "AF624 there is no comparison in" in refusal(lambda: read_comparison(tmp_path))


def test_the_command_writes_the_page_into_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_run_folder(tmp_path / "run")

    assert run(["report", str(tmp_path / "run")]) == 0
    assert run(["report", str(tmp_path / "run"), "--format", "markdown", "--json"]) == 0

    first, *rest = capsys.readouterr().out.splitlines()
    assert first == f"report  {tmp_path}/run/report.html"
    assert json.loads("\n".join(rest)) == {
        "report": f"{tmp_path}/run/report.md", "format": "markdown",
    }  # fmt: skip
    assert (tmp_path / "run/report.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "run/report.md").read_text().startswith("# toy on nuclei\n")


@pytest.mark.parametrize(
    ("words", "start"),
    [
        (["-o", "x.md"], "# "),
        (["-o", "x.MARKDOWN"], "# "),
        (["-o", "x.html"], "<!doctype"),
        (["-o", "deep/er/x"], "<!doctype"),
        (["-o", "x.md", "--format", "html"], "<!doctype"),
        (["-o", "x.html", "--format", "markdown"], "# "),
    ],
)
def test_the_ending_says_the_form_unless_it_is_given(
    tmp_path: Path, words: list[str], start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_run_folder(tmp_path / "run")
    monkeypatch.chdir(tmp_path)

    assert run(["report", "run", *words]) == 0

    assert Path(words[1]).read_text().startswith(start)


@pytest.mark.parametrize("name", ["x.html", "x.md"])
def test_a_page_that_cannot_be_written_is_one_clear_line(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    a_run_folder(tmp_path / "run")
    (tmp_path / "file").write_text("")

    assert run(["report", str(tmp_path / "run"), "-o", str(tmp_path / "file" / name)]) == PROBLEMS

    assert "AF009" in capsys.readouterr().err


def test_the_command_refuses_what_it_cannot_show(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / RUN).write_text("{")

    assert run(["report", str(tmp_path)]) == PROBLEMS
    assert run(["report", str(tmp_path / "run")]) == PROBLEMS
    assert run(["report", str(tmp_path), "--format", "pdf"]) == USAGE

    assert re.findall("AF\\d+", capsys.readouterr().err) == ["AF625", "AF501"]


@pytest.mark.keras
def test_a_comparison_of_real_trainings_and_one_of_its_runs_have_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHFORGE_CACHE", str(tmp_path / "cache"))
    spec = tmp_path / "toy.yaml"
    spec.write_text(SPEC.replace("inputs:", "presets:\n  wide: {filters: 4}\ninputs:"))
    data = write_synth(tmp_path / "nuclei", count=8, size=48)
    found = compare([str(spec), f"{spec}:wide"], data=data, folder=tmp_path / "table",
                    settings=Settings(epochs=1), options=DataOptions(folds=2))  # fmt: skip

    write_report(tmp_path / "table", tmp_path / "table.html")
    write_report(found.trained[0].trainings[0].run, tmp_path / "run.html")

    page, of_run = (Read((tmp_path / f"{name}.html").read_text()) for name in ("table", "run"))
    assert page.said("h2") == [
        "What the numbers carry", "Scores and costs", "Which network for which cost",
        "Which differences are real", "Every image", "Best, median and worst images",
        "How they learned", "The networks", "Images, recipe and machine",
    ]  # fmt: skip
    assert [note for note in page.said("li") if note in found.notes] == list(found.notes)
    images = rows_of(page.tables()["dice-of-each-image-by-network.csv"])
    assert {line[0]: float(line[1]) for line in images[1:]} == found.trained[0].images
    assert len(page.all("img")) == 4 + 3 * 4 + 2
    assert {"Scores", "Every image", "Images and predictions", "How it learned",
            "The network"} <= set(of_run.said("h2"))  # fmt: skip
