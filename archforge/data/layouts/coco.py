"""The format ``coco``: images, and one JSON file with the outlines of their objects.

The file is ``annotations.json``, ``_annotations.coco.json`` or ``instances_*.json``, in the folder,
in its ``annotations/``, or in ``train/``, ``validation/`` (or ``val/``) and ``test/``. Images lie
beside it, in ``images/`` or in the folder of their split. Masks hold the category, labels the
object.
"""

from collections.abc import Iterator
from pathlib import Path

from archforge.data.files.coco import annotations
from archforge.data.layouts.pictures import outside, stays_inside
from archforge.data.source import SPLITS, Listing, Source, in_order
from archforge.errors import Mark, Problem, ProblemError

PATTERNS = ("annotations.json", "_annotations.coco.json", "instances_*.json")


def detect(root: Path) -> bool:
    """Whether there is such a file, and no masks that would be read before it."""
    return bool(_files(root)) and not any(
        (root / part / "masks").is_dir() for part in ("", *SPLITS)
    )


def read(root: Path) -> Listing:
    """One source for each image of each file."""
    sources: list[Source] = []
    problems: list[Problem] = []
    names: tuple[str, ...] = ()
    for path in _files(root):
        try:
            found = annotations(path)
        except ProblemError as error:
            problems += error.problems
            continue
        if names and found.names != names:
            problems.append(_other_classes(path))
        names = names or found.names
        for number, entry in found.images.items():
            source = _source(root, path, number, str(entry.get("file_name", "")))
            if isinstance(source, Source):
                sources.append(source)
            else:
                problems.append(source)
    return Listing("coco", root, in_order(sources), tuple(problems), names)


def _files(root: Path) -> list[Path]:
    folders = [root, root / "annotations", *(root / split for split in SPLITS)]
    return [
        path
        for folder in folders
        for pattern in PATTERNS
        for path in sorted(folder.glob(pattern))
        if path.is_file() and stays_inside(path, root)
    ]


def _split(root: Path, path: Path) -> str:
    """That of the file's folder, or of its name: ``instances_train2017.json``."""
    if path.parent != root and path.parent.name in SPLITS:
        return SPLITS[path.parent.name]
    word = path.stem.removeprefix("instances_")
    return next((split for name, split in SPLITS.items() if word.startswith(name)), "")


def _source(root: Path, path: Path, number: str, name: str) -> Source | Problem:
    split = _split(root, path)
    image = next((place for place in _places(root, path, split, name) if place.is_file()), None)
    if image is None:
        return _lonely(path, number, name)
    if not stays_inside(image, root):
        return outside(image, root, Mark(str(path)))
    return Source(
        Path(name).with_suffix("").as_posix(),
        split,
        image,
        (path / "masks" / number,),
        labels=path / "labels" / number,
    )


def _places(root: Path, path: Path, split: str, name: str) -> Iterator[Path]:
    folders = [path.parent, root, *(root / word for word, part in SPLITS.items() if part == split)]
    for folder in folders:
        yield folder / name
        yield folder / "images" / name


def _lonely(path: Path, number: str, name: str) -> Problem:
    return Problem(
        "AF406",
        f"image {number}, '{name}', is not there",
        Mark(str(path)),
        why="the annotations name it, but no file of that name lies beside them or in 'images'",
        fix="add the image, or remove it from the annotations",
    )


def _other_classes(path: Path) -> Problem:
    return Problem(
        "AF443",
        f"the categories in '{path.name}' differ from those of the other parts",
        Mark(str(path)),
        why="each part must number the classes alike",
        fix="export all parts with the same categories in the same order",
    )
