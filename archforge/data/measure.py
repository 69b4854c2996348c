"""One example in numbers: what the doctor tells, and what splits and normalization need."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from skimage.measure import label

from archforge.data.contents import by, other_size, read_values
from archforge.data.duplicates import print_of
from archforge.data.files import Picture, read_image, read_mask
from archforge.data.masks import LAST_OBJECT
from archforge.data.misplaced import shift_of
from archforge.data.source import Source
from archforge.errors import Mark, Problem, ProblemError

BINS = 64
# Of a mask with more values than this, the highest stands for the rest.
MOST_VALUES = 300
MOST_OBJECTS = 1000


@dataclass(frozen=True)
class Reading:
    """What was seen in one example.

    Args:
        id: Its name.
        split: As in its ``Source``.
        shape: Height and width, or planes, height and width.
        channels: Of the image; 1 where its content is grey, also in an RGB file.
        type: ``uint8``, ``uint16`` or ``float32``.
        low: Lowest value of the image.
        high: Highest value of the image.
        mean: Mean of the image.
        deviation: Standard deviation of the image.
        histogram: Pixels in each of 64 equal steps from ``low`` to ``high``.
        pixel_size: Micrometres along each axis, where the file says so.
        pixels: How many pixels of the mask have each value, colours as 0xrrggbb.
        coloured: Whether the mask is coloured.
        more: How many values ``pixels`` leaves out, where a mask has very many.
        pieces: Connected areas of one value in the mask.
        objects: How many objects there are: labels beside the mask, else its pieces.
        diameters: Those of circles (balls) of the objects' area, in pixels, sorted; of more than
            1,000 an even pick.
        shift: Rows and columns by which the mask seems to lie off its image; empty for none.
        print: The perceptual hash of the image; empty where it has no contrast.
    """

    id: str
    split: str
    shape: tuple[int, ...]
    channels: int
    type: str
    low: float
    high: float
    mean: float
    deviation: float
    histogram: tuple[int, ...]
    pixel_size: tuple[float, ...] | None = None
    pixels: dict[int, int] = field(default_factory=dict)
    coloured: bool = False
    more: int = 0
    pieces: int = 0
    objects: int = 0
    diameters: tuple[float, ...] = ()
    shift: tuple[int, ...] = ()
    print: str = ""

    @property
    def height(self) -> int:
        """Rows."""
        return self.shape[-2]

    @property
    def width(self) -> int:
        """Columns."""
        return self.shape[-1]

    @property
    def grey(self) -> bool:
        """Whether the content is grey, also in an RGB file."""
        return self.channels == 1


def measure(source: Source) -> Reading:
    """Read one example.

    Raises:
        ProblemError: A file cannot be read, or image and masks do not belong together.
    """
    image = read_image(source.image)
    values, shape = image.values, image.values.shape[:-1]
    return Reading(
        id=source.id,
        split=source.split,
        shape=shape,
        channels=values.shape[-1],
        type=str(values.dtype),
        pixel_size=image.pixel_size,
        print=print_of(values),
        **_levels(values),
        **(_mask_facts(source, image) if source.masks else {}),
    )


def _levels(values: NDArray[Any]) -> dict[str, Any]:
    """Lowest, highest, mean, deviation and histogram; of integers by counting each level once."""
    low, high = values.min().item(), values.max().item()
    whole = values.dtype.kind == "u"
    counts = np.bincount(values.ravel()) if whole else None
    levels = np.arange(high + 1) if whole else values.ravel()
    mean = float(np.average(levels, weights=counts))
    spread = np.average((levels - mean) ** 2, weights=counts)
    bins, _ = np.histogram(levels, BINS, (low, high), weights=counts)
    return {
        "low": low,
        "high": high,
        "mean": mean,
        "deviation": float(np.sqrt(spread)),
        "histogram": tuple(bins.tolist()),
    }


def _mask_facts(source: Source, image: Picture) -> dict[str, Any]:
    mask = read_values(source)
    shape = image.values.shape[:-1]
    if mask.values.shape != shape:
        raise ProblemError([other_size(source, 0, mask.values.shape, shape)])
    pixels, more = _count(mask.values)
    if mask.lossy and len(pixels) > 2:
        raise ProblemError([_lossy(source, len(pixels))])
    pieces, last = label(  # type: ignore[no-untyped-call]  # has no types
        mask.values, background=0, return_num=True
    )
    flat = image.values.mean(axis=-1, dtype=np.float32)
    shift = shift_of(flat, mask.values) if len(shape) == 2 else ()
    objects = _labels(source, shape) if source.labels else mask.objects
    diameters = _diameters(pieces if objects is None else objects)
    return {
        "pixels": pixels,
        "coloured": mask.coloured,
        "more": more,
        "pieces": int(last),
        "objects": len(diameters),
        "diameters": _even_pick(diameters),
        "shift": shift,
    }


def _count(values: NDArray[Any]) -> tuple[dict[int, int], int]:
    """Pixels of each value, and how many values were left out."""
    found, counts = np.unique(values, return_counts=True)
    more = max(len(found) - MOST_VALUES, 0)
    if more:
        counts[MOST_VALUES - 1] = counts[MOST_VALUES - 1 :].sum()
        found[MOST_VALUES - 1] = found[-1]
    kept = zip(found[:MOST_VALUES].tolist(), counts[:MOST_VALUES].tolist(), strict=True)
    return dict(kept), more


def _labels(source: Source, shape: tuple[int, ...]) -> NDArray[Any]:
    assert source.labels is not None
    labels = read_mask(source.labels).values[..., 0]
    if labels.shape != shape:
        raise ProblemError([_other_labels(source.labels, labels.shape, shape)])
    low, high = labels.min().item(), labels.max().item()
    if low < 0 or high > LAST_OBJECT:
        raise ProblemError([_no_numbers(source.labels, low, high)])
    return np.asarray(labels)


def _diameters(labels: NDArray[Any]) -> NDArray[np.float64]:
    """Diameter of the circle, or ball, of each object's area."""
    _, areas = np.unique(labels[labels > 0], return_counts=True)
    ball = np.pi / 4 if labels.ndim == 2 else np.pi / 6
    return np.sort((areas / ball) ** (1 / labels.ndim))


def _even_pick(diameters: NDArray[np.float64]) -> tuple[float, ...]:
    step = np.linspace(0, len(diameters) - 1, min(len(diameters), MOST_OBJECTS)).round().astype(int)
    return tuple(diameters[step].round(1).tolist())


def _lossy(source: Source, values: int) -> Problem:
    return Problem(
        "AF413",
        f"mask '{source.masks[0].name}' is a JPEG with {values} different values",
        Mark(str(source.masks[0])),
        why="JPEG is lossy: along every outline it writes values that nobody drew",
        fix="export the mask again as PNG from the program that drew it",
    )


def _no_numbers(path: Path, low: int, high: int) -> Problem:
    wrong = low if low < 0 else high
    return Problem(
        "AF412",
        f"labels '{path.name}' hold {wrong}, which is no number of an object",
        Mark(str(path)),
        why=f"background is 0, and objects are numbered from 1 to at most {LAST_OBJECT}",
        fix="number the objects of each image 1, 2, ... and export the labels again",
    )


def _other_labels(path: Path, sizes: tuple[int, ...], wanted: tuple[int, ...]) -> Problem:
    return Problem(
        "AF410",
        f"labels '{path.name}' are {by(sizes)}, but the image is {by(wanted)}",
        Mark(str(path)),
        why="each pixel of the labels belongs to the pixel of the image at the same place",
        fix="export the labels again at the size of the image; do not stretch them",
    )
