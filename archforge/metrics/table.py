"""The tables of metrics: of masks and objects, and of classes of whole images."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from archforge.errors import did_you_mean, refuse
from archforge.metrics import answers, calibration, instances, outlines, overlap

DICE = "Dice 1945, Ecology 26(3), 297-302"
IOU = "Jaccard 1912, New Phytologist 11(2), 37-50"
COUNTS = "van Rijsbergen 1979, Information Retrieval, chapter 7"
BOUNDARY = "Csurka, Larlus and Perronnin 2013, BMVC"
HAUSDORFF = "Huttenlocher et al. 1993, IEEE Trans. Pattern Anal. Mach. Intell. 15(9), 850-863"
SURFACE = "Heimann et al. 2009, IEEE Transactions on Medical Imaging 28(8), 1251-1265"
BOWL = "Data Science Bowl 2018; Schmidt et al. 2018, arXiv:1806.03535"
PANOPTIC = "Kirillov et al. 2019, arXiv:1801.00868, equation 2"
GUO = "Guo et al. 2017, arXiv:1706.04599, equation 3"
BRIER = "Brier 1950, Monthly Weather Review 78(1), 1-3"
BRODERSEN = "Brodersen et al. 2010, ICPR, 3121-3124"
HANLEY = "Hanley and McNeil 1982, Radiology 143(1), 29-36"

POOLED = "_pooled"
CLASSIFICATION = "classification"
# Classes of which each is scored on its own unless it is asked for.
MOST = 32
OF_A_CLASS = re.compile(r"(dice|iou)_class_(\d+)(_pooled)?")


# What a metric is worked out from, and what an image must have for it.
NEEDS: dict[str, str] = {
    "counts": "masks",
    "outlines": "masks",
    "reliability": "scores",
    "matches": "labels",
    "answers": "scores",
}


@dataclass(frozen=True)
class Metric:
    """One metric.

    Args:
        title: One line of text.
        function: Its value from its evidence; NaN where there is none.
        source: Where it comes from.
        higher_is_better: Whether a search should maximise it.
        pooled: Whether the evidence of all images is summed first; else images are averaged.
        evidence: A key of ``NEEDS``: what the function takes.
        unit: ``pixels`` or ``micrometres``; empty for a share.
    """

    title: str
    function: Callable[[Any], float]
    source: str
    higher_is_better: bool = True
    pooled: bool = False
    evidence: str = "counts"
    unit: str = ""

    @property
    def needs(self) -> str:
        """What an image must have: ``masks``, ``scores`` or ``labels``."""
        return NEEDS[self.evidence]


def _twice(
    evidence: str, where: str, metrics: Mapping[str, tuple[str, Callable[[Any], float], str]]
) -> dict[str, Metric]:
    """Each metric as the mean over images, then each from the evidence of all images."""
    mean = {
        name: Metric(f"{title}, mean over images", function, source, evidence=evidence)
        for name, (title, function, source) in metrics.items()
    }
    pooled = {
        f"{name}{POOLED}": Metric(
            f"{title} over all {where}", function, source, pooled=True, evidence=evidence
        )
        for name, (title, function, source) in metrics.items()
    }
    return mean | pooled


def _distance(title: str, function: Callable[[Any], float], source: str, unit: str) -> Metric:
    return Metric(
        f"{title}, mean over images", function, source, higher_is_better=False,
        evidence="outlines", unit=unit,
    )  # fmt: skip


METRICS: dict[str, Metric] = {
    **_twice("counts", "pixels", {
        "dice": ("Dice", overlap.dice, DICE),
        "iou": ("IoU", overlap.iou, IOU),
        "precision": ("precision", overlap.precision, COUNTS),
        "recall": ("recall", overlap.recall, COUNTS),
        "accuracy": ("accuracy", overlap.accuracy, COUNTS),
    }),
    "boundary_f1": Metric(
        "F1 of outlines with 2 pixels of tolerance, mean over images", outlines.boundary_f1,
        BOUNDARY, evidence="outlines",
    ),
    "hausdorff_95": _distance(
        "95 % Hausdorff distance of outlines", outlines.hausdorff_95, HAUSDORFF, "pixels"
    ),
    "hausdorff_95_um": _distance(
        "95 % Hausdorff distance of outlines in micrometres", outlines.hausdorff_95_um, HAUSDORFF,
        "micrometres",
    ),
    "surface_distance": _distance(
        "mean distance of outlines", outlines.surface_distance, SURFACE, "pixels"
    ),
    "surface_distance_um": _distance(
        "mean distance of outlines in micrometres", outlines.surface_distance_um, SURFACE,
        "micrometres",
    ),
    **_twice("matches", "objects", {
        **{
            f"ap_{percent}": (
                f"AP of objects at IoU 0.{percent:02d}",
                partial(instances.average_precision, percent=percent), BOWL,
            )
            for percent in instances.THRESHOLDS
        },
        "ap_mean": ("mean AP of objects at IoU 0.50 to 0.90", instances.mean_precision, BOWL),
        "pq": ("panoptic quality of objects", instances.panoptic_quality, PANOPTIC),
        "sq": ("segmentation quality: IoU of objects found",
               instances.segmentation_quality, PANOPTIC),
        "rq": ("recognition quality: F1 of objects", instances.recognition_quality, PANOPTIC),
        "instance_f1": ("F1 of objects at IoU 0.50", instances.recognition_quality, COUNTS),
    }),
    "ece": Metric(
        "expected calibration error, over all pixels", calibration.calibration_error, GUO,
        higher_is_better=False, pooled=True, evidence="reliability",
    ),
    "brier": Metric(
        "Brier score, over all pixels", calibration.brier, BRIER,
        higher_is_better=False, pooled=True, evidence="reliability",
    ),
}  # fmt: skip

CLASS_METRICS: dict[str, Metric] = {
    "accuracy": Metric("share of images that are right", answers.accuracy, COUNTS,
                       pooled=True, evidence="answers"),
    "balanced_accuracy": Metric("share that is right, mean over classes",
                                answers.balanced_accuracy, BRODERSEN,
                                pooled=True, evidence="answers"),
    "f1_macro": Metric("F1, mean over classes", answers.f1_macro, COUNTS,
                       pooled=True, evidence="answers"),
    "auc": Metric("area under the ROC curve, mean over classes", answers.auc, HANLEY,
                  pooled=True, evidence="answers"),
    "ece": Metric("expected calibration error", answers.calibration_error, GUO,
                  higher_is_better=False, pooled=True, evidence="answers"),
    "brier": Metric("Brier score", answers.brier, BRIER,
                    higher_is_better=False, pooled=True, evidence="answers"),
}  # fmt: skip


def find_metric(name: str, *, task: str = "segmentation") -> Metric:
    """The metric of that name; ``iou_class_2`` and ``dice_class_2`` are of one class alone.

    Args:
        name: A key of ``METRICS``, with ``_class_`` and a number behind ``dice`` or ``iou``; for
            ``classification`` a key of ``CLASS_METRICS``.
        task: ``segmentation`` or ``classification``.

    Raises:
        ProblemError: There is none.
    """
    known = CLASS_METRICS if task == CLASSIFICATION else METRICS
    if name in known:
        return known[name]
    parts = OF_A_CLASS.fullmatch(name)
    if parts is None or known is CLASS_METRICS:
        refuse("AF430", f"no metric is called '{name}'", fix=did_you_mean(name, known))
    kind, index, pooled = parts.groups()
    base = known[kind + (pooled or "")]
    function = overlap.class_dice if kind == "dice" else overlap.class_iou
    where = "over all pixels" if pooled else "mean over images that have it"
    title = f"{'Dice' if kind == 'dice' else 'IoU'} of class {index}, {where}"
    return Metric(title, partial(function, index=int(index)), base.source, pooled=bool(pooled))


def of_each_class(classes: int) -> list[str]:
    """The Dice of every class on its own, background too; none of one class, or of too many."""
    return [f"dice_class_{index}" for index in range(classes)] if 1 < classes <= MOST else []


def class_of(name: str) -> int | None:
    """The class that a metric is of alone."""
    parts = OF_A_CLASS.fullmatch(name)
    return None if parts is None else int(parts.group(2))
