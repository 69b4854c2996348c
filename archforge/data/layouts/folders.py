"""The format ``folders``: ``images/``, ``masks/`` and perhaps ``labels/``, with or without a split.

The split is that of the sub-folders ``train/``, ``validation/`` (or ``val/``) and ``test/`` where
they exist. Images and masks are paired by the rules of ``pairing``, instance labels likewise.
Examples of one sub-folder of ``images/`` are a group and stay in one part.
"""

from pathlib import Path
from typing import NoReturn

from archforge.data.layouts.pairing import lonely, paired
from archforge.data.layouts.pictures import Found, pictures
from archforge.data.source import SPLITS, Listing, Source, in_order
from archforge.errors import Mark, Problem, refuse


def detect(root: Path) -> bool:
    """Whether ``root``, or one of its split folders, has a folder ``images``."""
    return (root / "images").is_dir() or bool(_parts(root))


def read(root: Path) -> Listing:
    """Pair images and masks.

    Raises:
        ProblemError: ``root`` has images of its own and split folders too.
    """
    parts = _parts(root)
    if (root / "images").is_dir():
        if parts:
            _refuse_both(root, parts[0])
        parts = [root]
    sources: list[Source] = []
    problems: list[Problem] = []
    for part in parts:
        split = "" if part == root else SPLITS[part.name]
        found, wrong = _read_part(part, split, root)
        sources += found
        problems += wrong
    return Listing("folders", root, in_order(sources), tuple(problems))


def _parts(root: Path) -> list[Path]:
    return [root / name for name in SPLITS if (root / name / "images").is_dir()]


def _refuse_both(root: Path, part: Path) -> NoReturn:
    refuse(
        "AF404",
        f"the folder has 'images' of its own and '{part.name}/images' too",
        mark=Mark(str(root)),
        why="which of the two holds the training images cannot be known",
        fix=f"move 'images' and 'masks' into '{part.name}', or give '{part}' as the folder",
    )


def _read_part(part: Path, split: str, root: Path) -> tuple[list[Source], list[Problem]]:
    images, problems = pictures(part / "images", root)
    if not (part / "masks").is_dir():
        return [], [*problems, _no_masks(part, len(images))]
    masks, wrong = pictures(part / "masks", root)
    problems += wrong
    labels: Found = {}
    if (part / "labels").is_dir():
        labels, wrong = pictures(part / "labels", root)
        problems += wrong
    pairs, wrong = paired(images, masks)
    problems += wrong
    problems += lonely(images, masks, problems, pairs)
    beside, wrong = paired(images, labels)
    problems += wrong
    if images and labels:
        problems += lonely(images, labels, problems, beside, partner="label file")
    sources = [
        Source(
            name,
            split,
            images[name],
            (masks[mask],),
            labels=labels[beside[name]] if name in beside else None,
            group=name.rpartition("/")[0],
        )
        for name, mask in pairs.items()
    ]
    return sources, problems


def _no_masks(part: Path, images: int) -> Problem:
    return Problem(
        "AF405",
        f"'masks' is missing beside 'images', so {images} images have no mask",
        Mark(str(part / "images")),
        why="a network for segmentation learns from, and is measured by, masks",
        fix=f"put one mask of the same stem for each image into '{part / 'masks'}'",
    )
