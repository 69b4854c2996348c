"""Which images are meant, and which files are written for them, before anything is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from archforge.errors import Mark, Problem, ProblemError, refuse
from archforge.predict.pixels import OPENERS

TABLE, BOXES, COCO = "objects.csv", "boxes.csv", "coco.json"
# A mask is a file of the kind of its image, but never a JPEG, which would change its values.
SUFFIXES = {".png": ".png", ".jpg": ".png", ".jpeg": ".png", ".tif": ".tif", ".tiff": ".tif",
            ".npy": ".npy", ".npz": ".npy", ".zarr": ".tif"}  # fmt: skip


@dataclass(frozen=True)
class Target:
    """The files of one image.

    Args:
        image: What is read.
        mask: Class indices, or 0 and 255.
        labels: Numbered objects, if they are wanted.
        scores: Probabilities, if they are wanted.
    """

    image: Path
    mask: Path
    labels: Path | None
    scores: Path | None

    @classmethod
    def of(cls, image: Path, out: Path, *, labels: bool, scores: bool) -> "Target":
        """Names that follow from the image's."""
        suffix = SUFFIXES.get(image.suffix.lower(), ".png")
        return cls(
            image,
            out / f"{image.stem}{suffix}",
            out / f"{image.stem}_labels{suffix}" if labels else None,
            out / f"{image.stem}_scores.tif" if scores else None,
        )

    @property
    def files(self) -> list[Path]:
        """All that are written."""
        return [path for path in (self.mask, self.labels, self.scores) if path]


def list_images(paths: Iterable[Path]) -> list[Path]:
    """Images that are given by name, by folder, or by a pattern with ``*``.

    Raises:
        ProblemError: A folder or a pattern without images.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir() and path.suffix.lower() not in OPENERS:
            found += _images_in(path)
        elif "*" in path.name and not path.exists():
            found += _some(sorted(path.parent.glob(path.name)), path)
        else:
            found.append(path)
    return found


def check_targets(targets: Sequence[Target], tables: Sequence[Path]) -> None:
    """Check that no file would be written twice, or over another.

    Raises:
        ProblemError: AF514.
    """
    files = [path for target in targets for path in target.files]
    problems = [*_same(targets), *_there([*files, *tables])]
    if problems:
        raise ProblemError(problems)


def _images_in(folder: Path) -> list[Path]:
    files = sorted(folder.iterdir())
    images = [one for one in files if one.suffix.lower() in OPENERS and one.name[0] != "."]
    return _some(images, folder)


def _some(images: list[Path], where: Path) -> list[Path]:
    if not images:
        refuse(
            "AF403",
            f"there are no images at '{where}'",
            mark=Mark(str(where)),
            why=f"images are files of the types {', '.join(OPENERS)}",
            fix="give the folder or the files themselves",
        )
    return images


def _same(targets: Sequence[Target]) -> Iterator[Problem]:
    first: dict[Path, Path] = {}
    for target in targets:
        for path in target.files:
            if path in first:
                yield Problem(
                    "AF514",
                    f"'{first[path]}' and '{target.image}' would both be written as '{path.name}'",
                    Mark(str(target.image)),
                    why="a mask is called by its image's stem",
                    fix="predict them into two folders, or rename one",
                )
            first.setdefault(path, target.image)


def _there(files: Sequence[Path]) -> Iterator[Problem]:
    there = sorted({path for path in files if path.exists()})
    if there:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        yield Problem(
            "AF514",
            f"'{there[0].name}'{more} is there already",
            Mark(str(there[0])),
            why="it may be an image, or a mask that was drawn by hand",
            fix="give a new folder with `-o`, remove the files yourself, or keep them and go on "
            "with `--skip-existing`",
        )
