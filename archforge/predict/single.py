"""One image: its mask, and if they are wanted its scores, its objects and what is measured of them.

A network for images takes a stack plane by plane; objects are numbered on over the planes.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from math import prod
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from archforge.errors import refuse
from archforge.files import said_if_unwritable
from archforge.predict.image import Pixels
from archforge.predict.objects import Labels, instances
from archforge.predict.pixels import open_pixels
from archforge.predict.predictor import PLAIN, THRESHOLD, Predictor, Scores, Way
from archforge.predict.table import object_table
from archforge.predict.targets import Target
from archforge.predict.writing import Sheet, write_sheet

Tell = Callable[[float], None]
# Scores are read back in pieces of about this size.
PIECE_BYTES = 2**24


@dataclass(frozen=True)
class Wanted:
    """What is made of each image.

    Args:
        way: How it is looked at.
        threshold: Of a single class, and of the foreground for objects.
        scores: Whether probabilities are written.
        instances: Whether numbered objects are written.
        table: Whether a table of the objects is.
        boxes: Whether their boxes are, as a table and as COCO's JSON.
        seed_distance: As in ``instances``; by default of the training's objects, if it kept it.
        least_area: Likewise.
        skip_existing: Whether images whose files are all there are left out.
    """

    way: Way = PLAIN
    threshold: float = THRESHOLD
    scores: bool = False
    instances: bool = False
    table: bool = False
    boxes: bool = False
    seed_distance: float | None = None
    least_area: int | None = None
    skip_existing: bool = False

    @property
    def objects(self) -> bool:
        """Whether objects are looked for."""
        return self.instances or self.table or self.boxes


@dataclass(frozen=True)
class Predicted:
    """One image that is done.

    Args:
        target: Its files.
        objects: How many there are, where they were looked for.
        words: How it was looked at.
    """

    target: Target
    objects: int | None
    words: str

    def facts(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        named = {"mask": self.target.mask, "labels": self.target.labels,
                 "scores": self.target.scores}  # fmt: skip
        files = {name: str(path) for name, path in named.items() if path}
        counted = {} if self.objects is None else {"objects": self.objects}
        return {"image": str(self.target.image), **files, **counted, "way": self.words}


@dataclass
class Objects:
    """The objects of one image.

    Args:
        labels: Of each plane that was looked at on its own, or of the whole.
        rows: Of the table.
    """

    labels: list[Labels] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, image: Pixels, scores: Scores, wanted: Wanted) -> None:
        """Find the objects of one plane, or of the whole."""
        found = instances(
            scores, threshold=wanted.threshold, seed_distance=wanted.seed_distance,
            least_area=wanted.least_area,
        )  # fmt: skip
        before = max((int(one.max(initial=0)) for one in self.labels), default=0)
        found[found > 0] += before
        if wanted.table or wanted.boxes:
            values = image[...] if wanted.table else None
            rows = object_table(found, values, image.pixel_size, scores)
            self.rows += [{"plane": len(self.labels), **row} for row in rows]
        self.labels.append(found)

    @property
    def count(self) -> int:
        """How many there are."""
        return max((int(one.max(initial=0)) for one in self.labels), default=0)


def predict_image(
    predictor: Predictor, wanted: Wanted, target: Target, tell: Tell
) -> tuple[Predicted, Objects]:
    """Write the files of one image.

    Args:
        predictor: Of the network.
        wanted: What is made of the image.
        target: Its files.
        tell: Called with the share that is done.

    Raises:
        ProblemError: The image cannot be read or does not fit the network, or a file cannot be
            written.
    """
    pixels = open_pixels(target.image)
    units = units_of(pixels, len(predictor.network.region.image))
    words = predictor.words(units[0].shape[:-1], wanted.way)
    objects = Objects()
    with ExitStack() as stack:
        spool = None
        if target.scores:
            stack.enter_context(said_if_unwritable(target.scores))
            spool = stack.enter_context(tempfile.TemporaryFile(dir=target.scores.parent))
        rows = _mask_rows(predictor, wanted, units, _Sinks(spool, objects, tell))
        write_sheet(target.mask, Sheet(rows, np.uint8, pixels))
        if target.scores and spool:
            write_sheet(target.scores, _scores_sheet(spool, pixels, predictor.classes))
    if target.labels:
        target = _write_labels(target, pixels, objects)
    counted = objects.count if wanted.objects else None
    return Predicted(target, counted, words), objects


@dataclass(frozen=True)
class _Sinks:
    """Where scores go besides into the mask."""

    spool: IO[bytes] | None
    objects: Objects
    tell: Tell


def units_of(pixels: Pixels, wanted: int) -> list[Pixels]:
    """What a network looks at: the image, or each plane of a stack.

    Args:
        pixels: Of the file.
        wanted: Spatial axes that the network takes.

    Raises:
        ProblemError: AF513, it has fewer.
    """
    axes = len(pixels.spatial)
    if axes < wanted:
        refuse(
            "AF513",
            f"'{pixels.path.name}' is an image, the network takes volumes",
            mark=pixels.mark,
            why="a volume has planes, height and width",
            fix="give a stack as one TIFF",
        )
    if axes == wanted:
        return [pixels]
    return [pixels.plane(number) for number in range(pixels.shape[0])]


def _mask_rows(
    predictor: Predictor, wanted: Wanted, units: list[Pixels], sinks: _Sinks
) -> Iterator[NDArray[np.uint8]]:
    """Rows of the mask, plane after plane; scores go into the sinks on the way."""
    white = np.uint8(255 if predictor.told == 1 else 1)
    for number, unit in enumerate(units):
        kept, done = [], 0
        for band in predictor.bands(unit, wanted.way):
            if sinks.spool:
                sinks.spool.write(band.tobytes())
            if wanted.objects:
                kept.append(band)
            done += len(band)
            # Before the last rows are given away: who writes them asks for no more.
            if wanted.objects and done == unit.shape[0]:
                sinks.objects.add(unit, np.concatenate(kept), wanted)
            sinks.tell((number + done / unit.shape[0]) / len(units))
            mask = predictor.mask(band, wanted.threshold) * white
            yield mask.reshape(-1, mask.shape[-1])


def _scores_sheet(spool: IO[bytes], pixels: Pixels, classes: int) -> Sheet:
    """The scores that were put by; of one class without an axis for it."""
    width = pixels.shape[-2]
    shape = (width,) if classes == 1 else (width, classes)
    per_row = 4 * prod(shape)
    spool.seek(0)

    def rows() -> Iterator[NDArray[np.float32]]:
        while piece := spool.read(max(1, PIECE_BYTES // per_row) * per_row):
            yield np.frombuffer(piece, dtype=np.float32).reshape(-1, *shape)

    return Sheet(rows(), np.float32, pixels, 0 if classes == 1 else classes)


def _write_labels(target: Target, pixels: Pixels, objects: Objects) -> Target:
    """16 bits as far as they go; a PNG has no more, so it then becomes a TIFF."""
    path = target.labels
    assert path is not None
    wide = objects.count > np.iinfo(np.uint16).max
    if wide and path.suffix == ".png":
        path = path.with_suffix(".tif")
    dtype = np.uint32 if wide else np.uint16
    rows = (one.reshape(-1, one.shape[-1]).astype(dtype) for one in objects.labels)
    write_sheet(path, Sheet(rows, dtype, pixels))
    return replace(target, labels=path)
