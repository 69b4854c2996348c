"""A loss that counts each wrong pixel by how far it lies from the true outline.

The distances are worked out on the tensor, from the masks as they are after augmentation.
"""

from typing import Any

from keras import ops

from archforge.losses.pixels import Pixels, whole


def boundary(pixels: Pixels) -> Any:
    """``sum(|d| |p - t|) / sum(|d|)``, ``d`` the distance to the outline; mean over classes.

    The integral of the paper is ``sum(d (p - t))`` with ``d`` negative inside: the same number, as
    ``p - t`` is negative there too. It leaves out ``t``, which changes no gradient; with it a
    perfect mask has 0. Divided by the sum of distances the loss lies in 0 to 1 whatever the size
    of the patch: a mask that is wrong everywhere has 1.

    A class without an outline (absent, or everywhere) counts nothing: add this loss to another.

    Source: Kervadec et al. 2019, arXiv:1812.07032, equations 4 and 5.
    """
    distance = ops.stop_gradient(outline_distance(pixels.truth, pixels.counted))
    total = pixels.sum(distance)
    wrong = pixels.sum(distance * ops.abs(pixels.scores - pixels.truth))
    outlined = ops.sum(ops.cast(total > 0, "float32"), axis=-1)
    return ops.sum(wrong / whole(total), axis=-1) / whole(outlined)


def outline_distance(truth: Any, counted: Any) -> Any:
    """How far each pixel is from the nearest one that is not as it is, of those that count.

    Exact and Euclidean, in pixels; 0 where an image has no outline, and for ignored pixels.

    Args:
        truth: 1 inside; batch x spatial axes x planes.
        counted: 1 where a pixel counts; one plane.
    """
    planes = truth.shape[-1]
    either = ops.concatenate([truth, (1 - truth) * counted], axis=-1)
    axes = tuple(range(1, len(truth.shape) - 1))
    missing = ops.max(either, axis=axes, keepdims=True) == 0
    distance = _distance(ops.where(missing, ops.ones_like(either), either), axes)
    return (distance[..., :planes] + distance[..., planes:]) * counted


def _distance(sources: Any, axes: tuple[int, ...]) -> Any:
    """Euclidean distance to the nearest source, one axis after the other.

    Source: Felzenszwalb and Huttenlocher 2012, Theory of Computing 8, section 2.1: the squared
    distance is the least sum of one parabola for each axis. Not their sequential scan, but one pass
    over the whole tensor for each offset, which suits tensors.
    """
    far = ops.cast(sum(ops.shape(sources)[axis] ** 2 for axis in axes), "float32")
    squared = ops.square(_along_first(ops.where(sources > 0, 0.0, far), axes[0]))
    for axis in axes[1:]:
        squared = _along(ops.minimum(squared, far), axis)
    return ops.sqrt(squared)


def _along_first(distance: Any, axis: int) -> Any:
    """Distance along one axis: a step of 1, 2, 4, ... at a time reaches every pixel."""
    size = ops.shape(distance)[axis]

    def shorter(step: Any, best: Any) -> tuple[Any, Any]:
        return 2 * step, _nearer(best, step, ops.cast(step, "float32"), axis)

    _, best = ops.while_loop(
        lambda step, _: step < size, shorter, (ops.convert_to_tensor(1), distance)
    )
    return best


def _along(squared: Any, axis: int) -> Any:
    """The least of ``squared[j] + (i - j) ** 2``; ends where no offset can give less."""
    size = ops.shape(squared)[axis]

    def open_still(step: Any, best: Any) -> Any:
        return ops.logical_and(step < size, ops.cast(step**2, "float32") < ops.max(best))

    def shorter(step: Any, best: Any) -> tuple[Any, Any]:
        cost = ops.cast(step**2, "float32")
        return step + 1, ops.minimum(best, _nearer(squared, step, cost, axis))

    _, best = ops.while_loop(open_still, shorter, (ops.convert_to_tensor(1), squared))
    return best


def _nearer(values: Any, step: Any, cost: Any, axis: int) -> Any:
    """The least of each value and those ``step`` before and after it, at a cost.

    Beyond the rim the rim's own value is taken: it is nearer than ``step``, so nothing is too low.
    """
    size = ops.shape(values)[axis]
    place = ops.arange(size)
    sides = [ops.take(values, ops.clip(place + by, 0, size - 1), axis) for by in (-step, step)]
    return ops.minimum(values, ops.minimum(*sides) + cost)
