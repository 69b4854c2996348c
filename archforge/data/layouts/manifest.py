"""The format ``manifest``: a table ``manifest.csv`` at the top says what belongs together.

Columns: ``image`` and ``mask`` (paths below the folder), or ``id``, whose files are looked for in
``images/`` and ``masks/``; perhaps ``labels``, ``split`` (train, validation or test), ``group`` and
``stratum`` (or ``modality``). Every other column is kept, for ``group_by`` and ``stratify_by``.
Lines are separated by commas, semicolons or tabs. All paths stay inside the folder.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from archforge.data.layouts.pairing import paired
from archforge.data.layouts.pictures import Found, outside, pictures, stays_inside
from archforge.data.source import SPLITS, Listing, Source, in_order
from archforge.errors import Mark, Problem, ProblemError, listing

NAME = "manifest.csv"
STRATA = ("stratum", "modality")
FILES = ("image", "mask", "labels")
Row = Mapping[str, str]


def detect(root: Path) -> bool:
    """Whether there is a manifest with a column that names images."""
    path = root / NAME
    if not path.is_file() or not stays_inside(path, root):
        return False
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        heading = file.readline().lower()
    return any(name in _cells(heading) for name in ("image", "id"))


def read(root: Path) -> Listing:
    """One source for each line.

    Raises:
        ProblemError: The table cannot be read.
    """
    path = root / NAME
    rows = _rows(path)
    folders = _Folders(root)
    sources: dict[tuple[str, str], Source] = {}
    problems: list[Problem] = list(folders.problems)
    for line, row in enumerate(rows, start=2):
        try:
            source = _source(root, row, folders, Mark(str(path), line))
        except ProblemError as error:
            problems += error.problems
            continue
        if (source.split, source.id) in sources:
            problems.append(_twice(source.id, Mark(str(path), line)))
        sources[source.split, source.id] = source
    return Listing("manifest", root, in_order(sources.values()), tuple(problems))


class _Folders:
    """The files in ``images/``, ``masks/`` and ``labels/``, for rows that name an id alone."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.images = self._found("images")
        self.masks = self._of("masks")
        self.labels = self._of("labels")

    def _found(self, name: str) -> Found:
        if not (self.root / name).is_dir():
            return {}
        found, problems = pictures(self.root / name, self.root)
        self.problems += problems
        return found

    def _of(self, name: str) -> Found:
        """By the name of the image that each belongs to."""
        files = self._found(name)
        pairs, problems = paired(self.images, files)
        self.problems += problems
        return {image: files[other] for image, other in pairs.items()}


def _rows(path: Path) -> Sequence[Row]:
    try:
        text = path.read_text("utf-8-sig")
        if "\0" in text:  # no path may hold it
            raise csv.Error("it holds bytes that are 0")
        first = text.partition("\n")[0]
        table = csv.DictReader(text.splitlines(), delimiter=_delimiter(first), strict=True)
        heading = [str(name).strip().lower() for name in table.fieldnames or ()]
        table.fieldnames = heading
        rows = [
            {str(name): str(value or "").strip() for name, value in row.items() if name}
            for row in table
        ]
    except (OSError, UnicodeDecodeError, csv.Error, AttributeError) as error:
        raise ProblemError([_unread(path, str(error))]) from error
    if {"image", "mask"} <= set(heading) or "id" in heading:
        return rows
    raise ProblemError([_unread(path, f"its columns are {listing(heading)}")])


def _delimiter(heading: str) -> str:
    return max(",;\t", key=heading.count)


def _cells(heading: str) -> list[str]:
    return [cell.strip().strip('"') for cell in heading.split(_delimiter(heading))]


def _source(root: Path, row: Row, folders: _Folders, mark: Mark) -> Source:
    split = row.get("split", "").lower()
    if split and split not in SPLITS:
        raise ProblemError([_no_split(split, mark)])
    files = {name: _file(root, row, folders, name, mark) for name in FILES}
    image, mask = files["image"], files["mask"]
    if image is None or mask is None:
        raise ProblemError([_missing("image" if image is None else "mask", row, mark)])
    if row.get("labels") and files["labels"] is None:
        raise ProblemError([_missing("labels", row, mark)])
    columns = {name: value for name, value in row.items() if name not in FILES}
    return Source(
        row.get("id") or image.relative_to(root).with_suffix("").as_posix(),
        SPLITS.get(split, ""),
        image,
        (mask,),
        labels=files["labels"],
        group=row.get("group", ""),
        stratum=next((row[name] for name in STRATA if row.get(name)), ""),
        columns=tuple(sorted(columns.items())),
    )


def _file(root: Path, row: Row, folders: _Folders, name: str, mark: Mark) -> Path | None:
    """The file of a row's cell, or that of its id."""
    known = {"image": folders.images, "mask": folders.masks, "labels": folders.labels}[name]
    if name not in row:
        return known.get(row.get("id", ""))
    if not row[name]:
        return None
    path = root / row[name].replace("\\", "/")
    if not stays_inside(path, root):
        raise ProblemError([outside(Path(row[name]), root, mark)])
    return path if path.exists() else None


def _unread(path: Path, reason: str) -> Problem:
    return Problem(
        "AF424",
        f"'{path.name}' cannot be read as a table of images: {reason}",
        Mark(str(path)),
        why="it needs the columns 'image' and 'mask', or 'id'",
        fix="save it as CSV in UTF-8, with the names of the columns in its first line",
    )


def _no_split(split: str, mark: Mark) -> Problem:
    return Problem(
        "AF424",
        f"split cannot be '{split}'",
        mark,
        why=f"the parts are called {', '.join(sorted(SPLITS))}",
        fix="write one of them, or leave the cell empty for training and validation",
    )


def _missing(what: str, row: Row, mark: Mark) -> Problem:
    named = row.get(what) or row.get("id", "")
    where = f"'{named}'" if named else "an empty cell"
    what = "label file" if what == "labels" else what
    return Problem(
        "AF406" if what == "image" else "AF405",
        f"there is no {what} for {where}",
        mark,
        why=f"a line of the manifest stands for an image and its mask, and {where} is no file",
        fix=f"add the {what}, or remove the line",
    )


def _twice(name: str, mark: Mark) -> Problem:
    return Problem(
        "AF416",
        f"'{name}' stands in two lines",
        mark,
        why="each image has one line",
        fix="remove one of the two",
    )
