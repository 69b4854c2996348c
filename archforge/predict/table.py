"""Numbered objects as rows of a table, and as COCO's JSON.

What is measured is scikit-image's ``regionprops``, under its own names and in pixels, so that a
reader finds each definition there; what a pixel size makes of it is added with its unit in the
name.
"""

from collections.abc import Iterable, Sequence
from math import pi, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]  # scipy ships no types
from skimage.measure import find_contours, regionprops_table

from archforge.predict.objects import Labels, Scores, foreground_score

ANY = ("label", "area", "centroid", "bbox", "equivalent_diameter_area")
# A perimeter is a plane's, and convex hulls of volumes take minutes.
PLANE = ("eccentricity", "solidity", "perimeter")
AXES = {2: ("y", "x"), 3: ("z", "y", "x")}


def object_table(
    labels: Labels,
    image: NDArray[Any] | None = None,
    pixel_size: Sequence[float] | None = None,
    scores: Scores | None = None,
) -> list[dict[str, Any]]:
    """A row for each object: where it is, how large, of which form, how bright, how certain.

    ``bbox`` is half-open: from ``y_from`` to below ``y_to``. In a volume, ``area`` counts voxels.

    Shape: labels height x width, or planes x height x width; image and scores with channels last.

    Args:
        labels: As ``instances`` gives them.
        image: For the mean and the maximum of each channel, in the numbers of its file.
        pixel_size: Micrometres along each axis.
        scores: For the mean score of the foreground.

    Raises:
        ValueError: Another number of axes, or an image, scores or a pixel size of another form.
    """
    _check(labels, image, pixel_size, scores)
    plane = labels.ndim == 2
    columns = _measured(labels, ANY + PLANE * plane)
    table = {_name(key, labels.ndim): column for key, column in columns.items()}
    if pixel_size is not None:
        table |= _in_um(table["area"], pixel_size)
    if image is not None:
        table |= _intensity(labels, image)
    if scores is not None:
        table["score_mean"] = _measured(labels, ("intensity_mean",), foreground_score(scores))[
            "intensity_mean"
        ]
    rows = zip(*(column.tolist() for column in table.values()), strict=True)
    return [dict(zip(table, row, strict=True)) for row in rows]


class Coco:
    """COCO's object detection format, with an outline for each piece of an object.

    Outlines run half-way between an object's pixels and its neighbours', in COCO's coordinates
    (a pixel's centre is at a half). So a pixel whose centre lies within is the object's; holes are
    none, as in COCO's polygons.

    Args:
        category: What all objects are called.

    Source: Lin et al. 2014, arXiv:1405.0312; https://cocodataset.org/#format-data.
    """

    def __init__(self, category: str = "object") -> None:
        self._images: list[dict[str, Any]] = []
        self._objects: list[dict[str, Any]] = []
        self._category = category

    def add(self, name: str, labels: Labels) -> None:
        """One more image.

        Args:
            name: Of its file.
            labels: Its objects, height x width.

        Raises:
            ValueError: Objects of a volume, which COCO has no form for.
        """
        if labels.ndim != 2:
            raise ValueError(f"labels must be height x width for COCO, got shape {labels.shape}")
        number = len(self._images) + 1
        height, width = labels.shape
        self._images.append({"id": number, "file_name": name, "height": height, "width": width})
        for found in _annotations(labels):
            ids = {"id": len(self._objects) + 1, "image_id": number, "category_id": 1}
            self._objects.append({**ids, **found})

    def facts(self) -> dict[str, list[dict[str, Any]]]:
        """What the JSON file holds."""
        return {
            "images": self._images,
            "annotations": self._objects,
            "categories": [{"id": 1, "name": self._category}],
        }


def to_coco(
    images: Iterable[tuple[str, Labels]], *, category: str = "object"
) -> dict[str, list[dict[str, Any]]]:
    """File names with their objects as COCO's JSON; see ``Coco``.

    Raises:
        ValueError: Objects of a volume.
    """
    coco = Coco(category)
    for name, labels in images:
        coco.add(name, labels)
    return coco.facts()


def _annotations(labels: Labels) -> Iterable[dict[str, Any]]:
    for number, box in enumerate(ndimage.find_objects(labels), start=1):
        if box is None:
            continue
        part = labels[box] == number
        top, left = box[0].start, box[1].start
        yield {
            "bbox": [left, top, part.shape[1], part.shape[0]],
            "area": int(part.sum()),
            "iscrowd": 0,
            "segmentation": _outlines(part, top, left),
        }


def _outlines(part: NDArray[np.bool_], top: int, left: int) -> list[list[float]]:
    """Closed outlines as x, y, x, y; a pixel that touches by a corner alone is a piece apart."""
    filled = ndimage.binary_fill_holes(part)
    found = find_contours(  # type: ignore[no-untyped-call]  # scikit-image has no types
        np.pad(filled, 1).astype(np.float32), 0.5
    )
    # Off comes the pad, on comes the half pixel to a centre; the last point repeats the first.
    shift = np.array([top - 0.5, left - 0.5])
    return [(line[:-1] + shift)[:, ::-1].ravel().tolist() for line in found]


def _measured(
    labels: Labels, names: Sequence[str], image: NDArray[Any] | None = None
) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = regionprops_table(  # type: ignore[no-untyped-call]  # as above
        labels, intensity_image=image, properties=names
    )
    return found


def _intensity(labels: Labels, image: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Mean and maximum of each channel, numbered from 0."""
    names = ("intensity_mean", "intensity_max")
    found: dict[str, NDArray[Any]] = {}
    for channel in range(image.shape[-1]):
        measured = _measured(labels, names, image[..., channel])
        end = f"_{channel}" if image.shape[-1] > 1 else ""
        found |= {f"{name}{end}": measured[name] for name in names}
    return found


def _in_um(area: NDArray[Any], pixel_size: Sequence[float]) -> dict[str, NDArray[Any]]:
    size = area * prod(pixel_size)
    if len(pixel_size) == 2:
        return {"area_um2": size, "equivalent_diameter_um": 2 * np.sqrt(size / pi)}
    return {"volume_um3": size, "equivalent_diameter_um": np.cbrt(6 * size / pi)}


def _name(key: str, axes: int) -> str:
    """``centroid-0`` as ``centroid_y``, ``bbox-2`` as ``y_to``."""
    word, dash, number = key.partition("-")
    if not dash:
        return "equivalent_diameter" if word == "equivalent_diameter_area" else word
    axis = AXES[axes][int(number) % axes]
    if word == "centroid":
        return f"centroid_{axis}"
    return f"{axis}_from" if int(number) < axes else f"{axis}_to"


def _check(
    labels: Labels,
    image: NDArray[Any] | None,
    pixel_size: Sequence[float] | None,
    scores: Scores | None,
) -> None:
    if labels.ndim not in AXES:
        raise ValueError(f"labels must be 2-D or 3-D, got shape {labels.shape}")
    for name, array in (("image", image), ("scores", scores)):
        if array is not None and array.shape[:-1] != labels.shape:
            raise ValueError(f"{name} must be {labels.shape} and channels, got {array.shape}")
    if pixel_size is not None and len(pixel_size) != labels.ndim:
        raise ValueError(f"pixel_size must have {labels.ndim} numbers, got {len(pixel_size)}")
