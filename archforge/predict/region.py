"""Which part of an image a network's output stands for.

A network without padding loses its rim: 572 pixels go in, scores for the 388 in the middle come
out. A network that does not come up all the way has few positions that stand for the whole image.
The two are told apart by how many input pixels lie between neighbouring positions, which follows
from the layers' own ``reads``.
"""

from dataclasses import dataclass, replace
from math import lcm, prod

import numpy as np
from numpy.typing import NDArray

from archforge.errors import refuse
from archforge.graph import Graph, Node, ShapeError

FAR = 2**14
"""A span so long that the rounding of single layers does not show in its quotient."""
Size = tuple[int, ...]
"""Height and width of an image; planes, height and width of a volume."""


@dataclass(frozen=True)
class Region:
    """The middle of an image, and the positions of an output in it.

    Args:
        image: Size of the network's input.
        seen: Size of the middle that the output covers.
        output: Size of the output.
    """

    image: Size
    seen: Size
    output: Size

    @property
    def whole(self) -> bool:
        """Whether the output covers the image to its rim."""
        return self.seen == self.image

    def masks(self, masks: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """What the output should say for masks of the input's size.

        Shape: batch x the image's axes.
        """
        middle = masks[(slice(None), *self.box(self.image))]
        if self.seen == self.output:
            return middle
        places = (_nearest(*pair) for pair in zip(self.seen, self.output, strict=True))
        for axis, numbers in enumerate(places, start=1):
            middle = middle.take(numbers, axis)
        return middle

    def box(self, size: Size) -> tuple[slice, ...]:
        """The same middle in an image of another size, a slice for each axis."""
        return tuple(
            slice(round(edge * full / image), round((edge + seen) * full / image))
            for image, seen, edge, full in zip(self.image, self.seen, self.edges, size, strict=True)
        )

    @property
    def edges(self) -> Size:
        """Pixels before the middle along each axis; an odd one is lost behind it."""
        return tuple((image - seen) // 2 for image, seen in zip(self.image, self.seen, strict=True))


def find_region(graph: Graph, output: str, image: Size) -> Region:
    """The region of the node ``output``.

    Args:
        graph: With one input, at a known size.
        output: A node with positions.
        image: The size of the input.
    """
    node = graph.nodes[output]
    sides = [_sides(graph, node, axis, side) for axis, side in enumerate(image)]
    return Region(image, *(tuple(column) for column in zip(*sides, strict=True)))


def grid(graph: Graph) -> Size:
    """After how many pixels along each axis a shifted image gives a shifted output.

    A network that strides down to a sixteenth says the same for an image that is moved by sixteen
    pixels, not by one.
    """
    (image,) = graph.inputs.values()
    return tuple(_grid(graph, axis) for axis in range(len(image.shape) - 1))


def at_size(graph: Graph, image: Size) -> Graph:
    """The graph with every shape known, for an image of that size where the graph leaves it open.

    Raises:
        ProblemError: The network does not take that size.
    """
    (entry,) = graph.inputs.values()
    if None not in entry.shape:
        return graph
    nodes: dict[str, Node] = {}
    for node in graph:
        try:
            shape = (
                node.layer.shape([nodes[name].shape for name in node.inputs])
                if node.inputs
                else (*image, node.shape[-1])
            )
        except ShapeError as error:
            refuse(
                "AF506",
                f"the network does not take images of {'x'.join(map(str, image))}: {error.message}",
                mark=node.mark,
                why=error.why,
                fix="give another size; `archforge show` prints those that it takes",
            )
        nodes[node.name] = replace(node, shape=shape)
    return replace(graph, nodes=nodes)


def main_output(graph: Graph) -> str:
    """The name of the output that is scored: of the largest ones, the last."""

    def area(name: str) -> int:
        return prod(side or 1 for side in graph.nodes[graph.outputs[name]].shape[:-1])

    names = list(graph.outputs)
    largest = max(area(name) for name in names)
    return next(name for name in reversed(names) if area(name) == largest)


def _sides(graph: Graph, node: Node, axis: int, image: int) -> tuple[int, int]:
    """Length that is seen, and number of positions, along one axis."""
    step = _step(graph, node, axis)
    size = node.shape[axis]
    assert size is not None, "the graph was not brought to a size"
    seen = min(image, round(size * step))
    # Less than one position is missing: rounding of the sizes, not a rim that was lost.
    return (image if image - seen < max(step, 1) else seen), size


def _step(graph: Graph, node: Node, axis: int) -> float:
    """Input pixels between neighbouring positions, along the way of first inputs."""
    step = 1.0
    while node.inputs:
        one = _spacing(graph, node, axis)
        if not one:
            return _ratio(graph, axis)
        step *= one
        node = graph.nodes[node.inputs[0]]
    return step


def _spacing(graph: Graph, node: Node, axis: int) -> float:
    """Positions of the first input between neighbouring ones of the node's; 0 if all are mixed."""
    shapes = graph.shapes(node)
    if len(node.shape) < 3 or len(shapes[0]) < 3:
        return 0.0
    near = node.layer.reads_each((0, 0), axis, shapes)[0]
    far = node.layer.reads_each((0, FAR), axis, shapes)[0]
    if near is None or far is None:  # position 0 is padding
        ratio = (shapes[0][axis] or 1) / (node.shape[axis] or 1)
        return float(round(ratio)) if ratio >= 1 else 1 / round(1 / ratio)
    return ((far[1] - far[0]) - (near[1] - near[0])) / FAR


def _grid(graph: Graph, axis: int) -> int:
    """The least common multiple of all nodes' distances; what mixes all positions has none."""
    steps: dict[str, float] = {}
    for node in graph:
        one = _spacing(graph, node, axis) if node.inputs else 0.0
        steps[node.name] = steps[node.inputs[0]] * one if one else 1.0
    return lcm(*(max(round(step), 1) for step in steps.values()))


def _ratio(graph: Graph, axis: int) -> float:
    """Where a layer mixes all positions, the output stands for the whole image."""
    (image,) = graph.inputs.values()
    out = graph.nodes[next(iter(graph.outputs.values()))].shape[axis]
    return (image.shape[axis] or 1) / (out or 1)


def _nearest(size: int, count: int) -> NDArray[np.int64]:
    return ((np.arange(count) + 0.5) * size / count).astype(np.int64)
