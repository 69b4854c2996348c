"""Masks for a person's images: one 8-bit PNG for each."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from archforge.data.picture import read_image
from archforge.data.resize import with_channels
from archforge.errors import Mark, Problem, ProblemError
from archforge.files import said_if_unwritable, whole_file
from archforge.predict.opening import open_predictor
from archforge.predict.predictor import Predictor, as_mask
from archforge.runs import Run

Progress = Callable[[int, int], None]


def predict_files(
    run: Run, images: Sequence[Path], out: Path, progress: Progress | None = None
) -> list[Path]:
    """Write ``out/STEM.png`` for each image, at the image's own size.

    Pixels are 0 and 255 for one class, else class indices. An image that cannot be read does not
    keep the others from being written.

    Args:
        run: Whose best weights are used.
        images: PNG and JPEG files of any size.
        out: A folder; made if it is missing.
        progress: Called with images done and images in all.

    Returns:
        The masks that were written.

    Raises:
        ProblemError: Before anything is written, masks that would overwrite each other or a file
            that is there. At the end, every image that could not be read.
    """
    targets = _targets(images, out)
    predictor = open_predictor(run)
    with said_if_unwritable(out):
        out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    problems: list[Problem] = []
    for done, (image, target) in enumerate(zip(images, targets, strict=True), start=1):
        try:
            _write(target, _mask(predictor, image))
            written.append(target)
        except ProblemError as error:
            problems += error.problems
        if progress:
            progress(done, len(images))
    if problems:
        raise ProblemError(problems)
    return written


def _mask(predictor: Predictor, path: Path) -> NDArray[np.uint8]:
    network = predictor.network
    mask = as_mask(predictor.whole(with_channels(read_image(path), network.channels)))
    return mask * np.uint8(255) if predictor.classes == 1 else mask


def _targets(images: Sequence[Path], out: Path) -> list[Path]:
    targets = [out / f"{image.stem}.png" for image in images]
    problems = [*_same(images, targets), *_there(targets)]
    if problems:
        raise ProblemError(problems)
    return targets


def _same(images: Sequence[Path], targets: Sequence[Path]) -> Iterator[Problem]:
    first: dict[Path, Path] = {}
    for image, target in zip(images, targets, strict=True):
        if target in first:
            yield Problem(
                "AF514",
                f"'{first[target]}' and '{image}' would both be written as '{target.name}'",
                Mark(str(image)),
                why="a mask is called by its image's stem",
                fix="predict them into two folders, or rename one",
            )
        first.setdefault(target, image)


def _there(targets: Sequence[Path]) -> Iterator[Problem]:
    there = sorted({target for target in targets if target.exists()})
    if there:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        yield Problem(
            "AF514",
            f"'{there[0].name}'{more} is there already",
            Mark(str(there[0])),
            why="it may be an image, or a mask that was drawn by hand",
            fix="give a new folder with `-o`, or remove the files yourself",
        )


def _write(path: Path, mask: NDArray[np.uint8]) -> None:
    with said_if_unwritable(path), whole_file(path) as part:
        Image.fromarray(mask).save(part, format="PNG")
