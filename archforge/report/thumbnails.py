"""Small pictures of examples, with the outlines of their masks.

Each image is stretched from its 0.5th to its 99.5th percentile, so that dark ones show; a stack is
shown by the plane with the most foreground. Colours are those of Okabe and Ito, which people with
any colour vision tell apart.

Source: Okabe and Ito 2008, Color Universal Design, jfly.uni-koeln.de/color.
"""

import base64
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.segmentation import find_boundaries

from archforge.data import IGNORED, Source, read_image
from archforge.data.contents import read_labels, read_values
from archforge.data.findings import short
from archforge.data.summary import counted
from archforge.data.survey import Survey

SIDE = 240
OKABE_ITO = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Thumbnail:
    """One picture of the contact sheet.

    Args:
        name: Of the example.
        short: The same, cut where it is long.
        note: Why it is shown, empty where it is one of many.
        words: What it shows, for those who do not see it.
        picture: A data URI.
        height: Of the picture.
        width: Of the picture.
    """

    name: str
    short: str
    note: str
    words: str
    picture: str
    height: int
    width: int


def thumbnail(source: Source, read: Survey, note: str) -> Thumbnail:
    """The picture of one example of a survey."""
    index = read.sources.index(source)
    row = read.readings[index]
    image = read_image(source.image).values
    small = _drawn(source, read, image) if source.masks else _shrunk(_stretched(_plane(image, 0)))
    sizes = " x ".join(map(str, row.shape))
    objects = f", {counted(row.objects, 'object')}" if source.masks else ""
    kind = f", class {read.rule.names[source.label]}" if source.label is not None else ""
    words = f"{source.id}: {sizes} pixels{objects}{kind}"
    height, width, _ = small.shape
    return Thumbnail(source.id, short(source.id), note, words, _uri(small), height, width)


def _drawn(source: Source, read: Survey, image: NDArray[Any]) -> Pixels:
    classes = read.rule.indices(read_values(source).values)
    labels = read_labels(source, read.rule)
    apart = classes if labels is None else labels
    plane = 0
    if classes.ndim == 3:
        plane = int(((classes > 0) & (classes != IGNORED)).sum(axis=(1, 2)).argmax())
        classes, apart = classes[plane], apart[plane]
    small = _shrunk(_stretched(_plane(image, plane)))
    size = small.shape[:2]
    nearest, border = _nearest(classes, size), _nearest(apart, size)
    lines = find_boundaries(border, mode="inner")  # type: ignore[no-untyped-call]  # has no types
    colours = np.array([_rgb(colour) for colour in OKABE_ITO], dtype=np.uint8)
    small[lines] = colours[(nearest[lines].astype(np.intp) - 1) % len(colours)]
    return small


def _plane(image: NDArray[Any], plane: int) -> NDArray[Any]:
    return image[plane] if image.ndim == 4 else image


def _stretched(image: NDArray[Any]) -> Pixels:
    """Three channels of 8 bits; of two or more than three channels the first alone."""
    shown = image if image.shape[-1] == 3 else image[..., :1]
    low, high = np.percentile(shown, (0.5, 99.5))
    scaled = (shown.astype(np.float32) - low) / max(high - low, 1e-12) * 255
    return np.broadcast_to(np.clip(scaled, 0, 255), (*shown.shape[:2], 3)).astype(np.uint8)


def _shrunk(image: Pixels) -> Pixels:
    picture = Image.fromarray(image)
    scale = min(SIDE / max(picture.size), 1)
    size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
    return np.array(picture.resize(size, Image.Resampling.BILINEAR))


def _nearest(values: NDArray[Any], size: tuple[int, ...]) -> NDArray[Any]:
    rows, columns = (
        (np.arange(wanted) + 0.5) * there // wanted
        for wanted, there in zip(size, values.shape, strict=True)
    )
    return values[np.ix_(rows.astype(np.intp), columns.astype(np.intp))]


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def _uri(pixels: Pixels) -> str:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, format="JPEG", quality=88, subsampling=0)
    return f"data:image/jpeg;base64,{base64.b64encode(content.getvalue()).decode()}"
