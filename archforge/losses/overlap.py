"""Losses that look at how far the predicted region of each class overlaps the true one.

Each is worked out for each image and class, then averaged over classes. Not as
``keras.losses.Dice``, which pools the batch: there a large nucleus in one image outweighs small
ones in all others (0.10 where the mean over images is 0.53).
"""

from typing import Any

from keras import ops

from archforge.losses.pixels import Pixels

# Pixels added above and below the fraction line: an image without a class that predicts none of it
# has loss 0 and a gradient. No paper has it but that of focal Tversky; it is what most public U-Net
# code adds.
SMOOTH = 1.0
# A float32 near 1 is exact to 6e-8: a loss below this is none.
NOTHING = 1e-6


def dice(pixels: Pixels) -> Any:
    """``1 - (2 sum(p t) + s) / (sum(p) + sum(t) + s)``.

    Source: Drozdzal et al. 2016, arXiv:1608.04117, equation 1, which leaves out the squares of
    Milletari, Navab and Ahmadi 2016, arXiv:1606.04797, section 3.
    """
    both, true, predicted = _areas(pixels)
    return 1 - ops.mean((2 * both + SMOOTH) / (true + predicted + SMOOTH), axis=-1)


def iou(pixels: Pixels) -> Any:
    """``1 - (sum(p t) + s) / (sum(p) + sum(t) - sum(p t) + s)``.

    Source: Rahman and Wang 2016, ISVC, LNCS 10072, 234-244.
    """
    both, true, predicted = _areas(pixels)
    return 1 - ops.mean((both + SMOOTH) / (true + predicted - both + SMOOTH), axis=-1)


def tversky(pixels: Pixels, alpha: float = 0.3, beta: float = 0.7) -> Any:
    """``1 - (sum(p t) + s) / (sum(p t) + alpha sum(p (1 - t)) + beta sum((1 - p) t) + s)``.

    Dice is ``alpha = beta = 0.5`` (with half the ``s``), IoU ``alpha = beta = 1``.

    Source: Salehi, Erdogmus and Gholipour 2017, arXiv:1706.05721, where 0.3 and 0.7 did best.
    """
    return ops.mean(_tversky(pixels, alpha, beta), axis=-1)


def focal_tversky(
    pixels: Pixels, alpha: float = 0.3, beta: float = 0.7, gamma: float = 4 / 3
) -> Any:
    """``(1 - TI) ** (1 / gamma)`` of the Tversky index of each class, mean over classes.

    The paper sums over classes. Its alpha is our beta: here both losses have Salehi's names. The
    slope of the power is without bound at 0, so below ``NOTHING`` the loss is 0 and flat.

    Source: Abraham and Khan 2018, arXiv:1810.07842; gamma 4/3 is theirs.
    """
    index = _tversky(pixels, alpha, beta)
    some = index > NOTHING
    power = ops.where(some, index, ops.ones_like(index)) ** (1 / gamma)
    return ops.mean(ops.where(some, power, ops.zeros_like(index)), axis=-1)


def _tversky(pixels: Pixels, alpha: float, beta: float) -> Any:
    both, true, predicted = _areas(pixels)
    wrong = alpha * (predicted - both) + beta * (true - both)
    return 1 - (both + SMOOTH) / (both + wrong + SMOOTH)


def _areas(pixels: Pixels) -> tuple[Any, Any, Any]:
    """Pixels of each class in both, in the truth and in the prediction: batch x planes."""
    both = pixels.sum(pixels.truth * pixels.scores)
    return both, pixels.sum(pixels.truth), pixels.sum(pixels.scores)
