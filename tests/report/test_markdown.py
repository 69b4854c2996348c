"""The same pages as Markdown, whatever names are in them."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from archforge.report import write_report
from archforge.report.markdown import fenced, marked, paragraph, write_markdown
from archforge.report.page import Figure, Page, Section, Table
from tests.report.byhand import (
    KINDS,
)


def test_markdown_names_files_that_exist_and_none_twice(
    pages: dict[str, Page], tmp_path: Path
) -> None:
    for kind in KINDS:
        file = tmp_path / f"{kind} (of me).md"

        write_markdown(pages[kind], file)

        # What stands between fences is no link, whatever it holds.
        prose = re.sub(r"(?s)\n```text\n.*?\n```\n", "\n", file.read_text())
        names = re.findall(r"(?<!\\)\]\(([^()\s]+)\)", prose)
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


def test_title_and_words_of_a_figure_are_read_without_its_picture(tmp_path: Path) -> None:
    figure = Figure("What it costs", "More than *this*.", b"<svg/>")

    write_markdown(Page("Title", "Lead.", [Section("All", parts=[figure])]), tmp_path / "x.md")

    text = (tmp_path / "x.md").read_text()
    assert "\n**What it costs.** More than \\*this\\*.\n" in text
    assert "![What it costs](x-files/what-it-costs-" in text


def test_a_page_that_is_written_anew_leaves_no_picture_of_the_one_before(tmp_path: Path) -> None:
    """Only what that page had named, and nothing of anybody else's, whatever it is called."""
    first, second, other = (
        Page("Title", "Lead.", [Section("All", parts=[Figure("A figure", "Words.", picture)])])
        for picture in (b"one", b"two", b"three")
    )
    files = tmp_path / "x-files"
    write_markdown(first, tmp_path / "x.md")
    (before,) = files.glob("*.svg")
    outside = tmp_path / before.name
    own = [files / "mine.png", files / "my-figure-deadbeef.svg", files / "notes.csv", outside]
    for path in own:
        path.write_text("mine")
    write_markdown(other, tmp_path / "other.md")

    write_markdown(second, tmp_path / "x.md")

    named = re.findall(r"x-files/([^)]*\.svg)", (tmp_path / "x.md").read_text())
    assert not before.exists()
    assert {path.name for path in files.iterdir()} == {*named, *(path.name for path in own[:3])}
    assert all(path.read_text() == "mine" for path in own)
    assert len(list((tmp_path / "other-files").iterdir())) == 1


@pytest.mark.parametrize("link", ["../x", "x-files/../y-deadbeef", "x-files/a/b-deadbeef", "/x"])
def test_a_page_before_it_leads_to_no_file_elsewhere(tmp_path: Path, link: str) -> None:
    (tmp_path / "x-files" / "a").mkdir(parents=True)
    kept = [tmp_path / "y-deadbeef.svg", tmp_path / "x-files" / "a" / "b-deadbeef.svg"]
    for path in kept:
        path.write_text("mine")
    (tmp_path / "x-files" / "c-deadbeef.svg").mkdir()  # a folder is no picture
    (tmp_path / "x.md").write_text(f"![a]({link}.svg) ![c](x-files/c-deadbeef.svg)")

    write_markdown(Page("Title", "Lead.", []), tmp_path / "x.md")

    assert all(path.read_text() == "mine" for path in kept)
    assert (tmp_path / "x-files" / "c-deadbeef.svg").is_dir()


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
