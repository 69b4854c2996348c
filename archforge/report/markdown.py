"""A page as Markdown, with its pictures and tables in a folder beside it.

Names come from specs, files and folders of strangers: whatever they hold, it is read as text.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from archforge.files import said_if_unwritable, whole_file, write_whole
from archforge.report.page import (
    PICTURES,
    Figure,
    Page,
    Rows,
    Section,
    Sheet,
    Table,
    slug,
    writable,
)

# Of a file's name; the rest of a long title tells no more.
LONGEST = 60
# The name of a picture: from its title, and from what it shows.
PICTURE = rf"[a-z0-9-]+-[0-9a-f]{{8}}\.(?:{'|'.join(PICTURES)})"


def write_markdown(page: Page, path: Path) -> None:
    """Write the page, and its pictures and tables into ``NAME-files`` beside it.

    Pictures that only the page before it has named are removed from there.

    Raises:
        ProblemError: A file cannot be written.
    """
    folder = path.with_name(f"{path.stem}-files")
    writer = _Writer(folder)
    with said_if_unwritable(path):
        before = _pictures_of(path, folder)
        text = "\n".join(writer.lines(page)) + "\n"
        write_whole(path, writable(text))
        # Last, so that whatever page there is has its pictures.
        for name in before - writer.pictures:
            if (folder / name).is_file():
                (folder / name).unlink()


def _pictures_of(path: Path, folder: Path) -> set[str]:
    """Those of the page that is there already, by the names that are given to pictures here.

    What lies in the folder and was never on the page is somebody else's.
    """
    try:
        text = path.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return set()
    link = re.escape(f"]({_link(folder, '')}")
    return set(re.findall(rf"{link}({PICTURE})\)", text))


class _Writer:
    """Lines of a page, and the files that they name.

    Args:
        folder: Of the files.
        pictures: Names of those that were written.
    """

    def __init__(self, folder: Path) -> None:
        self.pictures: set[str] = set()
        self._folder = folder
        self._taken: set[str] = set()

    def lines(self, page: Page) -> Iterator[str]:
        """The whole page."""
        yield f"# {marked(page.title)}"
        yield f"\n{paragraph(page.lead)}"
        for section in page.parts:
            yield from self._section(section)

    def _section(self, section: Section) -> Iterator[str]:
        yield f"\n## {marked(section.title)}"
        for words in section.words:
            yield f"\n{paragraph(words)}"
        if section.points:
            yield ""
            yield from (f"- {paragraph(point)}" for point in section.points)
        if section.code:
            yield f"\n{fenced(section.code)}"
        for part in section.parts:
            yield from self._part(part)

    def _part(self, part: Table | Figure | Sheet) -> Iterator[str]:
        if isinstance(part, Figure):
            yield f"\n{self._picture(part, part.title)}"
            yield f"\n**{marked(part.title)}.** {marked(part.words)}"
            if part.numbers:
                yield f"\n{self._numbers(part)}"
            return
        yield f"\n**{marked(part.title)}**\n"
        if isinstance(part, Table):
            yield from _lines(part.header, [[marked(cell) for cell in row] for row in part.rows])
        else:
            yield f"{paragraph(part.words)}\n"
            if part.legend:
                yield f"{paragraph(', '.join(name for _, name in part.legend))}\n"
            rows = [
                [marked(name), *(
                    "no picture" if each is None else self._picture(each, each.words)
                    for each in figures
                )]
                for name, figures in part.rows
            ]  # fmt: skip
            yield from _lines(part.columns, rows)
        yield f"\n{self._numbers(part)}"

    def _picture(self, figure: Figure, words: str) -> str:
        # Figures of a sheet may have one title.
        mark = hashlib.blake2b(figure.picture, digest_size=4).hexdigest()
        name = f"{slug(figure.title or figure.words)[:LONGEST]}-{mark}.{figure.kind}"
        with whole_file(self._folder / name) as part:
            part.write_bytes(figure.picture)
        self.pictures.add(name)
        return f"![{marked(words)}]({_link(self._folder, name)})"

    def _numbers(self, part: Table | Figure | Sheet) -> str:
        stem = slug(part.title)[:LONGEST]
        name, number = f"{stem}.csv", 1
        while name in self._taken:
            number += 1
            name = f"{stem}-{number}.csv"
        self._taken.add(name)
        write_whole(self._folder / name, part.csv)
        return f"[numbers]({_link(self._folder, name)})"


def _link(folder: Path, name: str) -> str:
    return f"{quote(folder.name)}/{name}"


def _lines(header: Sequence[str], rows: Rows) -> Iterator[str]:
    yield f"| {' | '.join(map(marked, header))} |"
    yield f"|{'---|' * len(header)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def fenced(code: str) -> str:
    """A text to be copied, behind a fence that is longer than any in it."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
    return f"{fence}text\n{code}\n{fence}"


def paragraph(text: object) -> str:
    """Any text as a paragraph: what begins a list or a rule begins none."""
    return re.sub(r"^(\d*)([-+=.)])", r"\1\\\2", marked(text))


def marked(text: object) -> str:
    """Any text within a line of Markdown, where nothing of it is markup, nor becomes a link."""
    plain = " ".join(str(text).split())
    escaped = re.sub(r"([\\`*_{}\[\]<>#|!&~$@])", r"\\\1", plain)
    return re.sub(r"(?i)\b(www)\.", r"\1\\.", escaped.replace("://", ":\\//"))
