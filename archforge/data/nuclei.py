"""Drawn nuclei as a fluorescence microscope shows them, with exact outlines.

Made so that one grey level does not solve it: nuclei differ in brightness within an image, touch,
lie out of focus, and glow into a background that is uneven itself; then light is counted (Poisson)
and read out (normal noise). Sizes are shares of the image's, so a larger image is not more of them.

Source: the ingredients are those of Lehmussola et al. 2007, IEEE TMI 26(7), 1010-1016 (SIMCEP);
the numbers were set by eye beside BBBC038.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]  # scipy ships no types

from archforge.data.drawn import Drawn
from archforge.data.optics import Field, background, cloud, expose

Labels = NDArray[np.uint16]
# An outline of more than this share hidden under others is not drawn.
MOST_HIDDEN = 0.35
# Pixels; less is a speck at the image's rim.
SMALLEST_AREA = 12
SMALLEST_RADIUS = 3.0


@dataclass(frozen=True, eq=False)
class _Nucleus:
    row: float
    column: float
    radius: float
    stretch: float
    angle: float
    waves: NDArray[np.float64]
    phases: NDArray[np.float64]


def draw_nuclei(count: int, size: int, seed: int) -> Iterator[Drawn]:
    """``count`` images of nuclei, each ``size`` x ``size``; image i depends on seed and i alone."""
    for index in range(count):
        yield draw_one(index, size, seed)


def draw_one(index: int, size: int, seed: int) -> Drawn:
    """Image number ``index`` of a seed."""
    rng = np.random.default_rng([seed, index])
    labels = _place(rng, size)
    light = _nuclei_light(rng, labels) + background(rng, size)
    return Drawn(f"nuclei_{index:04d}", expose(rng, light), labels)


def _place(rng: np.random.Generator, size: int) -> Labels:
    """Instances, alone and in clusters of up to five."""
    labels = np.zeros((size, size), dtype=np.uint16)
    radius = max(size * rng.uniform(0.03, 0.075), SMALLEST_RADIUS)
    wanted = max(3, round(rng.uniform(0.06, 0.26) * size**2 / (np.pi * radius**2)))
    number = 0
    for _ in range(4 * wanted):  # a full image ends the search, too
        centre = rng.uniform(0, size, 2)
        for _ in range(1 + rng.binomial(4, 0.16)):
            nucleus = _random_nucleus(rng, centre, radius)
            number += number < wanted and _stamp(labels, nucleus, number + 1)
            step = rng.uniform(0, 2 * np.pi)
            centre = centre + 1.8 * nucleus.radius * np.array([np.sin(step), np.cos(step)])
    return labels


def _random_nucleus(rng: np.random.Generator, centre: Field, radius: float) -> _Nucleus:
    return _Nucleus(
        row=float(centre[0]),
        column=float(centre[1]),
        radius=radius * float(np.clip(rng.lognormal(0, 0.22), 0.55, 1.8)),
        stretch=rng.uniform(1, 1.7),
        angle=rng.uniform(0, np.pi),
        waves=rng.normal(0, [0.045, 0.035, 0.02, 0.012]),
        phases=rng.uniform(0, 2 * np.pi, 4),
    )


def _stamp(labels: Labels, nucleus: _Nucleus, number: int) -> bool:
    """Write the nucleus behind those that are there, unless too much of it would be hidden."""
    window = _window(nucleus, labels.shape[0])
    there = labels[window]
    inside = _inside(nucleus, window)
    area = int(inside.sum())
    free = inside & (there == 0)
    if area < SMALLEST_AREA or free.sum() < (1 - MOST_HIDDEN) * area:
        return False
    parts, found = ndimage.label(free)
    largest = 1 + int(np.argmax(ndimage.sum_labels(free, parts, range(1, found + 1))))
    there[parts == largest] = number
    return True


def _window(nucleus: _Nucleus, size: int) -> tuple[slice, slice]:
    """Rows and columns that the nucleus can reach."""
    reach = 1.7 * nucleus.radius * float(np.sqrt(nucleus.stretch))
    low = np.clip(np.floor([nucleus.row - reach, nucleus.column - reach]), 0, size).astype(int)
    high = np.clip(np.ceil([nucleus.row + reach, nucleus.column + reach]) + 1, 0, size).astype(int)
    return slice(low[0], high[0]), slice(low[1], high[1])


def _inside(nucleus: _Nucleus, window: tuple[slice, slice]) -> NDArray[np.bool_]:
    """Pixels within an ellipse whose outline has a few low waves."""
    rows, columns = np.mgrid[window]
    down, right = rows - nucleus.row, columns - nucleus.column
    along = right * np.cos(nucleus.angle) + down * np.sin(nucleus.angle)
    across = down * np.cos(nucleus.angle) - right * np.sin(nucleus.angle)
    axis = np.sqrt(nucleus.stretch)
    distance = np.hypot(along / axis, across * axis)
    turn = np.arctan2(across * axis, along / axis)
    outline = np.ones_like(distance)
    for wave, (height, phase) in enumerate(
        zip(nucleus.waves, nucleus.phases, strict=True), start=2
    ):
        outline += height * np.cos(wave * turn + phase)
    return np.asarray(distance < nucleus.radius * outline)


def _nuclei_light(rng: np.random.Generator, labels: Labels) -> Field:
    """Brightness of each nucleus, its texture, the lens' blur, and the glow around it."""
    size = labels.shape[0]
    bright = np.clip(rng.lognormal(-0.75, rng.uniform(0.3, 0.6), int(labels.max()) + 1), 0.18, 1.5)
    bright[0] = 0
    grain = cloud(rng, size, 0.012) * 0.16 + cloud(rng, size, 0.035) * 0.12
    # Nuclei are thick in the middle: light grows with the distance to the rim and then levels off.
    edges = labels != ndimage.grey_erosion(labels, size=3)
    depth = ndimage.distance_transform_edt((labels > 0) & ~edges)
    thick = 0.62 + 0.38 * np.minimum(depth / (0.04 * size), 1)
    light = bright[labels] * thick * np.clip(1 + grain, 0.3, None)
    sharp = ndimage.gaussian_filter(light, size * rng.uniform(0.004, 0.011))
    glow = ndimage.gaussian_filter(light, size * 0.06)
    return np.asarray(sharp + rng.uniform(0.08, 0.3) * glow)
