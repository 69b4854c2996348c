"""The format ``folders``: ``images/`` and ``masks/`` with equal stems, with or without a split.

The split is that of the sub-folders ``train/``, ``validation/`` (or ``val/``) and ``test/`` where
they exist. Other folders beside ``images/`` (``labels/``) and files (``manifest.csv``) are ignored.
"""

from pathlib import Path
from typing import NoReturn

from archforge.data.source import SPLITS, Listing, Source, in_order, pictures
from archforge.errors import Mark, Problem, nearest, refuse


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
        found, wrong = _read_part(part, split)
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


def _read_part(part: Path, split: str) -> tuple[list[Source], list[Problem]]:
    images, problems = pictures(part / "images")
    if not (part / "masks").is_dir():
        return [], [*problems, _no_masks(part, len(images))]
    masks, wrong = pictures(part / "masks")
    problems += wrong
    # A file that cannot be used has its own problem: its partner is not called lonely as well.
    refused = {Path(problem.mark.file).stem for problem in problems if problem.mark}
    problems += [
        _lonely("AF405", images[stem], "mask", part / "masks", masks)
        for stem in sorted(images.keys() - masks.keys() - refused)
    ]
    problems += [
        _lonely("AF406", masks[stem], "image", part / "images", images)
        for stem in sorted(masks.keys() - images.keys() - refused)
    ]
    both = sorted(images.keys() & masks.keys())
    return [Source(stem, split, images[stem], (masks[stem],)) for stem in both], problems


def _no_masks(part: Path, images: int) -> Problem:
    return Problem(
        "AF405",
        f"'masks' is missing beside 'images', so {images} images have no mask",
        Mark(str(part / "images")),
        why="a network for segmentation learns from, and is measured by, masks",
        fix=f"put one mask of the same stem for each image into '{part / 'masks'}'",
    )


def _lonely(code: str, path: Path, partner: str, folder: Path, there: dict[str, Path]) -> Problem:
    near = nearest(path.stem, there)
    rename = (
        f"rename '{there[near].name}' to '{path.stem}{there[near].suffix}', or " if near else ""
    )
    own = "image" if partner == "mask" else "mask"
    return Problem(
        code,
        f"{own} '{path.name}' has no {partner}",
        Mark(str(path)),
        why=f"'{folder}' has no file with the stem '{path.stem}'",
        fix=f"{rename}add the {partner}, or remove the {own}",
    )
