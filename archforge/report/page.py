"""A page as data, and the two forms that it is written in.

A page is sections of words, tables and figures. As HTML it is one file that needs nothing beside it
and asks nothing of the network; as Markdown (``markdown``) it lies beside a folder of its pictures.
Figures are pictures with words for those who do not see them, and the numbers behind them as CSV.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from archforge import __version__
from archforge.compare.tables import csv_text
from archforge.files import said_if_unwritable, write_whole

Rows = Sequence[Sequence[Any]]
PICTURES = {"svg": "image/svg+xml", "png": "image/png"}


@dataclass(frozen=True)
class Table:
    """Numbers in rows.

    Args:
        title: What they are.
        header: Names of the columns.
        rows: Text of each cell; the first names its row.
        numbers: The same without rounding, header first, for the CSV; none where the text is all.
    """

    title: str
    header: Sequence[str]
    rows: Rows
    numbers: Rows = ()

    @property
    def csv(self) -> str:
        """As text."""
        return writable(csv_text(self.numbers or [self.header, *self.rows]))


@dataclass(frozen=True)
class Figure:
    """A picture.

    Args:
        title: What it shows.
        words: The same for those who do not see it: what there is to see in it.
        picture: The file's content.
        kind: A key of ``PICTURES``.
        numbers: Behind it, header first; none for pictures of images and networks.
        details: Everything that it shows, one thing after the other, where words alone would lack
            much of it.
    """

    title: str
    words: str
    picture: bytes
    kind: str = "svg"
    numbers: Rows = ()
    details: str = ""

    @property
    def uri(self) -> str:
        """The picture as a part of the page."""
        return f"data:{PICTURES[self.kind]};base64,{base64.b64encode(self.picture).decode()}"

    @property
    def csv(self) -> str:
        """The numbers as text."""
        return writable(csv_text(self.numbers))


@dataclass(frozen=True)
class Sheet:
    """Pictures in rows and columns, with a name for each.

    Args:
        title: What it shows, in a few words.
        words: How to read it.
        columns: Names, that of the rows first.
        rows: The name of each, and a picture for each other column, where there is one.
        numbers: Behind it, header first.
        legend: Colours, such as ``#e69f00``, each with what it means and how it is called.
    """

    title: str
    words: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Figure | None]]]
    numbers: Rows
    legend: Sequence[tuple[str, str]] = ()

    @property
    def csv(self) -> str:
        """The numbers as text."""
        return writable(csv_text(self.numbers))


@dataclass(frozen=True)
class Section:
    """A part of a page.

    Args:
        title: Short.
        words: Paragraphs before the rest.
        points: Sentences, one below the other.
        parts: Tables, figures and sheets.
        code: A text to be copied, such as a command.
    """

    title: str
    words: Sequence[str] = ()
    points: Sequence[str] = ()
    parts: Sequence[Table | Figure | Sheet] = ()
    code: str = ""

    @property
    def anchor(self) -> str:
        """Its place in the page."""
        return slug(self.title)

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.words or self.points or self.parts or self.code)


@dataclass(frozen=True)
class Page:
    """A whole page.

    Args:
        title: What it is about.
        lead: One sentence below it.
        sections: In order; empty ones are left out.
    """

    title: str
    lead: str
    sections: Sequence[Section]

    @property
    def parts(self) -> list[Section]:
        """Sections that have something in them."""
        return [section for section in self.sections if not section.empty]


def slug(text: str) -> str:
    """A text as an anchor or a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "part"


def csv_uri(text: str) -> str:
    """A CSV file as a link that needs no network."""
    return f"data:text/csv;charset=utf-8;base64,{base64.b64encode(text.encode()).decode()}"


def writable(text: str) -> str:
    """A text as UTF-8 can hold it: names of files may have bytes that are no letters."""
    return text.encode("utf-8", "replace").decode()


def templates() -> Environment:
    """Those of all pages: what is put into them is escaped, and nothing may be missing."""
    return Environment(
        loader=PackageLoader("archforge.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def html(page: Page) -> str:
    """The page as one HTML file."""
    pages = templates()
    pages.filters |= {"slug": slug, "csv_uri": csv_uri, "kind": lambda part: type(part).__name__}
    return writable(pages.get_template("report.html").render(page=page, version=__version__))


def write_html(page: Page, path: Path) -> None:
    """Write the page.

    Raises:
        ProblemError: The file cannot be written.
    """
    text = html(page)
    with said_if_unwritable(path):
        write_whole(path, text)
