"""What a split must not tear apart, and what it shares out evenly.

A *unit* is one example, or all that belong together: a group of the manifest, a sub-folder, the
planes of one stack (``cell_z01``, ``cell_z02``), images that are near duplicates, and all that are
joined by any of these.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archforge.data.duplicates import near_duplicates
from archforge.data.measure import Reading
from archforge.data.options import DataOptions
from archforge.data.source import Source
from archforge.data.survey import Survey
from archforge.errors import Mark, Problem, ProblemError, did_you_mean, refuse

# Names of the planes of a stack, as Fiji and microscopes number them.
PLANE = re.compile(r"[-_ ](?:z|t|slice|plane|section)[-_ ]?\d+\b", re.IGNORECASE)
THIRDS = ("low", "middle", "high")


@dataclass(frozen=True)
class Unit:
    """Examples that stay together.

    Args:
        name: The first of their names.
        sources: They.
        split: The part that the folder puts them into, else empty.
        stratum: What each part gets the same share of.
    """

    name: str
    sources: tuple[Source, ...]
    split: str
    stratum: str


def units_of(read: Survey, options: DataOptions) -> list[Unit]:
    """All units of a folder, in the order of their names.

    Raises:
        ProblemError: A group lies in two parts, or no manifest has the column that is asked for.
    """
    groups = groups_of(read.sources, options)
    _check_groups(read, groups)
    strata = strata_of(read, options)
    alike = (
        [] if options.group_by == "none" else near_duplicates([row.print for row in read.readings])
    )
    units = []
    for members in _joined(read.sources, groups, alike):
        sources = tuple(read.sources[index] for index in members)
        counts = Counter(strata[index] for index in members)
        stratum = max(counts, key=lambda name: (counts[name], name))
        split = home(sources[0])
        units.append(
            Unit(f"{split}/{min(source.id for source in sources)}", sources, split, stratum)
        )
    return sorted(units, key=lambda unit: unit.name)


def groups_of(sources: Sequence[Source], options: DataOptions) -> list[str]:
    """The group of each example, empty where it has none.

    Raises:
        ProblemError: No manifest has the column.
    """
    if options.group_by == "none":
        return [""] * len(sources)
    if options.group_by != "auto":
        return _column(sources, options.group_by, "group_by")
    stacks = [_stack(source.id) for source in sources]
    counts = Counter(stacks)
    return [
        source.group or (stack if counts[stack] > 1 else "")
        for source, stack in zip(sources, stacks, strict=True)
    ]


def strata_of(read: Survey, options: DataOptions) -> list[str]:
    """The stratum of each example.

    Raises:
        ProblemError: No manifest has the column.
    """
    if options.stratify_by == "none":
        return [""] * len(read.sources)
    if options.stratify_by not in {"auto", "classes"}:
        return _column(read.sources, options.stratify_by, "stratify_by")
    own = [source.stratum for source in read.sources]
    return own if options.stratify_by == "auto" and any(own) else _by_classes(read)


def home(source: Source) -> str:
    """The part of an example before anything is cut off."""
    return source.split or "train"


def _check_groups(read: Survey, groups: Sequence[str]) -> None:
    parts: dict[str, Source] = {}
    problems = []
    for source, group in zip(read.sources, groups, strict=True):
        first = parts.setdefault(group, source)
        if group and home(first) != home(source):
            problems.append(_torn(group, first, source))
    if problems:
        raise ProblemError(problems[:1])


def _torn(group: str, first: Source, other: Source) -> Problem:
    return Problem(
        "AF427",
        f"group '{group}' lies in '{home(first)}' and in '{home(other)}'",
        Mark(str(other.image)),
        why="a network that has seen one image of a group knows the others already, so its score "
        "would be too good",
        fix="move the whole group into one part, or, if the images are independent, say "
        "'group_by: none'",
    )


def _stack(name: str) -> str:
    return PLANE.sub("", name) if PLANE.search(name) else ""


def _column(sources: Sequence[Source], name: str, option: str) -> list[str]:
    known = {column for source in sources for column, _ in source.columns}
    if name not in known:
        refuse(
            "AF428",
            f"{option} cannot be '{name}'",
            why="it is no column of a manifest of this folder",
            fix=did_you_mean(name, {*known, "auto", "none"}),
        )
    return [source.column(name) for source in sources]


def _by_classes(read: Survey) -> list[str]:
    """The class of the whole image, else in which third of all its share of foreground is."""
    if read.task == "classification":
        return [str(source.label) for source in read.sources]
    shares = [_share(row, read.rule.ignore) for row in read.readings]
    order = sorted(shares)
    cuts = [order[len(order) // 3], order[2 * len(order) // 3]]
    return [THIRDS[sum(share >= cut for cut in cuts)] for share in shares]


def _share(row: Reading, ignore: int | None) -> float:
    counts = {value: count for value, count in row.pixels.items() if value != ignore}
    return 1 - counts.get(0, 0) / max(sum(counts.values()), 1)


def _joined(
    sources: Sequence[Source], groups: Sequence[str], alike: Sequence[Sequence[int]]
) -> Iterator[list[int]]:
    """Positions of the members of each unit; what the folder divides stays divided."""
    links: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for index, (source, group) in enumerate(zip(sources, groups, strict=True)):
        if group:
            links[home(source), f"group {group}"].append(index)
    for number, members in enumerate(alike):
        for index in members:
            links[home(sources[index]), f"alike {number}"].append(index)
    yield from _components(len(sources), list(links.values()))


def _components(count: int, links: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Union and find: the sets that share members, joined."""
    parent = list(range(count))

    def top(index: int) -> int:
        while parent[index] != index:
            parent[index] = index = parent[parent[index]]
        return index

    for link in links:
        for index in link[1:]:
            parent[top(index)] = top(link[0])
    members: defaultdict[int, list[int]] = defaultdict(list)
    for index in range(count):
        members[top(index)].append(index)
    yield from members.values()
