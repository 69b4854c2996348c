"""The format ``flat``: images and masks side by side in one folder, told apart by the mask's name.

``x.tif`` and ``x_mask.tif``, with any of the suffixes of ``pairing``; also inside ``train/``,
``validation/`` (or ``val/``) and ``test/``.
"""

from pathlib import Path

from archforge.data.layouts.pairing import lonely, paired, without_suffix
from archforge.data.layouts.pictures import name_of, pictures
from archforge.data.source import SPLITS, Listing, Source, in_order
from archforge.errors import Problem


def detect(root: Path) -> bool:
    """Whether ``root``, or one of its split folders, holds a picture and its mask."""
    return any(_has_pair(folder) for folder in (root, *_parts(root)))


def read(root: Path) -> Listing:
    """Pair images and masks."""
    sources: list[Source] = []
    problems: list[Problem] = []
    for folder in (root, *_parts(root)):
        found, wrong = pictures(folder, root, deep=False)
        masks = {name: path for name, path in found.items() if without_suffix(name)}
        images = {name: path for name, path in found.items() if name not in masks}
        pairs, ambiguous = paired(images, masks)
        problems += [*wrong, *ambiguous]
        problems += lonely(images, masks, problems, pairs)
        split = SPLITS.get(folder.name, "") if folder != root else ""
        sources += [
            Source(name, split, images[name], (masks[mask],)) for name, mask in pairs.items()
        ]
    return Listing("flat", root, in_order(sources), tuple(problems))


def _parts(root: Path) -> list[Path]:
    return [root / name for name in SPLITS if (root / name).is_dir()]


def _has_pair(folder: Path) -> bool:
    names = {name_of(path, folder) for path in folder.iterdir() if path.is_file()}
    return any(without_suffix(name) in names for name in names)
