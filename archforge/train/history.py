"""``history.csv``: a line for each epoch, written whole after each."""

import csv
import io
from collections.abc import Sequence
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
    """The lines of a history, by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: float(row[name]) for name in COLUMNS} for row in csv.DictReader(file)]
