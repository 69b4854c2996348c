"""A folder of images and masks as arrays to train, validate and test on."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archforge.data.cache import VERSION, ArrayShape, Pair, cache_home, kept_arrays
from archforge.data.contents import read_values
from archforge.data.digests import content_hash, short_hash
from archforge.data.files import read_image
from archforge.data.formats import list_examples
from archforge.data.kept_survey import kept_survey
from archforge.data.masks import MaskRule
from archforge.data.options import DataOptions
from archforge.data.resize import resize_image, resize_mask, with_channels
from archforge.data.source import Source
from archforge.data.split import split_sources
from archforge.data.summary import Summary, summarize
from archforge.data.survey import WORKERS, Progress
from archforge.errors import Mark, refuse


@dataclass(frozen=True, eq=False)
class Examples:
    """Images and masks of one part, resized, and the files they came from.

    Args:
        images: Memory map, uint8, count x height x width x channels.
        masks: Memory map of class indices (0 and 1 for binary), uint8, count x height x width.
        ids: The name of each example.
        sources: The files of each.
        rule: How mask values become class indices.
    """

    images: NDArray[np.uint8]
    masks: NDArray[np.uint8]
    ids: list[str]
    sources: tuple[Source, ...]
    rule: MaskRule

    def __len__(self) -> int:
        return len(self.ids)

    def original(self, index: int) -> Pair:
        """Image (height x width x channels) and class indices of one example at full size.

        Raises:
            ProblemError: A file was removed or damaged since the folder was opened.
        """
        return _original(self.sources[index], self.rule, self.images.shape[-1])


@dataclass(frozen=True, eq=False)
class Dataset:
    """A folder, split and ready.

    Args:
        train: What a network learns from.
        validation: What is looked at while it learns.
        test: What is looked at once; empty where the folder has no test part.
        size: Height and width that images were resized to.
        channels: 1 or 3.
        classes: 1 for binary masks (a sigmoid), else the number of classes (a softmax).
        summary: What the folder holds.
        fingerprint: Hash of the ids, splits and bytes of all files.
    """

    train: Examples
    validation: Examples
    test: Examples
    size: tuple[int, int]
    channels: int
    classes: int
    summary: Summary
    fingerprint: str


def open_dataset(  # noqa: PLR0913 - the room's one door: each is a setting of an experiment
    path: Path,
    *,
    size: tuple[int, int],
    channels: int | None = None,
    validation: float = 0.2,
    seed: int = 0,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Read a folder, or its cache, and split it.

    A folder's own ``test/`` and ``validation/`` are taken; where there is no ``validation/``, a
    part of the training images is cut off by seed.

    Args:
        path: The folder.
        size: Height and width that images are stretched to.
        channels: 1, 3, or what the images need.
        validation: Share of the training images for validation, 0 to below 1.
        seed: Of the split.
        cache: Where memory maps are kept; by default the user's cache folder.
        progress: Called with files done and files in all, once for the survey, once for the arrays.

    Raises:
        ProblemError: With every problem of the folder.
    """
    _check_arguments(size, channels, validation)
    found = list_examples(Path(path))
    home = cache or cache_home()
    with _writing(home):
        content = content_hash(found, home)
        read = kept_survey(found, content, home, progress)
    summary = summarize(read)
    depth = channels or summary.channels
    parts = split_sources(read, DataOptions(validation=validation, seed=seed))
    ordered = [source for part in parts.values() for source in part]
    shape = ArrayShape(len(ordered), size, depth)
    folder = home / "arrays" / _key(content, shape, ordered)
    with _writing(home):
        pair = kept_arrays(folder, shape, partial(_resized, ordered, read.rule, shape, progress))
    cut = _cut(pair, parts, read.rule)
    return Dataset(
        cut["train"],
        cut["validation"],
        cut["test"],
        size,
        depth,
        read.rule.classes,
        summary,
        content,
    )


def _check_arguments(size: tuple[int, int], channels: int | None, validation: float) -> None:
    if min(size) < 1:
        raise ValueError(f"size must be two numbers of at least 1, got {size}")
    if channels not in {None, 1, 3}:
        raise ValueError(f"channels must be 1, 3 or None, got {channels}")
    if not 0 <= validation < 1:
        raise ValueError(f"validation must be in [0, 1), got {validation}")


def _key(content: str, shape: ArrayShape, ordered: Sequence[Source]) -> str:
    """The name of a cache: rows lie in the order of the parts, so that each part is one slice."""
    order = [f"{source.split}/{source.id}" for source in ordered]
    return short_hash(repr((VERSION, content, shape, order)))


def _resized(
    sources: Sequence[Source], rule: MaskRule, shape: ArrayShape, progress: Progress | None
) -> Iterator[Pair]:
    def one(source: Source) -> Pair:
        image, mask = _original(source, rule, shape.channels)
        small = resize_image(image[..., 0] if shape.channels == 1 else image, shape.size)
        return small, resize_mask(mask, shape.size)

    with ThreadPoolExecutor(WORKERS) as pool:
        for start in range(0, len(sources), 4 * WORKERS):  # `map` alone would fill the memory
            chunk = sources[start : start + 4 * WORKERS]
            for done, pair in enumerate(pool.map(one, chunk), start=start + 1):
                yield pair
                if progress:
                    progress(done, len(sources))


def _original(source: Source, rule: MaskRule, channels: int) -> Pair:
    pixels = read_image(source.image).values
    if pixels.dtype != np.uint8:
        refuse("AF409", f"'{source.image.name}' is not 8-bit", mark=Mark(str(source.image)))
    image = with_channels(pixels[..., 0] if pixels.shape[-1] == 1 else pixels, channels)
    return image, rule.indices(read_values(source).values)


def _cut(pair: Pair, parts: dict[str, list[Source]], rule: MaskRule) -> dict[str, Examples]:
    images, masks = pair
    cut: dict[str, Examples] = {}
    start = 0
    for name, part in parts.items():
        rows = slice(start, start + len(part))
        ids = [source.id for source in part]
        cut[name] = Examples(images[rows], masks[rows], ids, tuple(part), rule)
        start = rows.stop
    return cut


@contextmanager
def _writing(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        refuse(
            "AF419",
            f"the cache cannot be written: {(error.strerror or type(error).__name__).lower()}",
            mark=Mark(str(home)),
            why="images are resized once and kept there as memory maps",
            fix="make room, or name another place with the variable ARCHFORGE_CACHE",
        )
