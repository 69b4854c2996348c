"""Which rows of a folder's arrays are trained on, validated on and tested on."""

from collections.abc import Mapping, Sequence

from archforge.data.options import DataOptions
from archforge.data.source import Source
from archforge.data.split import PARTS, split_planes, split_units
from archforge.data.store import Store
from archforge.data.survey import Survey
from archforge.data.units import Unit


def rows_of(read: Survey, store: Store) -> dict[Source, list[int]]:
    """The rows of each example: one for each plane of a stack that is taken plane by plane."""
    rows: dict[Source, list[int]] = {source: [] for source in read.sources}
    for row, index in enumerate(store.facts["origins"]):
        rows[read.sources[index]].append(row)
    return rows


def parts_of(
    read: Survey, options: DataOptions, rows: Mapping[Source, list[int]], units: Sequence[Unit]
) -> dict[str, tuple[int, ...]]:
    """The rows of each part; their order depends on seed and ids alone."""
    pool = [source for source in read.sources if source.split in {"", "train"}]
    if len(pool) == 1 and len(rows[pool[0]]) > 1 and options.folds is None:
        return split_planes(rows[pool[0]], _in_parts(rows), options)
    parts = split_units(units, options, read.root)
    return {name: tuple(row for source in parts[name] for row in rows[source]) for name in PARTS}


def together(units: Sequence[Unit], rows: Mapping[Source, list[int]]) -> dict[int, str]:
    """Of each row that belongs with others, the name of what they make."""
    every = {unit.name: [row for source in unit.sources for row in rows[source]] for unit in units}
    return {row: name for name, each in every.items() if len(each) > 1 for row in each}


def _in_parts(rows: Mapping[Source, Sequence[int]]) -> dict[str, list[int]]:
    """The rows that the folder itself holds out."""
    return {
        part: [row for source in rows if source.split == part for row in rows[source]]
        for part in PARTS[1:]
    }
