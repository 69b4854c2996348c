"""Weights that an included architecture brings: from a run's file, bare weights, and ImageNet."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archforge.build import build_model, keras
from archforge.catalog import read_architecture
from archforge.errors import ProblemError
from archforge.graph import Graph
from tests.contracts.test_twins import randomise
from tests.specs import HEAD, spec_text

pytestmark = pytest.mark.keras

# A classifier small enough to build in a moment, with normalization, whose state counts too.
SMALL = """\
archforge: 1
name: small
task: classification
hyperparameters: {size: 32, filters: 4}
inputs: {image: [=size, =size, 3]}
graph:
  - {layer: Conv2D, name: low, filters: =filters, kernel_size: 3, padding: same}
  - {layer: BatchNormalization, name: calm}
  - {layer: MaxPooling2D}
  - {layer: Conv2D, name: high, filters: =filters, kernel_size: 3, padding: same}
  - {layer: Flatten}
  - {layer: Dense, name: label, units: 2, activation: softmax}
"""


def randomised(model: Any, seed: int = 0) -> Any:
    draw = np.random.default_rng(seed)
    model.set_weights([draw.uniform(0.1, 1, w.shape).astype(w.dtype) for w in model.get_weights()])
    return model


def graph_with(folder: Path, weights: str, extra: str = "") -> Graph:
    (folder / "small.yaml").write_text(SMALL)
    step = (
        "  - {architecture: ./small.yaml, name: encoder, until: high, "
        f"hyperparameters: {{size: 16{extra}}}, weights: {weights}}}\n"
    )
    (folder / "spec.yaml").write_text(spec_text(step + HEAD, inputs="{image: [16, 16, 3]}"))
    return read_architecture(str(folder / "spec.yaml")).graph()


def trained(folder: Path) -> Any:
    """The classifier on its own, at its own size, with weights that no initializer makes."""
    (folder / "small.yaml").write_text(SMALL)
    return randomised(build_model(read_architecture(str(folder / "small.yaml")).graph()))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_saved_classifier_gives_its_weights_to_an_encoder_at_another_size(
    tmp_path: Path,
) -> None:
    source = trained(tmp_path)
    source.save(tmp_path / "small.keras")

    model = build_model(graph_with(tmp_path, "./small.keras"))

    image = np.random.default_rng(1).uniform(size=(1, 16, 16, 3)).astype("float32")
    ours = keras.Model(model.input, model.get_layer("encoder.high").output)(image)
    x = image
    for name in ("low", "calm", "max_pooling2d_1", "high"):
        x = source.get_layer(name)(x)
    assert np.array_equal(np.asarray(ours), np.asarray(x))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_bare_weights_are_read_with_the_whole_network(tmp_path: Path) -> None:
    source = trained(tmp_path)
    source.save_weights(tmp_path / "small.weights.h5")

    # At 16 pixels the dense layer has another shape; the file fits the network at its own 32.
    model = build_model(graph_with(tmp_path, "./small.weights.h5"))

    for name in ("low", "calm", "high"):
        expected = source.get_layer(name).get_weights()
        found = model.get_layer(f"encoder.{name}").get_weights()
        assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_weights_of_other_filters_do_not_fit_and_say_which_layer(tmp_path: Path) -> None:
    trained(tmp_path).save(tmp_path / "small.keras")
    graph = graph_with(tmp_path, "./small.keras", ", filters: 8")

    with pytest.raises(ProblemError) as caught:
        build_model(graph)

    (problem,) = caught.value.problems
    assert problem.code == "AF516"
    assert "'low'" in problem.why
    assert problem.mark is not None
    assert problem.mark.line == 6


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "small.keras").write_text("not a zip")

    with pytest.raises(ProblemError) as caught:
        build_model(graph_with(tmp_path, "./small.keras"))

    assert caught.value.problems[0].code == "AF511"


ENCODERS = {
    "unet_vgg16": ("VGG16", "encoder.conv.5.3", "block5_conv3"),
    "unet_vgg19": ("VGG19", "encoder.conv.5.4", "block5_conv4"),
    "unet_resnet50": ("ResNet50", "encoder.conv.4.5.activation_3", "conv4_block6_out"),
    "deeplab_v3_plus": ("ResNet50", "encoder.conv.4.5.activation_2", "conv4_block6_2_relu"),
}


@pytest.mark.parametrize("name", ENCODERS)
@pytest.mark.slow
def test_imagenet_weights_reach_the_encoder_bitwise(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The download is Keras's; its network with random weights stands for the published one.
    function, ours, theirs = ENCODERS[name]
    image = np.random.default_rng(1).normal(0, 50, (1, 64, 64, 3)).astype("float32")
    twin = getattr(keras.applications, function)(weights=None, include_top=False)
    randomise(twin, image)
    monkeypatch.setattr(keras.applications, function, lambda **_: twin)
    graph = read_architecture(name).graph("imagenet", {"size": 64})

    model = build_model(graph)

    found = np.asarray(keras.Model(model.input, model.get_layer(ours).output)(image))
    expected = np.asarray(keras.Model(twin.input, twin.get_layer(theirs).output)(image))
    assert np.isfinite(expected).all()
    assert np.ptp(expected) > 0.1
    assert np.array_equal(found, expected)


def test_without_a_network_the_message_says_where_to_put_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(**_: object) -> None:
        raise Exception("URL fetch failure on a.example/b/vgg16_notop.h5: None -- no network")

    monkeypatch.setattr(keras.applications, "VGG16", fails)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    graph = read_architecture("unet_vgg16").graph("imagenet", {"size": 32})

    with pytest.raises(ProblemError) as caught:
        build_model(graph)

    (problem,) = caught.value.problems
    assert problem.code == "AF515"
    assert f"put the file vgg16_notop.h5 into {tmp_path / 'models'}" in problem.fix


def test_another_failure_of_keras_is_not_taken_for_a_missing_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(**_: object) -> None:
        raise RuntimeError("something else")

    monkeypatch.setattr(keras.applications, "VGG16", fails)
    graph = read_architecture("unet_vgg16").graph("imagenet", {"size": 32})

    with pytest.raises(RuntimeError, match="something else"):
        build_model(graph)


def test_every_twin_is_a_function_of_keras_applications() -> None:
    from archforge.expand.twins import TWINS

    assert all(hasattr(keras.applications, twin.keras) for twin in TWINS.values())
