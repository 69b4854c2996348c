"""A table of facts as CSV, whole or not at all."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from archforge.files import said_if_unwritable, whole_file


def write_rows(path: Path, names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write the columns ``names`` of ``rows``.

    Raises:
        ProblemError: AF009, it cannot be written.
    """
    with (
        said_if_unwritable(path),
        whole_file(path) as part,
        part.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.DictWriter(file, names, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
