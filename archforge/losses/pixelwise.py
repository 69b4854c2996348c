"""Losses that look at each pixel on its own: weighted means of cross-entropy.

Keras's own functions do the logarithms. They find the values before a sigmoid or softmax in a
traced step, so that a pixel which is wrong for certain keeps its gradient; so the scores must come
here as the network gave them.
"""

from typing import Any

from keras import ops

from archforge.losses.pixels import Pixels

# As keras.config.epsilon(): probabilities are kept this far from 0 and 1.
EPSILON = 1e-7


def bce(pixels: Pixels, label_smoothing: float = 0.0) -> Any:
    """Binary cross-entropy, mean over the pixels of an image."""
    return pixels.mean(_binary(pixels, label_smoothing))


def crossentropy(pixels: Pixels, label_smoothing: float = 0.0) -> Any:
    """Cross-entropy over classes, mean over the pixels of an image."""
    return pixels.mean(_several(pixels, label_smoothing))


def focal(
    pixels: Pixels,
    gamma: float = 2.0,
    alpha: float | None = None,
    label_smoothing: float = 0.0,
) -> Any:
    """``-alpha_t (1 - p_t) ** gamma log(p_t)``, where ``p_t`` is the score of the true class.

    The mean is over pixels; the paper divides by the number of anchors that hold an object, which
    a mask does not have.

    Source: Lin et al. 2017, arXiv:1708.02002, equations 4 (no alpha) and 5.
    """
    single = pixels.planes == 1
    each = (_binary if single else _several)(pixels, label_smoothing)
    likely = ops.clip(_score_of_truth(pixels), EPSILON, 1 - EPSILON)
    each = each * (1 - likely) ** gamma
    if alpha is not None:
        foreground = pixels.truth[..., 0]
        each = each * (alpha * foreground + (1 - alpha) * (1 - foreground))
    return pixels.mean(each)


def _binary(pixels: Pixels, smoothing: float) -> Any:
    """Label smoothing: Szegedy et al. 2015, arXiv:1512.00567, section 7."""
    truth = pixels.truth * (1 - smoothing) + smoothing / 2
    return ops.binary_crossentropy(truth, pixels.scores)[..., 0]


def _several(pixels: Pixels, smoothing: float) -> Any:
    # By index: the form of Keras that takes planes divides by the sum of an image's scores.
    each = ops.sparse_categorical_crossentropy(pixels.index, pixels.scores)
    if not smoothing:
        return each
    numbers = [ops.full_like(pixels.index, number) for number in range(pixels.planes)]
    every = sum(ops.sparse_categorical_crossentropy(one, pixels.scores) for one in numbers)
    return (1 - smoothing) * each + smoothing / pixels.planes * every


def _score_of_truth(pixels: Pixels) -> Any:
    truth, scores = pixels.truth, pixels.scores
    if pixels.planes == 1:
        return (truth * scores + (1 - truth) * (1 - scores))[..., 0]
    return ops.sum(truth * scores, axis=-1)
