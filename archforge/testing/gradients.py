"""Which input positions an output really depends on: those with a gradient."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from archforge.build import keras_layer, tensorflow
from archforge.graph import Layer, Shape, Span
from archforge.layers import KerasObject
from archforge.testing.cases import images, one_or_all

Asked = tuple[int, Span]  # axis, positions along it


def supports(layer: Layer, shapes: Sequence[Shape], asked: Sequence[Asked]) -> list[Any]:
    """For each question the span of each input with a gradient, or nothing.

    One example of the batch answers one question: its output counts within the span alone.
    """
    tensors = [tensorflow.constant(image) for image in images(shapes, len(asked))]
    call = keras_layer(layer)
    with tensorflow.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(tensors)
        output = call(one_or_all(tensors, layer))
        # Uneven weights, so that a normalized sum is not constant.
        weight = np.random.default_rng(2).uniform(0.5, 1.5, output.shape).astype("float32")
        for example, (axis, span) in enumerate(asked):
            weight[example] *= _within(span, axis, weight.shape[1:])
        total = tensorflow.reduce_sum(output * weight)
    gradients = tape.gradient(total, tensors)
    return [
        [_span(each, example, axis) for each in gradients]
        for example, (axis, _) in enumerate(asked)
    ]


def spans(size: int) -> list[Span]:
    """What is asked along an axis: both borders, the middle, and a stretch."""
    return [(0, 0), (size // 2, size // 2), (size - 1, size - 1), (size // 3, size // 2)]


def smooth(layer: Layer) -> Layer:
    """The layer with kernels that cancel nothing, and without an activation."""
    values = {name: getattr(layer, name) for name in type(layer).arguments()}
    positive = KerasObject("RandomUniform", (("maxval", 1.0), ("minval", 0.5), ("seed", 1)))
    kernels = [name for name in values if name.endswith("wise_initializer")]
    kernels += [name for name in values if name == "kernel_initializer"]
    if kernels:
        values |= {"activation": None} if "activation" in values else {}
        values |= dict.fromkeys(kernels, positive)
    return type(layer)(**values)


def cut(span: Span | None, size: int | None) -> Span | None:
    """``span`` within an input of that size."""
    assert size is not None
    if span is None:
        return None
    first, last = max(span[0], 0), min(span[1], size - 1)
    return (first, last) if first <= last else None


def holds(said: Span | None, found: Span | None) -> bool:
    """Whether ``found`` lies within ``said``."""
    if found is None:
        return True
    return said is not None and said[0] <= found[0] and found[1] <= said[1]


def _within(span: Span, axis: int, shape: tuple[int, ...]) -> Any:
    inside = np.zeros(shape, "float32")
    there = slice(span[0], span[1] + 1)
    inside[(*[slice(None)] * axis, there)] = 1
    return inside


def _span(gradient: Any, example: int, axis: int) -> Span | None:
    if gradient is None:
        return None
    strength = np.abs(np.asarray(gradient[example]))
    other = tuple(each for each in range(strength.ndim) if each != axis)
    found = np.flatnonzero(strength.max(axis=other) > 1e-6)
    return (int(found[0]), int(found[-1])) if len(found) else None
