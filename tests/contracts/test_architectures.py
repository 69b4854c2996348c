"""Every shipped architecture keeps its promises, and the classics are bitwise their references."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archforge.catalog import check, read_architecture, shipped
from archforge.graph import Graph
from tests.contracts.zoo import BUILT, EVERY, small


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_spec_has_no_problem_and_meets_its_expectations(name: str) -> None:
    check(name)


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_spec_names_its_source_and_states_facts(name: str) -> None:
    spec = read_architecture(name).spec

    assert spec.source
    assert spec.year
    assert spec.title
    assert spec.expect
    assert "disagree" in Path(shipped()[name]).read_text()


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_spec_is_called_like_its_file(name: str) -> None:
    assert read_architecture(name).spec.name == name


@pytest.mark.parametrize(("name", "preset"), EVERY)
def test_every_preset_builds(name: str, preset: str | None) -> None:
    graph = read_architecture(name).graph(preset)

    assert graph.outputs


@pytest.mark.keras
@pytest.mark.parametrize(("name", "preset"), BUILT)
def test_parameters_macs_and_shapes_equal_those_of_the_built_model(
    name: str, preset: str | None
) -> None:
    from archforge.analysis import costs
    from archforge.build import build_model, model_facts

    graph = small(name, preset)

    model = build_model(graph)

    total = costs(graph)
    assert model_facts(model) == {
        "trainable": total.parameters.trainable,
        "non_trainable": total.parameters.non_trainable,
        "macs": total.macs,
    }
    assert [layer.output.shape[1:] for layer in model.layers] == [
        graph.nodes[_node(graph, layer.name)].shape for layer in model.layers
    ]


def _node(graph: Graph, keras_name: str) -> str:
    return next(node.name for node in graph if node.keras_name == keras_name)


def tutorial_by_hand() -> Any:
    """The tutorial's U-Net as bnsreenu writes it (python_for_microscopists 074), in Keras 3."""
    from keras import Input, Model, layers

    def conv(x: Any, filters: int) -> Any:
        return layers.Conv2D(
            filters, 3, activation="relu", kernel_initializer="he_normal", padding="same"
        )(x)

    def double(x: Any, filters: int, rate: float) -> Any:
        return conv(layers.Dropout(rate)(conv(x, filters)), filters)

    inputs = Input((128, 128, 3))
    x = layers.Rescaling(1 / 255)(inputs)
    skips = []
    for filters, rate in ((16, 0.1), (32, 0.1), (64, 0.2), (128, 0.2)):
        skips.append(double(x, filters, rate))
        x = layers.MaxPooling2D(2)(skips[-1])
    x = double(x, 256, 0.3)
    for filters, rate, skip in zip(
        (128, 64, 32, 16), (0.2, 0.2, 0.1, 0.1), reversed(skips), strict=True
    ):
        x = layers.Conv2DTranspose(filters, 2, strides=2, padding="same")(x)
        x = double(layers.concatenate([x, skip]), filters, rate)
    return Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))


def randomise(model: Any, seed: int = 0) -> None:
    """Weights without a default anywhere: zeros and ones hide errors."""
    draw = np.random.default_rng(seed)
    model.set_weights([draw.normal(0, 0.05, w.shape).astype(w.dtype) for w in model.get_weights()])


@pytest.mark.keras
def test_the_tutorials_unet_is_bitwise_the_network_written_by_hand() -> None:
    from archforge.build import build_model

    graph = read_architecture("unet").graph("tutorial")
    model, reference = build_model(graph), tutorial_by_hand()
    randomise(reference)
    model.set_weights(reference.get_weights())
    image = np.random.default_rng(1).integers(0, 256, (2, 128, 128, 3)).astype("float32")

    assert model.count_params() == 1_941_105
    assert [layer.rate for layer in model.layers if hasattr(layer, "rate")] == [
        0.1, 0.1, 0.2, 0.2, 0.3, 0.2, 0.2, 0.1, 0.1,
    ]  # fmt: skip
    assert np.array_equal(np.asarray(model(image)), np.asarray(reference(image)))


@pytest.mark.keras
def test_concatenation_joins_up_then_skip_and_convolutions_are_he_normal_relu_same() -> None:
    graph = read_architecture("unet").graph("tutorial")

    joins = [node.inputs for node in graph if node.kind == "Concatenate"]
    assert joins == [(f"up@{i}", f"skip@{i}.conv2d_2") for i in (3, 2, 1, 0)]
    inner = [n.layer.written() for n in graph if n.kind == "Conv2D" and n.name != "mask.conv2d_1"]
    assert all(
        (w["kernel_initializer"], w["activation"], w["padding"]) == ("he_normal", "relu", "same")
        for w in inner
    )


@pytest.mark.keras
@pytest.mark.slow
def test_the_papers_unet_takes_572_pixels_and_gives_388() -> None:
    from archforge.build import build_model

    model = build_model(read_architecture("unet").graph("paper"))

    assert model.count_params() == 31_030_658
    assert model.output.shape == (None, 388, 388, 2)
    assert all(layer.name.find("@") < 0 for layer in model.layers)
