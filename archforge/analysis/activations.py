"""Bytes of activations for one image.

Training keeps every node's output for the gradient: their sum. Inference needs a node's output
until its last reader has run: the largest set alive at once, in the order of the graph. Weights,
gradients, optimizer state and a library's workspace come on top of both.
"""

from dataclasses import dataclass
from math import prod

from archforge.graph import Graph, Node

BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2}


@dataclass(frozen=True)
class Memory:
    """Bytes of activations for one image.

    Args:
        training: Sum of all outputs.
        inference: Largest set alive at once.
        dtype: The type that was counted.
    """

    training: int
    inference: int
    dtype: str


def memory(graph: Graph, dtype: str = "float32") -> Memory:
    """Activation memory of ``graph``; an open size counts as 1.

    Raises:
        ValueError: An unknown dtype.
    """
    if dtype not in BYTES:
        raise ValueError(f"dtype must be one of {', '.join(BYTES)}, got {dtype!r}")
    size = {node.name: _values(node) * BYTES[dtype] for node in graph}
    return Memory(sum(size.values()), _largest_alive(graph, size), dtype)


def _values(node: Node) -> int:
    return prod(side or 1 for side in node.shape)


def _largest_alive(graph: Graph, size: dict[str, int]) -> int:
    last_reader: dict[str, str] = {}
    for node in graph:
        for name in node.inputs:
            last_reader[name] = node.name
    kept = set(graph.outputs.values())
    alive = largest = 0
    for node in graph:
        alive += size[node.name]
        largest = max(largest, alive)
        for name in set(node.inputs) - kept:
            if last_reader[name] == node.name:
                alive -= size[name]
    return largest
