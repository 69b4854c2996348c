"""Several architectures on the same images: which is better, by how much, and at what cost.

``entries`` brings specs, runs and studies together with the images, and tells networks that are the
same; ``trainings`` says which trainings there are and which are done; ``comparing`` trains what is
not, in the processes of ``archforge.crew``, and measures; ``statistics`` says what differs by more
than chance, ``verdicts`` puts it into words, ``writing`` into files. This room searches nothing.
Importing it is light: Keras comes with the processes.

``suites`` holds the shipped benchmarks: which networks, on which drawn images.

To add a cost: a field of ``records.Row`` and a column in ``writing``. To add a test: a function in
``statistics``, checked against a published example, and a field of ``records.Pair``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from archforge.compare.opening import open_sized
from archforge.compare.progress import Progress
from archforge.compare.records import Comparison, Pair, Several
from archforge.compare.rows import Row, Training
from archforge.compare.suites import SUITES, Suite

if TYPE_CHECKING:
    from archforge.compare.comparing import compare
    from archforge.compare.several import compare_several

_LATER = {"compare": "comparing", "compare_several": "several"}

__all__ = [
    "SUITES",
    "Comparison",
    "Pair",
    "Progress",
    "Row",
    "Several",
    "Suite",
    "Training",
    "compare",
    "compare_several",
    "open_sized",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'archforge.compare' has no attribute {name!r}")
    return getattr(import_module(f"archforge.compare.{_LATER[name]}"), name)
