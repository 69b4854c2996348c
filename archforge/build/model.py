"""From a Graph to a ``keras.Model``.

Nothing here knows a layer: a record has Keras's class name and Keras's argument names, so it says
itself what to call.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from archforge.build.custom import CUSTOM
from archforge.build.plugged import built_by, check_built, plugged_class
from archforge.build.pretrained import Given, give_weights, load_pretrained
from archforge.build.quiet import keras
from archforge.graph import Graph, Input, Layer, Node
from archforge.layers import KerasObject


def build_model(
    graph: Graph, precision: str | None = None, exact: Collection[str] = frozenset()
) -> Any:
    """The network of ``graph``, with new weights, or those that included architectures bring.

    Operands keep their order: the order of a model's weights follows from it.

    Args:
        graph: A checked graph.
        precision: The Keras dtype policy of its layers; by default the one in force.
        exact: Nodes that compute in float32 whatever the precision.

    Returns:
        A ``keras.Model``. One input or output is a tensor; several are a dict by name, with ``@``
        written ``.`` as in all Keras names.

    Raises:
        ProblemError: Weights that the spec names cannot be had.
    """
    model, layers = _assembled(graph, precision, exact)
    load_pretrained(graph, layers, _fresh)
    return model


def build_with(graph: Graph, source: str) -> tuple[Any, Given]:
    """The network of ``graph`` with the weights of another one that is the same.

    Args:
        graph: A checked graph.
        source: ``keras`` for those that keras.applications learned on ImageNet, a run's folder, a
            ``.keras`` or a ``.weights.h5`` file.

    Returns:
        The model, and what it was given.

    Raises:
        ProblemError: There are no such weights, or they are of another network.
    """
    model = _fresh(graph)
    return model, give_weights(graph, model, source, _fresh)


def _fresh(graph: Graph) -> Any:
    return _assembled(graph)[0]


def _assembled(
    graph: Graph, precision: str | None = None, exact: Collection[str] = frozenset()
) -> tuple[Any, dict[str, Any]]:
    """The model with new weights, and the layer of each node."""
    tensors: dict[str, Any] = {}
    layers: dict[str, Any] = {}
    for node in graph:
        if isinstance(node.layer, Input):
            tensors[node.name] = keras.Input(
                node.shape, name=node.keras_name, dtype=node.layer.dtype
            )
        else:
            with _computing("float32" if node.name in exact else precision):
                tensors[node.name] = _call(node, graph, tensors, layers)
    inputs = {node.keras_name: tensors[name] for name, node in graph.inputs.items()}
    outputs = {keras_name(name): tensors[node] for name, node in graph.outputs.items()}
    return keras.Model(_one_or_all(inputs), _one_or_all(outputs), name=graph.name), layers


def keras_layer(layer: Layer, name: str | None = None) -> Any:
    """The Keras layer that ``layer`` describes, not yet called.

    Raises:
        ProblemError: AF118, it is of another package, and cannot be used.
    """
    arguments = {key: _as_keras(value) for key, value in layer.written().items()}
    # Not every Keras constructor takes `trainable` (SpatialDropout2D, Keras 3.15).
    trainable = arguments.pop("trainable", True)
    with built_by(layer, "its Keras layer cannot be made"):
        made = keras_class(type(layer))(name=name, **arguments)
    if not trainable:
        made.trainable = False
    return made


def keras_class(kind: type[Layer]) -> Any:
    """The Keras class of a layer: Keras's own, one of ours, or another package's."""
    if kind.KERAS:
        return plugged_class(kind)
    return CUSTOM.get(kind.__name__) or getattr(keras.layers, kind.__name__)


def keras_name(name: str) -> str:
    """A name of ours as Keras may have it; TensorFlow refuses ``@``."""
    return name.replace("@", ".")


@contextmanager
def _computing(precision: str | None) -> Iterator[None]:
    """By Keras's global policy, which layers hand on to the layers inside of them."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision or before)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _call(node: Node, graph: Graph, tensors: dict[str, Any], layers: dict[str, Any]) -> Any:
    layer = node.layer.plain(graph.shapes(node))
    if node.shares is not None and layer is node.layer:
        made = layers[node.shares]
    else:
        # What depends on the sizes, as a crop to another node's, has no weights to share.
        made = keras_layer(layer, node.keras_name)
    layers[node.name] = made
    most = layer.INPUTS[1]
    operands = [tensors[name] for name in node.inputs[:most]]
    with built_by(layer, "its Keras layer cannot be called"):
        tensor = made(operands[0] if most == 1 else operands)
    if layer is node.layer:
        check_built(node, made, tensor)
    return tensor


def _as_keras(value: Any) -> Any:
    if isinstance(value, KerasObject):
        return {"class_name": value.class_name, "config": dict(value.arguments)}
    return value


def _one_or_all(tensors: dict[str, Any]) -> Any:
    return tensors if len(tensors) > 1 else next(iter(tensors.values()))
