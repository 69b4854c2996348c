"""TIFF by tifffile: any bits, one page or many, plain, ImageJ and OME.

The axes are those of the metadata. A colour table is applied to images, but not where ImageJ wrote
it (there it only tints the screen), and never to masks, whose index counts. tifffile logs what is
wrong with a file and goes on with what is left; here a page that is missing refuses the file.
Prediction reads windows of the same files: ``stored_in`` says for both what is a pixel.

Source: TIFF 6.0 specification; tifffile's series and axes.
"""

import logging
import struct
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from archforge.data.files.axes import Arrangement
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
RGB = 3


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


@dataclass(frozen=True, eq=False)
class Stored:
    """How the one image of a file lies in it, and how that becomes pixels.

    Args:
        axes: The letters of the axes as they are stored.
        dtype: Of the pixels.
        arrangement: Of the axes once colours are there and transparency is not.
        table: The colours of a palette.
        transparent: Whether the last sample is how transparent a pixel is.
        pixel_size: Micrometres along each spatial axis, where the file says so.
        lossy: Whether the compression changed values.
    """

    axes: str
    dtype: np.dtype[Any]
    arrangement: Arrangement
    table: NDArray[np.uint16] | None
    transparent: bool
    pixel_size: tuple[float, ...] | None
    lossy: bool

    def key(self, window: Sequence[slice]) -> tuple[slice, ...]:
        """What to slice as it is stored, for a window over the first spatial axes."""
        known = dict(zip(self.arrangement.spatial, window, strict=False))
        return tuple(known.get(name, slice(None)) for name in self.axes)

    def pixels(self, values: NDArray[Any]) -> NDArray[Any]:
        """Of all that is stored, or of a window of it: spatial axes, then channels."""
        if self.table is not None:
            values = _coloured(values, self.table)
        elif self.transparent:
            values = np.delete(values, -1, self.axes.index("S"))
        return self.arrangement.arranged(values)


def read(path: Path, *, mask: bool) -> Picture:
    """The pixels of the one image in the file.

    Raises:
        ProblemError: The file is damaged, too large, or holds several images or odd axes.
    """
    with opened(path) as file:
        stored = stored_in(path, file, mask=mask)
        (image,) = file.series
        check_size(path, image.shape)
        pixels = stored.pixels(np.asarray(image.asarray()))
    return Picture(pixels, stored.pixel_size, stored.lossy)


@contextmanager
def opened(path: Path) -> Iterator[tifffile.TiffFile]:
    """A file for as long as it is read.

    Raises:
        ProblemError: It is damaged, which may show only while it is read.
    """
    _LISTENER.heard.clear()
    try:
        with tifffile.TiffFile(path) as file:
            yield file
    except BROKEN as error:
        refuse_broken(path, error)
    if any(words in line for line in _LISTENER.heard for words in MISSING):
        refuse_broken(path, "pages are missing: the file was cut off")


def stored_in(path: Path, file: tifffile.TiffFile, *, mask: bool = False) -> Stored:
    """How the one image lies in the file, from its headers alone.

    Raises:
        ProblemError: The file was cut off, holds several images or odd axes, or its planes lie in
            other files.
    """
    series = file.series
    if len(series) != 1:
        _refuse_several(path, [row.shape for row in series])
    (image,) = series
    _check_pages(path, file)
    page = image.keyframe
    table = None if mask or file.is_imagej else page.colormap
    extra, samples = page.extrasamples, image.axes.find("S")
    transparent = table is None and bool(extra) and extra[-1] in ALPHA and samples >= 0
    shape, axes = list(image.shape), image.axes
    if table is not None:
        shape, axes = [*shape, RGB], f"{axes}S"
    elif transparent:
        shape[samples] -= 1
    arrangement = Arrangement.of(path, tuple(shape), axes)
    size = tiff_pixel_size(file, arrangement.spatial)
    return Stored(
        image.axes,
        np.dtype(image.dtype if table is None else np.uint8),
        arrangement,
        table,
        transparent,
        size,
        page.compression in JPEG_COMPRESSIONS,
    )


def _check_pages(path: Path, file: tifffile.TiffFile) -> None:
    """All pages lie in this file: OME lets a file name others, and a stranger's name any.

    Where the end of a file is missing, tifffile gives zeros for it (2026.3).
    """
    length = file.filehandle.size
    for page in file.series[0].pages:
        if page is None:
            refuse_broken(path, "pages are missing, or lie in a file that is not there")
        if page.parent is not file:
            other = page.parent.filename
            refuse_broken(
                path, f"planes of it lie in other files, such as '{other}': save one file"
            )
        ends = map(sum, zip(page.dataoffsets, page.databytecounts, strict=True))
        if max(ends, default=0) > length:
            refuse_broken(path, f"the file ends too early, after {length} bytes")


def _coloured(values: NDArray[Any], table: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """The colours of a palette, which TIFF holds in 16 bits (of which 8 are used)."""
    return np.moveaxis((table >> 8).astype(np.uint8)[:, values], 0, -1)


def _refuse_several(path: Path, shapes: list[tuple[int, ...]]) -> None:
    sizes = " and ".join("x".join(map(str, shape)) for shape in shapes[:2])
    refuse(
        "AF423",
        f"'{path.name}' holds {len(shapes)} images, of {sizes} pixels",
        mark=Mark(str(path)),
        why="which of them is meant, or belongs to a mask, cannot be known",
        fix="save each as a file of its own",
    )
