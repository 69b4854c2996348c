"""``history.csv``: a line for each epoch, written whole after each."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from archforge.files import write_whole
from archforge.train.settings import Epoch

COLUMNS = ("epoch", "loss", "score", "second", "rate", "seconds")


def write_history(path: Path, epochs: Sequence[Epoch]) -> None:
    """Write the epochs so far.

    Floats are written so that they read back as they were.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([repr(getattr(epoch, name)) for name in COLUMNS] for epoch in epochs)
    write_whole(path, text.getvalue())


def read_history(path: Path) -> list[dict[str, float]]:
    """The lines of a history, by column.

    Raises:
        OSError: It is not there, or cannot be opened.
        ValueError: It is damaged: no file of text, a column or a number that is not there, or a
            number that is not finite. A loss that is none ends a training before its epoch does.
    """
    if path.exists() and not path.is_file():  # a pipe would never end
        raise ValueError(f"'{path.name}' is no file")
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [_row(row) for row in csv.DictReader(file)]
    except (csv.Error, KeyError, TypeError) as error:
        raise ValueError(f"'{path.name}' is no history: {error}") from error


def _row(row: Mapping[str, str]) -> dict[str, float]:
    found = {name: float(row[name]) for name in COLUMNS}
    if not all(map(math.isfinite, found.values())) or not found["epoch"].is_integer():
        raise ValueError(f"an epoch of the history says {', '.join(row[name] for name in COLUMNS)}")
    return found
