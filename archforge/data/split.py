"""Which examples are trained on, looked at meanwhile, and kept for the end.

What must not be torn apart (a group, near duplicates) is one *unit*. Within a stratum the units are
ordered by a hash of seed and name, and a part is a run of that order: neither the order on disk nor
the machine matters, and an image added later moves few others. The shares of the strata add up to
the asked number of images by largest remainders.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, islice
from pathlib import Path

from archforge.data.options import DataOptions
from archforge.data.source import Source
from archforge.data.survey import Survey
from archforge.data.units import Unit, units_of
from archforge.errors import Mark, refuse

PARTS = ("train", "validation", "test")
Parts = dict[str, list[Source]]


def split_sources(read: Survey, options: DataOptions) -> Parts:
    """The examples of each part: ``train``, ``validation`` and ``test``.

    Parts that the folder has of its own are taken as they are; of the rest, ``validation`` and
    ``test`` are cut off, or one of ``folds`` is. The order within a part depends on the seed and
    the ids alone.

    Raises:
        ProblemError: There are too few examples, a group lies in two parts of the folder's own, or
            a column is asked for that no manifest has.
    """
    return split_units(units_of(read, options), options, read.root)


def split_units(units: Sequence[Unit], options: DataOptions, root: Path) -> Parts:
    """The examples of each part, as ``split_sources``, of units that are known.

    Raises:
        ProblemError: There are too few, or one has a name that is no text.
    """
    _check_names(units, root)
    parts = {part: [unit for unit in units if unit.split == part] for part in PARTS}
    pool, images = parts["train"], _images(parts["train"])
    cuts = {"test": options.test, "validation": 0.0 if options.folds else options.validation}
    cuts = {part: share for part, share in cuts.items() if share and not parts[part]}
    _check_enough(pool, 1 + len(cuts), root)
    for place, (part, share) in enumerate(cuts.items()):
        left = len(cuts) - place  # one unit for each part to come, and one to train on
        most = len(pool) - left
        parts[part], pool = _cut(pool, max(1, round(share * images)), most, options.seed)
    if options.folds:
        parts["validation"], pool = _folded([*pool, *parts["validation"]], options, root)
    return {part: _sources(row, options.seed) for part, row in {**parts, "train": pool}.items()}


def split_planes(
    planes: Sequence[int], others: Mapping[str, Sequence[int]], options: DataOptions
) -> dict[str, tuple[int, ...]]:
    """The rows of each part where one single stack is all that can be divided.

    The last planes are held out: neighbours look alike, so single ones would leak.

    Args:
        planes: The rows of the stack, in order.
        others: Rows that the folder itself puts into a part; of such a part nothing is cut off.
        options: The shares.
    """
    validation, test = (
        max(1, round(share * len(planes))) if share and not others.get(part) else 0
        for part, share in (("validation", options.validation), ("test", options.test))
    )
    ends = max(1, len(planes) - validation - test), max(1, len(planes) - test)
    cut = {
        "train": planes[: ends[0]],
        "validation": planes[ends[0] : ends[1]],
        "test": planes[ends[1] :],
    }
    return {part: (*cut[part], *others.get(part, ())) for part in PARTS}


def _cut(pool: list[Unit], count: int, most: int, seed: int) -> tuple[list[Unit], list[Unit]]:
    """About ``count`` images, at most ``most`` units, of all strata alike; and the rest."""
    strata = _strata(pool, seed)
    total = sum(len(unit.sources) for unit in pool)
    quotas = _apportioned([_images(units) * count / total for units in strata], count)
    taken: list[Unit] = []
    for units, quota in zip(strata, quotas, strict=True):
        taken += _run(units, quota)
    if not taken:  # each unit is larger than the share of its stratum
        taken = [min(pool, key=lambda unit: (len(unit.sources), _hash(seed, unit.name)))]
    taken = taken[: max(most, 1)]
    names = {unit.name for unit in taken}
    return taken, [unit for unit in pool if unit.name not in names]


def _run(units: Sequence[Unit], quota: int) -> Iterator[Unit]:
    """Units from the first on, each that brings the number of images nearer to the quota."""
    done = 0
    for unit in units:
        if done + len(unit.sources) / 2 <= quota:
            done += len(unit.sources)
            yield unit


def _apportioned(shares: Sequence[float], count: int) -> list[int]:
    """Whole numbers near the shares that add up to ``count``: the method of Hare and Niemeyer."""
    whole = [int(share) for share in shares]
    by_rest = sorted(range(len(shares)), key=lambda place: whole[place] - shares[place])
    for place in islice(by_rest, count - sum(whole)):
        whole[place] += 1
    return whole


def _folded(pool: list[Unit], options: DataOptions, root: Path) -> tuple[list[Unit], list[Unit]]:
    """One fold for validation, and the rest."""
    assert options.folds is not None
    _check_enough(pool, options.folds, root)
    folds = _folds(_strata(pool, options.seed), options.folds)
    if len(set(folds.values())) < options.folds:  # strata too small to be dealt one by one
        plain = [replace(unit, stratum="") for unit in pool]
        folds = _folds(_strata(plain, options.seed), options.folds)
    if len(set(folds.values())) < options.folds:
        _refuse_few(len(set(folds.values())), options.folds, root)
    chosen = [unit for unit in pool if folds[unit.name] == options.fold]
    rest = [unit for unit in pool if folds[unit.name] != options.fold]
    return chosen, rest


def _folds(strata: Sequence[Sequence[Unit]], count: int) -> dict[str, int]:
    """The fold of each unit: equal runs of the order of each stratum.

    Each stratum begins where the last one ended, so that small ones do not all fall into fold 0.
    """
    total = sum(_images(units) for units in strata)
    folds: dict[str, int] = {}
    begun = 0.0
    for units in strata:
        images = _images(units)
        ends = accumulate(len(unit.sources) for unit in units)
        for unit, end in zip(units, ends, strict=True):
            middle = (end - len(unit.sources) / 2) / images
            folds[unit.name] = int(count * middle + begun) % count
        begun += count * images / total
    return folds


def _strata(pool: Iterable[Unit], seed: int) -> list[list[Unit]]:
    strata: defaultdict[str, list[Unit]] = defaultdict(list)
    for unit in sorted(pool, key=lambda unit: (_hash(seed, unit.name), unit.name)):
        strata[unit.stratum].append(unit)
    return [strata[name] for name in sorted(strata)]


def _images(units: Iterable[Unit]) -> int:
    return sum(len(unit.sources) for unit in units)


def _sources(units: Iterable[Unit], seed: int) -> list[Source]:
    sources = [source for unit in units for source in unit.sources]
    return sorted(sources, key=lambda source: (_hash(seed, source.id), source.split, source.id))


def _hash(seed: int, name: str) -> bytes:
    return hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=16).digest()


def _check_names(units: Iterable[Unit], root: Path) -> None:
    """Splits, scores and tables name each image, and are text."""
    for unit in units:
        for source in unit.sources:
            name = source.id.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            if name != source.id:
                refuse(
                    "AF407",
                    f"the name of the picture '{name}' is no text: it is not UTF-8",
                    mark=Mark(str(root)),
                    why="splits and scores name each image, in files of text",
                    fix="rename it, or convert names with a tool such as `convmv`",
                )


def _check_enough(pool: Sequence[Unit], fewest: int, root: Path) -> None:
    if len(pool) < fewest:
        _refuse_few(len(pool), fewest, root)


def _refuse_few(count: int, fewest: int, root: Path) -> None:
    refuse(
        "AF415",
        f"too few images to train on: {count}, at least {fewest} are needed",
        mark=Mark(str(root)),
        why="each part needs one; images of one group, and near duplicates, count as one"
        if fewest > 1
        else "there is none to learn",
        fix="add images with masks, or draw some with `archforge data synth`; if images are "
        "independent although they look alike, say 'group_by: none'",
    )
