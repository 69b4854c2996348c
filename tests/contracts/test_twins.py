"""Networks that stand in keras.applications too give its outputs bit for bit with its weights.

Every weight is drawn anew, for the values that layers start with hide errors, and small enough that
normalization by an epsilon of 1e-5 in place of 1.001e-5 shows. Nothing but equality proves that two
networks are one: 1e-3 in that place moves ResNet-50's scores by less than a hundredth.
"""

import math
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archforge.catalog import read_architecture
from archforge.cli import OK, run
from archforge.graph import Graph

pytestmark = pytest.mark.keras

TWINS = {
    "vgg16": "VGG16",
    "vgg19": "VGG19",
    "resnet50": "ResNet50",
    "resnet101": "ResNet101",
    "resnet152": "ResNet152",
    "resnet50v2": "ResNet50V2",
    "resnet101v2": "ResNet101V2",
    "resnet152v2": "ResNet152V2",
    "inception_v3": "InceptionV3",
    "densenet121": "DenseNet121",
    "mobilenet_v2": "MobileNetV2",
    "xception": "Xception",
    "efficientnet_b0": "EfficientNetB0",
    "convnext_tiny": "ConvNeXtTiny",
}


def randomise(model: Any, image: Any, seed: int = 0) -> None:
    """Draw every weight, so that no signal dies and none grows without end."""
    draw, layers = np.random.default_rng(seed), layers_of(model)
    # Variances behind a convolution are some ten times epsilon: far above it would not count, and
    # below it a deep network's output would hang on its offsets alone.
    scale = math.sqrt(
        10 * min((layer.epsilon for layer in layers if hasattr(layer, "epsilon")), default=0.1)
    )
    for weight in model.weights:
        weight.assign(drawn(weight, draw, scale))
    settle([layer for layer in layers if hasattr(layer, "momentum")], model, image, draw)
    for layer in layers:
        getattr(layer, "finalize_state", lambda: None)()


def settle(norms: list[Any], model: Any, image: Any, draw: np.random.Generator) -> None:
    """Give batch normalizations the statistics that they see, and then move those a little."""
    momenta = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 0.0
    model(image, training=True)
    for layer, momentum in zip(norms, momenta, strict=True):
        layer.momentum = momentum
        mean, variance = (np.asarray(w) for w in (layer.moving_mean, layer.moving_variance))
        layer.moving_mean.assign(mean + np.sqrt(variance) * draw.normal(0, 0.1, mean.shape))
        layer.moving_variance.assign(variance * draw.uniform(0.8, 1.2, mean.shape) + 1e-6)


def layers_of(model: Any) -> list[Any]:
    """The layers of a model and of the models inside it."""
    return [
        inner
        for layer in model.layers
        for inner in (layers_of(layer) if hasattr(layer, "layers") else [layer])
    ]


def drawn(weight: Any, draw: np.random.Generator, scale: float) -> Any:
    """New values for a weight, by what it is for; ``scale`` makes those of convolutions smaller."""
    shape = tuple(weight.shape)
    if weight.name == "count":
        return np.asarray(weight)
    if "kernel" in weight.name:
        inputs = shape[0] * shape[1] if "depthwise" in weight.name else np.prod(shape[:-1])
        return draw.normal(0, np.sqrt(2 / inputs) * (scale if len(shape) == 4 else 1), shape)
    if weight.name in {"bias", "beta", "mean", "moving_mean"}:
        return draw.normal(0, 0.2, shape)
    return draw.uniform(0.5, 1.5, shape)


def image_for(graph: Any) -> Any:
    """A random image of the size and, roughly, the values that a network expects."""
    (image,) = graph.inputs.values()
    draw, shape = np.random.default_rng(1), (1, *image.shape)
    if image.layer.values == "byte":
        return draw.integers(0, 256, shape).astype("float32")
    return draw.normal(0, 1, shape).astype("float32")


def copy_weights(graph: Graph, reference: Any, model: Any) -> None:
    """Give every layer with weights those of its counterpart."""
    from archforge.build import copy_layer, counterparts

    found = counterparts(graph, reference).layers
    assert set(found) == {node.name for node in graph if node.parameters.total}
    for name, layer in found.items():
        copy_layer(layer, model.get_layer(graph.nodes[name].keras_name))


def assert_twins(name: str, twin: str, given: Mapping[str, Any], **arguments: Any) -> None:
    """Fail unless both networks give the same scores with the same weights."""
    from archforge.build import build_model, keras

    graph = read_architecture(name).graph(None, given)
    image = image_for(graph)
    reference = getattr(keras.applications, twin)(weights=None, **arguments)
    randomise(reference, image)
    model = build_model(graph)
    copy_weights(graph, reference, model)

    expected, found = np.asarray(reference(image)), np.asarray(model(image))

    assert np.isfinite(expected).all()
    assert 1e-4 < np.ptp(expected) < 0.9, "the scores are all alike, or one takes all"
    assert model.count_params() == reference.count_params()
    np.testing.assert_array_equal(found, expected)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "twin"), TWINS.items())
def test_with_the_same_weights_a_network_of_keras_applications_gives_the_same_bits(
    name: str, twin: str
) -> None:
    assert_twins(name, twin, {})


def test_mobilenet_at_another_width_and_size_is_that_of_keras_applications() -> None:
    given = {"size": 96, "alpha": 0.35, "classes": 10}

    assert_twins(
        *("mobilenet_v2", "MobileNetV2", given),
        input_shape=(96, 96, 3),
        alpha=0.35,
        classes=10,
    )


@pytest.mark.slow
@pytest.mark.parametrize("size", [63, 75, 97])
@pytest.mark.parametrize("name", ["mobilenet_v2", "efficientnet_b0"])
def test_padding_of_strided_windows_is_that_of_keras_at_odd_sizes(name: str, size: int) -> None:
    given = {"size": size, "classes": 10}

    assert_twins(name, TWINS[name], given, input_shape=(size, size, 3), classes=10)


def test_a_wide_mobilenet_has_a_wide_last_convolution_and_a_narrow_one_has_not() -> None:
    widths = [
        read_architecture("mobilenet_v2").graph(None, {"alpha": alpha}).node("conv2").shape[-1]
        for alpha in (0.35, 1.0, 1.3, 1.4)
    ]

    assert widths == [1280, 1280, 1664, 1792]


def test_efficientnet_for_imagenet_divides_by_the_root_of_the_deviation_as_keras_does() -> None:
    plain = read_architecture("efficientnet_b0").graph()
    graph = read_architecture("efficientnet_b0").graph("imagenet")

    added = [name for name in graph.nodes if name not in plain.nodes]
    assert added == ["rescaling_2"]
    assert graph.nodes["rescaling_2"].inputs == ("normalized",)
    assert vars(graph.nodes["rescaling_2"].layer)["scale"] == tuple(
        1.0 / math.sqrt(deviation) for deviation in (0.229, 0.224, 0.225)
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_weights_of_imagenet_pass_through_keras_into_our_network_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from archforge.build import keras

    # What cannot be had here is the download alone: Keras loads a file of random weights instead.
    file = tmp_path / "published.weights.h5"
    image = np.random.default_rng(1).integers(0, 256, (1, 224, 224, 3)).astype("float32")
    published = keras.applications.EfficientNetB0(weights=None)
    randomise(published, image)
    published.save_weights(file)
    files = import_module("keras.src.utils.file_utils")
    monkeypatch.setattr(files, "get_file", lambda *_, **__: str(file))
    out = tmp_path / "network.keras"
    words = ["build", "efficientnet_b0", "--preset", "imagenet", "--weights-from", "keras"]

    status = run([*words, "-o", str(out)])

    said = capsys.readouterr().out
    expected = np.asarray(keras.applications.EfficientNetB0(weights="imagenet")(image))
    assert status == OK
    assert "keras.applications.EfficientNetB0; both give the same output for an image" in said
    assert np.ptp(expected) > 1e-4
    assert not np.array_equal(expected, np.asarray(published(image)))
    assert np.array_equal(np.asarray(keras.saving.load_model(out)(image)), expected)
