"""Which type of number pixels are kept in: never one that changes them.

Images become uint8, uint16 or float32. A camera's 12 bits stay the numbers that they are; how they
are brought into a network's range is the normalization's matter. Masks keep their integers.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from archforge.data.files.picture import refuse_type
from archforge.errors import Mark, refuse

MASK_TYPES = (np.uint8, np.uint16, np.uint32, np.int32)


def image_pixels(path: Path, values: NDArray[Any]) -> NDArray[Any]:
    """Pixels of an image as uint8, uint16 or float32.

    Raises:
        ProblemError: No such type holds them exactly, or some are no finite numbers.
    """
    found = as_type(values, image_type(path, values.dtype, [values]))
    if found.dtype.kind == "f":
        wrong = ~np.isfinite(found)
        if wrong.any():
            _refuse_wrong(path, wrong)
    return found


def image_type(path: Path, stored: np.dtype[Any], blocks: Iterable[NDArray[Any]]) -> np.dtype[Any]:
    """Which of uint8, uint16 and float32 an image is kept in.

    Args:
        path: The file.
        stored: The type in the file.
        blocks: All pixels, in pieces; read only where the type alone does not tell.

    Raises:
        ProblemError: No such type holds them exactly.
    """
    if stored == np.bool_:
        return np.dtype(np.uint8)
    if stored in (np.uint8, np.uint16):
        return stored.newbyteorder("=")
    if stored.kind not in "uif":
        fix = "save the image as 16-bit or 32-bit float TIFF"
        refuse_type(path, f"of type '{stored}'", fix)
    return np.dtype(np.float32) if stored.kind == "f" else _type_of_integers(path, stored, blocks)


def as_type(values: NDArray[Any], kind: np.dtype[Any]) -> NDArray[Any]:
    """Pixels, or a window of them, in the type that ``image_type`` found for all."""
    with np.errstate(over="ignore"):  # who looks for infinite pixels finds what overflows
        return values.astype(kind, copy=False)


def mask_values(path: Path, values: NDArray[Any]) -> NDArray[Any]:
    """Values of a mask as uint8, uint16, uint32 or int32, in the smallest change of type.

    Raises:
        ProblemError: They are fractions, no numbers, or above 32 bits.
    """
    if values.dtype == np.bool_:
        return values.astype(np.uint8)
    if values.dtype in MASK_TYPES:
        return np.asarray(values, dtype=values.dtype.newbyteorder("="))
    numbers = values.dtype.kind in "uif"
    kind = next((kind for kind in (np.int32, np.uint32) if numbers and _fits(values, kind)), None)
    if kind is None:
        fix = "write the mask as integers: 0 and 255, the class, or the number of the object"
        refuse_type(path, "no whole numbers of at most 32 bits", fix)
    return values.astype(kind)


def _fits(values: NDArray[Any], kind: type[np.integer[Any]]) -> bool:
    limits = np.iinfo(kind)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        return False
    inside = values.min() >= limits.min and values.max() <= limits.max
    return bool(inside and (values.astype(kind) == values).all())


def _type_of_integers(
    path: Path, stored: np.dtype[Any], blocks: Iterable[NDArray[Any]]
) -> np.dtype[Any]:
    ends, exact = list[int](), True
    for block in blocks:
        ends += [int(block.min()), int(block.max())]
        exact = exact and bool((block.astype(np.float32) == block).all())
    low, high = min(ends), max(ends)
    if low >= 0 and high <= np.iinfo(np.uint16).max:
        return np.dtype(np.uint16)
    if not exact:
        refuse_type(
            path,
            f"{stored} from {low} to {high}, which 32-bit floating point does not hold",
            "subtract the background or divide by one number for all images, then save as 16-bit",
        )
    return np.dtype(np.float32)


def _refuse_wrong(path: Path, wrong: NDArray[np.bool_]) -> NoReturn:
    count = int(wrong.sum())
    first = np.unravel_index(int(np.argmax(wrong)), wrong.shape)[:-1]
    *plane, row, column = (int(place) for place in first)
    place = f"row {row}, column {column}" + (f" of plane {plane[0]}" if plane else "")
    refuse(
        "AF421",
        f"'{path.name}' has {count} NaN or infinite {'pixel' if count == 1 else 'pixels'}, "
        f"the first in {place}",
        mark=Mark(str(path)),
        why="one such pixel makes every number that a network works out from it useless",
        fix="export the image again, or replace them: in Fiji with Process > Math > NaN Background",
    )
