"""An image file as an array that is read window by window.

A file that holds its pixels as they are is mapped into memory, a compressed TIFF is decoded piece
by piece, so an image may be larger than the memory. PNG and JPEG have to be read whole.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from archforge.data import read_image
from archforge.errors import Mark, listing, refuse
from archforge.predict.image import BROKEN, CHANNEL, Pixels, refuse_broken
from archforge.predict.tiff import open_tiff


def open_pixels(path: Path) -> Pixels:
    """The pixels of an image file, read when they are asked for.

    Raises:
        ProblemError: The file cannot be read, or its type or axes are not.
    """
    suffix = path.suffix.lower()
    if suffix not in OPENERS:
        refuse(
            "AF417",
            f"files of type '{suffix}' are not read",
            mark=Mark(str(path)),
            why=f"masks are made for {listing(OPENERS, most=20)}",
            fix="save the file as TIFF or PNG, in Fiji with File > Save As",
        )
    try:
        return OPENERS[suffix](path)
    except BROKEN as error:
        refuse_broken(path, error)


def _open_picture(path: Path) -> Pixels:
    values = read_image(path).values
    grey = values.shape[-1] == 1
    return Pixels(path, values[..., 0] if grey else values, "YX" if grey else f"YX{CHANNEL}")


def _open_npy(path: Path) -> Pixels:
    """Of three axes the last one is channels where it is at most 4 long."""
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    axes = {2: "YX", 3: f"YX{CHANNEL}" if array.shape[-1] <= 4 else "ZYX", 4: f"ZYX{CHANNEL}"}
    if array.ndim not in axes:
        raise ValueError(f"it has {array.ndim} axes; an image has 2 to 4")
    return Pixels(path, array, axes[array.ndim])


OPENERS: dict[str, Callable[[Path], Pixels]] = {
    ".png": _open_picture,
    ".jpg": _open_picture,
    ".jpeg": _open_picture,
    ".tif": open_tiff,
    ".tiff": open_tiff,
    ".npy": _open_npy,
}

__all__ = ["OPENERS", "Pixels", "open_pixels"]
