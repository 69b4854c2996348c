"""Weights moved from one layer to another, and facts counted over a built model."""

from collections.abc import Iterator
from math import prod
from typing import Any


def copy_layer(source: Any, target: Any) -> None:
    """Copy the weights of one layer.

    Raises:
        ValueError: They have other shapes.
    """
    _check_shapes(source, target)
    target.set_weights(source.get_weights())
    # Normalization computes with a copy of its weights that it makes here (Keras 3.15).
    getattr(target, "finalize_state", _nothing)()


def _check_shapes(source: Any, target: Any) -> None:
    given, taken = ([tuple(weight.shape) for weight in one.weights] for one in (source, target))
    if given != taken:
        raise ValueError(f"{source.name} has weights {given}, {target.name} has {taken}")


def _nothing() -> None:
    """What a layer without state to finalize does."""


def model_facts(model: Any) -> dict[str, int]:
    """What a built functional model costs, counted over its Keras layers alone.

    Independent of the rules in ``archforge.layers``: it reads the shapes of real kernels and the
    model's own record of calls, so that a layer called twice counts twice.

    Returns:
        ``trainable`` and ``non_trainable`` parameters, and ``macs`` for one image; an open size
        counts as 1.
    """
    return {
        "trainable": sum(prod(weight.shape) for weight in model.trainable_weights),
        "non_trainable": sum(prod(weight.shape) for weight in model.non_trainable_weights),
        "macs": sum(_macs(layer, shape) for layer, shape in _calls(model)),
    }


def _calls(model: Any) -> Iterator[tuple[Any, tuple[int | None, ...]]]:
    """Every call of a layer with kernels, with the shape of its input."""
    for written in model.get_config()["layers"]:
        layer = model.get_layer(written["name"])
        if type(layer).__name__ not in _COUNTS:
            continue
        for call in written["inbound_nodes"]:
            yield layer, tuple(call["args"][0]["config"]["shape"])


def _places(shape: tuple[int | None, ...]) -> int:
    return prod(size or 1 for size in shape[1:-1])


def _per_output(layer: Any, shape: tuple[int | None, ...]) -> int:
    kernels = [weight for weight in layer.weights if "kernel" in weight.name]
    every = sum(prod(kernel.shape) for kernel in kernels)
    return _places(layer.compute_output_shape(shape)) * every


def _per_input(layer: Any, shape: tuple[int | None, ...]) -> int:
    return _places(shape) * prod(layer.kernel.shape)


def _macs(layer: Any, shape: tuple[int | None, ...]) -> int:
    return int(_COUNTS[type(layer).__name__](layer, shape))


_COUNTS: dict[str, Any] = {
    "Conv1D": _per_output,
    "Conv1DTranspose": _per_input,
    "Conv2D": _per_output,
    "Conv2DTranspose": _per_input,
    "Conv3D": _per_output,
    "Conv3DTranspose": _per_input,
    "Dense": _per_output,
    "DepthwiseConv1D": _per_output,
    "DepthwiseConv2D": _per_output,
    "SeparableConv1D": _per_output,
    "SeparableConv2D": _per_output,
}
