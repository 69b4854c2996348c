"""The pixels of a file as an array that is read window by window."""

import struct
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from archforge.data.files.picture import refuse_broken as refuse_file
from archforge.errors import Mark

CHANNEL = "C"
# What readers raise on damaged files: NumPy and tifffile ValueError, imagecodecs RuntimeError.
BROKEN = (OSError, EOFError, ValueError, RuntimeError, IndexError, KeyError, TypeError,
          struct.error, zlib.error)  # fmt: skip
# Types that a network's preparation knows; the others become float32.
KEPT = (np.uint8, np.uint16, np.float32)


@dataclass(frozen=True, eq=False)
class Pixels:
    """The pixels of a file, sliced by spatial axes; channels come last.

    Args:
        path: The file.
        array: What is sliced.
        axes: A letter for each of its axes: ``Z`` for planes, ``Y``, ``X``, ``C`` for channels.
        pixel_size: Micrometres along each spatial axis, where the file says so.
        flavour: ``ome``, ``imagej`` or ``tiff``, as a TIFF like it is written; else empty.
    """

    path: Path
    array: Any
    axes: str
    pixel_size: tuple[float, ...] | None = None
    flavour: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """Spatial axes, then channels."""
        sizes = dict(zip(self.axes, self.array.shape, strict=True))
        return (*(sizes[axis] for axis in self.spatial), sizes.get(CHANNEL, 1))

    @property
    def spatial(self) -> str:
        """The letters of the spatial axes."""
        return self.axes.replace(CHANNEL, "")

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type that windows have."""
        found = np.dtype(self.array.dtype).newbyteorder("=")
        if found == np.bool_:
            return np.dtype(np.uint8)
        return found if found in KEPT else np.dtype(np.float32)

    @property
    def mark(self) -> Mark:
        """Where problems with it are."""
        return Mark(str(self.path))

    def __getitem__(self, window: Any) -> NDArray[Any]:
        given = () if window is Ellipsis else window if isinstance(window, tuple) else (window,)
        slices = dict(zip(self.spatial, given, strict=False))
        key = tuple(slices.get(axis, slice(None)) for axis in self.axes)
        try:
            found = np.asarray(self.array[key])
        except BROKEN as error:
            refuse_broken(self.path, error)
        found = found.astype(self.dtype, copy=False)
        if CHANNEL in self.axes:
            return np.moveaxis(found, self.axes.index(CHANNEL), -1)
        return found[..., np.newaxis]

    def plane(self, number: int) -> "Pixels":
        """One plane of a stack."""
        axis = self.axes.index("Z")
        return replace(
            self,
            array=_Plane(self.array, axis, number),
            axes=self.axes.replace("Z", ""),
            pixel_size=self.pixel_size and self.pixel_size[1:],
        )


class _Plane:
    """An array with one place of one axis taken, when it is sliced."""

    def __init__(self, array: Any, axis: int, number: int) -> None:
        self._array, self._axis, self._number = array, axis, number
        self.shape = (*array.shape[:axis], *array.shape[axis + 1 :])
        self.dtype = array.dtype

    def __getitem__(self, key: tuple[slice, ...]) -> Any:
        return self._array[(*key[: self._axis], self._number, *key[self._axis :])]


def refuse_broken(path: Path, error: Exception) -> NoReturn:
    """Say in one line that a file is damaged.

    Raises:
        ProblemError: Always.
    """
    empty = path.is_file() and not path.stat().st_size
    refuse_file(path, "it is empty (0 bytes)" if empty else error)
