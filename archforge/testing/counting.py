"""Multiply-accumulates counted over the operations that TensorFlow runs.

For Keras classes that ``archforge.build`` has no rule for. It sees convolutions and products of
matrices, which is what archforge counts: padding as real positions, no biases.
"""

from collections.abc import Callable
from math import prod
from typing import Any

from archforge.build import keras, tensorflow


def traced_macs(model: Any) -> int:
    """MACs of ``model`` on one image; an open size counts as 1."""
    given = [
        tensorflow.TensorSpec([1, *(size or 1 for size in tensor.shape[1:])], tensor.dtype)
        for tensor in model.inputs
    ]
    traced = tensorflow.function(lambda *all: model(keras.tree.pack_sequence_as(model.input, all)))
    return _counted(traced.get_concrete_function(*given).graph)


def _counted(graph: Any) -> int:
    total = 0
    for operation in graph.get_operations():
        if operation.type in _RULES:
            total += _RULES[operation.type](operation)
        elif operation.type in _CALLS:  # Keras 3.15 compiles a grouped convolution apart
            name = operation.get_attr("f").name
            total += _counted(graph._get_function(name).graph)  # noqa: SLF001 (no public way)
    return total


def _forward(operation: Any) -> int:
    """Every position of the output meets the whole kernel."""
    return int(prod(operation.outputs[0].shape[1:-1]) * prod(operation.inputs[1].shape))


def _backward(operation: Any) -> int:
    """A transposed convolution: every position of the input meets the whole kernel."""
    return int(prod(operation.inputs[2].shape[1:-1]) * prod(operation.inputs[1].shape))


def _product(operation: Any) -> int:
    name = "transpose_a" if operation.type == "MatMul" else "adj_x"
    first = operation.inputs[0].shape
    return int(prod(operation.outputs[0].shape) * first[-2 if operation.get_attr(name) else -1])


_RULES: dict[str, Callable[[Any], int]] = {
    "Conv2D": _forward,
    "Conv3D": _forward,
    "DepthwiseConv2dNative": _forward,
    "Conv2DBackpropInput": _backward,
    "Conv3DBackpropInputV2": _backward,
    "MatMul": _product,
    "BatchMatMulV2": _product,
}

_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
