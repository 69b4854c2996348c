"""The format ``classes``: a folder for each class of whole images, for classifiers.

``CLASS/*.png``, or ``train/CLASS/*.png`` with ``validation/`` (or ``val/``) and ``test/`` beside.
The classes are the names of the folders in sorted order: the first is class 0.
"""

from pathlib import Path

from archforge.data.layouts.pictures import is_picture, pictures
from archforge.data.source import SPLITS, Listing, Source, in_order
from archforge.errors import Mark, Problem

PARTS = {"images", "masks", "labels", *SPLITS}


def detect(root: Path) -> bool:
    """Whether two folders or more, in ``root`` or in one of its split folders, hold pictures."""
    return any(len(_classes(part)) > 1 for part in (root, *_parts(root)))


def read(root: Path) -> Listing:
    """One source for each picture; a class that only some parts have is a problem."""
    parts = _parts(root) or [root]
    names = sorted({folder.name for part in parts for folder in _classes(part)})
    sources: list[Source] = []
    problems: list[Problem] = []
    for part in parts:
        split = SPLITS.get(part.name, "") if part != root else ""
        problems += [_missing(part, name) for name in names if not (part / name).is_dir()]
        for folder in _classes(part):
            found, wrong = pictures(folder, root)
            problems += wrong
            label = names.index(folder.name)
            sources += [
                Source(f"{folder.name}/{name}", split, path, (), label=label)
                for name, path in found.items()
            ]
    return Listing("classes", root, in_order(sources), tuple(problems), tuple(names))


def _parts(root: Path) -> list[Path]:
    return [root / name for name in SPLITS if (root / name).is_dir()]


def _classes(part: Path) -> list[Path]:
    return [
        folder
        for folder in sorted(part.iterdir())
        if folder.is_dir()
        and folder.name not in PARTS
        and not folder.name.startswith(".")
        and any(is_picture(path) for path in folder.iterdir())
    ]


def _missing(part: Path, name: str) -> Problem:
    return Problem(
        "AF405",
        f"'{part.name}' has no folder for the class '{name}'",
        Mark(str(part)),
        why="each part needs images of every class",
        fix=f"add '{part.name}/{name}', or remove the class from the other parts",
    )
