"""The table of data formats, and the way from a folder to its examples.

To add a format: one file with ``detect(root) -> bool`` and ``read(root) -> Listing``, and one line
in ``FORMATS``. The first format that detects its own layout reads the folder.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from archforge.data.layouts import (
    class_folders,
    coco,
    dsb,
    flat,
    folders,
    manifest,
    stacks,
)
from archforge.data.layouts.pictures import is_picture
from archforge.data.source import Listing
from archforge.errors import Mark, Problem, listing, refuse


@dataclass(frozen=True)
class Format:
    """One layout of a folder of images and masks.

    Args:
        title: One line of text.
        detect: Whether a folder has this layout.
        read: Its examples; problems of single files are listed, not raised.
    """

    title: str
    detect: Callable[[Path], bool]
    read: Callable[[Path], Listing]


# From the most explicit to the vaguest; each looks at names alone. `folders` stands before `dsb`:
# `train/images` would also look like one example called `train`.
FORMATS: dict[str, Format] = {
    "manifest": Format(
        "manifest.csv with the columns image and mask (or id), perhaps split and group",
        manifest.detect,
        manifest.read,
    ),
    "coco": Format(
        "images and annotations.json with the outlines of objects, as COCO has them",
        coco.detect,
        coco.read,
    ),
    "folders": Format(
        "images/ and masks/ with equal stems, also inside train/, validation/ and test/",
        folders.detect,
        folders.read,
    ),
    "dsb": Format(
        "Data Science Bowl 2018: ID/images/ID.png and one file for each nucleus in ID/masks/",
        dsb.detect,
        dsb.read,
    ),
    "flat": Format(
        "images and masks side by side: x.tif and x_mask.tif",
        flat.detect,
        flat.read,
    ),
    "npz": Format(
        "files .npz with the arrays images and masks",
        stacks.detect,
        stacks.read,
    ),
    "classes": Format(
        "a folder for each class of whole images, also inside train/, validation/ and test/",
        class_folders.detect,
        class_folders.read,
    ),
}


def list_examples(path: Path) -> Listing:
    """The examples of a folder, in whichever of the formats it has.

    Raises:
        ProblemError: The folder is missing, cannot be read, is empty or has no known layout.
    """
    try:
        return _list(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        refuse(
            "AF402",
            f"the folder cannot be read: {reason.lower()}",
            mark=Mark(str(path)),
            why="the operating system refused to list it",
            fix="check its name and the rights on it",
        )


def _list(path: Path) -> Listing:
    if not path.is_dir():
        _refuse_missing(path)
    form = next((form for form in FORMATS.values() if form.detect(path)), None)
    if form is None:
        _refuse_layout(path)
    found = form.read(path)
    if not found.sources and not found.problems:
        _refuse_empty(path)
    return replace(found, problems=(*found.problems, *_unlabelled(found)))


def _unlabelled(found: Listing) -> Iterator[Problem]:
    """Images whose files do not tell objects apart, among others whose files do.

    Left as they are, their touching objects would be learned as one, and scores would pass them by.
    """
    told = {problem.mark.file for problem in found.problems if problem.mark}
    count = sum(source.tells_objects for source in found.sources)
    for source in found.sources:
        if count and not source.tells_objects and str(source.image) not in told:
            yield Problem(
                "AF405",
                f"image '{source.id}' has no label file",
                Mark(str(source.image)),
                why=f"{count} other images have labels that tell objects apart, and networks learn "
                "from, and are measured by, those of all images",
                fix="add its labels, or remove those of all images",
            )


def _refuse_missing(path: Path) -> NoReturn:
    there = path.exists()
    refuse(
        "AF401",
        f"'{path}' is a file, not a folder" if there else f"there is no folder '{path}'",
        mark=Mark(str(path)),
        why="images and masks are read from a folder",
        fix="give the folder that holds 'images' and 'masks'",
    )


def _refuse_empty(path: Path) -> NoReturn:
    refuse(
        "AF403",
        "the folder holds no images",
        mark=Mark(str(path)),
        why="no picture file was found where the images belong",
        fix="put images into 'images' and masks of the same stems into 'masks'",
    )


def _refuse_layout(path: Path) -> NoReturn:
    names = sorted(entry.name for entry in path.iterdir() if not entry.name.startswith("."))
    if not names:
        _refuse_empty(path)
    loose = any(is_picture(path / name) for name in names)
    move = "move the pictures into 'images' and 'masks'" if loose else "arrange the files as one of"
    layouts = "; ".join(f"{name}: {form.title}" for name, form in FORMATS.items())
    refuse(
        "AF404",
        "the folder has no layout that is known",
        mark=Mark(str(path)),
        why=f"it holds {listing(names, most=6)}",
        fix=f"{move} ({layouts})",
    )
