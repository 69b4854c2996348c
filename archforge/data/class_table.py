"""The names and colours of classes, from ``classes.txt`` or ``classes.csv`` beside the images.

One line for each class: its index, its name and, for coloured masks, its colour: ``1,nucleus`` or
``1,nucleus,#ff8800``; spaces or tabs do as well as commas. Lines of names alone are counted from 0,
and a first line ``index,name,colour`` is passed over.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from archforge.data.options import IGNORED, LAST_CLASS, DataOptions
from archforge.errors import Mark, Problem

FILES = ("classes.csv", "classes.txt")
LINE = re.compile(r"(?:(?P<index>\d+)[\s,;]+)?(?P<name>.+?)(?:[\s,;]+(?P<colour>#[0-9a-fA-F]{6}))?")
HEADING = re.compile(r"index\b.*name", re.IGNORECASE)
SHOWN = 12
Row = tuple[str, str, str]


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
    wrong = _wrong(rows)
    if wrong:
        return _problem(path, f"'{path.name}' {wrong}")
    colours = {colour.lower(): int(index) for index, _, colour in rows if colour}
    given = options.colours or colours or None
    named = {int(index): name for index, name, _ in rows if int(index) != IGNORED}
    return replace(options, colours=given), named


def _wrong(rows: Sequence[Row]) -> str:
    """What cannot be in a table, empty where all can."""
    high = next((index for index, _, colour in rows if not _fits(index, colour)), "")
    if high:
        shown = high if len(high) <= SHOWN else f"{high[:SHOWN]}..."
        return f"numbers a class {shown}, above {LAST_CLASS}"
    coloured = {int(index) for index, _, colour in rows if colour}
    if coloured == {IGNORED}:
        return f"gives all colours to {IGNORED}, which is ignored"
    if len({int(index) for index, *_ in rows}) < len(rows) and not coloured:
        return "names a class twice"
    return ""


def _fits(index: str, colour: str) -> bool:
    """Whether digits are a class; thousands of them Python would not even turn into a number."""
    return len(index) <= 3 and int(index) <= (IGNORED if colour else LAST_CLASS)


def _rows(text: str) -> Iterator[Row]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines and HEADING.match(lines[0]):
        lines = lines[1:]
    for number, line in enumerate(lines):
        found = LINE.fullmatch(line)
        assert found, "a line that is not empty has a name"
        index = (found["index"] or str(number)).lstrip("0") or "0"
        yield index, found["name"], found["colour"] or ""


def _problem(path: Path, message: str) -> Problem:
    return Problem(
        "AF429",
        message,
        Mark(str(path)),
        why="it says what the numbers or colours in masks stand for",
        fix="write one line 'index,name' or 'index,name,#rrggbb' for each class, in UTF-8",
    )
