"""NumPy's own files: ``.npy`` with one array, ``.npz`` with named ones; nothing is unpickled.

Axes have no names there, so the rule is: 2 are height and width; of 3 the last are channels where
there are at most 4, else the first are planes; 4 are planes, height, width and channels. An
``.npz`` on its own holds ``image`` (or one array) and perhaps ``mask``; a path into it,
``cells.npz/images/3``, is one entry of a stack whose first axis counts the examples.

What a header promises is checked before anything is unpacked: the type of the numbers, the pixels
of each picture, and the bytes of a whole stack.
"""

import lzma
import math
import zipfile
import zlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from threading import Lock
from tokenize import TokenError
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from archforge.data.files.inside import on_disk, within
from archforge.data.files.picture import Picture, check_size, refuse_broken, refuse_type
from archforge.errors import Mark, refuse

BROKEN = (
    OSError, ValueError, EOFError, LookupError, ArithmeticError, RuntimeError, TypeError,
    TokenError,  # of NumPy, which reads a header as Python does
    zipfile.BadZipFile, zlib.error, lzma.LZMAError,
)  # fmt: skip
HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
MOST_CHANNELS = 4
# 65,536 images of 256 x 256 in 8 bits; a stack is unpacked whole.
MOST_BYTES = 2**32
_UNPACKING = Lock()


class _Header(NamedTuple):
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


_Check = Callable[[Path, str, _Header], None]


def read_npy(path: Path, *, mask: bool) -> Picture:
    """The one array of a ``.npy`` file.

    Raises:
        ProblemError: The file is damaged, or is no array of 2 to 4 axes.
    """
    try:
        check_size(path, check_npy(path))
        return Picture(with_channels(np.load(path, allow_pickle=False)))
    except BROKEN as error:
        refuse_broken(path, error)


def check_npy(path: Path) -> tuple[int, ...]:
    """The shape of a ``.npy`` file, from its header alone.

    Raises:
        ProblemError: It holds no numbers.
        ValueError: It is damaged, or has less than 2 or more than 4 axes.
    """
    with path.open("rb") as file:
        header = _header(file)
    _check_kind(path, path.stem, header)
    return header.shape


def read_npz(path: Path, *, mask: bool) -> Picture:
    """One array of a ``.npz`` file, or one entry of it.

    Raises:
        ProblemError: The file is damaged, or has no such array.
    """
    home, parts = on_disk(path), within(path)
    try:
        key = parts[0] if parts else _key(home, "mask" if mask else "image")
        check = _check_stack if len(parts) > 1 else _check
        with _UNPACKING:  # several threads would each unpack the stack that all of them want
            values = _array(home, key, check, home.stat().st_mtime_ns)
        if len(parts) > 1:
            return Picture(_entry(values[int(parts[1])], mask=mask))
        return Picture(with_channels(values))
    except BROKEN as error:
        refuse_broken(path, error)


def npz_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """The shape of each array in a ``.npz`` file, from their headers alone.

    Raises:
        ProblemError: The file is damaged.
    """
    return {name: header.shape for name, header in _headers(path).items()}


def _headers(path: Path) -> dict[str, _Header]:
    try:
        with zipfile.ZipFile(path) as archive:
            return {
                name.removesuffix(".npy"): _header_in(archive, name)
                for name in archive.namelist()
                if name.endswith(".npy")
            }
    except BROKEN as error:
        refuse_broken(path, error)


def _header_in(archive: zipfile.ZipFile, name: str) -> _Header:
    with archive.open(name) as member:
        return _header(member)


def _header(file: IO[bytes]) -> _Header:
    version = npy.read_magic(file)
    if version not in HEADERS:
        raise ValueError(f"it is no NumPy array of version 1 or 2, but {version}")
    shape, _, dtype = HEADERS[version](file)
    return _Header(shape, dtype)


def _check(path: Path, key: str, header: _Header) -> None:
    """Refuse one picture by its header."""
    _check_kind(path, key, header)
    check_size(path, header.shape)


def _check_kind(path: Path, key: str, header: _Header) -> None:
    if header.dtype.kind not in "buif":
        fix = "save numbers: integers, or floating point of 32 bits"
        refuse_type(path, f"of type '{header.dtype}'", fix)
    if not 2 <= len(header.shape) <= 4:
        raise ValueError(f"an image has 2 to 4 axes, '{key}' has {len(header.shape)}")


def _check_stack(path: Path, key: str, header: _Header) -> None:
    """Refuse many pictures in one array by its header."""
    _check(path, key, _Header(header.shape[1:], header.dtype))
    size_bytes = math.prod(header.shape) * header.dtype.itemsize
    if size_bytes > MOST_BYTES:
        refuse(
            "AF408",
            f"the stack '{key}' has {size_bytes} bytes, more than {MOST_BYTES}",
            mark=Mark(str(path)),
            why="a stack is unpacked whole, which must not fill the memory",
            fix="save it as several files, each with a part of the images and their masks",
        )


def _key(path: Path, wanted: str) -> str:
    names = list(npz_shapes(path))
    if wanted in names:
        return wanted
    if len(names) != 1:
        raise KeyError(f"it has no array '{wanted}', but {', '.join(sorted(names)) or 'none'}")
    return names[0]


@lru_cache(maxsize=4)  # an entry of a stack needs the whole array unpacked
def _array(path: Path, key: str, check: _Check, changed_ns: int) -> NDArray[Any]:
    headers = _headers(path)
    if key not in headers:
        raise KeyError(f"it has no array '{key}', but {', '.join(sorted(headers))}")
    check(path, key, headers[key])
    with np.load(path, allow_pickle=False) as archive:
        return np.asarray(archive[key])


def _entry(values: NDArray[Any], *, mask: bool) -> NDArray[Any]:
    """Of a stack: images of 3 axes have channels, masks have none."""
    if mask or values.ndim == 2:
        return values[..., np.newaxis]
    return values


def axes_of(shape: tuple[int, ...]) -> str:
    """The letters of an array's axes: ``Z``, ``Y``, ``X``, and ``C`` where it has channels.

    Raises:
        ValueError: It has less than 2 or more than 4.
    """
    if len(shape) == 3:
        return "YXC" if shape[-1] <= MOST_CHANNELS else "ZYX"
    if len(shape) in {2, 4}:
        return "YX" if len(shape) == 2 else "ZYXC"
    raise ValueError(f"an image has 2 to 4 axes, the array has {len(shape)}")


def with_channels(values: NDArray[Any]) -> NDArray[Any]:
    """An array with an axis of channels, of length 1 where it had none.

    Raises:
        ValueError: It has less than 2 or more than 4 axes.
    """
    return values if axes_of(values.shape).endswith("C") else values[..., np.newaxis]
