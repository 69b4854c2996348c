"""Where the pixels of a patch come from: mirrored, turned, scaled, rotated, bent, in one reading.

Flips and right-angle turns move pixels exactly. Scaling and rotation are one affine map, a bend is
a smooth field added to it; SciPy reads the image there once, between pixels for images, at the
nearest pixel for masks, so image and mask cannot come apart. Beyond its rim an image goes on as its
own mirror.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]  # SciPy has no types

Numbers = Mapping[str, float]
Generator = np.random.Generator


@dataclass(frozen=True, eq=False)
class Motion:
    """The way from a patch's pixels to an image's.

    Args:
        size: Of the patch, spatial axes.
        mirrored: Whether each axis is turned round.
        quarters: Right-angle turns in the plane of the last two axes.
        matrix: From the patch's offsets around its middle to the image's; none for equal ones.
        field: Added to the place of each pixel of the patch, axes first; none for no bend.
    """

    size: tuple[int, ...]
    mirrored: tuple[bool, ...]
    quarters: int = 0
    matrix: NDArray[np.float64] | None = None
    field: NDArray[np.float64] | None = None
    _boxes: dict[tuple[int, ...], list[tuple[int, int]]] = dataclass_field(
        default_factory=dict, init=False
    )

    @property
    def exact(self) -> bool:
        """Whether every pixel of the patch is a pixel of the image."""
        return self.matrix is None and self.field is None

    def box(self, centre: tuple[int, ...]) -> list[tuple[int, int]]:
        """First and past-last pixel of the image that the patch reads, along each axis."""
        if centre not in self._boxes:  # image and mask ask for the same one, twice each
            self._boxes[centre] = self._box(centre)
        return self._boxes[centre]

    def _box(self, centre: tuple[int, ...]) -> list[tuple[int, int]]:
        if self.exact:
            return [(c - side // 2, c - side // 2 + side)
                    for c, side in zip(centre, self.size, strict=True)]  # fmt: skip
        half = np.abs(self._matrix) @ ((np.array(self.size) - 1) / 2)
        if self.field is not None:
            half = half + np.abs(self.field).reshape(len(self.size), -1).max(1)
        return [(math.floor(c - h) - 1, math.ceil(c + h) + 2)
                for c, h in zip(self._middle(centre), half.tolist(), strict=True)]  # fmt: skip

    def window(self, source: Any, centre: tuple[int, ...]) -> NDArray[Any]:
        """The part of an image or mask that the patch reads, mirrored beyond the rim."""
        box = self.box(centre)
        inside = [(min(max(low, 0), side - 1), max(min(high, side), 1))
                  for (low, high), side in zip(box, source.shape, strict=False)]  # fmt: skip
        part = np.asarray(source[tuple(slice(*ends) for ends in inside)])
        outside = [(a - low, high - b) for (low, high), (a, b) in zip(box, inside, strict=True)]
        if not any(map(any, outside)):
            return part
        return _continued(source, box) if _far(outside, part.shape) else np.pad(
            part, outside + [(0, 0)] * (part.ndim - len(outside)), mode="symmetric")  # fmt: skip

    def moved(self, window: NDArray[Any], centre: tuple[int, ...], order: int) -> NDArray[Any]:
        """The patch from its window.

        Args:
            window: As ``window`` gave it, with an axis of channels.
            centre: The same as there.
            order: 1 between pixels, 0 the nearest pixel.
        """
        found = window if self.exact else self._read(window, centre, order)
        found = found[tuple(slice(None, None, -1 if turn else 1) for turn in self.mirrored)]
        axes = (len(self.size) - 2, len(self.size) - 1)
        return np.rot90(found, self.quarters, axes) if self.quarters else found

    def _middle(self, centre: tuple[int, ...]) -> list[float]:
        """The middle of the patch: between two pixels where a side is even, as in ``box``.

        From a pixel's middle, a motion by next to nothing would blur the image by half a pixel and
        move its mask by one.
        """
        return [c - (0 if side % 2 else 0.5) for c, side in zip(centre, self.size, strict=True)]

    @property
    def _matrix(self) -> NDArray[np.float64]:
        return np.eye(len(self.size)) if self.matrix is None else self.matrix

    def _read(self, window: NDArray[Any], centre: tuple[int, ...], order: int) -> NDArray[Any]:
        first = np.array([low for low, _ in self.box(centre)])
        middle = (np.array(self.size) - 1) / 2
        shift = np.array(self._middle(centre)) - first - self._matrix @ middle
        places, matrix = self._places(shift), self._matrix
        if not np.count_nonzero(matrix - np.diag(np.diag(matrix))):
            matrix = np.diag(matrix)  # scaled and not rotated: SciPy takes two thirds of the time
        found = np.empty((*self.size, window.shape[-1]), window.dtype)
        # SciPy reads a plane of its own in four fifths of the time that one among channels takes.
        plane = np.empty(self.size, window.dtype)
        for channel in range(window.shape[-1]):
            whole = np.ascontiguousarray(window[..., channel])
            if places is None:
                ndimage.affine_transform(whole, matrix, shift, self.size, order=order,
                                         mode="nearest", prefilter=False, output=plane)  # fmt: skip
            else:
                ndimage.map_coordinates(whole, places, order=order, mode="nearest",
                                        prefilter=False, output=plane)  # fmt: skip
            found[..., channel] = plane
        return found

    def _places(self, shift: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Of each pixel of the patch in the window, where it is bent; else SciPy works them out."""
        if self.field is None:
            return None
        grid = np.indices(self.size, dtype=np.float64).reshape(len(self.size), -1)
        places = self._matrix @ grid + shift[:, np.newaxis] + self.field.reshape(len(grid), -1)
        return places.reshape(len(grid), *self.size)


def draw_motion(moving: Mapping[str, Numbers], rng: Generator, size: tuple[int, ...]) -> Motion:
    """A motion at random.

    Args:
        moving: The operations that come to this patch, with their numbers.
        rng: Of this patch.
        size: Of the patch.
    """
    mirrored = tuple(bool(turn) for turn in rng.integers(2, size=len(size)))
    square = size[-1] == size[-2]
    quarters = int(rng.integers(4 if square else 2)) * (1 if square else 2)
    matrix = _matrix(moving, rng, len(size))
    return Motion(
        size,
        mirrored if "flips" in moving else (False,) * len(size),
        quarters if "turns" in moving else 0,
        matrix,
        _field(moving["elastic"], rng, size) if "elastic" in moving else None,
    )


def _matrix(moving: Mapping[str, Numbers], rng: Generator, rank: int) -> NDArray[np.float64] | None:
    if not {"scale", "rotate"} & moving.keys():
        return None
    matrix = np.eye(rank)
    if "scale" in moving:
        low, high = moving["scale"]["low"], moving["scale"]["high"]
        # Even in the logarithm: half as large as often as twice as large.
        matrix /= math.exp(rng.uniform(math.log(low), math.log(high)))
    if "rotate" in moving:
        most = math.radians(moving["rotate"]["degrees"])
        angle = rng.uniform(-most, most)
        turn = np.eye(rank)
        turn[-2:, -2:] = [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
        matrix = matrix @ turn
    return matrix


def _field(told: Numbers, rng: Generator, size: tuple[int, ...]) -> NDArray[np.float64]:
    """Points on a coarse grid move on their own; between them a cubic spline.

    Source: Simard, Steinkraus and Platt 2003, ICDAR, who smooth a fine field instead.
    """
    coarse = tuple(math.ceil(side / told["spacing"]) + 3 for side in size)
    moves = rng.normal(0, told["shift"], (len(size), *coarse))
    steps = np.full(len(size), 1 / told["spacing"])
    return np.stack([
        ndimage.affine_transform(move, steps, 1.0, size, order=3, mode="nearest") for move in moves
    ])  # fmt: skip


def _far(outside: list[tuple[int, int]], shape: tuple[int, ...]) -> bool:
    """Whether more is missing than the part holds, so that its own mirror is not the image's."""
    return any(max(ends) > side for ends, side in zip(outside, shape, strict=False))


def _continued(source: Any, box: list[tuple[int, int]]) -> NDArray[Any]:
    """A window of which little lies inside: every index is folded back into the image."""
    found = source
    for axis, ((low, high), side) in enumerate(zip(box, source.shape, strict=False)):
        found = np.take(found, mirrored(np.arange(low, high), side), axis=axis)
    return np.asarray(found)


def mirrored(places: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Places before and behind ``size`` pixels, as places of their mirror images."""
    places = places % (2 * size)
    return np.where(places < size, places, 2 * size - 1 - places)
