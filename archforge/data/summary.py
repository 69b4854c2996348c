"""What a folder holds, in numbers and in plain sentences: ``archforge data inspect``."""

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np

from archforge.data.formats import list_examples
from archforge.data.measure import Reading
from archforge.data.options import IGNORED
from archforge.data.survey import Progress, Survey, survey

# An image none of whose pixels reaches a quarter of the range looks black on a screen.
DARK_BELOW = 64
# A class below this share of all pixels is easily ignored by cross-entropy.
RARE_BELOW = 0.1
# More classes than this are, in microscopy, more often numbered objects.
MANY_CLASSES = 10


@dataclass(frozen=True)
class Summary:
    """Facts about a folder of images and masks.

    Args:
        folder: As the person wrote it.
        format: A key of ``FORMATS``.
        images: How many there are.
        splits: Images in each split folder; empty where there is none.
        heights: Lowest, median and highest.
        widths: Lowest, median and highest.
        channels: 1 where every image is grey in content, else 3.
        grey_images: Images whose content is grey, RGB files with equal channels too.
        colour_images: The others.
        low: Lowest value of all images, 0 to 255.
        high: Highest value of all images.
        dark_images: Images whose brightest pixel is below a quarter of the range.
        masks: What the values in the masks mean, in one sentence.
        foreground: The value beside 0 of binary masks, else 0.
        classes: 1 for binary masks, else the number of classes.
        shares: Share of each class among all pixels, background first.
        empty_masks: Masks with class 0 only.
        full_masks: Masks of one other class only.
        suggestions: What to mind, in sentences.
    """

    folder: str
    format: str
    images: int
    splits: dict[str, int]
    heights: tuple[int, int, int]
    widths: tuple[int, int, int]
    channels: int
    grey_images: int
    colour_images: int
    low: float
    high: float
    dark_images: int
    masks: str
    foreground: int
    classes: int
    shares: tuple[float, ...]
    empty_masks: int
    full_masks: int
    suggestions: tuple[str, ...]

    def facts(self) -> dict[str, object]:
        """What ``--json`` prints."""
        return asdict(self)

    def words(self) -> list[str]:
        """The same in plain sentences."""
        return [
            f"{_images(self.images)} in the format '{self.format}', {self._split_words()}.",
            f"Heights {_range(self.heights)}, widths {_range(self.widths)} pixels.",
            self._channel_words(),
            self._value_words(),
            self.masks,
            f"{self._share_words()}.",
            f"{self.empty_masks} empty and {self.full_masks} full masks.",
            *self.suggestions,
        ]

    def _split_words(self) -> str:
        if not self.splits:
            return "not split by folders"
        return ", ".join(f"{count} in {split}" for split, count in self.splits.items())

    def _channel_words(self) -> str:
        plural = "s" if self.channels > 1 else ""
        kinds = f"{self.grey_images} grey and {self.colour_images} coloured in content"
        return f"{kinds}: {self.channels} channel{plural}."

    def _value_words(self) -> str:
        dark = f"{self.dark_images} very dark (no pixel reaches {DARK_BELOW} of 255)"
        return f"Values {self.low:g} to {self.high:g}; {dark}."

    def _share_words(self) -> str:
        if self.classes == 1:
            return f"Foreground is {_percent(self.shares[1])} of all pixels"
        rows = (f"{index}: {_percent(share)}" for index, share in enumerate(self.shares))
        return f"Share of each class: {', '.join(rows)}"


def inspect_folder(path: Path, progress: Progress | None = None) -> Summary:
    """Read a whole folder and sum it up.

    Raises:
        ProblemError: With every problem of the folder.
    """
    return summarize(survey(list_examples(Path(path)), progress))


def summarize(read: Survey) -> Summary:
    """The summary of a folder that was read."""
    rows = read.readings
    grey = sum(row.grey for row in rows)
    shares = _shares(read)
    return Summary(
        folder=str(read.root),
        format=read.format,
        images=len(rows),
        splits={split: count for split, count in _splits(rows).items() if split},
        heights=_three([row.height for row in rows]),
        widths=_three([row.width for row in rows]),
        channels=read.channels,
        grey_images=grey,
        colour_images=len(rows) - grey,
        low=min(row.low for row in rows),
        high=max(row.high for row in rows),
        dark_images=sum(row.high < DARK_BELOW for row in rows),
        masks=read.rule.words,
        foreground=read.rule.foreground,
        classes=read.rule.classes,
        shares=shares,
        empty_masks=sum(set(row.pixels) == {0} for row in rows),
        full_masks=sum(len(row.pixels) == 1 and 0 not in row.pixels for row in rows),
        suggestions=_suggestions(read.rule.classes, shares),
    )


def _splits(rows: tuple[Reading, ...]) -> Counter[str]:
    return Counter(row.split for row in rows)


def _shares(read: Survey) -> tuple[float, ...]:
    counts = [0] * max(2, read.rule.classes)
    for row in read.readings:
        for value, pixels in row.pixels.items():
            index = int(read.rule.indices(np.array([value]))[0])
            if index != IGNORED:
                counts[index] += pixels
    return tuple(count / sum(counts) for count in counts)


def _suggestions(classes: int, shares: tuple[float, ...]) -> tuple[str, ...]:
    found = []
    missing = [str(index) for index, share in enumerate(shares) if share == 0]
    rarest, index = min((share, index) for index, share in enumerate(shares) if share)
    if missing:
        found.append(f"No pixel belongs to class {', '.join(missing)}: check the numbers.")
    if rarest < RARE_BELOW:
        name = ("Background", "Foreground")[index] if classes == 1 else f"Class {index}"
        found.append(
            f"{name} has only {_percent(rarest)} of the pixels: a loss that counts overlap, "
            "such as dice, keeps it from being ignored."
        )
    if classes > MANY_CLASSES:
        found.append(
            f"{classes} classes are many: if each number is one object, write masks as 0 and 255."
        )
    return tuple(found)


def _three(sizes: list[int]) -> tuple[int, int, int]:
    return min(sizes), round(median(sizes)), max(sizes)


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count} images"


def _range(sizes: tuple[int, int, int]) -> str:
    low, middle, high = sizes
    return str(low) if low == high else f"{low} to {high} (median {middle})"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
