"""The images of one part of a folder with what is known of them, at any size."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.data.cache import kept_store
from archforge.data.masks import MaskRule
from archforge.data.resize import resize_image, resize_mask
from archforge.data.store import Entry, Store

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Examples:
    """Images, masks, labels or classes; each is a view of a memory map.

    Args:
        native: Everything as it lies in the files.
        store: The same, or all brought to one size.
        rows: Those of this part.
        rule: How mask values became class indices.
        root: The folder that they came from.
        groups: Of each row that belongs with others, the name of what they make: a stack, a
            patient, near duplicates.
    """

    native: Store
    store: Store
    rows: tuple[int, ...]
    rule: MaskRule
    root: Path
    groups: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def ids(self) -> list[str]:
        """The name of each example; a plane of a stack has its number behind it."""
        names: Sequence[str] = self.native.facts["ids"]
        return [names[row] for row in self.rows]

    def image(self, index: int) -> Array:
        """Spatial axes x channels, of the type of its file."""
        return self.store.read(self.rows[index], "image")

    def mask(self, index: int) -> Array:
        """Class indices (0 and 1 for one class, 255 where ignored), spatial axes."""
        return self.store.read(self.rows[index], "mask")

    def labels(self, index: int) -> Array | None:
        """The number of the object at each pixel, where objects are told apart."""
        row = self.rows[index]
        return self.store.read(row, "labels") if self.store.has(row, "labels") else None

    def label(self, index: int) -> int:
        """The class of the whole image."""
        return int(self.native.facts["labels"][self.rows[index]])

    def shape(self, index: int) -> tuple[int, ...]:
        """Spatial axes x channels, without reading anything."""
        return self.store.shape(self.rows[index])

    def type(self, index: int) -> str:
        """The type of the image's numbers, without reading it."""
        return self.store.rows[self.rows[index]]["image"].type

    def original(self, index: int) -> tuple[Array, Array]:
        """Image and class indices as they lie in the files, whatever size the part was brought to.

        The mask of an image that is classified whole has no pixels: it is its class.
        """
        row = self.rows[index]
        truth = self.native.read(row, "mask") if self.native.has(row, "mask") else np.array(
            self.label(index), np.uint8)  # fmt: skip
        return self.native.read(row, "image"), truth

    def original_labels(self, index: int) -> Array | None:
        """The objects as they lie in the files."""
        row = self.rows[index]
        return self.native.read(row, "labels") if self.native.has(row, "labels") else None

    def pixel_size(self, index: int) -> tuple[float, ...] | None:
        """Micrometres along each spatial axis, where the file says so."""
        known = self.native.facts["pixel_sizes"][self.rows[index]]
        return tuple(map(float, known)) if known else None

    def group(self, index: int) -> str:
        """The name of what the image makes with others; empty where it stands alone.

        Images that belong together are no evidence of their own: an interval or a test takes them
        as one.
        """
        return self.groups.get(self.rows[index], "")

    def of(self, rows: Sequence[int]) -> "Examples":
        """Some of them, by their place in this part."""
        return replace(self, rows=tuple(self.rows[row] for row in rows))

    def brought_to(self, size: tuple[int, ...], folder: Path) -> "Examples":
        """All examples stretched to one size, kept in ``folder``.

        Raises:
            OSError: The folder cannot be written.
        """
        native = self.native
        store = kept_store(folder, {"size": list(size)}, lambda: _resized(native, size))
        return replace(self, store=store)


def joined(parts: Sequence[Examples]) -> Examples:
    """Several parts of one data set as one."""
    return replace(parts[0], rows=tuple(row for part in parts for row in part.rows))


def _resized(store: Store, size: tuple[int, ...]) -> Iterator[Entry]:
    for row in range(len(store)):
        small = {"image": resize_image(store.read(row, "image"), size)}
        for name in ("mask", "labels"):
            if store.has(row, name):
                small[name] = resize_mask(store.read(row, name), size)
        yield small
