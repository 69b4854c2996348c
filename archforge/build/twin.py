"""A network of keras.applications beside one of ours: which layer is which, and is it the same.

Keras's networks have names and an order of their own, activations that stand apart and stems in
models of their own; ``archforge.graph.matching`` finds the layers whatever the writing. Neither
names nor the order of weights are asked: two layers of one shape would change places silently.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from archforge.build.quiet import keras
from archforge.graph import Graph, Node
from archforge.graph.matching import Part, match

CLOSE = 1e-4
"""The most by which outputs may differ, as a share of the largest one. Kernels of a GPU may sum in
another order; a forgotten scaling or another epsilon is far beyond it."""


@dataclass(frozen=True)
class Counterparts:
    """Layers of a reference for nodes of ours.

    Args:
        layers: The reference's layer for each of our nodes with weights that has one.
        ends: Our nodes that may give what the reference gives.
    """

    layers: Mapping[str, Any]
    ends: tuple[str, ...]


def counterparts(graph: Graph, reference: Any) -> Counterparts:
    """The layers of ``reference`` for the nodes of ``graph``.

    Args:
        graph: A network, of which the reference may be the lower part: without its head.
        reference: A ``keras.Model`` with one output.

    Raises:
        ValueError: The graph does not hold the reference; names its first layer that is not there.
    """
    layers = {path: layer for path, layer, _ in _flat(reference)}
    theirs = {path: _part_of_layer(layer, reads) for path, layer, reads in _flat(reference)}
    ours = {node.name: _part_of_node(graph, node) for node in graph}
    found = match(theirs, _end(reference), ours)
    if found.missing is not None:
        raise ValueError(f"'{found.missing}' of {reference.name} has no counterpart")
    pairs = {our: layers[name] for name, our in found.pairs.items() if theirs[name].weights}
    return Counterparts(pairs, found.ends)


def difference(graph: Graph, model: Any, reference: Any, ends: tuple[str, ...]) -> float | None:
    """How far the outputs of the two are apart on an image at random.

    Args:
        graph: Ours.
        model: Ours, built.
        reference: With the same weights.
        ends: Nodes of ours, one of which may give what the reference gives.

    Returns:
        The largest difference as a share of the largest output, of the node that is nearest;
        ``None`` where the two take images of other sizes.
    """
    shape = tuple(side or 64 for side in model.input.shape[1:])
    sides = zip(reference.input.shape[1:], shape, strict=True)
    if any(side not in {None, ours} for side, ours in sides):
        return None
    # Caffe's range: wide enough to tell a scaling that is left out from one that is there.
    image = np.random.default_rng(0).uniform(-120, 135, (1, *shape)).astype("float32")
    wanted = np.asarray(reference(image))
    made = {name: model.get_layer(graph.nodes[name].keras_name).output for name in ends}
    found = map(np.asarray, keras.Model(model.input, made)(image).values())
    alike = [each for each in found if each.shape == wanted.shape]
    scale = float(np.abs(wanted).max()) or 1.0
    return min((float(np.abs(each - wanted).max()) / scale for each in alike), default=np.inf)


def _part_of_node(graph: Graph, node: Node) -> Part:
    weights = node.layer.weights(graph.shapes(node)).total
    return Part(node.kind, weights, node.inputs, _window(node.layer))


def _part_of_layer(layer: Any, reads: tuple[str, ...]) -> Part:
    """A layer of Keras; the class alone where it is an operation, such as a ``+``."""
    if isinstance(layer, str):
        return Part(layer, 0, reads)
    weights = sum(prod(weight.shape) for weight in layer.weights)
    return Part(type(layer).__name__, weights, reads, _window(layer))


def _window(layer: Any) -> tuple[int, ...] | None:
    sides = getattr(layer, "kernel_size", None)
    return None if sides is None else tuple(sides)


def _flat(model: Any) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """Each layer with its name and what it reads; those of a model inside in its place.

    An operation, which is no layer, is told by the name of its class.
    """
    known = {layer.name: layer for layer in model.layers}
    for written in model.get_config()["layers"]:
        name, reads = written["name"], tuple(_operands(written["inbound_nodes"]))
        layer = known.get(name, written["class_name"])
        if not isinstance(layer, keras.Sequential):
            yield name, layer, reads
            continue
        inner = [each for each in layer.layers if not isinstance(each, keras.layers.InputLayer)]
        # The last one has the name that others read.
        names = [*(f"{name}/{each.name}" for each in inner[:-1]), name]
        for each, path in zip(inner, names, strict=True):
            yield path, each, reads
            reads = (path,)


def _end(model: Any) -> str:
    (name,) = _tensors(model.get_config()["output_layers"])
    return name


def _tensors(written: Any) -> list[str]:
    """Names of layers in Keras's ``[name, 0, 0]``, or a list of such."""
    if isinstance(written[0], str):
        return [written[0]]
    return [name for each in written for name in _tensors(each)]


def _operands(written: Any) -> Iterator[str]:
    """Names of the layers that a call reads, in the order of its operands."""
    if isinstance(written, dict):
        history = written.get("keras_history")
        if history is not None:
            yield history[0]
        for value in written.values():
            yield from _operands(value)
    elif isinstance(written, list | tuple):
        for value in written:
            yield from _operands(value)
