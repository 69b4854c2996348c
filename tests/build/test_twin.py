"""Which layer of a Keras model is which node of ours."""

import numpy as np
import pytest

from archforge.build import build_model, copy_layer, counterparts
from archforge.build.quiet import keras
from tests.build.graphs import Step, conv, graph

pytestmark = pytest.mark.keras


def network(filters: int = 4) -> list[Step]:
    return [
        ("scaled", "Normalization", {}, ["image"]),
        conv("features", "scaled", filters),
        ("stable", "BatchNormalization", {}, ["features"]),
        conv("mask", "stable", 1),
    ]


def test_all_weights_of_a_model_by_hand_arrive_from_a_model_inside_it_too() -> None:
    random = np.random.default_rng(0)
    entry = keras.Input((8, 8, 1))
    inner = keras.Sequential([keras.layers.Conv2D(4, 3, padding="same")])
    tensor = inner(keras.layers.Normalization()(entry))
    tensor = keras.layers.Conv2D(1, 3, padding="same")(keras.layers.BatchNormalization()(tensor))
    source = keras.Model(entry, tensor)
    for layer in source.layers:
        layer.set_weights([random.uniform(1, 2, each.shape) for each in layer.get_weights()])
    source.layers[1].finalize_state()
    ours = graph({"image": (8, 8, 1)}, network(), {"mask": "mask"})
    target = build_model(ours)

    found = counterparts(ours, source)

    assert set(found.layers) == {"scaled", "features", "stable", "mask"}
    for name, layer in found.layers.items():
        copy_layer(layer, target.get_layer(name))
    batch = random.uniform(size=(2, 8, 8, 1)).astype("float32")
    np.testing.assert_array_equal(np.asarray(target(batch)), np.asarray(source(batch)))


def test_a_sum_by_an_operator_is_a_sum() -> None:
    entry = keras.Input((8, 8, 1))
    one = keras.layers.Conv2D(2, 3, padding="same", name="one")(entry)
    two = keras.layers.Conv2D(2, 3, padding="same", name="two")(one)
    source = keras.Model(entry, two + one)
    steps: list[Step] = [
        conv("a", "image", 2),
        conv("b", "a", 2),
        ("sum", "Add", {}, ["a", "b"]),
    ]

    found = counterparts(graph({"image": (8, 8, 1)}, steps, {"sum": "sum"}), source)

    assert {name: layer.name for name, layer in found.layers.items()} == {"a": "one", "b": "two"}
    assert found.ends == ("sum",)


def test_another_network_is_refused_with_its_first_layer_that_is_not_there() -> None:
    one, other = (
        graph({"image": (8, 8, 1)}, network(filters), {"mask": "mask"}) for filters in (4, 5)
    )

    with pytest.raises(ValueError, match=r"'features' of .* has no counterpart"):
        counterparts(one, build_model(other))


def test_layers_of_other_shapes_are_refused_by_name() -> None:
    one, other = (keras.layers.Dense(units, name=f"of_{units}") for units in (2, 3))
    one.build((None, 4))
    other.build((None, 4))

    with pytest.raises(ValueError, match=r"of_2 has weights .*, of_3 has"):
        copy_layer(one, other)
