"""What the numbers in masks mean: a rule that makes class indices, and objects, of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.data.options import IGNORED

LAST_OBJECT = np.iinfo(np.int32).max  # labels are kept in 32 bits with a sign
GREY = 0x010101  # a grey level times this is its colour
Indices = NDArray[np.uint8]


@dataclass(frozen=True)
class MaskRule:
    """How mask values become class indices.

    Args:
        foreground: The one value beside 0 of binary masks; 0 where values are not binary.
        classes: 1 where there is one class against background (a sigmoid), else their number (a
            softmax).
        ignore: The value that is neither learned from nor scored.
        numbered: Whether each object has a number of its own.
        beside: Whether instance labels lie beside the masks, in files of their own.
        colours: Colour (0xrrggbb) and class index, sorted.
        names: Of the classes, where the folder says them.
    """

    foreground: int
    classes: int
    ignore: int | None = None
    numbered: bool = False
    beside: bool = False
    colours: tuple[tuple[int, int], ...] = ()
    names: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """``binary``, ``classes``, ``labels`` or ``colours``."""
        if self.colours:
            return "colours"
        if self.numbered:
            return "labels"
        return "binary" if self.foreground else "classes"

    @property
    def has_instances(self) -> bool:
        """Whether objects are told apart, in the masks or beside them."""
        return self.numbered or self.beside

    @property
    def words(self) -> str:
        """The rule in one sentence."""
        return f"{_WORDS[self.kind](self)}{self._ignored()}."

    def indices(self, values: NDArray[Any]) -> Indices:
        """Class indices, 0 and 1 for one class, ``IGNORED`` where nothing is known.

        Shape: that of ``values``, of which colours are packed as 0xrrggbb.
        """
        found = _INDICES[self.kind](self, values)
        if self.ignore is not None:
            found[values == self.ignore] = IGNORED
        return found

    def instances(self, values: NDArray[Any]) -> NDArray[np.int32] | None:
        """The number of the object at each pixel, or ``None`` where masks hold none."""
        if not self.numbered:
            return None
        ignored = values == self.ignore if self.ignore is not None else False
        return np.where(ignored, 0, values).astype(np.int32)

    def _ignored(self) -> str:
        return f"; {self.ignore} is ignored" if self.ignore is not None else ""


def _of_colours(rule: MaskRule, values: NDArray[Any]) -> Indices:
    packed = values.astype(np.uint32) * np.uint32(GREY if values.dtype == np.uint8 else 1)
    colours, indices = (np.array(row) for row in zip(*rule.colours, strict=True))
    place = np.minimum(np.searchsorted(colours, packed), len(colours) - 1)
    assert (colours[place] == packed).all(), "the survey has seen every colour"
    return np.asarray(indices.astype(np.uint8)[place])


_INDICES: dict[str, Callable[[MaskRule, NDArray[Any]], Indices]] = {
    "binary": lambda rule, values: (values != 0).astype(np.uint8),
    "labels": lambda rule, values: (values != 0).astype(np.uint8),
    "classes": lambda rule, values: values.astype(np.uint8),
    "colours": _of_colours,
}
_WORDS: dict[str, Callable[[MaskRule], str]] = {
    "binary": lambda rule: (
        f"Masks hold 0 and {rule.foreground}: one class against background (sigmoid)"
    ),
    "labels": lambda rule: (
        "Masks number their objects (instance labels): any object against background (sigmoid)"
    ),
    "classes": lambda rule: (
        f"Masks hold class indices 0 to {rule.classes - 1}: {rule.classes} classes (softmax)"
    ),
    "colours": lambda rule: (
        f"Masks hold {len(rule.colours)} colours: "
        + (f"{rule.classes} classes (softmax)" if rule.classes > 1 else "one class (sigmoid)")
    ),
}
