"""The names and colours of classes, from ``classes.txt`` or ``classes.csv`` beside the images.

One line for each class: its index, its name and, for coloured masks, its colour: ``1,nucleus`` or
``1,nucleus,#ff8800``; spaces or tabs do as well as commas. Lines of names alone are counted from 0,
and a first line ``index,name,colour`` is passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from archforge.data.options import DataOptions
from archforge.errors import Mark, Problem

FILES = ("classes.csv", "classes.txt")
LINE = re.compile(r"(?:(?P<index>\d+)[\s,;]+)?(?P<name>.+?)(?:[\s,;]+(?P<colour>#[0-9a-fA-F]{6}))?")
HEADING = re.compile(r"index\b.*name", re.IGNORECASE)
Row = tuple[int, str, str]


def with_table(
    root: Path, options: DataOptions, names: tuple[str, ...] = ()
) -> tuple[DataOptions, dict[int, str]] | Problem:
    """Options with the colours of the folder's table, unless given, and the names of the classes.

    Args:
        root: The folder.
        options: What the person says; it comes first.
        names: What the layout itself calls the classes.
    """
    found = (root / name for name in FILES)
    path = next((path for path in found if path.is_file() and not path.is_symlink()), None)
    if path is None:
        return options, dict(enumerate(names))
    try:
        rows = list(_rows(path.read_text("utf-8-sig")))
    except (OSError, UnicodeDecodeError) as error:
        return _problem(path, f"'{path.name}' cannot be read: {error}")
    if len({index for index, _, _ in rows}) < len(rows) and not any(colour for *_, colour in rows):
        return _problem(path, f"'{path.name}' names a class twice")
    colours = {colour.lower(): index for index, _, colour in rows if colour}
    given = options.colours or colours or None
    return replace(options, colours=given), {index: name for index, name, _ in rows}


def _rows(text: str) -> Iterator[Row]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines and HEADING.match(lines[0]):
        lines = lines[1:]
    for number, line in enumerate(lines):
        found = LINE.fullmatch(line)
        assert found, "a line that is not empty has a name"
        index = int(found["index"]) if found["index"] else number
        yield index, found["name"], found["colour"] or ""


def _problem(path: Path, message: str) -> Problem:
    return Problem(
        "AF429",
        message,
        Mark(str(path)),
        why="it says what the numbers or colours in masks stand for",
        fix="write one line 'index,name' or 'index,name,#rrggbb' for each class, in UTF-8",
    )
