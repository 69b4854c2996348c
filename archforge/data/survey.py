"""Every file of a folder read once: what each example holds, and all that is wrong with it.

Files are decoded in threads, as Pillow's decoders leave Python's lock.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from archforge.data.masks import MaskRule, mask_rule
from archforge.data.picture import MaskPicture, read_image, read_mask
from archforge.data.source import Listing, Source
from archforge.errors import CODES, Mark, Problem, ProblemError

Progress = Callable[[int, int], None]
SHOWN = 10
WORKERS = min(8, os.cpu_count() or 1)


@dataclass(frozen=True)
class Reading:
    """What was seen in one example.

    Args:
        id: Its name.
        split: As in its ``Source``.
        height: Rows of the image.
        width: Columns of the image.
        grey: Whether the content is grey, also in an RGB file.
        low: Lowest value of the image, 0 to 255.
        high: Highest value of the image, 0 to 255.
        mean: Mean of the image.
        pixels: How many pixels of the mask have each value.
    """

    id: str
    split: str
    height: int
    width: int
    grey: bool
    low: int
    high: int
    mean: float
    pixels: dict[int, int]


@dataclass(frozen=True)
class Survey:
    """A folder that was read and found good: ``readings[i]`` is of ``sources[i]``."""

    format: str
    root: Path
    sources: tuple[Source, ...]
    readings: tuple[Reading, ...]
    rule: MaskRule


def survey(found: Listing, progress: Progress | None = None) -> Survey:
    """Read every image and mask of a listing.

    Raises:
        ProblemError: With every problem of the folder; of each code the first ten and a count.
    """
    problems = list(found.problems)
    readings: list[Reading] = []
    with ThreadPoolExecutor(WORKERS) as pool:
        for done, (reading, wrong) in enumerate(pool.map(_try, found.sources), start=1):
            readings += [reading] if reading else []
            problems += wrong
            if progress:
                progress(done, len(found.sources))
    rule = _rule(found, readings, problems)
    if problems or rule is None:
        raise ProblemError(capped(problems))
    return Survey(found.format, found.root, found.sources, tuple(readings), rule)


def read_values(source: Source) -> MaskPicture:
    """The mask of one example, of several files their maximum.

    Raises:
        ProblemError: A mask file cannot be read, or its size is not that of the first.
    """
    masks = [read_mask(path) for path in source.masks]
    shape = masks[0].values.shape
    values = masks[0].values
    for path, mask in zip(source.masks[1:], masks[1:], strict=True):
        if mask.values.shape != shape:
            first = (shape[0], shape[1])
            raise ProblemError([_other_size(path, mask, first, source.masks[0])])
        values = np.maximum(values, mask.values)
    return MaskPicture(values, any(mask.lossy for mask in masks))


def capped(problems: Iterable[Problem]) -> list[Problem]:
    """Of each code the first ten by place, and one line that counts the rest."""
    by_code: defaultdict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        by_code[problem.code].append(problem)
    return [kept for row in by_code.values() for kept in _cap(row)]


def _cap(row: list[Problem]) -> Iterator[Problem]:
    row = sorted(row, key=lambda problem: problem.mark or Mark(""))
    yield from row[:SHOWN]
    if len(row) > SHOWN:
        first = row[SHOWN]
        rest = f"{len(row) - SHOWN} more files: {CODES[first.code]}"
        yield Problem(first.code, rest, first.mark, first.why, first.fix)


def _rule(found: Listing, readings: list[Reading], problems: list[Problem]) -> MaskRule | None:
    """The folder's rule; where there is none, the reason is added to ``problems``."""
    if not readings:
        return None
    files = {(source.split, source.id): source.masks[0] for source in found.sources}
    rule = mask_rule(found.root, {files[row.split, row.id]: row.pixels for row in readings})
    if isinstance(rule, MaskRule):
        return rule
    # Masks that could not be read may hold what the others lack.
    if rule.code != "AF414" or not problems:
        problems.append(rule)
    return None


def _try(source: Source) -> tuple[Reading | None, tuple[Problem, ...]]:
    """Image and mask are tried both, so that both may have a problem."""
    problems: list[Problem] = []
    reading = None
    try:
        reading = _read(source)
    except ProblemError as error:
        problems += error.problems
    if reading is None and any(str(source.image) == _file(problem) for problem in problems):
        try:
            read_values(source)
        except ProblemError as error:
            problems += error.problems
    return reading, tuple(problems)


def _file(problem: Problem) -> str:
    return problem.mark.file if problem.mark else ""


def _read(source: Source) -> Reading:
    image = read_image(source.image)
    mask = read_values(source)
    if mask.values.shape != image.shape[:2]:
        shape = (image.shape[0], image.shape[1])
        raise ProblemError([_other_size(source.masks[0], mask, shape, source.image)])
    values, counts = np.unique(mask.values, return_counts=True)
    if mask.lossy and len(values) > 2:
        raise ProblemError([_lossy(source.masks[0], len(values))])
    return Reading(
        source.id,
        source.split,
        image.shape[0],
        image.shape[1],
        image.ndim == 2,
        int(image.min()),
        int(image.max()),
        float(image.mean()),
        dict(zip(values.tolist(), counts.tolist(), strict=True)),
    )


def _other_size(path: Path, mask: MaskPicture, shape: tuple[int, int], other: Path) -> Problem:
    height, width = mask.values.shape
    return Problem(
        "AF410",
        f"mask '{path.name}' is {height}x{width}, but '{other.name}' is {shape[0]}x{shape[1]}",
        Mark(str(path)),
        why="each pixel of a mask belongs to the pixel of the image at the same place",
        fix="export the mask again at the size of its image; do not stretch it",
    )


def _lossy(path: Path, values: int) -> Problem:
    return Problem(
        "AF413",
        f"mask '{path.name}' is a JPEG with {values} different values",
        Mark(str(path)),
        why="JPEG is lossy: along every outline it writes values that nobody drew",
        fix="export the mask again as PNG from the program that drew it",
    )
