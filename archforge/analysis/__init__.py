"""What a graph says about itself without TensorFlow: costs, memory, reach, sizes, a picture."""

from archforge.analysis.costs import Costs, costs
from archforge.analysis.expectations import expectation_problems
from archforge.analysis.facts import facts
from archforge.analysis.memory import Memory, memory
from archforge.analysis.receptive import receptive_field
from archforge.analysis.sizes import AcceptedSizes, accepted_sizes

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
