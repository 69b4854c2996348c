"""Several architectures on the same images: the same split, the same seeds, one table.

This room knows trainings only by their ``Run``; it searches nothing. ``opening`` brings a spec and
a folder together (``archforge.search`` uses it too), ``comparing`` trains what is not trained yet,
``records`` holds the rows, ``writing`` the files. Importing the room is light: Keras comes with
``compare``.

Every score is of full-size validation images, and those chose the best epoch of each network too:
differences between architectures are fair, absolute values a little bright. To add a column: a
field of ``records.Row`` and a line in ``writing``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from archforge.compare.opening import open_sized
from archforge.compare.records import Comparison, Difference, Row

if TYPE_CHECKING:
    from archforge.compare.comparing import compare

__all__ = [
    "Comparison",
    "Difference",
    "Row",
    "compare",
    "open_sized",
]


def __getattr__(name: str) -> Any:
    if name != "compare":
        raise AttributeError(f"module 'archforge.compare' has no attribute {name!r}")
    return import_module("archforge.compare.comparing").compare
