"""The picture files of a folder by their names, and those that cannot be taken."""

from collections.abc import Iterator
from pathlib import Path

from archforge.data.files import SUFFIXES
from archforge.errors import Mark, Problem

# Picture files that microscopes and cameras write, and that are left to a conversion.
UNREAD = frozenset({".bmp", ".gif", ".webp", ".jp2", ".czi", ".lif", ".nd2", ".svs", ".oib"})
Found = dict[str, Path]


def pictures(folder: Path, root: Path, *, deep: bool = True) -> tuple[Found, list[Problem]]:
    """The pictures in ``folder`` by their path below it, without suffix.

    Hidden files and files of other kinds are passed over.

    Args:
        folder: Where to look.
        root: What no link may leave: a folder from a stranger reads no other files.
        deep: Whether sub-folders are looked into.
    """
    found: Found = {}
    problems: list[Problem] = []
    home = root.resolve()
    for path in _files(folder, deep=deep):
        suffix, name = path.suffix.lower(), name_of(path, folder)
        if suffix in UNREAD:
            problems.append(_unread(path))
        elif suffix not in SUFFIXES:
            continue
        elif not stays_inside(path, home):
            problems.append(outside(path, root))
        elif name in found:
            problems.append(_twice(path, found[name]))
        else:
            found[name] = path
    return found, problems


def name_of(path: Path, folder: Path) -> str:
    """The path below ``folder`` without suffix: ``slide1/cell`` of ``slide1/cell.ome.tif``."""
    below = path.relative_to(folder)
    stem = below.stem
    return (below.parent / stem.removesuffix(".ome")).as_posix()


def is_picture(path: Path) -> bool:
    """Whether the suffix is that of a picture file, read or not, and the name not hidden."""
    known = path.suffix.lower() in UNREAD.union(SUFFIXES)
    return known and not path.name.startswith(".")


def stays_inside(path: Path, root: Path) -> bool:
    """Whether a path, with all its links followed, lies in the folder."""
    return path.resolve().is_relative_to(root.resolve())


def outside(path: Path, root: Path, mark: Mark | None = None) -> Problem:
    """The problem of a path that leads out of the folder; ``mark`` is where it is written."""
    return Problem(
        "AF425",
        f"'{path.name}' leads out of the folder '{root}'",
        mark or Mark(str(path)),
        why="a folder that came from someone else could so read any file of yours",
        fix="copy the file into the folder",
    )


def _files(folder: Path, *, deep: bool) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_file() or path.suffix.lower() in SUFFIXES:  # OME-Zarr is a folder
            yield path
        elif deep and path.is_dir():
            yield from _files(path, deep=deep)


def _unread(path: Path) -> Problem:
    return Problem(
        "AF417",
        f"files of type '{path.suffix.lower()}' are not read",
        Mark(str(path)),
        why=f"the types that are read are {', '.join(SUFFIXES)}",
        fix="save the file as TIFF, in Fiji with File > Save As > Tiff",
    )


def _twice(path: Path, first: Path) -> Problem:
    return Problem(
        "AF416",
        f"'{path.name}' has the same stem as '{first.name}'",
        Mark(str(path)),
        why="an image and its mask belong together by their stem",
        fix="rename or remove one of the two",
    )
