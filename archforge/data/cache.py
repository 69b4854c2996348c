"""Images and masks read once, resized, and kept as memory maps named by their content.

``ARCHFORGE_CACHE``, else ``XDG_CACHE_HOME`` or ``~/.cache`` with ``archforge``, holds ``index/``
(hashes of files), ``surveys/`` (what each example holds) and ``arrays/`` (``images.npy`` and
``masks.npy``). All of it may be removed at any time.
"""

import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from archforge.files import new_folder, sweep

# Part of every key: a new number makes old caches unread, never misread.
VERSION = 1
ATTEMPTS = 3
Pair = tuple[NDArray[np.uint8], NDArray[np.uint8]]


@dataclass(frozen=True)
class ArrayShape:
    """How many examples, of which size and channels."""

    count: int
    size: tuple[int, int]
    channels: int

    @property
    def images(self) -> tuple[int, ...]:
        """The shape of ``images.npy``."""
        return (self.count, *self.size, self.channels)

    @property
    def masks(self) -> tuple[int, ...]:
        """The shape of ``masks.npy``."""
        return (self.count, *self.size)


def cache_home() -> Path:
    """Where caches lie unless a place is given."""
    own = os.environ.get("ARCHFORGE_CACHE")
    if own:
        return Path(own)
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "archforge"


def kept_arrays(folder: Path, shape: ArrayShape, examples: Callable[[], Iterable[Pair]]) -> Pair:
    """The memory maps in ``folder``, filled from ``examples`` where they are not there.

    Args:
        folder: Named by the content; another process may fill it at the same time.
        shape: What is expected.
        examples: Makes image and mask of each, resized; called only where they are needed.

    Raises:
        OSError: The folder cannot be written.
    """
    sweep(folder.parent)
    for _ in range(ATTEMPTS):
        # Looked at first: a folder that appears after this line is another process's, and whole.
        damaged = folder.is_dir()
        kept = _load_arrays(folder, shape)
        if kept:
            return kept
        if damaged:
            shutil.rmtree(folder, ignore_errors=True)
        with suppress(FileExistsError), new_folder(folder) as part:
            _fill(part, shape, examples())
    kept = _load_arrays(folder, shape)
    if kept:
        return kept
    raise OSError(f"the cache changed while it was read, {ATTEMPTS} times")


def _load_arrays(folder: Path, shape: ArrayShape) -> Pair | None:
    try:
        images = np.load(folder / "images.npy", mmap_mode="r", allow_pickle=False)
        masks = np.load(folder / "masks.npy", mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):  # missing or damaged: fill again
        return None
    whole = (images.shape, masks.shape) == (shape.images, shape.masks)
    return (images, masks) if whole and images.dtype == masks.dtype == np.uint8 else None


def _fill(part: Path, shape: ArrayShape, examples: Iterable[Pair]) -> None:
    # Plain writes rather than a writable map: on a full disk a map dies with SIGBUS.
    with (part / "images.npy").open("wb") as images, (part / "masks.npy").open("wb") as masks:
        _write_header(images, shape.images)
        _write_header(masks, shape.masks)
        for image, mask in examples:
            images.write(np.ascontiguousarray(image).tobytes())
            masks.write(np.ascontiguousarray(mask).tobytes())


def _write_header(file: BinaryIO, shape: tuple[int, ...]) -> None:
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
