"""The mask and the objects of one example, whatever files they lie in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.data.files import Picture, read_mask
from archforge.data.masks import MaskRule
from archforge.data.source import Source
from archforge.errors import Mark, Problem, ProblemError


@dataclass(frozen=True, eq=False)
class MaskValues:
    """A mask as one number for each pixel.

    Args:
        values: Height x width, or planes x height x width; colours as 0xrrggbb.
        coloured: Whether they are colours.
        lossy: Whether the file was compressed with loss.
        objects: The number of the object at each pixel, where each has a file of its own.
    """

    values: NDArray[Any]
    coloured: bool
    lossy: bool
    objects: NDArray[np.int32] | None = None


def read_values(source: Source) -> MaskValues:
    """The mask of one example, of several files their maximum.

    Raises:
        ProblemError: A mask file cannot be read, or its size is not that of the first.
    """
    masks = list(_masks(source))
    values = np.maximum.reduce([mask.values for mask in masks])
    coloured = values.shape[-1] > 1
    return MaskValues(
        values=_packed(values) if coloured else values[..., 0],
        coloured=coloured,
        lossy=masks[0].lossy,
        objects=_numbered(masks) if source.separate or len(masks) > 1 else None,
    )


def read_labels(source: Source, rule: MaskRule) -> NDArray[np.int32] | None:
    """The number of the object at each pixel, 0 for background; ``None`` where nothing says it.

    Taken from the labels beside the mask, else from one file for each object, else from the mask.

    Raises:
        ProblemError: A file cannot be read, or its size is not that of the others.
    """
    if source.labels is not None:
        return np.asarray(read_mask(source.labels).values[..., 0].astype(np.int32))
    if not source.masks:
        return None
    mask = read_values(source)
    return rule.instances(mask.values) if mask.objects is None else mask.objects


def other_size(
    source: Source, index: int, sizes: tuple[int, ...], wanted: tuple[int, ...]
) -> Problem:
    """The problem of a mask whose pixels do not lie on those of its image."""
    path = source.masks[index]
    other = source.masks[0] if index else source.image
    return Problem(
        "AF410",
        f"mask '{path.name}' is {by(sizes)}, but '{other.name}' is {by(wanted)}",
        Mark(str(path)),
        why="each pixel of a mask belongs to the pixel of the image at the same place",
        fix="export the mask again at the size of its image; do not stretch it",
    )


def by(sizes: tuple[int, ...]) -> str:
    """Sizes as people write them: ``512x512``."""
    return "x".join(map(str, sizes))


def _masks(source: Source) -> Iterator[Picture]:
    first: tuple[int, ...] = ()
    for index, path in enumerate(source.masks):
        mask = read_mask(path)
        sizes = mask.values.shape
        first = first or sizes
        if sizes != first:
            raise ProblemError([other_size(source, index, sizes[:-1], first[:-1])])
        yield mask


def _packed(values: NDArray[Any]) -> NDArray[np.uint32]:
    wide = values.astype(np.uint32)
    red, green, blue = (wide[..., index] for index in range(3))
    return np.asarray(red * 0x10000 + green * 0x100 + blue, dtype=np.uint32)


def _numbered(masks: list[Picture]) -> NDArray[np.int32]:
    labels = np.zeros(masks[0].values.shape[:-1], dtype=np.int32)
    for number, mask in enumerate(masks, start=1):
        labels[mask.values[..., 0] > 0] = number
    return labels
