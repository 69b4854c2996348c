"""A folder of images and masks as arrays to train, validate and test on."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from archforge.data.cache import VERSION, cache_home, kept_store
from archforge.data.contents import read_labels, read_values
from archforge.data.digests import content_hash, short_hash
from archforge.data.examples import Examples
from archforge.data.files import read_image
from archforge.data.formats import list_examples
from archforge.data.kept_survey import kept_survey
from archforge.data.normalize import Statistics, statistics
from archforge.data.options import IGNORED, DataOptions
from archforge.data.parts import parts_of, rows_of, together
from archforge.data.resize import RGB, with_channels
from archforge.data.source import Source, names_of
from archforge.data.split import PARTS
from archforge.data.store import Entry, Store
from archforge.data.summary import Summary, summarize
from archforge.data.survey import WORKERS, Progress, Survey
from archforge.data.targets import border_target
from archforge.data.units import units_of
from archforge.errors import Mark, refuse
from archforge.files import sweep

Size = tuple[int, ...]


@dataclass(frozen=True)
class Dataset:
    """A folder, split and ready.

    Args:
        train: What a network learns from.
        validation: What is looked at while it learns.
        test: What is looked at once; empty where there is no test part.
        size: That all images were stretched to; none where each has its own.
        rank: Spatial axes: 2, or 3 for volumes.
        channels: Of every image.
        summary: What the folder holds.
        fingerprint: Hash of the ids, splits and bytes of all files.
        options: How the folder was understood and split.
        task: ``segmentation`` or ``classification``.
        home: Of the cache.
    """

    train: Examples
    validation: Examples
    test: Examples
    size: Size | None
    rank: int
    channels: int
    summary: Summary
    fingerprint: str
    options: DataOptions
    task: str
    home: Path

    def together(self, *parts: str) -> dict[str, str]:
        """Of images that belong with others, by their ids, the name of what they make.

        Args:
            parts: Whose images: ``train``, ``validation`` or ``test``.
        """
        wanted: list[Examples] = [getattr(self, part) for part in parts]
        return {
            name: part.group(index)
            for part in wanted
            for index, name in enumerate(part.ids)
            if part.group(index)
        }

    @property
    def classes(self) -> int:
        """1 for binary masks (a sigmoid), else the number of classes (a softmax)."""
        return self.train.rule.classes

    @property
    def has_instances(self) -> bool:
        """Whether objects are told apart."""
        return self.train.rule.has_instances

    @cached_property
    def statistics(self) -> Statistics:
        """Of the training images."""
        return statistics(map(self.train.image, range(len(self.train))))

    def class_counts(self, classes: int) -> list[int]:
        """Training pixels of each class; images of each, where whole images have a class.

        Args:
            classes: 1 for binary masks; 3 for the inside and border of objects.
        """
        rows = range(len(self.train))
        if self.task == "classification":
            found = np.bincount([self.train.label(row) for row in rows], minlength=max(2, classes))
            return [int(count) for count in found]
        counts = np.zeros(256, np.int64)
        bordered = classes != self.classes
        for row in rows:
            mask, labels = self.train.mask(row), self.train.labels(row) if bordered else None
            seen = mask if labels is None else np.where(
                mask == IGNORED, IGNORED, border_target(labels))  # fmt: skip
            counts += np.bincount(seen.reshape(-1), minlength=256)
        return [int(count) for count in counts[: max(2, classes)]]

    def at(self, size: Size) -> "Dataset":
        """The same images, all stretched to one size.

        Raises:
            ProblemError: The cache cannot be written.
        """
        if self.size == size:
            return self
        folder = self.train.native.folder
        place = folder.with_name(f"{folder.name}-{'x'.join(map(str, size))}")
        with _writing(self.home):
            sized = {name: getattr(self, name).brought_to(size, place) for name in PARTS}
        return replace(self, size=size, **sized)


def open_dataset(  # noqa: PLR0913 - the room's one door: each is a setting of an experiment
    path: Path,
    *,
    size: Size | None = None,
    channels: int | None = None,
    rank: int | None = None,
    options: DataOptions | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Read a folder, or its cache, and split it.

    Args:
        path: The folder.
        size: What images are stretched to; by default each keeps its own.
        channels: Of the network; by default what the images need.
        rank: 2 takes stacks plane by plane, 3 takes them whole; by default that of ``size``, or 2.
        options: How masks are understood and parts are made.
        cache: Where memory maps are kept; by default the user's cache folder.
        progress: Called with files done and files in all, once for the survey, once for the arrays.

    Raises:
        ProblemError: With every problem of the folder.
    """
    if size is not None and min(size) < 1:
        raise ValueError(f"size must be numbers of at least 1, got {size}")
    if channels is not None and channels < 1:
        raise ValueError(f"channels must be at least 1, got {channels}")
    options = options or DataOptions()
    found = list_examples(Path(path))
    home = cache or cache_home()
    with _writing(home):
        content = content_hash(found, home)
        read = kept_survey(found, content, home, progress, options)
    wanted = _Wanted(rank or (len(size) if size else 2), channels or read.channels)
    _check_taken(read, wanted)
    store = _native(read, content, wanted, home, progress)
    rows = rows_of(read, store)
    units = units_of(read, options)  # refuses a group that lies in two parts
    parts = parts_of(read, options, rows, units)
    belonging = together(units, rows)
    cut = [Examples(store, store, parts[name], read.rule, read.root, belonging) for name in PARTS]
    dataset = Dataset(
        train=cut[0],
        validation=cut[1],
        test=cut[2],
        size=None,
        rank=wanted.rank,
        channels=wanted.channels,
        summary=summarize(read),
        fingerprint=content,
        options=options,
        task=read.task,
        home=home,
    )
    return dataset.at(size) if size else dataset


class _Wanted(NamedTuple):
    rank: int
    channels: int


def _native(
    read: Survey, content: str, wanted: _Wanted, home: Path, progress: Progress | None
) -> Store:
    key = short_hash(repr((VERSION, content, tuple(wanted), asdict(read.rule))))
    facts = _facts(read, wanted.rank)
    with _writing(home):
        sweep(home / "arrays")
        return kept_store(
            home / "arrays" / key, facts, partial(_entries, read, wanted, progress)
        )  # fmt: skip


def _facts(read: Survey, rank: int) -> Mapping[str, Any]:
    """What the store says of its rows: known from the survey, before any pixel is read again."""
    ids: list[str] = []
    origins: list[int] = []
    for index, (name, reading) in enumerate(
        zip(names_of(read.sources), read.readings, strict=True)
    ):
        planes = reading.shape[0] if len(reading.shape) > rank else 0
        ids += [f"{name}/{plane:03}" for plane in range(planes)] or [name]
        origins += [index] * max(1, planes)
    sizes = [read.readings[index].pixel_size for index in origins]
    return {
        "ids": ids,
        "origins": origins,
        "labels": [read.sources[index].label or 0 for index in origins],
        "pixel_sizes": [list(size[-rank:]) if size else None for size in sizes],
    }


def _entries(read: Survey, wanted: _Wanted, progress: Progress | None) -> Iterator[Entry]:
    """The arrays of every source, planes of a stack one after the other."""
    sources = read.sources
    with ThreadPoolExecutor(WORKERS) as pool:
        for start in range(0, len(sources), 2 * WORKERS):  # `map` alone would fill the memory
            chunk = sources[start : start + 2 * WORKERS]
            made = pool.map(partial(_whole, read, channels=wanted.channels), chunk)
            for done, entry in enumerate(made, start=start + 1):
                yield from _planes(entry) if entry["image"].ndim - 1 > wanted.rank else [entry]
                if progress:
                    progress(done, len(sources))


def _whole(read: Survey, source: Source, *, channels: int) -> Entry:
    entry = {"image": with_channels(read_image(source.image).values, channels)}
    if source.masks:
        entry["mask"] = read.rule.indices(read_values(source).values)
        labels = read_labels(source, read.rule)
        if labels is not None:
            entry["labels"] = labels
    return entry


def _planes(entry: Entry) -> Iterator[Entry]:
    for plane in range(len(entry["image"])):
        yield {name: array[plane] for name, array in entry.items()}


def _check_taken(read: Survey, wanted: _Wanted) -> None:
    flat = next((s for s, r in zip(read.sources, read.readings, strict=True)
                 if len(r.shape) < wanted.rank), None)  # fmt: skip
    if flat is not None:
        refuse(
            "AF441",
            f"'{flat.image.name}' is a flat image, the network takes volumes",
            mark=Mark(str(flat.image)),
            why="a volume has planes, height and width",
            fix="give stacks (TIFF of several pages, OME-TIFF), or take a network for images",
        )
    if read.channels != wanted.channels and {read.channels, wanted.channels} != {1, RGB}:
        refuse(
            "AF441",
            f"the network takes {wanted.channels} channels, the images have {read.channels}",
            mark=Mark(str(read.root)),
            why="grey is repeated for 3 channels and colours become grey for 1, nothing else",
            fix=f"set `channels` to {read.channels}, or leave it out: it is then set from the data",
        )


@contextmanager
def _writing(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        refuse(
            "AF419",
            f"the cache cannot be written: {(error.strerror or type(error).__name__).lower()}",
            mark=Mark(str(home)),
            why="images are read once and kept there as memory maps",
            fix="make room, or name another place with the variable ARCHFORGE_CACHE",
        )
