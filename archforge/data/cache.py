"""Images and masks read once, resized, and kept as memory maps named by their content.

``ARCHFORGE_CACHE``, else ``XDG_CACHE_HOME`` or ``~/.cache`` with ``archforge``, holds ``index/``
(hashes of files), ``surveys/`` (what each example holds) and ``arrays/`` (``images.npy`` and
``masks.npy``). All of it may be removed at any time.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from archforge.data.masks import MaskRule
from archforge.data.source import Listing
from archforge.data.survey import Progress, Reading, Survey, survey
from archforge.files import new_folder, sweep, write_whole

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


def kept_survey(found: Listing, content: str, cache: Path, progress: Progress | None) -> Survey:
    """The survey of a folder, read from the cache where its content was surveyed before.

    Raises:
        ProblemError: With every problem of the folder; then nothing is kept.
    """
    path = cache / "surveys" / f"{content}-v{VERSION}.json"
    kept = None if found.problems else _load_survey(path, found)
    if kept:
        return kept
    fresh = survey(found, progress)
    rows = [asdict(row) for row in fresh.readings]
    write_whole(path, json.dumps({"rule": asdict(fresh.rule), "readings": rows}))
    return fresh


def _load_survey(path: Path, found: Listing) -> Survey | None:
    try:
        kept = json.loads(path.read_text("utf-8"))
        rows = [{**row, "pixels": _numbers(row["pixels"])} for row in kept["readings"]]
        readings = tuple(Reading(**row) for row in rows)
        rule = MaskRule(**kept["rule"])
    except (OSError, ValueError, TypeError, KeyError):  # missing or broken: survey again
        return None
    return Survey(found.format, found.root, found.sources, readings, rule)


def _numbers(pixels: dict[str, int]) -> dict[int, int]:
    return {int(value): count for value, count in pixels.items()}


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
