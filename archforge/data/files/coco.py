"""Masks drawn from COCO annotations: polygons and uncompressed run lengths.

A path ``annotations.json/masks/17`` is the class at each pixel of image 17, ``.../labels/17`` the
number of the object. Categories become classes 1, 2, ... in the order of their ids; later objects
lie above earlier ones. Corners of polygons are points of a plane in which the first pixel covers 0
to 1, so a pixel belongs to a polygon that holds its middle.

Source: Lin et al. 2014, arXiv:1405.0312; the data format on cocodataset.org.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from skimage.draw import polygon

from archforge.data.files.inside import on_disk, within
from archforge.data.files.picture import Picture, check_size
from archforge.data.options import LAST_CLASS
from archforge.errors import Mark, refuse

BROKEN = (
    OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError,
)  # fmt: skip
# An id becomes the last part of a path, so it must not lead elsewhere, as '/home' would.
ID = re.compile(r"[\w-]+")
Annotation = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Annotations:
    """What an annotation file says.

    Args:
        images: Each image's entry by its id.
        objects: The annotations of each image.
        classes: Class index of each category.
        names: Of the classes, background first.
    """

    images: dict[str, Mapping[str, Any]]
    objects: dict[str, list[Annotation]]
    classes: dict[int, int]
    names: tuple[str, ...]


def read(path: Path, *, mask: bool) -> Picture:
    """Class indices or object numbers of one image.

    Raises:
        ProblemError: The annotations are damaged or compressed.
    """
    home, (what, number) = on_disk(path), within(path)
    found = annotations(home)
    try:
        entry = found.images[number]
        shape = int(entry["height"]), int(entry["width"])
        check_size(home, shape)
        values = np.zeros(shape, np.uint8 if what == "masks" else np.int32)
        for order, item in enumerate(found.objects[number], start=1):
            value = found.classes[item["category_id"]] if what == "masks" else order
            values[_inside(home, item["segmentation"], shape)] = value
    except BROKEN as error:
        _refuse(home, f"image {number}: {type(error).__name__} {error}")
    return Picture(values[..., np.newaxis])


def annotations(path: Path) -> Annotations:
    """The content of an annotation file.

    Raises:
        ProblemError: It is no COCO file with images, annotations and categories.
    """
    try:
        return _parsed(path, path.stat().st_mtime_ns)
    except BROKEN as error:
        _refuse(path, f"{type(error).__name__} {error}")


@lru_cache(maxsize=4)  # every image of a data set asks for the same file
def _parsed(path: Path, changed_ns: int) -> Annotations:
    content = json.loads(path.read_text("utf-8-sig"))
    images = {str(entry["id"]): entry for entry in content["images"]}
    odd = next((number for number in images if not ID.fullmatch(number)), None)
    if odd is not None:
        raise ValueError(f"the id of an image is '{odd}', give letters, digits, '-' and '_' alone")
    objects: dict[str, list[Annotation]] = {number: [] for number in images}
    for item in content["annotations"]:
        objects.setdefault(str(item["image_id"]), []).append(item)
    categories = _categories(content["categories"])
    if len(categories) > LAST_CLASS:
        raise ValueError(f"{len(categories)} categories are more than the {LAST_CLASS} of a mask")
    classes = {entry["id"]: index for index, entry in enumerate(categories, start=1)}
    names = ("background", *(str(entry["name"]) for entry in categories))
    return Annotations(images, objects, classes, names)


def _categories(entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """In the order of ids, without the heading that Roboflow writes as a category of its own."""
    above = {entry.get("supercategory") for entry in entries}
    kept = [
        entry
        for entry in entries
        if not (entry.get("supercategory") == "none" and entry["name"] in above)
    ]
    return sorted(kept, key=lambda entry: int(entry["id"]))


def _inside(path: Path, outline: Any, shape: tuple[int, int]) -> NDArray[np.bool_]:
    if isinstance(outline, Mapping):
        return _runs(path, outline, shape)
    inside = np.zeros(shape, np.bool_)
    for corners in outline:
        points = np.asarray(corners, dtype=np.float64).reshape(-1, 2) - 0.5
        rows, columns = polygon(points[:, 1], points[:, 0], shape)  # type: ignore[no-untyped-call]  # has no types
        inside[rows, columns] = True
    return inside


def _runs(path: Path, outline: Mapping[str, Any], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Lengths of runs outside and inside in turn, down the columns."""
    counts = outline["counts"]
    if isinstance(counts, str):
        _refuse(path, "the run lengths are compressed")
    if tuple(outline["size"]) != shape or sum(counts) != shape[0] * shape[1]:
        raise ValueError("the run lengths are of another size than the image")
    inside = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    return inside.reshape(shape, order="F")


def _refuse(path: Path, reason: str) -> NoReturn:
    refuse(
        "AF443",
        f"the annotations in '{path.name}' cannot be read",
        mark=Mark(str(path)),
        why=" ".join(reason.split())[:200],
        fix="export them as COCO JSON with polygons (or uncompressed run lengths), images and "
        "categories",
    )
