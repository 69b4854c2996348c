"""An image file as an array that is read window by window.

A file that holds its pixels as they are is mapped into memory, a compressed TIFF is decoded piece
by piece, so an image may be larger than the memory. Other files are read whole.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from archforge.data import read_image
from archforge.data.files.arrays import axes_of, check_npy, with_channels
from archforge.data.files.picture import refuse_broken
from archforge.data.files.tiff import BROKEN
from archforge.errors import Mark, listing, refuse
from archforge.predict.image import SPATIAL, Pixels, as_trained
from archforge.predict.tiff import open_tiff


def open_pixels(path: Path) -> Pixels:
    """The pixels of an image file, as training sees them, read when they are asked for.

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
        return as_trained(OPENERS[suffix](path))
    except (*BROKEN, EOFError) as error:  # EOFError: NumPy's for an empty file
        refuse_broken(path, error)


def _open_whole(path: Path) -> Pixels:
    found = read_image(path)
    spatial = SPATIAL[-(found.values.ndim - 1) :]
    # OME-Zarr's description is that of OME, and is written into a TIFF as such.
    flavour = "ome" if path.suffix.lower() == ".zarr" else ""
    return Pixels(path, found.values, spatial, found.pixel_size, flavour)


def _open_npy(path: Path) -> Pixels:
    check_npy(path)
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    return Pixels(path, with_channels(array), axes_of(array.shape).removesuffix("C"))


OPENERS: dict[str, Callable[[Path], Pixels]] = {
    ".png": _open_whole,
    ".jpg": _open_whole,
    ".jpeg": _open_whole,
    ".tif": open_tiff,
    ".tiff": open_tiff,
    ".npy": _open_npy,
    ".npz": _open_whole,
    ".zarr": _open_whole,
}

__all__ = ["OPENERS", "Pixels", "open_pixels"]
