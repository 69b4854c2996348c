"""``sizes: pad``: any image is padded to the next size that the network takes, the output cut back.

Which sizes those are is found by building the network without padding at other sizes.
"""

from collections.abc import Callable
from dataclasses import replace

from archforge.errors import Problem, ProblemError
from archforge.graph import PLACES, Graph, Input, Node, Shape
from archforge.layers import LAYERS
from archforge.spec import Spec

Size = tuple[int, ...]
"""Height and width of an image, or as many sizes as a signal or a volume has."""

Build = Callable[[Size | None], Graph]
"""The network without padding at a size; ``None`` for that of the file."""

REACH = 1_024
"""Up to which side a size that builds is looked for."""


def padded(spec: Spec, build: Build, shape: Shape) -> Graph:
    """The graph of a spec with ``sizes: pad``.

    Args:
        spec: Which says so.
        build: Builds it without.
        shape: The declared shape of its image.

    Raises:
        ProblemError: No size builds, or the padding cannot be undone at the output.
    """
    if len(spec.inputs) != 1 or spec.task != "segmentation":
        raise _cannot(spec, "it needs a segmentation network with one image as its input")
    if len(shape) not in PLACES:
        raise _cannot(spec, "its input has no positions")
    top = _building(build, len(shape) - 1)
    minimum, step = zip(*(_accepted(build, top, axis) for axis in range(len(top))), strict=True)
    inner = build(_up(shape, minimum, step))
    return _wrapped(spec, inner, shape, (minimum, step))


def _building(build: Build, axes: int) -> Size:
    sizes = ((side,) * axes for side in range(REACH, 0, -1))
    found = next((size for size in sizes if _builds(build, size)), None)
    if found is None:
        build(None)  # nothing builds: the problems of the declared size say why
        raise AssertionError("the declared size builds where no size does")
    return found


def _builds(build: Build, size: Size) -> bool:
    try:
        build(size)
    except ProblemError:
        return False
    return True


def _accepted(build: Build, top: Size, axis: int) -> tuple[int, int]:
    """Smallest side along ``axis``, and the step to the next; ``top`` is a size that builds."""

    def takes(side: int) -> bool:
        return _builds(build, (*top[:axis], side, *top[axis + 1 :]))

    below = next((side for side in range(top[axis] - 1, 0, -1) if takes(side)), None)
    if below is None:
        return top[axis], top[axis]
    step = top[axis] - below
    low, high = 0, (top[axis] - 1) // step
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if takes(top[axis] - step * middle) else (low, middle - 1)
    return top[axis] - step * low, step


def _up(shape: Shape, minimum: Size, step: Size) -> Size | None:
    layer = LAYERS["PadToStep"].of({"minimum": list(minimum), "step": list(step)})
    sizes = layer.shape([shape])[:-1]
    known = tuple(size for size in sizes if size is not None)
    return known if len(known) == len(sizes) else None


def _wrapped(spec: Spec, inner: Graph, shape: Shape, sizes: tuple[Size, Size]) -> Graph:
    """The inner graph between a padding and, for each output, a crop."""
    (name, image), *_ = inner.inputs.items()
    layer = LAYERS["PadToStep"].of({"minimum": list(sizes[0]), "step": list(sizes[1])})
    pad = f"{name}_padded"
    assert isinstance(image.layer, Input)
    nodes = {
        name: replace(image, layer=replace(image.layer, declared=shape), shape=shape),
        pad: Node(pad, layer, (name,), layer.shape([shape]), mark=image.mark),
    }
    for node in list(inner)[1:]:
        inputs = tuple(pad if source == name else source for source in node.inputs)
        nodes[node.name] = replace(node, inputs=inputs)
    outputs = {}
    for output, end in inner.outputs.items():
        outputs[output] = f"{end}_cropped"
        nodes[outputs[output]] = _crop(spec, nodes, end, name, nodes[pad].shape)
    return replace(inner, nodes=nodes, outputs=outputs)


def _crop(spec: Spec, nodes: dict[str, Node], end: str, image: str, padded: Shape) -> Node:
    node = nodes[end]
    if len(node.shape) != len(padded) or node.shape[:-1] != padded[:-1]:
        raise _cannot(spec, f"output '{end}' has another size than the image that is padded")
    layer = LAYERS["CropLike"].of({})
    shape = layer.shape([node.shape, nodes[image].shape])
    return Node(f"{end}_cropped", layer, (end, image), shape, mark=node.mark, within=node.within)


def _cannot(spec: Spec, why: str) -> ProblemError:
    return ProblemError(
        [
            Problem(
                "AF133",
                "`sizes: pad` cannot be used here",
                spec.tree.keys["sizes"],
                why,
                "remove it, or use `padding: same` so that the mask is as large as the image",
            )
        ]
    )
