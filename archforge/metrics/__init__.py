"""How well what a network says matches what is true, on NumPy arrays.

Most metrics exist twice. ``dice`` is worked out for each image and then averaged, so that a small
image counts like a large one; ``dice_pooled`` is worked out once from the pixels of all images.
``Scorer`` adds up images (a ``Case`` each) and gives scores, intervals and a row for each image;
``ClassScorer`` does the same for classes of whole images. This room knows no files, no networks and
no training.

Each metric is a function of one kind of evidence about an image: counts of pixels (``confusion``),
outlines, matched objects (``instances``), sorted confidences (``calibration``) or a classifier's
answers. To add a metric: one function of its evidence in the family's file and one line in
``METRICS``. ``otsu_mask``, the floor that a network must beat, is in ``metrics.otsu``: it imports
scikit-image, this table does not.
"""

from archforge.metrics.case import IGNORED, Case
from archforge.metrics.class_scorer import ClassScorer
from archforge.metrics.confusion import Confusion, count
from archforge.metrics.instances import Overlaps, find_overlaps, match
from archforge.metrics.interval import Interval, belonging, interval
from archforge.metrics.score import score
from archforge.metrics.scorer import Scorer
from archforge.metrics.table import CLASS_METRICS, METRICS, Metric, find_metric

__all__ = [
    "CLASS_METRICS",
    "IGNORED",
    "METRICS",
    "Case",
    "ClassScorer",
    "Confusion",
    "Interval",
    "Metric",
    "Overlaps",
    "Scorer",
    "belonging",
    "count",
    "find_metric",
    "find_overlaps",
    "interval",
    "match",
    "score",
]
