"""What a graph says about itself without TensorFlow: costs, memory, reach, sizes, a picture.

`archforge check` needs the expectations alone, so the other modules are imported when they are
first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from archforge.analysis.costs import Costs, costs
from archforge.analysis.expectations import expectation_problems

if TYPE_CHECKING:
    from archforge.analysis.activations import Memory, memory
    from archforge.analysis.figures import facts
    from archforge.analysis.receptive import receptive_field
    from archforge.analysis.sizes import AcceptedSizes, accepted_sizes

# No module is called like what it holds: importing it would put it in the place of that.
_LATER = {
    "AcceptedSizes": "sizes",
    "Memory": "activations",
    "accepted_sizes": "sizes",
    "facts": "figures",
    "memory": "activations",
    "receptive_field": "receptive",
}

__all__ = [
    "AcceptedSizes",
    "Costs",
    "Memory",
    "accepted_sizes",
    "costs",
    "expectation_problems",
    "facts",
    "memory",
    "receptive_field",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'archforge.analysis' has no attribute {name!r}")
    return getattr(import_module(f"archforge.analysis.{_LATER[name]}"), name)
