"""How an image is cut into overlapping tiles.

Two ways, told apart by how far a position sees. Both cut the image, continued by its mirror to the
next size on the network's grid, into tiles that begin on that grid, the last one at its very end.

*Cut*: each tile gives what is farther from its inner ends than the halo, and all up to the rim of
the image where its own rim is that. There the network sees the same zeros behind the rim as it
would for the whole image, and elsewhere the same pixels; so the scores are those of the whole image
(to rounding). This holds for every network with a finite receptive field whose size is open.

*Blended*: for networks that read all of their input (global pooling, attention,
GroupNormalization), that take one size alone, or whose halo would be most of a tile. Each position
is the mean of the tiles that see it, weighted by a smooth window that is lowest at their ends.

Source: Ronneberger, Fischer and Brox 2015, arXiv:1505.04597, figure 2, for the overlapping tiles
and the mirror.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import pi, prod

import numpy as np
from numpy.typing import NDArray

from archforge.errors import refuse
from archforge.predict.geometry import Geometry
from archforge.predict.region import Size

Floats = NDArray[np.float32]
# Where tiles are blended they share this part of what they see, unless it is said.
SHARED = 4


@dataclass(frozen=True, eq=False)
class Strip:
    """A tile along one axis.

    Args:
        start: In the continued image.
        inner: What is taken of the pixels that the tile sees.
        outer: Where that lies in the image.
        weights: Of each taken pixel; over all strips they sum to 1.
    """

    start: int
    inner: slice
    outer: slice
    weights: Floats


@dataclass(frozen=True, eq=False)
class Axis:
    """One axis of an image in tiles.

    Args:
        size: Of the image.
        tile: Length of a tile.
        margins: Pixels of mirror before and behind the image.
        strips: From the first to the last.
    """

    size: int
    tile: int
    margins: tuple[int, int]
    strips: tuple[Strip, ...]


@dataclass(frozen=True, eq=False)
class Plan:
    """An image in tiles.

    Args:
        axes: One for each axis.
        shared: Pixels that neighbouring tiles share, at least; 0 for a single tile.
        blended: Whether shared pixels are means; else each is of one tile.
    """

    axes: tuple[Axis, ...]
    shared: int
    blended: bool

    @property
    def tiles(self) -> int:
        """How many there are."""
        return prod(len(axis.strips) for axis in self.axes)

    @property
    def put_through(self) -> int:
        """Pixels of all tiles."""
        return self.tiles * prod(axis.tile for axis in self.axes)

    @property
    def halo_share(self) -> float:
        """The share of them that is not in the result."""
        return 1 - prod(axis.size for axis in self.axes) / self.put_through

    @property
    def words(self) -> str:
        """The way in words."""
        side = "x".join(str(axis.tile) for axis in self.axes)
        if self.tiles == 1:
            return f"in one piece of {side}"
        share = f"{self.halo_share:.0%} of the pixels put through are halo"
        how = "blended over" if self.blended else "as the whole image, with a shared rim of"
        return f"in {self.tiles} tiles of {side}, {how} {self.shared} pixels, {share}"


def plan_tiles(size: Size, geometry: Geometry, overlap: int | None = None) -> Plan:
    """How an image is cut.

    Args:
        size: Of the image.
        geometry: Of the network.
        overlap: Pixels that neighbouring tiles share. By default what the halo needs, or a quarter
            of a tile, blended, where that would leave less than half of a tile.

    Raises:
        ProblemError: No tile has room for that overlap.
    """
    lengths = [_lengths(side, geometry, axis) for axis, side in enumerate(size)]
    cut = [axis for axis, (tile, total) in enumerate(lengths) if total > tile]
    blended = bool(cut) and not _can_cut(geometry, cut, overlap)
    margins = None if blended else geometry.halo
    axes = []
    for axis, (side, (tile, total)) in enumerate(zip(size, lengths, strict=True)):
        apart = length = tile
        if total > tile:
            apart = _apart(geometry, axis, overlap, None if margins is None else margins[axis])
            length, apart = _evened(geometry, axis, total, apart)
        edge = geometry.lost[axis] // 2
        starts = (*range(0, total - length, apart), total - length)
        strips = (
            _blend(side, length - geometry.lost[axis], starts) if blended
            else _cut(side, length, edge, starts)
        )  # fmt: skip
        axes.append(Axis(side, length, (edge, total - side - edge), strips))
    return Plan(tuple(axes), min((_shared(axes[axis]) for axis in cut), default=0), blended)


def _lengths(size: int, geometry: Geometry, axis: int) -> tuple[int, int]:
    """Lengths of a tile and of the continued image, both on the grid of the tile's own length."""
    tile, step = geometry.tile[axis], geometry.grid[axis]
    steps = -(-(size + geometry.lost[axis] - tile) // step)
    total = max(tile + steps * step, geometry.least[axis])
    return min(tile, total), total


def _can_cut(geometry: Geometry, cut: Sequence[int], overlap: int | None) -> bool:
    """Whether the halo is known, and what is shared suffices for it."""
    if geometry.halo is None:
        return False
    needed = [(2 * geometry.halo[axis], geometry.tile[axis]) for axis in cut]
    if overlap is None:
        # What the network loses anyway is no matter of choice.
        return all(
            both - geometry.lost[axis] <= (tile - geometry.lost[axis]) / 2
            for axis, (both, tile) in zip(cut, needed, strict=True)
        )
    return all(both <= overlap + geometry.lost[axis]
               for axis, (both, _) in zip(cut, needed, strict=True))  # fmt: skip


def _apart(geometry: Geometry, axis: int, overlap: int | None, margin: int | None) -> int:
    """From one tile's start to the next, on the grid."""
    tile, step, lost = geometry.tile[axis], geometry.grid[axis], geometry.lost[axis]
    seen = tile - lost
    shared = seen // SHARED if overlap is None else overlap
    if margin is not None:
        shared = max(2 * margin - lost, overlap or 0)
    apart = (seen - shared) // step * step
    if apart < step:
        refuse(
            "AF521",
            f"tiles cannot share {shared} pixels: the network sees {seen} at a time",
            why=f"neighbouring tiles are at least {step} pixels apart",
            fix=f"give an `--overlap` of at most {seen - step}, or leave it out",
        )
    return apart


def _evened(geometry: Geometry, axis: int, total: int, apart: int) -> tuple[int, int]:
    """The shortest tile that needs no more of them, so that the last one repeats little.

    A network that reads all of its input, or takes one size alone, keeps its tile.
    """
    tile, step = geometry.tile[axis], geometry.grid[axis]
    if geometry.halo is None:
        return tile, apart
    shared, count = tile - apart, -(-(total - tile) // apart) + 1
    longer = -(-(total + (count - 1) * shared) // count)
    less = max(0, (tile - max(longer, geometry.least[axis])) // step * step)
    return tile - less, apart - less


def _cut(size: int, tile: int, edge: int, starts: Sequence[int]) -> tuple[Strip, ...]:
    """Neighbours meet in the middle of what they share, which is a halo from the end of each."""
    middles = ((one + tile + other) // 2 - edge for one, other in pairwise(starts))
    bounds = [0, *(min(middle, size) for middle in middles), size]
    return tuple(
        Strip(start, slice(a - start, b - start), slice(a, b), np.ones(b - a, np.float32))
        for start, (a, b) in zip(starts, pairwise(bounds), strict=True)
        if b > a
    )


def _blend(size: int, seen: int, starts: Sequence[int]) -> tuple[Strip, ...]:
    ends = [min(start + seen, size) for start in starts]
    shared = max((end - start for end, start in zip(ends, starts[1:], strict=False)), default=seen)
    window = _window(seen, min(shared, seen))
    total = np.zeros(size, dtype=np.float32)
    for start, end in zip(starts, ends, strict=True):
        total[start:end] += window[: end - start]
    return tuple(
        Strip(start, slice(0, end - start), slice(start, end),
              window[: end - start] / total[start:end])
        for start, end in zip(starts, ends, strict=True)
    )  # fmt: skip


def _window(length: int, ramp: int) -> Floats:
    """Rises over ``ramp`` as half a period of a sine squared, and falls alike; above 0 all over."""
    rise = np.minimum((np.arange(length) + 0.5) / ramp, 1)
    return (np.sin(pi / 2 * np.minimum(rise, rise[::-1])) ** 2).astype(np.float32)


def _shared(axis: Axis) -> int:
    """Pixels in two neighbouring tiles, of those that are fewest."""
    return min(one.start + axis.tile - other.start for one, other in pairwise(axis.strips))
