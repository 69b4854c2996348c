"""A split as a table, so that it can be read, sent to others and used again.

Columns: ``id``, ``part`` (train, validation or test), ``group`` and ``stratum``.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from archforge.data.source import Source
from archforge.data.split import PARTS, Parts
from archforge.errors import Mark, Problem, ProblemError, listing, nearest
from archforge.files import said_if_unwritable, write_whole

COLUMNS = ("id", "part", "group", "stratum")


def write_split(path: Path, parts: Mapping[str, Sequence[Source]]) -> None:
    """Write the part of each example.

    Raises:
        ProblemError: The file cannot be written.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for part, sources in parts.items():
        table.writerows((source.id, part, source.group, source.stratum) for source in sources)
    with said_if_unwritable(path):
        write_whole(path, text.getvalue())


def read_split(path: Path, sources: Iterable[Source]) -> Parts:
    """The examples of each part, in the order of the table.

    Args:
        path: A file that ``write_split`` wrote.
        sources: All examples of the folder; ids that occur in several of its own splits are told
            apart by the part.

    Raises:
        ProblemError: The table cannot be read, or does not name each example once.
    """
    known = {(source.split, source.id): source for source in sources}
    free = dict(known)
    parts: Parts = {part: [] for part in PARTS}
    problems: list[Problem] = []
    for line, (name, part) in enumerate(_rows(path), start=2):
        key = next(
            (key for key in ((part, name), ("", name), *free) if key in free and key[1] == name),
            None,
        )
        if key is None or part not in parts:
            problems.append(_misfit(path, line, name, part, {name for _, name in known}))
        else:
            parts[part].append(free.pop(key))
    if free and not problems:
        problems.append(_forgotten(path, sorted(name for _, name in free)))
    if problems:
        raise ProblemError(problems)
    return parts


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    try:
        table = list(csv.DictReader(path.read_text("utf-8-sig").splitlines(), strict=True))
        return iter([(row["id"], row["part"]) for row in table])
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise ProblemError([_unread(path, error)]) from error


def _unread(path: Path, error: Exception) -> Problem:
    missing = f"it has no column {error}"
    return Problem(
        "AF444",
        f"the split '{path.name}' cannot be read",
        Mark(str(path)),
        why=missing if isinstance(error, KeyError) else str(error),
        fix="give a file with the columns 'id' and 'part'",
    )


def _misfit(path: Path, line: int, name: str, part: str, known: Iterable[str]) -> Problem:
    if part not in PARTS:
        message, fix = f"no part is called '{part}'", f"use one of: {', '.join(PARTS)}"
    elif name in known:
        message, fix = f"'{name}' stands in two lines", "remove one of the two"
    else:
        near = nearest(name, known)
        message = f"the folder has no image '{name}'"
        fix = f"did you mean '{near}'?" if near else "remove the line"
    return Problem("AF444", message, Mark(str(path), line), fix=fix)


def _forgotten(path: Path, names: Sequence[str]) -> Problem:
    count = "1 image has" if len(names) == 1 else f"{len(names)} images have"
    return Problem(
        "AF444",
        f"{count} no part: {listing(names, most=4)}",
        Mark(str(path)),
        why="a stored split is used as it is, and these images came later",
        fix="add a line for each, or make the split anew",
    )
