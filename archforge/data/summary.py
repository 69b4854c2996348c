"""What a folder holds, in numbers and in plain sentences."""

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np

from archforge.data.formats import list_examples
from archforge.data.measure import Reading
from archforge.data.options import IGNORED, DataOptions
from archforge.data.survey import Progress, Survey, survey

# An image none of whose pixels reaches a quarter of its type's range looks black on a screen.
DARK_BELOW = 64
TYPES = {"uint8": "8-bit", "uint16": "16-bit", "float32": "32-bit floating point"}
Three = tuple[int, int, int]


@dataclass(frozen=True)
class Summary:
    """Facts about a folder of images and masks.

    Args:
        folder: As the person wrote it.
        format: A key of ``FORMATS``.
        task: ``segmentation`` or ``classification``.
        images: How many there are.
        splits: Images in each split folder; empty where there is none.
        planes: Lowest, median and highest; zeros where images are flat.
        heights: Lowest, median and highest.
        widths: Lowest, median and highest.
        types: Images of each type of pixel.
        channels: 1 where every image is grey in content, else the most that any has.
        grey_images: Images whose content is grey, RGB files with equal channels too.
        colour_images: The others.
        low: Lowest value of all images.
        high: Highest value of all images.
        dark_images: 8-bit images whose brightest pixel is below a quarter of the range.
        pixel_sizes_um: Each size of pixels along the axes that files name.
        masks: What the values in the masks mean, in one sentence.
        foreground: The value beside 0 of binary masks, else 0.
        classes: 1 where there is one class against background, else the number of classes.
        class_names: Where the folder says them.
        shares: Share of each class among all pixels, or of whole images.
        empty_masks: Masks with class 0 only.
        full_masks: Masks of one other class only.
        objects: How many there are in all masks.
        diameters: 5th, 50th and 95th percentile of their diameters, in pixels.
    """

    folder: str
    format: str
    task: str
    images: int
    splits: dict[str, int]
    planes: Three
    heights: Three
    widths: Three
    types: dict[str, int]
    channels: int
    grey_images: int
    colour_images: int
    low: float
    high: float
    dark_images: int
    pixel_sizes_um: tuple[tuple[float, ...], ...]
    masks: str
    foreground: int
    classes: int
    class_names: tuple[str, ...]
    shares: tuple[float, ...]
    empty_masks: int
    full_masks: int
    objects: int
    diameters: tuple[float, float, float]

    def facts(self) -> dict[str, object]:
        """What ``--json`` prints."""
        return asdict(self)

    def words(self) -> list[str]:
        """The same in plain sentences."""
        sentences = [
            (
                f"{counted(self.images, 'image')} in the layout '{self.format}', "
                f"{self._split_words()}."
            ),
            self._size_words(),
            self._channel_words(),
            f"Values {self.low:g} to {self.high:g}.",
            f"{self.masks}{'' if self.masks.endswith('.') else '.'}",
            f"{self._share_words()}.",
        ]
        if self.task == "segmentation":
            sentences.append(self._object_words())
        return sentences

    def class_name(self, index: int) -> str:
        """The name of a class, its number where it has none."""
        if self.class_names:
            return self.class_names[index]
        return ("background", "foreground")[index] if self.classes == 1 else f"class {index}"

    def _split_words(self) -> str:
        if not self.splits:
            return "not split by folders"
        return ", ".join(f"{count} in {split}" for split, count in self.splits.items())

    def _size_words(self) -> str:
        known = [" x ".join(f"{side:.4g}" for side in size) for size in self.pixel_sizes_um]
        return f"{_size_words(self.planes, self.heights, self.widths)}; {_pixel_words(known)}."

    def _channel_words(self) -> str:
        kinds = (TYPES[name] for name in self.types)
        counts = f"{self.grey_images} grey and {self.colour_images} coloured in content"
        return f"{' and '.join(kinds)}; {counts}: {counted(self.channels, 'channel')}."

    def _share_words(self) -> str:
        whole = "images" if self.task == "classification" else "pixels"
        if self.classes == 1:
            name = self.class_name(1).capitalize()
            return f"{name} is {percent(self.shares[1])} of all {whole}"
        rows = (f"{self.class_name(i)} {percent(share)}" for i, share in enumerate(self.shares))
        return f"Shares of all {whole}: {', '.join(rows)}"

    def _object_words(self) -> str:
        if not self.objects:
            return "No objects."
        low, middle, high = self.diameters
        return (
            f"{counted(self.objects, 'object')}, {middle:.0f} pixels across in the middle, "
            f"nine of ten between {low:.0f} and {high:.0f}."
        )


def inspect_folder(
    path: Path, progress: Progress | None = None, options: DataOptions | None = None
) -> Summary:
    """Read a whole folder and sum it up.

    Raises:
        ProblemError: With every problem of the folder.
    """
    return summarize(survey(list_examples(Path(path)), progress, options))


def summarize(read: Survey) -> Summary:
    """The summary of a folder that was read."""
    rows = read.readings
    grey = sum(row.grey for row in rows)
    diameters = [size for row in rows for size in row.diameters]
    low, middle, high = np.percentile(diameters, (5, 50, 95)).tolist() if diameters else (0, 0, 0)
    return Summary(
        folder=str(read.root),
        format=read.format,
        task=read.task,
        images=len(rows),
        splits=dict(sorted(Counter(row.split for row in rows if row.split).items())),
        planes=_three([row.shape[0] if len(row.shape) == 3 else 0 for row in rows]),
        heights=_three([row.height for row in rows]),
        widths=_three([row.width for row in rows]),
        types=dict(sorted(Counter(row.type for row in rows).items())),
        channels=read.channels,
        grey_images=grey,
        colour_images=len(rows) - grey,
        low=min(row.low for row in rows),
        high=max(row.high for row in rows),
        dark_images=sum(is_dark(row) for row in rows),
        pixel_sizes_um=tuple(sorted({row.pixel_size for row in rows if row.pixel_size})),
        masks=read.rule.words if read.task == "segmentation" else _class_words(read),
        foreground=read.rule.foreground,
        classes=read.rule.classes,
        class_names=read.rule.names,
        shares=_shares(read),
        empty_masks=sum(is_empty(row) for row in rows),
        full_masks=sum(is_full(row) for row in rows),
        objects=sum(row.objects for row in rows),
        diameters=(low, middle, high),
    )


def is_dark(row: Reading) -> bool:
    """Whether an 8-bit image looks black on a screen."""
    return row.type == "uint8" and row.high < DARK_BELOW


def is_empty(row: Reading) -> bool:
    """Whether the mask is background alone."""
    return set(row.pixels) == {0}


def is_full(row: Reading) -> bool:
    """Whether the mask is all one class."""
    return len(row.pixels) == 1 and 0 not in row.pixels


def counted(count: int, word: str) -> str:
    """``1 image``, ``2 images``, ``24,248 objects``."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def percent(share: float) -> str:
    """A share in words."""
    return f"{100 * share:.1f} %"


def _shares(read: Survey) -> tuple[float, ...]:
    counts = [0] * max(2, read.rule.classes)
    for source, row in zip(read.sources, read.readings, strict=True):
        if source.label is not None:
            counts[source.label] += 1
        for value, pixels in row.pixels.items():
            kind = np.uint32 if row.coloured else np.int64
            index = int(read.rule.indices(np.array([value], kind))[0])
            if index != IGNORED:
                counts[index] += pixels
    return tuple(count / max(sum(counts), 1) for count in counts)


def _class_words(read: Survey) -> str:
    return f"Whole images belong to {read.rule.classes} classes"


def _three(sizes: list[int]) -> Three:
    return min(sizes), round(median(sizes)), max(sizes)


def _size_words(planes: Three, heights: Three, widths: Three) -> str:
    axes = [planes, heights, widths] if any(planes) else [heights, widths]
    if all(low == high for low, _, high in axes):
        return f"All {' x '.join(str(low) for low, _, _ in axes)} pixels"
    stack = f"Planes {_range(planes)}, heights" if any(planes) else "Heights"
    return f"{stack} {_range(heights)}, widths {_range(widths)} pixels"


def _range(sizes: Three) -> str:
    low, middle, high = sizes
    return str(low) if low == high else f"{low} to {high} (median {middle})"


def _pixel_words(known: list[str]) -> str:
    if not known:
        return "no file says how large a pixel is"
    if len(known) == 1:
        return f"a pixel is {known[0]} micrometres"
    return f"pixels of {len(known)} sizes, {known[0]} to {known[-1]} micrometres"
