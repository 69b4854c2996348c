"""What the doctor points out, the worst first.

Each check is one function from a survey to findings; ``CHECKS`` holds them in the order of how much
they harm: first what makes a score untrue, then what teaches a network wrong things, then what to
keep in mind. To add one: a function, and its line in the table.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archforge.data.duplicates import near_duplicates
from archforge.data.measure import Reading
from archforge.data.options import DataOptions
from archforge.data.summary import (
    DARK_BELOW,
    Summary,
    counted,
    is_dark,
    is_empty,
    is_full,
    percent,
)
from archforge.data.survey import Survey
from archforge.data.units import groups_of, home

# A class below this share of all pixels is easily ignored by cross-entropy.
RARE_BELOW = 0.1
# More classes than this are, in microscopy, more often numbered objects.
MANY_CLASSES = 10
# Pixels that differ by less are as good as equal.
ALIKE = 1.05
NAMED = 3
LONG = 24


@dataclass(frozen=True)
class Finding:
    """One thing to look at.

    Args:
        kind: A key of ``CHECKS``.
        text: A sentence, which names the first few images.
        ids: All images that it is about.
    """

    kind: str
    text: str
    ids: tuple[str, ...] = ()


class Note(NamedTuple):
    """What a check yields: a sentence, and the images that it is about."""

    text: str
    ids: Sequence[str] = ()


Check = Callable[[Survey, Summary], Iterator[Note]]


def findings_of(read: Survey, summary: Summary) -> tuple[Finding, ...]:
    """Everything that a check has found, the worst first."""
    return tuple(
        Finding(kind, note.text, tuple(note.ids))
        for kind, check in CHECKS.items()
        for note in check(read, summary)
    )


def named(ids: Sequence[str]) -> str:
    """The first few names, and how many more there are; long ones cut."""
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return f"{', '.join(short(name) for name in ids[:NAMED])}{more}"


def short(name: str) -> str:
    """A name, or its beginning where it is long."""
    return name if len(name) <= LONG else f"{name[: LONG // 2]}..."


def _leaks(read: Survey, _: Summary) -> Iterator[Note]:
    """Near duplicates on both sides of a split that the folder itself makes."""
    for group in _alike(read):
        places = _places(read, group)
        if places:
            ids = _ids(read, group)
            yield Note(
                f"The same image, or nearly so, lies in {places}: {named(ids)}. "
                "A score on it would be too good.",
                ids,
            )


def _torn_groups(read: Survey, _: Summary) -> Iterator[Note]:
    by_group: defaultdict[str, list[int]] = defaultdict(list)
    for index, group in enumerate(groups_of(read.sources, DataOptions())):
        by_group[group].append(index)
    for group, members in sorted(by_group.items()):
        places = _places(read, members) if group else ""
        if places:
            text = f"The group '{group}' lies in {places}: a score would be too good."
            yield Note(text, _ids(read, members))


def _misplaced(read: Survey, _: Summary) -> Iterator[Note]:
    rows = [row for row in read.readings if row.shift]
    if rows:
        down, right = rows[0].shift
        moves = f"{abs(down)} {'down' if down > 0 else 'up'}" if down else ""
        moves += " and " if down and right else ""
        moves += f"{abs(right)} to the {'right' if right > 0 else 'left'}" if right else ""
        yield Note(
            f"{_masks(len(rows), 'lies', 'lie')} beside the objects: {named(_names(rows))}. "
            f"That of {short(rows[0].id)} lies {moves} (in pixels).",
            _names(rows),
        )


def _empty(read: Survey, _: Summary) -> Iterator[Note]:
    ids = _names(row for row in read.readings if is_empty(row))
    if ids:
        yield Note(
            f"{_masks(len(ids), 'is', 'are')} empty: {named(ids)}. "
            "Right if there is nothing in the image, wrong if nobody has drawn it yet.",
            ids,
        )


def _full(read: Survey, _: Summary) -> Iterator[Note]:
    ids = _names(row for row in read.readings if is_full(row))
    if ids:
        yield Note(f"{_masks(len(ids), 'is', 'are')} all one class: {named(ids)}.", ids)


def _no_contrast(read: Survey, _: Summary) -> Iterator[Note]:
    ids = _names(row for row in read.readings if row.low == row.high)
    if ids:
        verb = "has" if len(ids) == 1 else "have"
        text = f"{counted(len(ids), 'image')} {verb} one value throughout: {named(ids)}."
        yield Note(text, ids)


def _duplicates(read: Survey, _: Summary) -> Iterator[Note]:
    groups = _alike(read)
    if groups:
        ids = [name for group in groups for name in _ids(read, group)]
        copies = sum(_copies(read, group) for group in groups)
        exact = f" ({copies} of them exact copies)" if copies else ""
        yield Note(
            f"{len(ids)} images{exact} are near duplicates of others, turned or mirrored ones "
            f"too: {named(ids)}. Those that are alike stay in one part.",
            ids,
        )


def _classes(_: Survey, summary: Summary) -> Iterator[Note]:
    missing = [summary.class_name(i) for i, share in enumerate(summary.shares) if share == 0]
    if missing:
        yield Note(f"No pixel belongs to {', '.join(missing)}: check the numbers.")
    if summary.task == "segmentation" and summary.classes > MANY_CLASSES:
        yield Note(
            f"{summary.classes} classes are many: if each number is one object, say "
            "'masks: labels'."
        )


def _types(read: Survey, summary: Summary) -> Iterator[Note]:
    if len(summary.types) > 1:
        counts = " and ".join(f"{count} {name}" for name, count in summary.types.items())
        rare = min(summary.types, key=lambda name: summary.types[name])
        ids = _names(row for row in read.readings if row.type == rare)
        yield Note(f"Images have pixels of different types: {counts}.", ids)


def _pixel_sizes(_: Survey, summary: Summary) -> Iterator[Note]:
    sizes = [size[-1] for size in summary.pixel_sizes_um]
    if sizes and max(sizes) > ALIKE * min(sizes):
        yield Note(
            f"Pixels are from {min(sizes):.3g} to {max(sizes):.3g} micrometres wide, so objects "
            "of one size look different. Scaling as augmentation helps, equal pixels help more."
        )


def _dark(read: Survey, _: Summary) -> Iterator[Note]:
    ids = _names(row for row in read.readings if is_dark(row))
    if ids:
        verb = "is" if len(ids) == 1 else "are"
        yield Note(
            f"{counted(len(ids), 'image')} {verb} very dark (no pixel reaches {DARK_BELOW} of "
            f"255): {named(ids)}. Normalizing each image makes up for it.",
            ids,
        )


def _rare(_: Survey, summary: Summary) -> Iterator[Note]:
    share, index = min((share, i) for i, share in enumerate(summary.shares) if share)
    if summary.task == "segmentation" and share < RARE_BELOW:
        yield Note(
            f"Only {percent(share)} of the pixels are {summary.class_name(index)}: a loss that "
            "counts overlap, such as dice, keeps it from being ignored."
        )


CHECKS: dict[str, Check] = {
    "leak": _leaks,
    "torn group": _torn_groups,
    "misplaced": _misplaced,
    "empty": _empty,
    "full": _full,
    "no contrast": _no_contrast,
    "duplicates": _duplicates,
    "classes": _classes,
    "types": _types,
    "pixel sizes": _pixel_sizes,
    "dark": _dark,
    "rare": _rare,
}


def _alike(read: Survey) -> list[list[int]]:
    return near_duplicates([row.print for row in read.readings])


def _places(read: Survey, members: Iterable[int]) -> str:
    """The parts that examples lie in, empty where that is one."""
    parts = sorted({home(read.sources[index]) for index in members})
    return " and ".join(f"'{part}'" for part in parts) if len(parts) > 1 else ""


def _ids(read: Survey, members: Iterable[int]) -> list[str]:
    return [read.sources[index].id for index in members]


def _names(rows: Iterable[Reading]) -> list[str]:
    return [row.id for row in rows]


def _copies(read: Survey, group: Sequence[int]) -> int:
    """How many are pixel for pixel what another is, as far as their numbers tell."""
    rows = [read.readings[index] for index in group]
    same = Counter((row.shape, row.mean, row.deviation, row.histogram, row.print) for row in rows)
    return sum(count for count in same.values() if count > 1)


def _masks(count: int, one: str, many: str) -> str:
    return f"{counted(count, 'mask')} {one if count == 1 else many}"
