"""How often each class was taken for each: the counts from which every metric follows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archforge.metrics.case import IGNORED, check_shapes

Mask = NDArray[np.integer] | NDArray[np.bool_]


@dataclass(frozen=True)
class Confusion:
    """Counts of pixels; the sum of two is that of both images pooled.

    Args:
        classes: 1 for binary masks, of which the foreground is scored; else the number of classes,
            of which each is scored, class 0 too.
        table: ``table[t][p]`` pixels of true class t were predicted as p; 2 x 2 for binary masks.
    """

    classes: int
    table: tuple[tuple[int, ...], ...]

    def __add__(self, other: "Confusion") -> "Confusion":
        if other.classes != self.classes:
            raise ValueError(f"counts of {self.classes} and {other.classes} classes do not add")
        rows = zip(self.table, other.table, strict=True)
        table = tuple(tuple(a + b for a, b in zip(*pair, strict=True)) for pair in rows)
        return Confusion(self.classes, table)

    def numbers(self) -> NDArray[np.float64]:
        """The table in a row."""
        return np.array(self.table, dtype=np.float64).ravel()

    def of(self, numbers: NDArray[np.float64]) -> "Confusion":
        """The same classes with other counts."""
        rows = np.rint(numbers).astype(np.int64).reshape(len(self.table), -1)
        return Confusion(self.classes, tuple(map(tuple, rows.tolist())))

    @property
    def shares(self) -> list[list[float]]:
        """The table with each row divided by its sum: what became of each true class."""
        return [[cell / max(1, sum(row)) for cell in row] for row in self.table]

    @property
    def scored(self) -> range:
        """The classes that metrics look at."""
        return range(1, 2) if self.classes == 1 else range(self.classes)

    @property
    def pixels(self) -> int:
        """All pixels."""
        return sum(map(sum, self.table))

    def hits(self, index: int) -> int:
        """Pixels of a class that were predicted as such (true positives)."""
        return self.table[index][index]

    def true(self, index: int) -> int:
        """Pixels of a class."""
        return sum(self.table[index])

    def predicted(self, index: int) -> int:
        """Pixels predicted as a class."""
        return sum(row[index] for row in self.table)


def count(truth: Mask, predicted: Mask, classes: int) -> Confusion:
    """Compare two masks of class indices.

    Args:
        truth: Class indices, or booleans for binary masks; any shape. ``IGNORED`` counts nowhere.
        predicted: The same shape.
        classes: 1 for binary masks, else the number of classes.

    Raises:
        ValueError: The shapes differ, there are no pixels, or a value is no class.
    """
    if classes < 1:
        raise ValueError(f"classes must be at least 1, got {classes}")
    check_shapes(truth=truth, predicted=predicted)
    kinds = max(2, classes)
    known = truth != IGNORED
    if not known.all():
        truth, predicted = truth[known], predicted[known]
    flat = _indices(truth, "truth", kinds) * kinds + _indices(predicted, "predicted", kinds)
    table = np.bincount(flat, minlength=kinds * kinds).reshape(kinds, kinds)
    return Confusion(classes, tuple(map(tuple, table.tolist())))


def _indices(mask: Mask, name: str, kinds: int) -> NDArray[np.int64]:
    if mask.dtype.kind not in "bui":
        raise ValueError(f"{name} must hold whole numbers or booleans, got {mask.dtype}")
    low, high = int(mask.min(initial=kinds)), int(mask.max(initial=0))
    if low < 0 or high >= kinds:
        raise ValueError(f"{name} must hold classes 0 to {kinds - 1}, got {low} to {high}")
    return mask.ravel().astype(np.int64)
