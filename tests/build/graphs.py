"""Graphs made by hand for the tests of the build room."""

from collections.abc import Mapping, Sequence
from typing import Any

from archforge.graph import Graph, Input, Node, Parameters, Shape
from archforge.layers import LAYERS

Step = tuple[str, str, Mapping[str, Any], list[str]]


def graph(
    inputs: Mapping[str, Shape],
    steps: Sequence[Step],
    outputs: dict[str, str],
    shares: dict[str, str] | None = None,
) -> Graph:
    """A graph of steps ``(name, kind, arguments, inputs)``; ``shares`` names owners of weights."""
    nodes = {name: Node(name, Input(declared=shape), (), shape) for name, shape in inputs.items()}
    for name, kind, arguments, before in steps:
        layer = LAYERS[kind].of(arguments)
        shapes = [nodes[each].shape for each in before]
        owner = (shares or {}).get(name)
        counted = Parameters() if owner else layer.parameters(shapes)
        nodes[name] = Node(name, layer, tuple(before), layer.shape(shapes), counted, owner)
    return Graph("network", "segmentation", nodes, outputs)


def conv(name: str, before: str, filters: int, **more: Any) -> Step:
    """A 3x3 convolution that keeps the size."""
    written = {"filters": filters, "kernel_size": 3, "padding": "same", **more}
    return (name, "Conv2D", written, [before])
