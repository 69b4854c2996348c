"""The same pages as Markdown, whatever names are in them."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from archforge.report import write_report
from archforge.report.markdown import fenced, marked, paragraph, write_markdown
from archforge.report.page import Page, Section, Table
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
