"""The IoU itself as a loss: its Lovász extension, which is what lies between masks of 0 and 1.

On probabilities, as Lovász-Softmax is; its twin, the Lovász hinge, needs the values before the
sigmoid, which a network of ours does not give. On scores of exactly 0 and 1 the loss is 1 - IoU.
"""

from typing import Any

from keras import ops

from archforge.losses.pixels import Pixels, whole


def lovasz(pixels: Pixels) -> Any:
    """The loss of each class, mean over the classes that an image has.

    One class counts in an image without it, too: there the loss is its highest score.

    Source: Berman, Triki and Blaschko 2018, arXiv:1705.08790, equations 8, 9 and 11; the mean over
    the classes that are present is what the authors' code takes.
    """
    truth = _rows(pixels, pixels.truth)
    wrong = ops.abs(truth - _rows(pixels, pixels.scores))
    # Ignored pixels come last, where they change no other pixel's share.
    wrong = ops.where(_rows(pixels, pixels.counted) > 0, wrong, -ops.ones_like(wrong))
    order = ops.argsort(-wrong, axis=-1)
    share = ops.stop_gradient(_shares(ops.take_along_axis(truth, order, axis=-1)))
    each = ops.sum(ops.relu(ops.take_along_axis(wrong, order, axis=-1)) * share, axis=-1)
    if pixels.planes == 1:
        return each[:, 0]
    present = ops.cast(ops.max(truth, axis=-1) > 0, "float32")
    return ops.sum(each * present, axis=-1) / whole(ops.sum(present, axis=-1))


def _rows(pixels: Pixels, values: Any) -> Any:
    """Batch x planes x pixels."""
    shape = ops.shape(values)
    return ops.transpose(ops.reshape(values, (shape[0], -1, shape[-1])), (0, 2, 1))


def _shares(truth: Any) -> Any:
    """What each error adds to the Jaccard loss, the largest error first.

    Source: algorithm 1 of the paper.
    """
    total = ops.sum(truth, axis=-1, keepdims=True)
    both = total - ops.cumsum(truth, axis=-1)
    either = total + ops.cumsum(1 - truth, axis=-1)
    loss = 1 - both / either
    before = ops.concatenate([ops.zeros_like(loss[..., :1]), loss[..., :-1]], axis=-1)
    return loss - before
