"""Weights from model to model."""

import numpy as np
import pytest

from archforge.build import build_model, transfer
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


def test_all_weights_of_a_model_by_hand_arrive() -> None:
    random = np.random.default_rng(0)
    entry = keras.Input((8, 8, 1))
    inner = keras.Sequential([keras.layers.Conv2D(4, 3, padding="same")])
    tensor = inner(keras.layers.Normalization()(entry))
    tensor = keras.layers.Conv2D(1, 3, padding="same")(keras.layers.BatchNormalization()(tensor))
    source = keras.Model(entry, tensor)
    for layer in source.layers:
        layer.set_weights([random.uniform(1, 2, each.shape) for each in layer.get_weights()])
    source.layers[1].finalize_state()
    target = build_model(graph({"image": (8, 8, 1)}, network(), {"mask": "mask"}))

    transfer(source, target)

    batch = random.uniform(size=(2, 8, 8, 1)).astype("float32")
    np.testing.assert_array_equal(np.asarray(target(batch)), np.asarray(source(batch)))


def test_other_shapes_are_refused_by_name() -> None:
    one, other = (
        build_model(graph({"image": (8, 8, 1)}, network(filters), {"mask": "mask"}))
        for filters in (4, 5)
    )

    with pytest.raises(ValueError, match=r"features has weights .*, features has"):
        transfer(one, other)


def test_another_number_of_layers_is_refused() -> None:
    one = build_model(graph({"image": (8, 8, 1)}, network(), {"mask": "mask"}))
    other = build_model(graph({"image": (8, 8, 1)}, network()[:3], {"mask": "stable"}))

    with pytest.raises(ValueError, match="4 layers have weights, 3 would take them"):
        transfer(one, other)
