"""TIFF in, TIFF out: axes, pixel size and pieces of a file that may be larger than the memory.

What is written has strips of rows, compressed with zlib, which Fiji opens by itself. The
descriptions of OME and of ImageJ are written anew from what still holds of a mask: axes and pixel
size. A file of more than 4 GB is a BigTIFF; ImageJ's own description does not go with that.
"""

import logging
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from archforge.errors import refuse
from archforge.predict.image import CHANNEL, Pixels

# Letters of tifffile for what we call planes and channels: time and unnamed pages are planes.
PLANES, CHANNELS = "ZTIQ", "CS"
UM = {"um": 1.0, "µm": 1.0, "μm": 1.0, "micron": 1.0, "microns": 1.0, "micrometer": 1.0,
      "\\u00b5m": 1.0, "nm": 1e-3, "mm": 1e3, "cm": 1e4, "m": 1e6}  # fmt: skip
STRIP_BYTES = 2**18
# Masks shrink well at any level; of noise, level 6 takes nine times as long and gains a quarter.
LEVEL = 1
CLASSIC_BYTES = 2**32 - 2**25
IMAGEJ_TYPES = ("uint8", "uint16", "float32")


def open_tiff(path: Path) -> Pixels:
    """The first series of a TIFF, mapped or decoded piece by piece.

    Raises:
        ProblemError: Its axes are not those of an image or a stack.
        OSError, ValueError, ...: ``image.BROKEN``, where the file is damaged.
    """
    with _silent(), tifffile.TiffFile(path) as file:
        series = file.series[0]
        _check_complete(file, series)
        axes = _axes(path, series.axes)
        flavour = "ome" if file.is_ome else "imagej" if file.is_imagej else "tiff"
        sizes = _OF_FLAVOUR[flavour](file)
        mapped = series.dataoffset is not None and series.keyframe.compression == 1
        found: Any = (
            tifffile.memmap(path, mode="r", series=0).reshape(series.shape)
            if mapped
            else _Pieces(path, series)
            if find_spec("zarr")
            else series.asarray()
        )
    spatial = axes.replace(CHANNEL, "")
    known = all(sizes.get(axis) for axis in spatial)
    size = tuple(sizes[axis] for axis in spatial) if known else None
    return Pixels(path, found, axes, size, flavour)


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


@contextmanager
def _silent() -> Iterator[None]:
    """What tifffile logs of a damaged file is told as a problem, or does not matter."""
    logger = logging.getLogger("tifffile")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _check_complete(file: tifffile.TiffFile, series: Any) -> None:
    """Where the end of a file is missing, tifffile gives zeros for it (2026.3)."""
    length = file.filehandle.size
    for page in series.pages:
        if page is None:
            raise ValueError("a page is missing")
        ends = map(sum, zip(page.dataoffsets, page.databytecounts, strict=True))
        if max(ends, default=0) > length:
            raise ValueError(f"the file ends too early, after {length} bytes")


def _axes(path: Path, axes: str) -> str:
    """Our letters for tifffile's."""
    planes = [axis for axis in axes if axis in PLANES]
    channels = [axis for axis in axes if axis in CHANNELS]
    if not {*axes} <= {*PLANES, *CHANNELS, *"YX"} or len(planes) > 1 or len(channels) > 1:
        refuse(
            "AF524",
            f"the picture has the axes '{axes}'",
            mark=Pixels(path, None, "").mark,
            why="an image has height and width, and at most one axis of planes and one of channels",
            fix="save each time point or series as a file of its own, in Fiji with Image > "
            "Hyperstacks > Make Subset",
        )
    known = {**dict.fromkeys(planes, "Z"), **dict.fromkeys(channels, CHANNEL)}
    return "".join(known.get(axis, axis) for axis in axes)


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

        with _silent(), tifffile.imread(self._path, aszarr=True, series=0, level=0) as store:
            return zarr.open(store, mode="r")[key]


def _ome_sizes(file: tifffile.TiffFile) -> dict[str, float]:
    facts: Any = tifffile.xml2dict(file.ome_metadata or "")["OME"]["Image"]
    pixels = (facts[0] if isinstance(facts, list) else facts)["Pixels"]
    sizes = {}
    for axis in "ZYX":
        unit = UM.get(str(pixels.get(f"PhysicalSize{axis}Unit", "µm")))
        if unit and f"PhysicalSize{axis}" in pixels:
            sizes[axis] = float(pixels[f"PhysicalSize{axis}"]) * unit
    return sizes


def _imagej_sizes(file: tifffile.TiffFile) -> dict[str, float]:
    """Its unit is in its description, its pixels per unit in the resolution tags."""
    facts = file.imagej_metadata or {}
    unit = UM.get(str(facts.get("unit", "")))
    if not unit:
        return {}
    sizes = {"Z": float(facts.get("spacing", 0)) * unit}
    for axis in "YX":
        tag = file.pages.first.tags.get(f"{axis}Resolution")
        many, one = tag.value if tag else (0, 1)
        sizes[axis] = one / many * unit if many else 0.0
    return sizes


def _no_sizes(file: tifffile.TiffFile) -> dict[str, float]:
    """A plain TIFF's resolution is that of a printer more often than of a microscope."""
    return {}


_OF_FLAVOUR = {"ome": _ome_sizes, "imagej": _imagej_sizes, "tiff": _no_sizes}


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
