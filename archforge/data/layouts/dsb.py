"""The format ``dsb``: a folder for each image, one mask file for each nucleus.

It is the layout of the Data Science Bowl 2018 (BBBC038): ``ID/images/ID.png`` and
``ID/masks/*.png``, possibly below ``stage1_train/``. The masks of one image do not overlap and are
united by their maximum. Where any image has several, the one mask of another is one nucleus too.

Source: Caicedo et al. 2019, Nature Methods 16, 1247-1253.
"""

from dataclasses import replace
from pathlib import Path

from archforge.data.layouts.pictures import pictures
from archforge.data.source import Listing, Source, in_order
from archforge.errors import Mark, Problem

TRAIN = "stage1_train"


def detect(root: Path) -> bool:
    """Whether some folder right inside ``root``, or inside its ``stage1_train``, has ``images``."""
    return any((folder / "images").is_dir() for folder in _folders(root))


def read(root: Path) -> Listing:
    """One source for each folder that has ``images`` or ``masks``."""
    sources: list[Source] = []
    problems: list[Problem] = []
    for folder in _folders(root):
        images, wrong_images = _inside(folder / "images", root)
        masks, wrong_masks = _inside(folder / "masks", root)
        wrong = wrong_images + wrong_masks or _check(folder, images, masks)
        problems += wrong
        if images and masks and not wrong:
            sources.append(Source(folder.name, "", images[0], tuple(masks)))
    separate = any(len(source.masks) > 1 for source in sources)
    sources = [replace(source, separate=separate) for source in sources]
    return Listing("dsb", root, in_order(sources), tuple(problems))


def _folders(root: Path) -> list[Path]:
    below = root / TRAIN
    home = below if below.is_dir() else root
    return [path for path in sorted(home.iterdir()) if path.is_dir()]


def _inside(folder: Path, root: Path) -> tuple[list[Path], list[Problem]]:
    if not folder.is_dir():
        return [], []
    found, problems = pictures(folder, root)
    return list(found.values()), problems


def _check(folder: Path, images: list[Path], masks: list[Path]) -> list[Problem]:
    if images and not masks:
        return [_lonely("AF405", images[0], "image", folder / "masks")]
    if masks and not images:
        return [_lonely("AF406", masks[0], "mask", folder / "images")]
    if len(images) > 1:
        return [_several(images)]
    return []


def _lonely(code: str, path: Path, own: str, missing: Path) -> Problem:
    partner = "mask" if own == "image" else "image"
    return Problem(
        code,
        f"{own} '{path.name}' has no {partner}",
        Mark(str(path)),
        why=f"'{missing}' holds no picture",
        fix=f"add the {partner} there, or remove the folder '{missing.parent}'",
    )


def _several(images: list[Path]) -> Problem:
    return Problem(
        "AF416",
        f"one example has {len(images)} images: '{images[0].name}' and '{images[1].name}'",
        Mark(str(images[1])),
        why="in the Data Science Bowl's layout each folder holds one image and its masks",
        fix="give each image a folder of its own, or remove all but one",
    )
