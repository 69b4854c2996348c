"""What the numbers in masks mean: found out over a whole folder, never from one file.

An all-black mask fits every reading, so a single file must not decide.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archforge.errors import Mark, Problem, listing

# Above this a mask more likely holds grey levels or numbered objects than classes.
MOST_CLASSES = 32


@dataclass(frozen=True)
class MaskRule:
    """How mask values become class indices.

    Args:
        foreground: The one value beside 0 of binary masks; 0 where values are class indices.
        classes: 1 for binary masks (a sigmoid), else the highest index plus 1 (a softmax).
    """

    foreground: int
    classes: int

    @property
    def words(self) -> str:
        """The rule in one sentence."""
        if self.foreground:
            return f"Masks hold 0 and {self.foreground}: one class against background (sigmoid)."
        last = self.classes - 1
        return f"Masks hold class indices 0 to {last}: {self.classes} classes (softmax)."

    def indices(self, values: NDArray[np.integer]) -> NDArray[np.uint8]:
        """Class indices, 0 and 1 for binary masks."""
        return (values != 0).astype(np.uint8) if self.foreground else values.astype(np.uint8)


def mask_rule(root: Path, masks: Mapping[Path, Iterable[int]]) -> MaskRule | Problem:
    """The rule for a folder from the values that occur in each of its mask files.

    Two values of which one is 0 are binary, whatever the other is; more, or two without 0, are
    class indices up to 31.
    """
    found = {path: sorted(values) for path, values in masks.items()}
    values = sorted({value for row in found.values() for value in row})
    if len(values) == 1:
        return _one_value(root, values[0])
    if len(values) == 2 and values[0] == 0:
        return MaskRule(values[1], 1)
    if values[-1] < MOST_CLASSES:
        return MaskRule(0, values[-1] + 1)
    return _no_rule(found, values)


def _one_value(root: Path, value: int) -> Problem:
    return Problem(
        "AF414",
        f"every pixel of every mask is {value}",
        Mark(str(root)),
        why="masks of a single value tell nothing apart, so there is nothing to learn",
        fix="draw the objects into the masks, as 255 on 0",
    )


def _no_rule(found: dict[Path, list[int]], values: list[int]) -> Problem:
    path = max(sorted(found), key=lambda name: len(found[name]))
    return Problem(
        "AF412",
        f"masks hold {listing(map(str, values), most=6)}: neither 0 and one other value, "
        f"nor class indices up to {MOST_CLASSES - 1}",
        Mark(str(path)),
        why=_reason(found, values),
        fix="write masks as 0 and 255, or as the number of the class, in every file alike",
    )


def _reason(found: dict[Path, list[int]], values: list[int]) -> str:
    pairs = {row[1]: path for path, row in sorted(found.items()) if len(row) == 2 and row[0] == 0}
    if len(pairs) > 1:
        (one, first), (two, second) = sorted(pairs.items())[:2]
        return f"'{first.name}' uses 0 and {one}, '{second.name}' uses 0 and {two}"
    if values == list(range(len(values))) or values[-1] > 255:
        return "values that count on look like numbered objects (instance labels), not classes"
    return "values in between come from lossy compression, smoothing, resizing or grey levels"
