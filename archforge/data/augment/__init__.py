"""Images changed as they might have been taken, with their masks: augmentation as data.

An augmentation is a sum of operations, written as text: ``flips+turns+scale(high=1.3)``. A preset
is the name of such a sum, and what is written after it changes single operations:
``standard+noise(probability=0)``. Image, mask and labels are moved alike; light and colour change
in the image alone.

To add an operation: a function in ``geometry`` or ``photometry`` and one line in ``OPERATIONS``.
To add a preset: one line in ``PRESETS``.
"""

from archforge.data.augment.augmentation import Augmentation, Patch
from archforge.data.augment.table import OPERATIONS, PRESETS, Operation
from archforge.data.augment.text import augmentation_from_mapping, canonical, parse_augmentation

__all__ = [
    "OPERATIONS",
    "PRESETS",
    "Augmentation",
    "Operation",
    "Patch",
    "augmentation_from_mapping",
    "canonical",
    "parse_augmentation",
]
