"""From scores to numbered objects: seeds, and a flood from them over the foreground.

A network of one class says where objects are, not where one ends and the next begins; seeds are the
middles of what is far from the background. A network of three classes (background, inside, border,
as ``archforge.data.targets`` draws them) says more: seeds are the middles of what is far from
borders too, so that a border with a gap does not make one object of two, as pieces of inside would.

Nothing here knows Keras. All of an image is in memory at once, at 50 to 70 bytes a pixel: a pixel
in the middle of a clump may belong to an object whose centre lies in another tile.

Source: Meyer 1994, Signal Processing 38(1), 113-125, for the flood. The constants were chosen on
true masks of nuclei of the Data Science Bowl 2018, to be taken apart again into what was drawn.
"""

from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]  # scipy ships no types
from skimage.feature import peak_local_max
from skimage.segmentation import watershed

from archforge.data.targets import INSIDE

Labels = NDArray[np.int32]
Scores = NDArray[np.float32]
Mask = NDArray[np.bool_]
# Seeds are at least this share of the typical radius apart.
APART = 0.5
# Learned borders part what waists do not, so seeds may be nearer.
APART_BORDERED = 0.4
# An object whose mean score is below this part of the typical one is a doubt, not an object.
SURE = 0.85
# Distances are smoothed by this share of the distance between seeds: outlines are ragged.
SMOOTH = 0.6
# A hole counts as one up to this share of the distance between seeds; three round objects that
# touch leave a gap of about the same size, which must stay.
HOLE = 1 / 3
# An object below this share of the typical size is dirt.
LEAST = 0.02


def instances(
    scores: Scores,
    *,
    threshold: float = 0.5,
    seed_distance: float | None = None,
    least_area: int | None = None,
) -> Labels:
    """Objects numbered from 1, background 0.

    Shape: height x width x classes, or planes x height x width x classes, to the same without
    classes. One class is a sigmoid's, two are background and foreground, three are background,
    inside and border.

    Args:
        scores: Probabilities.
        threshold: A pixel is foreground from this score on.
        seed_distance: Centres nearer to each other than this number of pixels belong to one object.
            By default half the radius of the objects that most of the foreground belongs to, two
            fifths of it where borders were learned.
        least_area: Objects of fewer pixels are removed. By default a fiftieth of the size of the
            objects that most of the foreground belongs to.

    Raises:
        ValueError: Another number of axes or classes, or a number out of range.
    """
    _check(scores, threshold, seed_distance, least_area)
    certain = foreground_score(scores)
    foreground = certain >= threshold
    inside = foreground & (scores.argmax(axis=-1) == INSIDE) if scores.shape[-1] == 3 else None
    labels = _filled(_by_distance(foreground, inside, seed_distance))
    areas = np.bincount(labels.ravel())
    areas[0] = 0
    least = LEAST * _typical(areas, areas) if least_area is None else least_area
    means = np.bincount(labels.ravel(), certain.ravel()) / np.maximum(areas, 1)
    kept = (areas >= least) & (areas > 0) & (means >= SURE * _typical(means, areas))
    return np.asarray((np.cumsum(kept) * kept)[labels], dtype=np.int32)


def foreground_score(scores: Scores) -> Scores:
    """The score of being no background: a sigmoid's only class, or all but a softmax's first.

    Shape: ... x classes to ...
    """
    if scores.shape[-1] == 1:
        return scores[..., 0]
    return np.asarray(scores[..., 1:].sum(axis=-1), dtype=np.float32)


def _by_distance(foreground: Mask, inside: Mask | None, apart: float | None) -> Labels:
    """A mask parted at its waists, or at the borders that were learned."""
    distance = _to_background(foreground)
    share = APART if inside is None else APART_BORDERED
    if apart is None:
        apart = share * _radius(foreground, distance)
    solid = _without_holes(foreground if inside is None else inside, HOLE * apart)
    if solid is not foreground:
        distance = _to_background(solid)
    height = ndimage.gaussian_filter(distance, SMOOTH * apart)
    # Given as labels of one object, the peaks stay within the mask.
    peaks = peak_local_max(  # type: ignore[no-untyped-call]  # scikit-image has no types
        height, min_distance=max(1, round(apart)), labels=solid.astype(np.uint8),
        exclude_border=False,
    )  # fmt: skip
    seeds = np.zeros(solid.shape, dtype=np.int32)
    seeds[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
    return _flooded(solid | foreground, seeds, height) * foreground


def _to_background(mask: Mask) -> Scores:
    # Behind the rim of the image an object goes on; else none had its centre there.
    wide = ndimage.distance_transform_edt(np.pad(mask, 1, mode="edge"))
    return np.asarray(wide[(slice(1, -1),) * mask.ndim], dtype=np.float32)


def _without_holes(mask: Mask, radius: float) -> Mask:
    """The mask itself where it has no hole; what is larger than a disc of ``radius`` is none."""
    holes, count = ndimage.label(~mask)
    small = np.bincount(holes.ravel(), minlength=count + 1) < radius**mask.ndim * pi
    small[0] = False
    return mask | small[holes] if small.any() else mask


def _radius(foreground: Mask, distance: Scores) -> float:
    """Of the largest ball within the pieces that most of the foreground belongs to."""
    pieces, count = ndimage.label(foreground)
    radii = np.asarray(ndimage.maximum(distance, pieces, np.arange(1, count + 1)))
    return _typical(radii, np.bincount(pieces.ravel())[1:])


def _typical(values: NDArray[Any], weights: NDArray[Any]) -> float:
    """The weighted median; 0 of nothing. Many specks do not move it, a few large objects do."""
    if not weights.sum():
        return 0.0
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def _flooded(mask: Mask, seeds: Labels, height: Scores) -> Labels:
    """Each pixel of the mask with the seed that floods it; a piece without one is its own."""
    pieces, count = ndimage.label(mask)
    seeded = np.zeros(count + 1, dtype=bool)
    seeded[pieces[seeds > 0]] = True
    bare = mask & ~seeded[pieces]
    seeds = np.where(bare, pieces + seeds.max(initial=0), seeds)
    flooded = watershed(  # type: ignore[no-untyped-call]  # scikit-image has no types
        -height, seeds, mask=mask
    )
    return np.asarray(flooded, dtype=np.int32)


def _filled(labels: Labels) -> Labels:
    """Holes in an object are part of it; what lies between several objects is none."""
    for number, box in enumerate(ndimage.find_objects(labels), start=1):
        if box is not None:
            part = labels[box]
            whole = ndimage.binary_fill_holes(part == number)
            part[whole & (part == 0)] = number
    return labels


def _check(
    scores: Scores, threshold: float, seed_distance: float | None, least_area: int | None
) -> None:
    if scores.ndim not in {3, 4} or scores.shape[-1] not in {1, 2, 3}:
        raise ValueError(
            f"scores must be 2-D or 3-D with 1, 2 or 3 classes last, got shape {scores.shape}"
        )
    if not 0 < threshold < 1:
        raise ValueError(f"threshold must be in (0, 1), got {threshold}")
    for name, value in (("seed_distance", seed_distance), ("least_area", least_area)):
        if value is not None and value < 0:
            raise ValueError(f"{name} must be at least 0, got {value}")
