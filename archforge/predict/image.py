"""The pixels of a file as an array that is read window by window.

What a network sees must be what it was trained on, so the rules that make pixels of a file are
those of ``data.files``; here they are laid on windows instead of the whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.data.files.channels import is_grey
from archforge.data.files.picture import refuse_broken
from archforge.data.files.pixel_types import as_type, image_type
from archforge.data.files.tiff import BROKEN
from archforge.errors import Mark

# Planes, rows and columns; time and pages without a name are planes, too.
SPATIAL = "ZYX"
# Values that are looked at at a time, where all of a file must be.
BLOCK = 2**23
RGB = 3


@dataclass(frozen=True, eq=False)
class Pixels:
    """The pixels of a file, sliced by spatial axes; channels come last.

    Args:
        path: The file.
        array: What is sliced: spatial axes, then channels.
        spatial: A letter for each spatial axis: ``Z`` for planes, ``Y``, ``X``.
        pixel_size: Micrometres along each spatial axis, where the file says so.
        flavour: ``ome``, ``imagej`` or ``tiff``, as a TIFF like it is written; else empty.
    """

    path: Path
    array: Any
    spatial: str
    pixel_size: tuple[float, ...] | None = None
    flavour: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """Spatial axes, then channels."""
        return tuple(self.array.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type that windows have."""
        found: np.dtype[Any] = self.array.dtype
        return found

    @property
    def mark(self) -> Mark:
        """Where problems with it are."""
        return Mark(str(self.path))

    def __getitem__(self, window: Any) -> NDArray[Any]:
        given = () if window is Ellipsis else window if isinstance(window, tuple) else (window,)
        key = (*given, *[slice(None)] * (len(self.spatial) - len(given)))
        try:
            return np.asarray(self.array[key])
        except BROKEN as error:
            refuse_broken(self.path, error)

    def plane(self, number: int) -> "Pixels":
        """One plane of a stack."""
        return replace(
            self,
            array=_Plane(self.array, number),
            spatial=self.spatial[1:],
            pixel_size=self.pixel_size and self.pixel_size[1:],
        )


def as_trained(pixels: Pixels) -> Pixels:
    """The pixels of a file as ``read_image`` gives them: in one of three types, grey in 1 channel.

    All of the file is looked at where nothing less tells its type: signed and 32-bit integers, and
    RGB as far as it is grey.

    Raises:
        ProblemError: There are no pixels, or no type holds them exactly.
    """
    if 0 in pixels.shape:
        refuse_broken(pixels.path, "it has no pixels")
    grey = pixels.shape[-1] == RGB and all(map(is_grey, _blocks(pixels)))
    kind = image_type(pixels.path, pixels.dtype, _blocks(pixels))
    return replace(pixels, array=_Kept(pixels.array, kind, grey=grey))


def _blocks(pixels: Pixels) -> Iterator[NDArray[Any]]:
    """All pixels, some rows of a plane at a time."""
    *planes, height, width, channels = pixels.shape
    rows = max(1, BLOCK // (width * channels))
    for *plane, start in product(*map(range, planes), range(0, height, rows)):
        yield pixels[(*(slice(at, at + 1) for at in plane), slice(start, start + rows))]


class _Kept:
    """An array whose windows have the type and the channels that all of it has in training."""

    def __init__(self, array: Any, dtype: np.dtype[Any], *, grey: bool) -> None:
        self._array = array
        self.shape = (*array.shape[:-1], 1 if grey else array.shape[-1])
        self.dtype = dtype

    def __getitem__(self, window: tuple[slice, ...]) -> NDArray[Any]:
        found = np.asarray(self._array[window])
        return as_type(found[..., : self.shape[-1]], self.dtype)


class _Plane:
    """One place of an array's first axis, when it is sliced."""

    def __init__(self, array: Any, number: int) -> None:
        self._array, self._number = array, number
        self.shape = array.shape[1:]
        self.dtype = array.dtype

    def __getitem__(self, window: tuple[slice, ...]) -> Any:
        return self._array[(slice(self._number, self._number + 1), *window)][0]
