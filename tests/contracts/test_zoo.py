"""Every network of the zoo goes the whole way: built, saved, loaded, and it learns.

In float32 and in mixed_bfloat16, with a gradient that is a number in every trainable variable: a
layer that cuts the gradient off, or that has no kernel for half precision, is found here.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archforge.build import build_model, keras, keras_name, load_saved, tensorflow
from archforge.graph import Graph
from tests.contracts.zoo import DOWNLOADED, EVERY, small

pytestmark = [
    pytest.mark.keras,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
WHOLE = [each for each in EVERY if each not in DOWNLOADED]


@pytest.fixture
def policy(request: pytest.FixtureRequest) -> Iterator[str]:
    """The policy that the test names, for as long as it runs."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    keras.utils.set_random_seed(0)
    yield request.param
    keras.config.set_dtype_policy(before)
    keras.backend.clear_session(free_memory=False)


def images(graph: Graph, batch: int = 2) -> Any:
    """Images at random, for a network with one."""
    (image,) = graph.inputs.values()
    shape = [side or 32 for side in image.shape]
    return np.random.default_rng(1).uniform(-1, 1, (batch, *shape)).astype("float32")


def outputs(graph: Graph, made: Any) -> dict[str, Any]:
    """What a model gives, by the names of its outputs."""
    if not isinstance(made, dict):
        made = dict.fromkeys(graph.outputs, made)
    return {name: made.get(name, made.get(keras_name(name))) for name in graph.outputs}


def learned(graph: Graph, model: Any) -> list[Any]:
    """The gradients of one training step, after which the weights are moved.

    The loss is the squared distance of every output to something at random, weighted as the spec
    says.
    """
    draw, optimizer = np.random.default_rng(2), keras.optimizers.SGD(1e-3)
    with tensorflow.GradientTape() as tape:
        loss = sum(model.losses)
        for name, made in outputs(graph, model(images(graph), training=True)).items():
            apart = keras.ops.cast(made, "float32") - draw.uniform(0, 1, made.shape)
            counts = graph.loss_weights.get(name, 1.0)
            loss += counts * keras.ops.mean(keras.ops.square(apart))
    gradients: list[Any] = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    return gradients


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"], indirect=True)
@pytest.mark.parametrize(("name", "preset"), WHOLE)
def test_a_training_step_has_a_finite_gradient_in_every_trainable_variable(
    name: str, preset: str | None, policy: str
) -> None:
    graph = small(name, preset)
    model = build_model(graph)

    gradients = learned(graph, model)

    without = [
        variable.path
        for variable, gradient in zip(model.trainable_variables, gradients, strict=True)
        if gradient is None or not np.isfinite(np.asarray(gradient, "float32")).all()
    ]
    assert not without
    assert gradients
    assert all(np.isfinite(np.asarray(each)).all() for each in model.trainable_variables)
    assert {layer.dtype_policy.name for layer in model.layers} >= {policy}


@pytest.mark.parametrize("policy", ["float32"], indirect=True)
@pytest.mark.parametrize(("name", "preset"), WHOLE)
def test_a_saved_network_of_the_zoo_loads_and_gives_the_same(
    name: str, preset: str | None, policy: str, tmp_path: Path
) -> None:
    graph = small(name, preset)
    model = build_model(graph)
    image = images(graph)
    expected = outputs(graph, model(image))

    model.save(tmp_path / "network.keras")
    loaded = load_saved(tmp_path / "network.keras")

    found = outputs(graph, loaded(image))
    assert all(np.array_equal(expected[name], found[name]) for name in graph.outputs)
    assert all(np.isfinite(each).all() for each in found.values())
