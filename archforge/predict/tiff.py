"""TIFF in windows, TIFF out in strips: of files that may be larger than the memory.

What a window holds is told by ``data.files.tiff``, so that it is what training saw.

What is written has strips of rows, compressed with zlib, which Fiji opens by itself. The
descriptions of OME and of ImageJ are written anew from what still holds of a mask: axes and pixel
size. A file of more than 4 GB is a BigTIFF; ImageJ's own description does not go with that.
"""

import zlib
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from archforge.data.files.picture import check_size
from archforge.data.files.tiff import Stored, opened, stored_in
from archforge.predict.image import SPATIAL, Pixels

STRIPS = "save it without compression, or in smaller strips or tiles"
EXTRA = "run `pip install 'archforge[zarr]'`, by which it is decoded piece by piece"
STRIP_BYTES = 2**18
# Masks shrink well at any level; of noise, level 6 takes nine times as long and gains a quarter.
LEVEL = 1
CLASSIC_BYTES = 2**32 - 2**25
IMAGEJ_TYPES = ("uint8", "uint16", "float32")


def open_tiff(path: Path) -> Pixels:
    """The one image of a TIFF, mapped or decoded piece by piece.

    Raises:
        ProblemError: As training refuses it, but for its size.
    """
    with opened(path) as file:
        stored = stored_in(path, file)
        found = _Windows(stored, _raw(path, file))
        flavour = "ome" if file.is_ome else "imagej" if file.is_imagej else "tiff"
    spatial = SPATIAL[-len(stored.arrangement.spatial) :]
    return Pixels(path, found, spatial, stored.pixel_size, flavour)


def write_tiff(
    path: Path,
    rows: Iterable[NDArray[Any]],
    shape: tuple[int, ...],
    dtype: Any,
    like: Pixels,
    *,
    channels: bool = False,
) -> None:
    """Write rows as they come.

    Args:
        path: The file.
        rows: Arrays of some rows, from the first of the first plane to the last.
        shape: Of all: ``like``'s spatial axes, then channels where ``channels`` says so.
        dtype: Of all.
        like: Whose pixel size and description it gets.
        channels: Whether the last axis is channels.

    Raises:
        OSError: The disk is full.
    """
    dtype = np.dtype(dtype)
    large = prod(shape) * dtype.itemsize > CLASSIC_BYTES
    flavour = _flavour(like, dtype, large=large, channels=channels)
    per_row = prod(shape[len(like.spatial) - 1 :]) * dtype.itemsize
    per_strip = max(1, STRIP_BYTES // per_row)
    height = shape[len(like.spatial) - 2]
    with tifffile.TiffWriter(
        path, bigtiff=large, ome=flavour == "ome", imagej=flavour == "imagej"
    ) as file:
        file.write(
            (
                zlib.compress(np.ascontiguousarray(strip).tobytes(), LEVEL)
                for strip in in_strips(rows, height, per_strip)
            ),
            shape=shape,
            dtype=dtype,
            compression="zlib",
            rowsperstrip=per_strip,
            photometric="minisblack",
            planarconfig="contig" if channels else None,
            **_description(like, flavour, channels=channels),
        )


def in_strips(rows: Iterable[NDArray[Any]], height: int, most: int) -> Iterator[NDArray[Any]]:
    """Rows in pieces of ``most``, the last one of each plane shorter.

    Args:
        rows: Arrays of any number of rows, plane after plane.
        height: Of a plane.
        most: Rows in a piece.
    """
    held: list[NDArray[Any]] = []
    at = 0
    for block in rows:
        rest = block
        while len(rest):
            missing = min(most, height - at) - sum(map(len, held))
            held.append(rest[:missing])
            rest = rest[missing:]
            if len(held[-1]) == missing:
                yield np.concatenate(held)
                at = (at + sum(map(len, held))) % height
                held = []


def _raw(path: Path, file: tifffile.TiffFile) -> Any:
    """What is stored, to be sliced along the axes of the file."""
    (series,) = file.series
    if series.dataoffset is not None and series.keyframe.compression == 1:
        return tifffile.memmap(path, mode="r", series=0).reshape(series.shape)
    if find_spec("zarr"):
        # One strip or tile is decoded at a time, so none may be made to fill the memory.
        check_size(path, series.keyframe.chunks, STRIPS)
        return _Pieces(path, series)
    check_size(path, series.shape, EXTRA)
    return series.asarray()


class _Windows:
    """What is stored, sliced as training sees it."""

    def __init__(self, stored: Stored, raw: Any) -> None:
        self._stored, self._raw = stored, raw
        self.shape = stored.arrangement.shape
        self.dtype = stored.dtype

    def __getitem__(self, window: tuple[slice, ...]) -> NDArray[Any]:
        return self._stored.pixels(np.asarray(self._raw[self._stored.key(window)]))


class _Pieces:
    """A compressed file, of which a window's pieces are decoded when it is sliced.

    It is opened for each window: an image is read in few, and none is left open.
    """

    def __init__(self, path: Path, series: Any) -> None:
        self._path = path
        self.shape = series.shape
        self.dtype = series.dtype

    def __getitem__(self, key: Any) -> Any:
        import zarr  # noqa: PLC0415 (an extra; tifffile offers its files as arrays of it)

        with opened(self._path) as file, file.series[0].aszarr(level=0) as store:
            return zarr.open(store, mode="r")[key]


def _flavour(like: Pixels, dtype: np.dtype[Any], *, large: bool, channels: bool) -> str:
    """That of the image where it can hold what is written."""
    if channels or (like.flavour == "imagej" and (large or dtype.name not in IMAGEJ_TYPES)):
        return "tiff"
    return like.flavour


def _description(like: Pixels, flavour: str, *, channels: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {"axes": like.spatial + "S" * channels}
    if like.pixel_size is None:
        return {"metadata": facts}
    sizes = dict(zip(like.spatial, like.pixel_size, strict=True))
    if flavour == "imagej":
        facts |= {"unit": "um", **({"spacing": sizes["Z"]} if "Z" in sizes else {})}
    elif flavour == "ome":
        facts |= {f"PhysicalSize{axis}": size for axis, size in sizes.items()}
        facts |= {f"PhysicalSize{axis}Unit": "µm" for axis in sizes}
    else:
        facts |= {f"pixel_size_{axis.lower()}_um": size for axis, size in sizes.items()}
    # Pixels in a unit: of ImageJ's description micrometres, else centimetres.
    per = 1.0 if flavour == "imagej" else 1e4
    return {
        "metadata": facts,
        "resolution": (per / sizes["X"], per / sizes["Y"]),
        "resolutionunit": "NONE" if flavour == "imagej" else "CENTIMETER",
    }
