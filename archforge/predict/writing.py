"""Masks, labels and scores as files of the kind that their image has, row by row.

Each file is there whole or not at all, also when the disk is full.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from archforge.files import said_if_unwritable, whole_file
from archforge.predict.image import Pixels
from archforge.predict.tiff import write_tiff

Rows = Iterable[NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Sheet:
    """What is to be written.

    Args:
        rows: Arrays of some rows, from the first of the first plane to the last.
        dtype: Of all.
        like: The image.
        channels: How many there are, as the last axis; 0 for none.
    """

    rows: Rows
    dtype: Any
    like: Pixels
    channels: int = 0

    @property
    def shape(self) -> tuple[int, ...]:
        """Of all rows together."""
        size = self.like.shape[:-1]
        return (*size, self.channels) if self.channels else size


def write_sheet(path: Path, sheet: Sheet) -> None:
    """Write a file of the kind that its suffix says, one of ``WRITERS``.

    Raises:
        ProblemError: AF009, the file cannot be written. What goes wrong with the rows comes out as
            it is.
    """
    with said_if_unwritable(path), whole_file(path) as part:
        WRITERS[path.suffix.lower()](part, sheet)


def _write_tiff(path: Path, sheet: Sheet) -> None:
    write_tiff(
        path, sheet.rows, sheet.shape, sheet.dtype, sheet.like, channels=bool(sheet.channels)
    )


def _write_npy(path: Path, sheet: Sheet) -> None:
    # Written and not mapped: on a full disk a map ends the program, a write says so.
    with path.open("wb") as file:
        header = {
            "descr": np.lib.format.dtype_to_descr(np.dtype(sheet.dtype)),
            "fortran_order": False,
            "shape": sheet.shape,
        }
        np.lib.format.write_array_header_1_0(file, header)
        for rows in sheet.rows:
            file.write(np.ascontiguousarray(rows, dtype=sheet.dtype).tobytes())


def _write_png(path: Path, sheet: Sheet) -> None:
    Image.fromarray(np.concatenate(list(sheet.rows))).save(path, format="PNG")


WRITERS: dict[str, Callable[[Path, Sheet], None]] = {
    ".png": _write_png,
    ".tif": _write_tiff,
    ".npy": _write_npy,
}
