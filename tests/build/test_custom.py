"""The layers of ours: values by hand and against TensorFlow, open sizes, saving."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archforge.build import CUSTOM, build_model
from archforge.build.quiet import keras, tensorflow
from archforge.layers import LAYERS
from tests.build.graphs import Step, conv, graph

pytestmark = pytest.mark.keras

FRESH = """
import sys
import numpy as np
import archforge.build
from archforge.build.quiet import keras

model = keras.models.load_model(sys.argv[1])
np.save(sys.argv[2], np.asarray(model(np.load(sys.argv[3]))))
"""


def image(*shape: int) -> Any:
    return np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")


def test_unpooling_puts_values_where_the_maxima_were() -> None:
    before = np.array([[1, 5, 0], [2, 3, 0], [9, 9, 9]], "float32").reshape(1, 3, 3, 1)
    pooled = np.array([[7]], "float32").reshape(1, 1, 1, 1)

    unpooled = CUSTOM["MaxUnpool2D"](2)([pooled, before])

    expected = np.array([[0, 7, 0], [0, 0, 0], [0, 0, 0]], "float32")
    np.testing.assert_array_equal(np.asarray(unpooled)[0, :, :, 0], expected)


@pytest.mark.parametrize(
    ("shape", "pool", "padding"),
    [((2, 6, 8, 3), 2, "valid"), ((2, 5, 7, 3), 2, "same"), ((1, 7, 8, 2), 3, "same")],
)
def test_unpooling_agrees_with_the_indices_of_tensorflow(
    shape: tuple[int, ...], pool: int, padding: str
) -> None:
    before = image(*shape) - 2  # below zero, so that a zero of the padding would win
    pooled, flat = tensorflow.nn.max_pool_with_argmax(
        before, pool, pool, padding.upper(), include_batch_in_index=True
    )

    unpooled = CUSTOM["MaxUnpool2D"](pool, padding)([pooled, before])

    expected = np.zeros(before.size, "float32")
    expected[np.asarray(flat).ravel()] = np.asarray(pooled).ravel()
    np.testing.assert_array_equal(np.asarray(unpooled), expected.reshape(before.shape))


@pytest.mark.parametrize(
    ("kind", "plain"), [("CropLike", (4, 6)), ("PadLike", (9, 8)), ("ResizeLike", (4, 8))]
)
def test_sizes_unknown_when_built_give_what_known_ones_give(
    kind: str, plain: tuple[int, int]
) -> None:
    pictures = {"image": image(1, 9, 6, 2), "like": image(1, 4, 8, 1)}
    step: Step = ("it", kind, {}, ["image", "like"])
    known = build_model(graph({"image": (9, 6, 2), "like": (4, 8, 1)}, [step], {"it": "it"}))
    opened = {"image": (None, None, 2), "like": (None, None, 1)}

    model = build_model(graph(opened, [step], {"it": "it"}))

    found = model.predict(pictures, verbose=0)
    assert type(model.get_layer("it")) is CUSTOM[kind]
    assert type(known.get_layer("it")).__module__.startswith("keras.")
    assert found.shape[1:3] == plain
    np.testing.assert_array_equal(found, known.predict(pictures, verbose=0))


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_response_normalization_computes_in_float32_under_any_policy(policy: str) -> None:
    layer = CUSTOM["LocalResponseNormalization"](2, bias=2.0, alpha=1e-4, beta=0.75, dtype=policy)

    normalized = layer(image(1, 4, 4, 8))

    expected = tensorflow.nn.local_response_normalization(image(1, 4, 4, 8), 2, 2.0, 1e-4, 0.75)
    assert normalized.dtype.name == layer.compute_dtype
    np.testing.assert_allclose(np.float32(normalized), np.asarray(expected), atol=5e-3)


def test_layer_scale_multiplies_each_channel_by_a_factor_of_its_own() -> None:
    layer = CUSTOM["LayerScale"]()
    start = np.asarray(layer(np.ones((1, 2, 2, 3), "float32")))
    layer.set_weights([np.array([2.0, 0.5, -1.0], "float32")])

    scaled = np.asarray(layer(np.full((1, 2, 2, 3), 3, "float32")))

    np.testing.assert_array_equal(start, np.full((1, 2, 2, 3), 1e-6, "float32"))
    np.testing.assert_array_equal(scaled[0, 1, 1], [6.0, 1.5, -3.0])


def test_stochastic_depth_drops_whole_examples_and_only_while_training() -> None:
    layer = CUSTOM["StochasticDepth"](0.25, seed=1)
    given = np.ones((4000, 2, 2, 1), "float32")

    trained, told = np.asarray(layer(given, training=True)), np.asarray(layer(given))

    each = trained.reshape(4000, -1)
    assert set(np.unique(each)) == {np.float32(0), np.float32(1) / np.float32(0.75)}
    assert (each == each[:, :1]).all()
    assert (each[:, 0] > 0).mean() == pytest.approx(0.75, abs=0.03)
    np.testing.assert_array_equal(told, given)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras 3.15
def test_a_fresh_process_with_the_room_alone_loads_the_model(tmp_path: Path) -> None:
    steps = [
        conv("low", "image", 4, kernel_regularizer={"L2": {"l2": 1e-4}}),
        ("normal", "LocalResponseNormalization", {"depth_radius": 2}, ["low"]),
        ("scaled", "LayerScale", {"init_values": 0.5}, ["normal"]),
        ("dropped", "StochasticDepth", {"drop_path_rate": 0.5}, ["scaled"]),
        ("pooled", "MaxPooling2D", {}, ["dropped"]),
        ("back", "MaxUnpool2D", {}, ["pooled", "normal"]),
        ("crop", "CropLike", {}, ["image", "pooled"]),
        ("resized", "ResizeLike", {"interpolation": "bicubic"}, ["crop", "image"]),
        ("padded", "PadLike", {}, ["crop", "image"]),
        ("stepped", "PadToStep", {"minimum": [1, 1], "step": [1, 1]}, ["padded"]),
        ("all", "Concatenate", {}, ["back", "resized", "stepped"]),
    ]
    model = build_model(graph({"image": (None, None, 1)}, steps, {"all": "all"}))
    files = [str(tmp_path / name) for name in ("model.keras", "found.npy", "given.npy")]
    model.save(files[0])
    np.save(files[2], image(2, 9, 7, 1))

    subprocess.run([sys.executable, "-c", FRESH, *files], check=True)

    expected = np.asarray(model(image(2, 9, 7, 1)))
    np.testing.assert_array_equal(np.load(files[1]), expected)
    assert {type(layer).__name__ for layer in model.layers} >= set(CUSTOM)


@pytest.mark.parametrize("kind", CUSTOM)
def test_a_custom_layer_is_registered_as_ours(kind: str) -> None:
    made = CUSTOM[kind](**LAYERS[kind].EXAMPLE.arguments)

    assert made.get_config()["name"] == made.name
    assert keras.saving.get_registered_name(CUSTOM[kind]) == f"archforge>{kind}"
