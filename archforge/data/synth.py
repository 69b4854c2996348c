"""Folders of drawn images: something to try every command on, without a download.

To add a kind: one file with ``draw_one(index, size, seed) -> Drawn`` and one line in ``KINDS``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import NoReturn, cast

from PIL import Image

from archforge.data.drawn import Drawn
from archforge.data.survey import Progress
from archforge.errors import Mark, did_you_mean, refuse
from archforge.files import new_folder

Draw = Callable[[int, int, int], Drawn]
SMALLEST = 48


@dataclass(frozen=True)
class Kind:
    """One kind of drawn images.

    Args:
        title: One line of text.
        draw: ``module:function`` that draws one image; imported when it is used.
        holds: What is written beside the images, in words.
    """

    title: str
    draw: str
    holds: str


KINDS: dict[str, Kind] = {
    "nuclei": Kind(
        "fluorescent cell nuclei on an uneven ground, with masks",
        "archforge.data.nuclei:draw_one",
        "with masks and labels",
    ),
    "cells": Kind(
        "cells that are round, elongated, clustered or spotted: a folder for each class",
        "archforge.data.cells:draw_one",
        "in a folder for each of 4 classes",
    ),
}


def write_synth(
    out: Path,
    kind: str = "nuclei",
    count: int = 64,
    size: int = 128,
    seed: int = 0,
    progress: Progress | None = None,
) -> Path:
    """Write drawn images into a new folder, as a person's would lie.

    Images of pixels to learn: ``images/``, ``masks/`` (0 and 255) and ``labels/`` (16-bit numbers).
    Of whole images to classify: a folder for each class.

    Args:
        out: The folder; it may exist if it is empty.
        kind: A key of ``KINDS``.
        count: How many images; the first ones are the same for every count.
        size: Height and width, at least 48.
        seed: The same seed gives the same bytes.
        progress: Called with images done and images in all.

    Raises:
        ProblemError: No such kind, or ``out`` is not empty or cannot be written.
    """
    if count < 1 or size < SMALLEST or seed < 0:
        raise ValueError(
            f"count must be at least 1, size at least {SMALLEST}, seed at least 0, "
            f"got {count}, {size} and {seed}"
        )
    draw = _draw(kind)
    _check_free(out)
    try:
        with new_folder(out) as part:
            _fill(part, (draw(index, size, seed) for index in range(count)), count, progress)
    except FileExistsError:
        _refuse_full(out)
    except OSError as error:
        _refuse_unwritable(out, error)
    return out


def _draw(kind: str) -> Draw:
    if kind not in KINDS:
        fix = did_you_mean(kind, KINDS)
        refuse("AF420", f"no kind of drawn images is called '{kind}'", fix=fix)
    module, name = KINDS[kind].draw.split(":")
    return cast(Draw, getattr(import_module(module), name))


def _check_free(out: Path) -> None:
    try:
        if out.is_file() or (out.is_dir() and any(out.iterdir())):
            _refuse_full(out)
    except OSError as error:
        _refuse_unwritable(out, error)


def _fill(part: Path, drawings: Iterator[Drawn], count: int, progress: Progress | None) -> None:
    for done, drawn in enumerate(drawings, start=1):
        for folder, picture in drawn.pictures.items():
            (part / folder).mkdir(exist_ok=True)
            Image.fromarray(picture).save(part / folder / f"{drawn.name}.png")
        if progress:
            progress(done, count)


def _refuse_full(out: Path) -> NoReturn:
    refuse(
        "AF418",
        f"'{out}' is there already and not empty",
        mark=Mark(str(out)),
        why="drawn images are never mixed with files that lie there",
        fix="give a new folder, or remove this one yourself",
    )


def _refuse_unwritable(out: Path, error: OSError) -> NoReturn:
    refuse(
        "AF419",
        f"'{out}' cannot be written: {(error.strerror or type(error).__name__).lower()}",
        mark=Mark(str(out)),
        why="the operating system refused it",
        fix="give a folder that you may write to",
    )
