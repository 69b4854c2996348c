"""From a graph to a Keras model: names, order, sharing, inputs and outputs."""

from typing import Any

import numpy as np
import pytest

from archforge.build import build_model, keras_layer, model_facts
from archforge.graph import Graph
from archforge.layers import LAYERS
from archforge.layers.objects import CONSTRAINTS, INITIALIZERS, REGULARIZERS
from tests.build.graphs import Step, conv, graph

pytestmark = pytest.mark.keras


def image(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).uniform(size=shape).astype("float32")


def test_names_are_paths_with_a_dot_for_at() -> None:
    steps = [conv("skip@0.conv2d_1", "image", 4), conv("mask", "skip@0.conv2d_1", 1)]

    model = build_model(graph({"image": (8, 8, 1)}, steps, {"mask": "mask"}))

    assert [layer.name for layer in model.layers] == ["image", "skip.0.conv2d_1", "mask"]
    assert model.name == "network"


def test_one_input_and_output_are_tensors() -> None:
    model = build_model(graph({"image": (8, 8, 1)}, [conv("mask", "image", 2)], {"mask": "mask"}))

    assert model.predict(image(2, 8, 8, 1), verbose=0).shape == (2, 8, 8, 2)


def test_shared_weights_count_once_and_are_called_twice() -> None:
    steps = [
        conv("f_before", "before", 4),
        conv("f_after", "after", 4),
        ("change", "Subtract", {}, ["f_before", "f_after"]),
    ]
    inputs = {"before": (8, 8, 3), "after": (8, 8, 3)}

    model = build_model(graph(inputs, steps, {"change": "change"}, {"f_after": "f_before"}))

    same = image(1, 8, 8, 3)
    change = model.predict({"before": same, "after": same}, verbose=0)
    assert not np.any(change)
    assert model.count_params() == 3 * 3 * 3 * 4 + 4
    assert model_facts(model)["macs"] == 2 * 8 * 8 * 9 * 3 * 4


def test_a_shared_crop_is_made_anew_for_each_size() -> None:
    steps: list[Step] = [
        ("one", "CropLike", {}, ["image", "small"]),
        ("two", "CropLike", {}, ["image", "smaller"]),
        ("c1", "GlobalAveragePooling2D", {}, ["one"]),
        ("c2", "GlobalAveragePooling2D", {}, ["two"]),
        ("both", "Concatenate", {}, ["c1", "c2"]),
    ]
    inputs = {"image": (8, 8, 1), "small": (6, 6, 1), "smaller": (4, 4, 1)}

    model = build_model(graph(inputs, steps, {"both": "both"}, {"two": "one"}))

    assert model.get_layer("one").cropping == ((1, 1), (1, 1))
    assert model.get_layer("two").cropping == ((2, 2), (2, 2))


def test_operands_keep_their_order_and_so_do_the_weights() -> None:
    # parity.md A1: Add([shortcut, y]) and Add([y, shortcut]) order their weights differently
    def names(operands: list[str]) -> list[str]:
        steps = [conv("a", "image", 2), conv("b", "image", 2), ("sum", "Add", {}, operands)]
        model = build_model(graph({"image": (8, 8, 1)}, steps, {"sum": "sum"}))
        return [layer.name for layer in model.layers if layer.weights]

    assert names(["a", "b"]) == ["a", "b"]
    assert names(["b", "a"]) == ["b", "a"]


def deep_supervision() -> Graph:
    steps = [
        conv("x", "image", 4, activation="relu"),
        conv("m1", "x", 1, activation="sigmoid"),
        conv("m2", "x", 2, activation="softmax"),
    ]
    return graph({"image": (8, 8, 1)}, steps, {"mask@1": "m1", "mask@2": "m2"})


def test_several_outputs_are_a_dict_that_fit_takes_losses_for() -> None:
    model = build_model(deep_supervision())
    model.compile("sgd", loss={"mask.1": "binary_crossentropy", "mask.2": "mse"})
    masks = {"mask.1": image(4, 8, 8, 1), "mask.2": image(4, 8, 8, 2)}

    history = model.fit(image(4, 8, 8, 1), masks, verbose=0, batch_size=2).history

    assert set(model.output) == {"mask.1", "mask.2"}
    assert {"loss", "mask.1_loss", "mask.2_loss"} <= set(history)


def test_a_frozen_layer_keeps_its_weights_in_training() -> None:
    steps = [conv("frozen", "image", 2, trainable=False), conv("mask", "frozen", 1)]

    model = build_model(graph({"image": (8, 8, 1)}, steps, {"mask": "mask"}))

    assert model_facts(model)["non_trainable"] == 20
    assert [weight.path.split("/")[0] for weight in model.trainable_weights] == ["mask"] * 2


def test_a_policy_of_mixed_precision_reaches_the_layer() -> None:
    made = keras_layer(LAYERS["Dense"].of({"units": 2, "dtype": "mixed_bfloat16"}))

    assert (made.compute_dtype, made.variable_dtype) == ("bfloat16", "float32")


@pytest.mark.parametrize(
    ("argument", "table"),
    [
        ("kernel_initializer", INITIALIZERS),
        ("kernel_regularizer", REGULARIZERS),
        ("kernel_constraint", CONSTRAINTS),
    ],
)
def test_every_keras_object_is_known_by_all_its_names(argument: str, table: dict[str, Any]) -> None:
    dense = LAYERS["Dense"]
    names = dense.arguments()[argument].schema["then"]["enum"]

    made = [keras_layer(dense.of({"units": 1, argument: name})) for name in names]

    found = {type(getattr(each, argument)).__name__ for each in made}
    assert found == set(table) - {"Constant"}  # which needs its value


def test_a_keras_object_gets_its_arguments() -> None:
    written = {
        "units": 1,
        "kernel_initializer": {"VarianceScaling": {"scale": 2.0, "mode": "fan_out"}},
        "bias_initializer": {"Constant": {"value": -2.0}},
        "kernel_regularizer": {"L2": {"l2": 0.25}},
        "bias_constraint": {"MinMaxNorm": {"max_value": 3.0, "axis": [0]}},
    }

    made = keras_layer(LAYERS["Dense"].of(written))

    assert (made.kernel_initializer.scale, made.kernel_initializer.mode) == (2.0, "fan_out")
    assert made.bias_initializer.value == -2.0
    assert float(made.kernel_regularizer.l2) == 0.25
    assert made.bias_constraint.max_value == 3.0
