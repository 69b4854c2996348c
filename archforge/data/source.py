"""What a data format hands on: which files make up which example, before any pixel is read."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from archforge.errors import Mark, Problem

READ = frozenset({".png", ".jpg", ".jpeg"})
# Picture files that microscopes and Fiji write and that this version leaves to a conversion.
UNREAD = frozenset(
    {".tif", ".tiff", ".bmp", ".gif", ".webp", ".jp2", ".npy", ".czi", ".lif", ".nd2", ".svs"}
)
SPLITS = {"train": "train", "validation": "validation", "val": "validation", "test": "test"}


@dataclass(frozen=True)
class Source:
    """The files of one example.

    Args:
        id: Its name: the stem of the image file, or the folder's name.
        split: ``train``, ``validation`` or ``test`` where folders say so, else empty.
        image: The image file.
        masks: One mask file, or one for each object; they are united by their maximum.
    """

    id: str
    split: str
    image: Path
    masks: tuple[Path, ...]


@dataclass(frozen=True)
class Listing:
    """All examples of a folder, in the order of split and id, and what is wrong with its files."""

    format: str
    root: Path
    sources: tuple[Source, ...]
    problems: tuple[Problem, ...] = ()


def in_order(sources: Iterable[Source]) -> tuple[Source, ...]:
    """Sources sorted by split and id, so that no order on disk shows through."""
    return tuple(sorted(sources, key=lambda source: (source.split, source.id)))


def pictures(folder: Path) -> tuple[dict[str, Path], list[Problem]]:
    """The picture files right inside ``folder`` by stem; hidden and other files are skipped."""
    found: dict[str, Path] = {}
    problems: list[Problem] = []
    for path in sorted(folder.iterdir()):
        suffix = path.suffix.lower()
        if path.name.startswith(".") or not path.is_file():
            continue
        if suffix in UNREAD:
            problems.append(_unread(path))
        elif suffix in READ and path.stem in found:
            problems.append(_twice(path, found[path.stem]))
        elif suffix in READ:
            found[path.stem] = path
    return found, problems


def _unread(path: Path) -> Problem:
    return Problem(
        "AF417",
        f"files of type '{path.suffix.lower()}' are not read",
        Mark(str(path)),
        why="this version reads PNG and JPEG",
        fix="save the file as 8-bit PNG, in Fiji with File > Save As > PNG",
    )


def _twice(path: Path, first: Path) -> Problem:
    return Problem(
        "AF416",
        f"'{path.name}' has the same stem as '{first.name}'",
        Mark(str(path)),
        why=f"an image and its mask belong together by their stem, here '{path.stem}'",
        fix="rename or remove one of the two",
    )
