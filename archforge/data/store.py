"""Many arrays of different sizes and types in one file, each found by its place.

Images of a folder need not have one size, so they cannot lie in one array. Here their bytes follow
each other, and a row says where each begins; what is read of one is a view of a memory map.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

ALIGNED = 64
INDEX = "index.json"
TYPES = frozenset({"uint8", "uint16", "uint32", "int32", "float32"})


@dataclass(frozen=True)
class Place:
    """Where one array lies: its shape and type, and the byte at which it begins."""

    shape: tuple[int, ...]
    type: str
    start: int

    @property
    def size_bytes(self) -> int:
        """Of the whole array."""
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.type).itemsize


Entry = Mapping[str, NDArray[Any]]
"""The arrays of one example by name, such as ``image``, ``mask`` and ``labels``."""


class Store:
    """The examples in a folder that ``write_store`` filled.

    Args:
        folder: Of one file for each name, and the index.
        rows: Of each example, the place of each of its arrays by name.
        facts: What was written with them: names of rows for example.
    """

    def __init__(
        self, folder: Path, rows: list[dict[str, Place]], facts: Mapping[str, Any]
    ) -> None:
        self.folder = folder
        self.rows = rows
        self.facts = facts
        names = sorted({name for row in rows for name in row})
        # As plain arrays: each slice of NumPy's own class of maps is made in Python.
        self._maps = {
            name: np.asarray(np.memmap(folder / f"{name}.bin", np.uint8, "r")) for name in names
        }

    def __len__(self) -> int:
        return len(self.rows)

    def has(self, row: int, name: str) -> bool:
        """Whether an example has an array of that name."""
        return name in self.rows[row]

    def shape(self, row: int, name: str = "image") -> tuple[int, ...]:
        """The shape of an array, without reading it."""
        return self.rows[row][name].shape

    def read(self, row: int, name: str) -> NDArray[Any]:
        """A view of one array; it cannot be written to."""
        place = self.rows[row][name]
        part = self._maps[name][place.start : place.start + place.size_bytes]
        return part.view(place.type).reshape(place.shape)


def write_store(folder: Path, entries: Iterable[Entry], facts: Mapping[str, Any]) -> None:
    """Fill a folder, one example after the other, so that memory holds one of them.

    Plain writes rather than a writable map: on a full disk a map dies with SIGBUS.

    Raises:
        OSError: It cannot be written.
    """
    files: dict[str, BinaryIO] = {}
    rows: list[dict[str, Any]] = []
    with ExitStack() as opened:
        for entry in entries:
            for name in entry.keys() - files.keys():
                files[name] = opened.enter_context((folder / f"{name}.bin").open("wb"))
            rows += [{name: _append(files[name], array) for name, array in entry.items()}]
    (folder / INDEX).write_text(json.dumps({"facts": dict(facts), "rows": rows}), "utf-8")


def read_store(folder: Path) -> Store | None:
    """The store in a folder; none where it is missing or damaged."""
    try:
        kept = json.loads((folder / INDEX).read_text("utf-8"))
        rows = [{name: _place(facts) for name, facts in row.items()} for row in kept["rows"]]
        ends: dict[str, int] = {}
        for row in rows:
            for name, place in row.items():
                ends[name] = max(ends.get(name, 0), place.start + place.size_bytes)
        if any((folder / f"{name}.bin").stat().st_size < end for name, end in ends.items()):
            return None
        return Store(folder, rows, dict(kept["facts"]))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _append(file: BinaryIO, array: NDArray[Any]) -> dict[str, Any]:
    file.write(b"\0" * (-file.tell() % ALIGNED))
    place = Place(array.shape, array.dtype.name, file.tell())
    assert place.type in TYPES, f"{place.type} is not stored"
    file.write(np.ascontiguousarray(array).tobytes())
    return asdict(place)


def _place(facts: Mapping[str, Any]) -> Place:
    place = Place(tuple(map(int, facts["shape"])), str(facts["type"]), int(facts["start"]))
    if place.type not in TYPES or place.start < 0 or min(place.shape, default=1) < 1:
        raise ValueError(f"no place: {facts}")
    return place
