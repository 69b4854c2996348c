"""What varies in a space: one axis for each hyperparameter that shapes read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from archforge.expand.ranges import grid_values, value_at
from archforge.spec import Hyperparameter, Search, Spec

MOST_VALUES = 10_000
"""Longest axis that is written out."""

FEW = 5
"""Values that stand for a range without steps."""


@dataclass(frozen=True)
class Axis:
    """One hyperparameter and the values that it may have.

    Args:
        name: Of the hyperparameter.
        values: In order.
        whole: Whether these are all values; a range without steps is shown by a few.
    """

    name: str
    values: tuple[Any, ...]
    whole: bool = True


def axis(known: Hyperparameter, preset: Mapping[str, Any], fixed: Mapping[str, Any]) -> Axis:
    """The values of one hyperparameter.

    Its search range, else ``one_of``, else ``min`` to ``max`` where both stand and are whole
    numbers, else the value in force. A fixed value stands alone.
    """
    name = known.name
    if name in fixed:
        return Axis(name, (fixed[name],))
    if known.search is not None:
        return _ranged(name, known.search)
    if known.one_of is not None:
        return Axis(name, known.one_of)
    ends = (known.minimum, known.maximum)
    default = preset.get(name, known.default)
    if isinstance(default, int) and all(isinstance(end, int) for end in ends):
        return _ranged(name, Search("int", ends[0] or 0, ends[1] or 0))
    return Axis(name, (default,))


def axes(
    spec: Spec, names: Collection[str], preset: str | None, fixed: Mapping[str, Any]
) -> list[Axis]:
    """One axis for each of ``names``, in the order of the file."""
    of_preset = spec.presets.get(preset or "", {})
    return [
        axis(known, of_preset, fixed)
        for name, known in spec.hyperparameters.items()
        if name in names
    ]


def _ranged(name: str, search: Search) -> Axis:
    values = grid_values(search, MOST_VALUES + 1)
    if values is not None and len(values) <= MOST_VALUES:
        return Axis(name, tuple(values))
    width = (search.high - search.low) / (FEW - 1)
    few = [value_at(search, index, width) for index in range(FEW)]
    return Axis(name, tuple(map(round, few) if search.kind == "int" else few), whole=False)
