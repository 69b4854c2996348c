"""Drawn cells of four shapes, one shape in an image: whole images to classify.

``round`` and ``elongated`` differ in shape alone, ``clustered`` are three to five small cells that
touch, ``spotted`` hold bright spots. Area, place, direction, brightness, focus and light are drawn
alike for all of them, and dust lies about in every class, so that neither a grey level nor a place
gives a class away: shapes and textures have to be seen.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]  # scipy ships no types

from archforge.data.drawn import Drawn
from archforge.data.optics import Field, background, cloud, expose

ROUND, ELONGATED, CLUSTERED, SPOTTED = "round", "elongated", "clustered", "spotted"
CLASSES = (CLUSTERED, ELONGATED, ROUND, SPOTTED)
# Length by width. Between both lies what a person would not tell either.
ROUNDEST, LONGEST = (1.0, 1.25), (1.7, 3.0)
# Of a cell as large as the cells of a cluster are together.
RADIUS = (0.13, 0.21)
SPOTS, CLUSTER, DUST = (4, 9), (3, 5), (0, 3)


def draw_one(index: int, size: int, seed: int) -> Drawn:
    """Image number ``index`` of a seed: classes take turns."""
    rng = np.random.default_rng([seed, index])
    kind = CLASSES[index % len(CLASSES)]
    bodies = _bodies(rng, size, kind)
    thick = np.max(bodies, axis=0)
    labels = np.where(thick > 0, np.argmax(bodies, axis=0) + 1, 0).astype(np.uint16)
    grain = 1 + 0.14 * cloud(rng, size, 0.012) + 0.12 * cloud(rng, size, 0.04)
    bright = rng.uniform(0.35, 1.0) * rng.uniform(0.8, 1.2, len(bodies) + 1)
    light = bright[labels] * thick * np.clip(grain, 0.3, None)
    light = light * (1 + _spots(rng, thick, kind)) + _dust(rng, size, float(bright.mean()))
    sharp = ndimage.gaussian_filter(light, size * rng.uniform(0.008, 0.02))
    seen = sharp + rng.uniform(0.1, 0.3) * ndimage.gaussian_filter(light, size * 0.08)
    return Drawn(f"cell_{index:04d}", expose(rng, seen + background(rng, size)), labels, label=kind)


def _bodies(rng: np.random.Generator, size: int, kind: str) -> Field:
    """How thick each cell is at each pixel, 0 to 1: cells x height x width."""
    centre = size * rng.uniform(0.36, 0.64, 2)
    radius = size * rng.uniform(*RADIUS)
    if kind != CLUSTERED:
        stretch = rng.uniform(*(LONGEST if kind == ELONGATED else ROUNDEST))
        return _body(rng, size, centre, radius, stretch)[None]
    count = int(rng.integers(CLUSTER[0], CLUSTER[1] + 1))
    small = radius / np.sqrt(count)
    return np.stack([
        _body(rng, size, place, small * rng.uniform(0.95, 1.15), rng.uniform(*ROUNDEST))
        for place in _cluster(rng, count, small) + centre
    ])  # fmt: skip


def _cluster(rng: np.random.Generator, count: int, radius: float) -> Field:
    """Places of cells around (0, 0): each touches an earlier one and lies on none."""
    places = np.zeros((1, 2))
    while len(places) < count:
        turn = rng.uniform(0, 2 * np.pi)
        beside = rng.choice(places) + 1.7 * radius * np.array([np.sin(turn), np.cos(turn)])
        if np.hypot(*(places - beside).T).min() > 1.6 * radius:
            places = np.vstack([places, beside])
    return np.asarray(places - places.mean(axis=0))


def _body(
    rng: np.random.Generator, size: int, centre: Field, radius: float, stretch: float
) -> Field:
    """A dome over an ellipse whose outline has a few low waves; its area is that of a disc."""
    rows, columns = np.mgrid[:size, :size]
    down, right = rows - centre[0], columns - centre[1]
    angle = rng.uniform(0, np.pi)
    along = (right * np.cos(angle) + down * np.sin(angle)) / np.sqrt(stretch)
    across = (down * np.cos(angle) - right * np.sin(angle)) * np.sqrt(stretch)
    turn = np.arctan2(across, along)
    waves = rng.normal(0, [0.03, 0.025, 0.015])
    phases = rng.uniform(0, 2 * np.pi, 3)
    outline = 1 + sum(
        height * np.cos(wave * turn + phase)
        for wave, height, phase in zip((3, 4, 5), waves, phases, strict=True)
    )
    far = np.hypot(along, across) / (radius * outline)
    return np.asarray(np.where(far < 1, 0.45 + 0.55 * np.sqrt(np.clip(1 - far**2, 0, 1)), 0.0))


def _spots(rng: np.random.Generator, thick: Field, kind: str) -> Field:
    """How much brighter each pixel is, in cells that have spots."""
    light = np.zeros_like(thick)
    if kind != SPOTTED:
        return light
    # Well inside, where a spot is not taken for the outline.
    inside = np.argwhere(thick > 0.7)
    for row, column in rng.permutation(inside)[: int(rng.integers(SPOTS[0], SPOTS[1] + 1))]:
        light[row, column] = 1.0
    return _blobs(light, thick.shape[0] * rng.uniform(0.016, 0.026)) * rng.uniform(0.7, 1.6)


def _dust(rng: np.random.Generator, size: int, bright: float) -> Field:
    """A few specks anywhere, in every class."""
    light = np.zeros((size, size))
    for row, column in rng.integers(0, size, (int(rng.integers(DUST[0], DUST[1] + 1)), 2)):
        light[row, column] = rng.uniform(0.3, 0.9) * bright
    return _blobs(light, size * rng.uniform(0.012, 0.02))


def _blobs(points: Field, width: float) -> NDArray[np.float64]:
    """Each point as a blob that is as bright in its middle as the point is."""
    spread = ndimage.gaussian_filter(points, width, mode="constant")
    return np.asarray(spread * 2 * np.pi * width**2)
