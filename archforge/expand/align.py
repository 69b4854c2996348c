"""``align:`` on a merge: bring its inputs to one height and width."""

from archforge.errors import listing
from archforge.expand.operations import show
from archforge.expand.scope import Place
from archforge.expand.working import Working
from archforge.graph import Shape
from archforge.layers import LAYERS
from archforge.spec import Call

ALIGN = {"crop": "CropLike", "pad": "PadLike", "resize": "ResizeLike"}
"""Each way with the layer that does it."""

_TARGET = {"crop": min, "pad": max, "resize": max}


def aligned(working: Working, step: Call, path: str, nodes: list[str], place: Place) -> list[str]:
    """The inputs of a merge after ``align:``; those that fit already as they are."""
    how = "strict" if step.align is None else working.scalar(step.align, place)
    if how not in ("strict", *ALIGN):
        raise working.problem(
            "AF105",
            f"align cannot be {show(how)}",
            step.mark,
            fix=f"use one of: {listing(['strict', *ALIGN])}",
        )
    shapes = [working.network.shape(node) for node in nodes]
    if how == "strict" or any(len(shape) != 3 for shape in shapes):
        return nodes
    stretches = working.scalar(step.what, place) != "Concatenate"
    fixed = {i for i, shape in enumerate(shapes) if stretches and shape[:2] == (1, 1)}
    fitted = list(nodes)
    for i in range(len(nodes)):
        others = [k for k in range(len(nodes)) if k != i and k not in fixed]
        if i in fixed or not others or _fits(how, shapes, i, others):
            continue
        layer = LAYERS[ALIGN[how]].of(
            _interpolation(working, step, place) if how == "resize" else {}
        )
        like = [_largest(shapes, others)] if how == "resize" else others
        inputs = [nodes[i], *(nodes[k] for k in like)]
        fitted[i] = working.network.add(f"{path}.{how}_{i + 1}", layer, inputs, place, step.mark)
    return fitted


def _fits(how: str, shapes: list[Shape], i: int, others: list[int]) -> bool:
    """Whether input ``i`` is known to have the size that all are brought to."""
    for axis in (0, 1):
        sizes = [shapes[k][axis] for k in (i, *others)]
        known = [size for size in sizes if size is not None]
        if len(known) < len(sizes) or sizes[0] != _TARGET[how](known):
            return False
    return True


def _largest(shapes: list[Shape], others: list[int]) -> int:
    return max(others, key=lambda k: (shapes[k][0] or 0) * (shapes[k][1] or 0))


def _interpolation(working: Working, step: Call, place: Place) -> dict[str, object]:
    if step.interpolation is None:
        return {}
    return {"interpolation": working.scalar(step.interpolation, place)}
