"""TIFF by tifffile: any bits, one page or many, plain, ImageJ and OME.

The axes are those of the metadata. A colour table is applied to images, but not where ImageJ wrote
it (there it only tints the screen), and never to masks, whose index counts. tifffile logs what is
wrong with a file and goes on with what is left; here a page that is missing refuses the file.

Source: TIFF 6.0 specification; tifffile's series and axes.
"""

import logging
import struct
import threading
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from archforge.data.files.axes import arranged
from archforge.data.files.picture import Picture, check_size, refuse_broken
from archforge.data.files.pixel_size import tiff_pixel_size
from archforge.errors import Mark, refuse

# What tifffile and imagecodecs (RuntimeErrors) raise on broken files.
BROKEN = (
    OSError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    RuntimeError,
    OverflowError,
    struct.error,
    zlib.error,
)
MISSING = ("invalid page offset", "failed to reshape", "missing data", "corrupted")
JPEG_COMPRESSIONS = frozenset({6, 7, 33007, 34892, 50001, 50002})
ALPHA = frozenset({1, 2})


class _Listener(logging.Handler):
    """Keeps what tifffile logs in this thread, so that none of it reaches the terminal."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._kept = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())

    @property
    def heard(self) -> list[str]:
        """The lines since they were last cleared."""
        if not hasattr(self._kept, "lines"):
            self._kept.lines = []
        lines: list[str] = self._kept.lines
        return lines


_LISTENER = _Listener()
logging.getLogger("tifffile").addHandler(_LISTENER)


def read(path: Path, *, mask: bool) -> Picture:
    """The pixels of the one image in the file.

    Raises:
        ProblemError: The file is damaged, too large, or holds several images or odd axes.
    """
    _LISTENER.heard.clear()
    try:
        with path.open("rb") as empty:
            if not empty.read(1):
                refuse_broken(path, "it is empty (0 bytes)")
        with tifffile.TiffFile(path) as file:
            return _read(path, file, mask=mask)
    except BROKEN as error:
        refuse_broken(path, error)


def _read(path: Path, file: tifffile.TiffFile, *, mask: bool) -> Picture:
    series = file.series
    if len(series) != 1:
        _refuse_several(path, [row.shape for row in series])
    (image,) = series
    check_size(path, image.shape)
    page = image.keyframe
    _check_pages(path, file)
    values, axes = np.asarray(image.asarray()), image.axes
    if any(words in line for line in _LISTENER.heard for words in MISSING):
        refuse_broken(path, "pages are missing: the file was cut off")
    table = page.colormap
    if table is not None and not mask and not file.is_imagej:
        values, axes = _coloured(values, table), f"{axes}S"
    elif page.extrasamples and page.extrasamples[-1] in ALPHA and axes.count("S"):
        values = np.delete(values, -1, axes.index("S"))
    pixels, spatial = arranged(path, values, axes)
    return Picture(pixels, tiff_pixel_size(file, spatial), page.compression in JPEG_COMPRESSIONS)


def _check_pages(path: Path, file: tifffile.TiffFile) -> None:
    """All pages lie in this file: OME lets a file name others, and a stranger's name any."""
    for page in file.series[0].pages:
        if page is None:
            refuse_broken(path, "pages are missing, or lie in a file that is not there")
        if page.parent is not file:
            other = page.parent.filename
            refuse_broken(
                path, f"planes of it lie in other files, such as '{other}': save one file"
            )


def _coloured(values: NDArray[Any], table: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """The colours of a palette, which TIFF holds in 16 bits (of which 8 are used)."""
    return np.moveaxis((table >> 8).astype(np.uint8)[:, values], 0, -1)


def _refuse_several(path: Path, shapes: list[tuple[int, ...]]) -> None:
    sizes = " and ".join("x".join(map(str, shape)) for shape in shapes[:2])
    refuse(
        "AF423",
        f"'{path.name}' holds {len(shapes)} images, of {sizes} pixels",
        mark=Mark(str(path)),
        why="which of them belongs to the mask cannot be known",
        fix="save each as a file of its own",
    )
