"""Which inputs of a merge ``align:`` has to bring to another size."""

from collections.abc import Sequence
from math import prod

from archforge.graph import Shape

ALIGN = {"crop": "CropLike", "pad": "PadLike", "resize": "ResizeLike"}
"""Each way with the layer that does it."""

_TARGET = {"crop": min, "pad": max, "resize": max}


def fitted(shapes: Sequence[Shape], how: str, *, stretches: bool) -> dict[int, list[int]]:
    """The inputs that must be moved, each with the inputs whose size it takes.

    Args:
        shapes: Of images with equally many axes, in the order of the merge's inputs.
        how: A key of ``ALIGN``.
        stretches: Whether the merge stretches a side of 1 itself.
    """
    fixed = {i for i, shape in enumerate(shapes) if stretches and {*shape[:-1]} == {1}}
    moved: dict[int, list[int]] = {}
    for i in range(len(shapes)):
        others = [k for k in range(len(shapes)) if k != i and k not in fixed]
        if i in fixed or not others or _fits(how, shapes, i, others):
            continue
        moved[i] = [_largest(shapes, others)] if how == "resize" else others
    return moved


def _fits(how: str, shapes: Sequence[Shape], i: int, others: list[int]) -> bool:
    """Whether input ``i`` is known to have the size that all are brought to."""
    for axis in range(len(shapes[i]) - 1):
        sizes = [shapes[k][axis] for k in (i, *others)]
        known = [size for size in sizes if size is not None]
        if len(known) < len(sizes) or sizes[0] != _TARGET[how](known):
            return False
    return True


def _largest(shapes: Sequence[Shape], others: list[int]) -> int:
    return max(others, key=lambda k: prod(side or 0 for side in shapes[k][:-1]))
