"""Paths that lead into a file of many pictures, as if that file were a folder."""

from pathlib import Path

# `cells.npz/images/3` and `annotations.json/7`.
CONTAINERS = frozenset({".npz", ".json"})


def on_disk(path: Path) -> Path:
    """The file that a path lies in: itself, unless it leads into a container."""
    if path.suffix:
        return path
    return next((part for part in path.parents if part.suffix.lower() in CONTAINERS), path)


def within(path: Path) -> tuple[str, ...]:
    """The rest of the path, inside the container."""
    return path.relative_to(on_disk(path)).parts
