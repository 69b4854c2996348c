"""The table of losses: what each is called, where it comes from and what it may be told."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# The class index of pixels that count nowhere: value, gradient and normaliser. 255 is what PASCAL
# VOC and Cityscapes use; it is the largest value of an 8-bit mask.
IGNORED = 255


@dataclass(frozen=True)
class Argument:
    """A number that a loss may be told.

    Args:
        default: Its value where it is left out; ``None``: the loss goes without.
        low: The smallest value.
        high: The largest value.
        title: What it does, in one line.
        head: The head it is made for, as for ``Loss``.
    """

    default: float | None
    low: float
    high: float
    title: str
    head: str = "any"


@dataclass(frozen=True)
class Loss:
    """One loss.

    Args:
        title: One line of text.
        function: ``module:function`` of ``Pixels`` and arguments; imported when it is used.
        source: Where it comes from.
        head: The head it is made for: ``sigmoid`` (one class), ``softmax`` (several) or ``any``.
        arguments: What it may be told, by name.
        pixelwise: Whether it is a mean over pixels, each on its own. Only such a loss takes class
            weights and fits a classifier, where an image is one pixel.
    """

    title: str
    function: str
    source: str
    head: str = "any"
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    pixelwise: bool = False


SMOOTHING = Argument(0.0, 0.0, 0.5, "share of the truth that is spread evenly over all classes")

LOSSES: dict[str, Loss] = {
    "bce": Loss(
        "binary cross-entropy of each pixel, for one class",
        "archforge.losses.pixelwise:bce",
        "Cox 1958, Journal of the Royal Statistical Society B 20(2), 215-242",
        "sigmoid",
        {"label_smoothing": SMOOTHING},
        pixelwise=True,
    ),
    "crossentropy": Loss(
        "cross-entropy of each pixel, for several classes",
        "archforge.losses.pixelwise:crossentropy",
        "Bridle 1990, NATO ASI Series F 68, 227-236",
        "softmax",
        {"label_smoothing": SMOOTHING},
        pixelwise=True,
    ),
    "focal": Loss(
        "cross-entropy in which pixels that are right already count little",
        "archforge.losses.pixelwise:focal",
        "Lin et al. 2017, arXiv:1708.02002, equations 4 and 5",
        arguments={
            "gamma": Argument(2.0, 0.0, 10.0, "how little they count; 0 is cross-entropy"),
            "alpha": Argument(
                None, 0.0, 1.0, "what the foreground counts, the background 1 - alpha", "sigmoid"
            ),
            "label_smoothing": SMOOTHING,
        },
        pixelwise=True,
    ),
    "dice": Loss(
        "soft Dice of each image, mean over classes",
        "archforge.losses.overlap:dice",
        "Milletari et al. 2016, arXiv:1606.04797; Drozdzal et al. 2016, arXiv:1608.04117",
    ),
    "iou": Loss(
        "soft IoU of each image, mean over classes",
        "archforge.losses.overlap:iou",
        "Rahman and Wang 2016, Optimizing intersection-over-union in DNNs, ISVC, LNCS 10072",
    ),
    "tversky": Loss(
        "soft Dice that counts false positives and false negatives differently",
        "archforge.losses.overlap:tversky",
        "Salehi, Erdogmus and Gholipour 2017, arXiv:1706.05721",
        arguments={
            "alpha": Argument(0.3, 0.0, 1.0, "what a false positive counts"),
            "beta": Argument(0.7, 0.0, 1.0, "what a false negative counts"),
        },
    ),
    "focal_tversky": Loss(
        "Tversky to a power, so that images which are nearly right still count",
        "archforge.losses.overlap:focal_tversky",
        "Abraham and Khan 2018, arXiv:1810.07842",
        arguments={
            "alpha": Argument(0.3, 0.0, 1.0, "what a false positive counts"),
            "beta": Argument(0.7, 0.0, 1.0, "what a false negative counts"),
            "gamma": Argument(4 / 3, 1.0, 3.0, "the power is 1 / gamma; 1 is tversky"),
        },
    ),
    "lovasz": Loss(
        "the IoU of each image itself, made smooth",
        "archforge.losses.lovasz:lovasz",
        "Berman, Triki and Blaschko 2018, arXiv:1705.08790, equations 8, 9 and 11",
    ),
    "boundary": Loss(
        "wrong pixels, each counted by how far from the true outline it is; add it to another",
        "archforge.losses.boundary:boundary",
        "Kervadec et al. 2019, arXiv:1812.07032, equation 4",
    ),
}
