"""What a layout hands on: which files make up which example, before any pixel is read."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from archforge.errors import Problem

SPLITS = {"train": "train", "validation": "validation", "val": "validation", "test": "test"}


@dataclass(frozen=True)
class Source:
    """The files of one example.

    Args:
        id: Its name: the image's path below its folder, without suffix.
        split: ``train``, ``validation`` or ``test`` where the folder says so, else empty.
        image: The image file, or a path into a file of many (``cells.npz/images/3``).
        masks: One mask file, or one for each object; none where a class names the whole image.
        labels: Instance labels beside the masks.
        group: Examples of one group never lie in two parts; empty for none.
        stratum: What each part is to hold the same share of; empty for none.
        label: Class of the whole image.
        separate: Whether each mask file holds one object, also where there is one file alone.
        columns: What else a manifest says of it, as name and value.
    """

    id: str
    split: str
    image: Path
    masks: tuple[Path, ...]
    labels: Path | None = None
    group: str = ""
    stratum: str = ""
    label: int | None = None
    columns: tuple[tuple[str, str], ...] = ()
    separate: bool = False

    @property
    def tells_objects(self) -> bool:
        """Whether its files tell objects apart, whatever numbers the mask holds."""
        return self.labels is not None or self.separate or len(self.masks) > 1

    @property
    def files(self) -> tuple[Path, ...]:
        """Every path that the example is read from."""
        return (self.image, *self.masks, *([self.labels] if self.labels else []))

    def column(self, name: str) -> str:
        """The value in a manifest's column, empty where there is none."""
        return dict(self.columns).get(name, "")


@dataclass(frozen=True)
class Listing:
    """All examples of a folder, in the order of split and id, and what is wrong with its files.

    Args:
        format: A key of ``FORMATS``.
        root: The folder.
        sources: The examples.
        problems: Files that have no place.
        class_names: Name of each class where the layout has them.
    """

    format: str
    root: Path
    sources: tuple[Source, ...]
    problems: tuple[Problem, ...] = ()
    class_names: tuple[str, ...] = ()

    @property
    def task(self) -> str:
        """``classification`` where whole images have a class, else ``segmentation``."""
        whole = self.sources and all(source.label is not None for source in self.sources)
        return "classification" if whole else "segmentation"


def names_of(sources: Sequence[Source]) -> list[str]:
    """A name for each example that no other one has.

    Folders for training and for validation often number their images alike, and folds mix both: an
    id that stands in two of them has that of its part before it.
    """
    counts = Counter(source.id for source in sources)
    return [
        f"{source.split or 'train'}/{source.id}" if counts[source.id] > 1 else source.id
        for source in sources
    ]


def in_order(sources: Iterable[Source]) -> tuple[Source, ...]:
    """Sources sorted by split and id, so that no order on disk shows through."""
    return tuple(sorted(sources, key=lambda source: (source.split, source.id)))
