"""Which part of an image a network's output stands for.

A network without padding loses its rim: 572 pixels go in, scores for the 388 in the middle come
out. A network that does not come up all the way has few positions that stand for the whole image.
The two are told apart by how many input pixels lie between neighbouring positions, which follows
from the layers' own ``reads``.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from archforge.data import centre_crop
from archforge.errors import refuse
from archforge.graph import Graph, Node, ShapeError, Span

FAR = 2**14
"""A span so long that the rounding of single layers does not show in its quotient."""
Size = tuple[int, int]


@dataclass(frozen=True)
class Region:
    """The middle of an image, and the positions of an output in it.

    Args:
        image: Height and width of the network's input.
        seen: Height and width of the middle that the output covers.
        output: Height and width of the output.
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

        Shape: batch x height x width.
        """
        middle = centre_crop(masks, self.seen)
        if self.seen == self.output:
            return middle
        rows, columns = (_nearest(*pair) for pair in zip(self.seen, self.output, strict=True))
        return middle[:, rows[:, np.newaxis], columns]

    def box(self, size: Size) -> tuple[slice, slice]:
        """Rows and columns of the same middle in an image of another size."""
        rows, columns = (
            slice(round(edge * full / image), round((edge + seen) * full / image))
            for image, seen, edge, full in zip(self.image, self.seen, self.edges, size, strict=True)
        )
        return rows, columns

    @property
    def edges(self) -> Size:
        """Rows above and columns left of the middle, as ``centre_crop`` cuts them."""
        return (self.image[0] - self.seen[0]) // 2, (self.image[1] - self.seen[1]) // 2


def find_region(graph: Graph, output: str, image: Size) -> Region:
    """The region of the node ``output``.

    Args:
        graph: With one input, at a known size.
        output: A node with height and width.
        image: The size of the input.
    """
    node = graph.nodes[output]
    sides = [_sides(graph, node, axis, image[axis]) for axis in (0, 1)]
    return Region(image, (sides[0][0], sides[1][0]), (sides[0][1], sides[1][1]))


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
                f"the network does not take images of {image[0]}x{image[1]}: {error.message}",
                mark=node.mark,
                why=error.why,
                fix="give another size; `archforge show` prints those that it takes",
            )
        nodes[node.name] = replace(node, shape=shape)
    return replace(graph, nodes=nodes)


def main_output(graph: Graph) -> str:
    """The name of the output that is scored: of the largest ones, the last."""

    def area(name: str) -> int:
        shape = graph.nodes[graph.outputs[name]].shape
        return (shape[0] or 1) * (shape[1] or 1)

    names = list(graph.outputs)
    largest = max(area(name) for name in names)
    return next(name for name in reversed(names) if area(name) == largest)


def _sides(graph: Graph, node: Node, axis: int, image: int) -> Size:
    """Length that is seen, and number of positions, along one axis."""
    step = _step(graph, node, axis)
    size = node.shape[axis]
    assert size is not None, "the graph was not brought to a size"
    seen = min(image, round(size * step))
    # Less than one position is missing: rounding of the sizes, not a rim that was lost.
    return (image if image - seen < max(step, 1) else seen), size


def _step(graph: Graph, node: Node, axis: int) -> float:
    """Input pixels between neighbouring positions, along the way of first inputs."""
    near: Span | None = (0, 0)
    far: Span | None = (0, FAR)
    while node.inputs:
        shapes = graph.shapes(node)
        if near is None or far is None or len(shapes[0]) < 3:
            return _ratio(graph, axis)
        near = node.layer.reads_each(near, axis, shapes)[0]
        far = node.layer.reads_each(far, axis, shapes)[0]
        node = graph.nodes[node.inputs[0]]
    if near is None or far is None:
        return _ratio(graph, axis)
    step = ((far[1] - far[0]) - (near[1] - near[0])) / FAR
    return step if step > 0 else _ratio(graph, axis)


def _ratio(graph: Graph, axis: int) -> float:
    """Where a layer mixes all positions, the output stands for the whole image."""
    (image,) = graph.inputs.values()
    out = graph.nodes[next(iter(graph.outputs.values()))].shape[axis]
    return (image.shape[axis] or 1) / (out or 1)


def _nearest(size: int, count: int) -> NDArray[np.int64]:
    return ((np.arange(count) + 0.5) * size / count).astype(np.int64)
