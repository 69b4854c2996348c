"""How well predicted masks match true ones, on NumPy arrays.

Each metric exists twice. ``dice`` is worked out for each image and then averaged, so that a small
image counts like a large one; ``dice_pooled`` is worked out once from the pixels of all images.
This room knows no files, no networks and no training.

To add a metric that follows from counts: one function of a ``Confusion`` and one line in
``METRICS``. ``otsu_mask``, the floor that a network must beat, is in ``metrics.otsu``: it imports
scikit-image, this table does not.
"""

from archforge.metrics.confusion import Confusion, count
from archforge.metrics.score import METRICS, Metric, find_metric, score

__all__ = ["METRICS", "Confusion", "Metric", "count", "find_metric", "score"]
