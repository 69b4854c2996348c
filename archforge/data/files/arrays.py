"""NumPy's own files: ``.npy`` with one array, ``.npz`` with named ones; nothing is unpickled.

Axes have no names there, so the rule is: 2 are height and width; of 3 the last are channels where
there are at most 4, else the first are planes; 4 are planes, height, width and channels. An
``.npz`` on its own holds ``image`` (or one array) and perhaps ``mask``; a path into it,
``cells.npz/images/3``, is one entry of a stack whose first axis counts the examples.
"""

import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from archforge.data.files.inside import on_disk, within
from archforge.data.files.picture import Picture, check_size, refuse_broken

BROKEN = (OSError, ValueError, EOFError, KeyError, IndexError, zipfile.BadZipFile)
HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
MOST_CHANNELS = 4


def read_npy(path: Path, *, mask: bool) -> Picture:
    """The one array of a ``.npy`` file.

    Raises:
        ProblemError: The file is damaged, or is no array of 2 to 4 axes.
    """
    try:
        values = np.load(path, mmap_mode="r", allow_pickle=False)
        check_size(path, values.shape)
        return Picture(_with_channels(np.array(values)))
    except BROKEN as error:
        refuse_broken(path, error)


def read_npz(path: Path, *, mask: bool) -> Picture:
    """One array of a ``.npz`` file, or one entry of it.

    Raises:
        ProblemError: The file is damaged, or has no such array.
    """
    home, parts = on_disk(path), within(path)
    try:
        key = parts[0] if parts else _key(home, "mask" if mask else "image")
        values = _array(home, key, home.stat().st_mtime_ns)
        if len(parts) > 1:
            return Picture(_entry(values[int(parts[1])], mask=mask))
        return Picture(_with_channels(values))
    except BROKEN as error:
        refuse_broken(path, error)


def npz_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """The shape of each array in a ``.npz`` file, from their headers alone.

    Raises:
        ProblemError: The file is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".npy")]
            return {name.removesuffix(".npy"): _shape(archive, name) for name in names}
    except BROKEN as error:
        refuse_broken(path, error)


def _shape(archive: zipfile.ZipFile, name: str) -> tuple[int, ...]:
    with archive.open(name) as member:
        version = npy.read_magic(member)
        if version not in HEADERS:
            raise ValueError(f"'{name}' is no NumPy array of version 1 or 2")
        shape, _, _ = HEADERS[version](member)
        return shape


def _key(path: Path, wanted: str) -> str:
    names = list(npz_shapes(path))
    if wanted in names:
        return wanted
    if len(names) != 1:
        raise KeyError(f"it has no array '{wanted}', but {', '.join(sorted(names)) or 'none'}")
    return names[0]


@lru_cache(maxsize=4)  # an entry of a stack needs the whole array unpacked
def _array(path: Path, key: str, changed_ns: int) -> NDArray[Any]:
    shapes = npz_shapes(path)
    if key not in shapes:
        raise KeyError(f"it has no array '{key}', but {', '.join(sorted(shapes))}")
    check_size(path, shapes[key])
    with np.load(path, allow_pickle=False) as archive:
        return np.asarray(archive[key])


def _entry(values: NDArray[Any], *, mask: bool) -> NDArray[Any]:
    """Of a stack: images of 3 axes have channels, masks have none."""
    if mask or values.ndim == 2:
        return values[..., np.newaxis]
    return values


def _with_channels(values: NDArray[Any]) -> NDArray[Any]:
    if values.ndim == 4 or (values.ndim == 3 and values.shape[-1] <= MOST_CHANNELS):
        return values
    if values.ndim in {2, 3}:
        return values[..., np.newaxis]
    raise ValueError(f"an image has 2 to 4 axes, the array has {values.ndim}")
