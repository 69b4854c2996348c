"""The receptive field: how many input rows and columns one output position depends on.

Intervals are carried from an output position backwards through the layers. A network that strides
and comes up again has positions with larger and smaller fields; the largest over positions is told.
It equals the support of the gradient where weights and values are positive. A signal has one number
for it, a volume three. A node with another number of axes than the images, as a vector has, counts
as without positions.
"""

from collections.abc import Iterator, Mapping
from math import prod

from archforge.graph import PLACES, Graph, Node, Shape, Span

ASSUMED = 1024
"""Side that an open size is taken to have."""


def receptive_field(graph: Graph) -> dict[str, tuple[int, ...]]:
    """The receptive field of every output: height and width where the input is an image.

    Returns:
        By output name, the largest over its positions and over the inputs; the whole image for an
        output without positions.
    """
    return {name: _field(graph, node) for name, node in graph.outputs.items()}


def rank(graph: Graph) -> int:
    """How many axes the images of ``graph`` have; a network of vectors is told as one of images."""
    most = max((len(node.shape) for node in graph.inputs.values()), default=0)
    return most if most in PLACES else 3


def alike(node: Node, axis: int) -> bool:
    """Whether a node's size along ``axis``, and what its layer says of it, are those of axis 0."""
    sizes = node.shape[:-1]
    if axis < len(sizes) and sizes[axis] != sizes[0]:
        return False
    several = [value for value in vars(node.layer).values() if isinstance(value, tuple)]
    return all(one[axis] == one[0] for one in several if len(one) == max(len(sizes), axis + 1))


def _field(graph: Graph, output: str) -> tuple[int, ...]:
    order, axes = _needed(graph, output), rank(graph) - 1
    first = _along(graph, order, 0)
    return (
        first,
        *(
            first if all(alike(node, axis) for node in order) else _along(graph, order, axis)
            for axis in range(1, axes)
        ),
    )


def halo(graph: Graph) -> tuple[int, ...] | None:
    """By how much tiles must overlap on each side, for height and width.

    A tile that begins on the grid of the network's strides, and has a length that the network
    gives back without a rest, gives with this margin around it what the whole image gives there.
    ``None`` where the image is too small to
    tell, or some position reads all of it.
    """
    axes = rank(graph) - 1
    if any(len(graph.nodes[node].shape) - 1 != axes for node in graph.outputs.values()):
        return None
    largest: list[int] = []
    for axis in range(axes):
        margins = [_margins(graph, node, axis) for node in graph.outputs.values()]
        known = [margin for margin in margins if margin is not None]
        if len(known) < len(margins):
            return None
        largest.append(max(known))
    return tuple(largest)


def _margins(graph: Graph, output: str, axis: int) -> int | None:
    """The larger of what is read before and behind a tile along ``axis``."""
    order = _needed(graph, output)
    shapes = {node.name: _closed(node.shape) for node in order}
    made = shapes[output][axis] or 0
    period = min(_period(order, axis), made)
    centre = max((made - period) // 2, 0) // period * period
    before = 0
    behind = [0] * period  # for a tile that ends behind the position of this phase
    for phase in range(period):
        for name, (first, last) in _spans(order, shapes, centre + phase, axis).items():
            read = shapes[name][axis] or 0
            if first <= 0 or last >= read - 1:
                return None
            scale = max(round(read / made), 1)
            start = (read - made * scale) // 2 + (centre + phase) * scale
            before = max(before, start - first - phase * scale)
            for end in range(period):
                inside = (end - phase) % period * scale
                behind[end] = max(behind[end], last - (start + scale - 1) - inside)
    return max(before, min(behind))


def _along(graph: Graph, order: list[Node], axis: int) -> int:
    shapes = {node.name: _closed(node.shape) for node in order}
    shape, axes = shapes[order[0].name], rank(graph)
    if len(shape) != axes:
        images = (image.shape for image in graph.inputs.values())
        return max((_side(image, axis) for image in images if len(image) == axes), default=1)
    size = shape[axis]
    assert size is not None
    period = _period(order, axis)
    centre = max((size - period) // 2, 0)
    positions = range(centre, min(centre + period, size))
    return max((_reach(order, shapes, p, axis) for p in positions), default=0)


def _closed(shape: Shape) -> Shape:
    return tuple(ASSUMED if side is None else side for side in shape)


def _side(shape: Shape, axis: int) -> int:
    return _closed(shape)[axis] or 0


def _needed(graph: Graph, output: str) -> list[Node]:
    """The nodes that ``output`` depends on, itself first, each before what it reads."""
    wanted = {output}
    order: list[Node] = []
    for node in reversed(list(graph)):
        if node.name in wanted:
            order.append(node)
            wanted.update(node.inputs)
    return order


def _period(order: list[Node], axis: int) -> int:
    """After how many output positions the pattern of fields repeats, at most."""
    strides = prod({node.name: _stride(node, axis) for node in order}.values())
    return min(max(strides, 1), 64)


def _stride(node: Node, axis: int) -> int:
    """How far one output step moves the input, for layers that come down."""
    strides = getattr(node.layer, "strides", None) or getattr(node.layer, "pool_size", None)
    if node.kind.endswith("Transpose") or not isinstance(strides, tuple) or axis >= len(strides):
        return 1
    return int(strides[axis])


def _reach(order: list[Node], shapes: Mapping[str, Shape], position: int, axis: int) -> int:
    spans = _spans(order, shapes, position, axis).values()
    return max((last - first + 1 for first, last in spans), default=0)


def _spans(
    order: list[Node], shapes: Mapping[str, Shape], position: int, axis: int
) -> dict[str, Span]:
    """What an output position reads of each image; the output has as many axes as they."""
    rank = len(shapes[order[0].name])
    spans: dict[str, Span] = {order[0].name: (position, position)}
    images: dict[str, Span] = {}
    for node in order:
        span = spans.get(node.name)
        if span is None:
            continue
        if not node.inputs and len(shapes[node.name]) == rank:
            images[node.name] = span
        for name, read in _reads(node, span, axis, [shapes[name] for name in node.inputs], rank):
            known = spans.get(name, read)
            spans[name] = (min(known[0], read[0]), max(known[1], read[1]))
    return images


def _reads(
    node: Node, span: Span, axis: int, inputs: list[Shape], rank: int
) -> Iterator[tuple[str, Span]]:
    if all(len(shape) != rank for shape in inputs):
        yield from ((name, (0, 0)) for name in node.inputs)
        return
    reads = node.layer.reads_each(span, axis, inputs)
    for name, shape, read in zip(node.inputs, inputs, reads, strict=True):
        if len(shape) != rank:
            yield name, (0, 0)
            continue
        size = shape[axis]
        assert size is not None
        if read is not None and read[1] >= 0 and read[0] < size:
            yield name, (max(read[0], 0), min(read[1], size - 1))
