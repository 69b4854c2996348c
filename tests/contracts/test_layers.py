"""Each layer's record agrees with the Keras layer that it describes.

Shapes, parameters, MACs, argument names, defaults, what an output position reads, and that a saved
model gives the same output after loading.
"""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archforge.build import CUSTOM, build_model, keras_layer, model_facts
from archforge.build.quiet import keras, tensorflow
from archforge.graph import Graph, Input, Layer, Node, Shape, Span
from archforge.layers import LAYERS, KerasObject
from archforge.layers.convolution import Convolution
from tests.contracts.layer_cases import CASES, Case

pytestmark = pytest.mark.keras

# Where `reads` names more than is read: which part depends on values, or axes change places.
WIDER = {"Permute", "Reshape", "MaxUnpool2D"}


def graph_of(case: Case) -> Graph:
    """The case as a network of its own."""
    nodes = {
        f"input_{index}": Node(f"input_{index}", Input(declared=shape), (), shape)
        for index, shape in enumerate(case.inputs)
    }
    layer, inputs = case.layer, tuple(nodes)
    nodes["it"] = Node("it", layer, inputs, layer.shape(case.inputs), layer.parameters(case.inputs))
    return Graph("network", "segmentation", nodes, {"it": "it"})


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    keras.backend.clear_session(free_memory=False)


def keras_class(kind: str) -> Any:
    return CUSTOM.get(kind) or getattr(keras.layers, kind)


def test_every_layer_has_cases() -> None:
    assert {case.kind for case in CASES} == set(LAYERS)
    assert all(LAYERS[kind].__name__ == kind for kind in LAYERS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_shape_parameters_and_macs_equal_those_of_keras(case: Case) -> None:
    graph = graph_of(case)
    node = graph.nodes["it"]

    model = build_model(graph)

    counted = {
        "trainable": node.parameters.trainable,
        "non_trainable": node.parameters.non_trainable,
        "macs": graph.macs(node),
    }
    assert tuple(model.output.shape[1:]) == node.shape
    assert model_facts(model) == counted


@pytest.mark.parametrize("kind", LAYERS)
def test_arguments_and_defaults_are_those_of_keras(kind: str) -> None:
    signature = inspect.signature(keras_class(kind).__init__).parameters
    own = [name for name in LAYERS[kind].arguments() if name not in Layer.BASE]

    assert set(own) <= set(signature)
    for name in own:
        required = signature[name].default is inspect.Parameter.empty
        assert (name in LAYERS[kind].required()) == required, name
        if not required:
            assert _default(kind, name, signature[name].default) == LAYERS[kind].default(name), name


def _default(kind: str, name: str, given: Any) -> Any:
    """Keras's default as our record would keep it: (1, 1) for 1, `zeros` for `Zeros`."""
    plain = list(given) if isinstance(given, tuple) else given
    return LAYERS[kind].arguments()[name].convert(plain)


def one_of_each() -> list[Case]:
    """The last case of each layer whose shapes are known."""
    return list({case.kind: case for case in CASES if None not in sum(case.inputs, ())}.values())


# Keras 3.15 stores weights through an `__array__` that NumPy 2 finds old-fashioned.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("case", one_of_each(), ids=lambda case: case.kind)
def test_a_saved_model_loads_and_gives_the_same(case: Case, tmp_path: Path) -> None:
    graph = graph_of(case)
    # The record itself, where `build` would take the plain Keras layer in its place.
    tensors = [keras.Input(shape) for shape in case.inputs]
    made = keras_layer(graph.nodes["it"].layer, "it")
    model = keras.Model(one_or_all(tensors, case.layer), made(one_or_all(tensors, case.layer)))
    batch = one_or_all(images(case.inputs, batch=2), case.layer)
    expected = np.asarray(model(batch))

    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")

    np.testing.assert_array_equal(np.asarray(loaded(batch)), expected)
    assert expected.shape[1:] == graph.nodes["it"].shape


def one_or_all(tensors: list[Any], layer: Layer) -> Any:
    """What the layer is called on: its only input, or the list of them."""
    return tensors[0] if layer.INPUTS[1] == 1 else tensors


def images(shapes: tuple[Shape, ...], batch: int = 1) -> list[Any]:
    random = np.random.default_rng(0)
    return [
        random.uniform(0.1, 1.0, (batch, *(size or 5 for size in shape))).astype("float32")
        for shape in shapes
    ]


def spatial(case: Case) -> bool:
    shape = case.layer.shape(case.inputs)
    known = None not in sum(case.inputs, ())
    return known and len(shape) == 3 and all(len(each) == 3 for each in case.inputs)


@pytest.mark.parametrize("case", [case for case in CASES if spatial(case)], ids=str)
def test_reads_is_the_support_of_the_gradient(case: Case) -> None:
    layer, made = case.layer, case.layer.shape(case.inputs)
    asked = [(axis, span) for axis in (0, 1) for span in _spans(made[axis])]

    found = supports(case, asked)

    for (axis, span), there in zip(asked, found, strict=True):
        said = layer.reads_each(span, axis, case.inputs)
        cut = [_cut(one, shape[axis]) for one, shape in zip(said, case.inputs, strict=True)]
        if case.kind in WIDER or "aspect" in str(case):
            assert all(_holds(one, other) for one, other in zip(cut, there, strict=True))
        else:
            assert cut == there, (span, axis)


def _spans(size: int | None) -> list[Span]:
    """Both borders, the middle, and a stretch."""
    assert size is not None
    return [(0, 0), (size // 2, size // 2), (size - 1, size - 1), (size // 3, size // 2)]


def _cut(span: Span | None, size: int | None) -> Span | None:
    assert size is not None
    if span is None:
        return None
    first, last = max(span[0], 0), min(span[1], size - 1)
    return (first, last) if first <= last else None


def _holds(said: Span | None, found: Span | None) -> bool:
    if found is None:
        return True
    return said is not None and said[0] <= found[0] and found[1] <= said[1]


def supports(case: Case, asked: list[tuple[int, Span]]) -> list[list[Span | None]]:
    """For each axis and span of the output, the positions of each input with a gradient.

    One example of the batch answers one question: its output counts within the span alone.
    """
    layer, batch = _with_gradients(case), len(asked)
    tensors = [tensorflow.constant(image) for image in images(case.inputs, batch)]
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


def _with_gradients(case: Case) -> Layer:
    """The layer with weights that cancel nothing, and without an activation.

    A maximum has one tap with a gradient; its windows are those of the mean.
    """
    layer = case.layer
    values = {name: getattr(layer, name) for name in type(layer).arguments()}
    if isinstance(layer, Convolution):
        positive = KerasObject("RandomUniform", (("maxval", 1.0), ("minval", 0.5), ("seed", 1)))
        kernels = [name for name in values if name.endswith("_initializer") and "bias" not in name]
        values |= {"activation": None, **dict.fromkeys(kernels, positive)}
    mean = {"Maximum": "Average", "Minimum": "Average"}
    kind = mean.get(case.kind, case.kind.replace("MaxPooling", "AveragePooling"))
    return LAYERS[kind](**values)


def _within(span: Span, axis: int, shape: tuple[int, ...]) -> Any:
    inside = np.zeros(shape, "float32")
    there = slice(span[0], span[1] + 1)
    inside[(there, slice(None)) if axis == 0 else (slice(None), there)] = 1
    return inside


def _span(gradient: Any, example: int, axis: int) -> Span | None:
    if gradient is None:
        return None
    other = tuple(each for each in range(3) if each != axis)
    found = np.flatnonzero(np.abs(np.asarray(gradient[example])).max(axis=other) > 1e-6)
    return (int(found[0]), int(found[-1])) if len(found) else None
