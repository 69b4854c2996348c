"""The format ``npz``: files ``.npz`` that hold images and masks together.

``images`` (examples x height x width, perhaps x channels) and ``masks`` (examples x height x
width), or ``image`` and ``mask`` of one example; perhaps ``labels`` too. The name of a file
(``train.npz``, ``test.npz``) is its split where it is that of one.
"""

from collections.abc import Iterator
from pathlib import Path

from archforge.data.files import npz_shapes
from archforge.data.layouts.pictures import outside, stays_inside
from archforge.data.source import SPLITS, Listing, Source, in_order
from archforge.errors import Mark, Problem, ProblemError

STACKS = ("images", "labels", "masks")
Shapes = dict[str, tuple[int, ...]]


def detect(root: Path) -> bool:
    """Whether there is such a file right inside."""
    return any(not path.name.startswith(".") for path in root.glob("*.npz"))


def read(root: Path) -> Listing:
    """One source for each entry of each file."""
    sources: list[Source] = []
    problems: list[Problem] = []
    for path in sorted(root.glob("*.npz")):
        if not stays_inside(path, root):
            problems.append(outside(path, root))
            continue
        try:
            sources += _sources(path)
        except ProblemError as error:
            problems += error.problems
    return Listing("npz", root, in_order(sources), tuple(problems))


def _sources(path: Path) -> Iterator[Source]:
    shapes = npz_shapes(path)
    split = SPLITS.get(path.stem, "")
    if {"images", "masks"} <= shapes.keys():
        yield from _entries(path, shapes, split)
        return
    if not {"image", "mask"} <= shapes.keys():
        raise ProblemError([_no_pair(path, shapes)])
    labels = path / "labels" if "labels" in shapes else None
    yield Source(path.stem, split, path / "image", (path / "mask",), labels=labels)


def _entries(path: Path, shapes: Shapes, split: str) -> Iterator[Source]:
    (count,) = shapes["images"][:1] or (0,)
    if any(shapes[name][:1] != (count,) for name in STACKS if name in shapes):
        raise ProblemError([_uneven(path, shapes)])
    width = len(str(count - 1))
    for index in range(count):
        labels = path / "labels" / str(index) if "labels" in shapes else None
        yield Source(
            f"{path.stem}/{index:0{width}d}",
            split,
            path / "images" / str(index),
            (path / "masks" / str(index),),
            labels=labels,
        )


def _no_pair(path: Path, shapes: Shapes) -> Problem:
    return Problem(
        "AF405",
        f"'{path.name}' holds no images with masks",
        Mark(str(path)),
        why=f"its arrays are called {', '.join(sorted(shapes)) or 'nothing'}",
        fix="save it with np.savez(path, images=..., masks=...)",
    )


def _uneven(path: Path, shapes: Shapes) -> Problem:
    counts = ", ".join(f"{(shapes[name] or (0,))[0]} {name}" for name in STACKS if name in shapes)
    return Problem(
        "AF410",
        f"the stacks in '{path.name}' differ in length: {counts}",
        Mark(str(path)),
        why="each image belongs to the mask of the same number",
        fix="save as many masks as images",
    )
