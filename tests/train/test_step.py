"""What one step does to the weights, beside the same worked out by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from archforge.graph import Graph
from archforge.train import Settings

pytestmark = pytest.mark.keras
RNG = np.random.default_rng(4)
IMAGES = RNG.random((4, 32, 32, 1), np.float32)
MASKS = (RNG.random((4, 32, 32)) < 0.4).astype(np.uint8)

# One step is what is looked at: no rate that rises, no decay, no limit, no average.
PLAIN = {
    "optimizer": "sgd", "schedule": "none", "warmup": 0.0, "weight_decay": 0.0, "clip": 0.0,
    "ema": 0.0,
}  # fmt: skip


class Learner:
    """A network, its optimizer and its step."""

    def __init__(self, graph: Graph, precision: str = "float32", **given: Any) -> None:
        import keras

        from archforge.build import build_model
        from archforge.losses import parse_loss
        from archforge.train.fits import scoring_nodes
        from archforge.train.step import make_optimizer, make_step

        weights, rate = given.pop("class_weights", None), given.pop("learning_rate", 0.1)
        settings = Settings(loss="bce", learning_rate=rate, **{**PLAIN, **given})
        keras.utils.set_random_seed(0)
        self.model = build_model(graph, precision, scoring_nodes(graph))
        self.optimizer = make_optimizer(settings, precision)
        loss = parse_loss(settings.loss, 1, weights)
        self._step = make_step(self.model, {"mask": 1.0}, loss, self.optimizer)

    def learn(self, images: NDArray[Any] = IMAGES, masks: NDArray[Any] = MASKS) -> float:
        return float(self._step(images, (masks,)))

    @property
    def weights(self) -> list[NDArray[Any]]:
        return [np.array(weight) for weight in self.model.get_weights()]

    def by_name(self, name: str) -> list[NDArray[Any]]:
        return [np.array(one) for one in self.model.trainable_variables if one.name == name]


def gradients(graph: Graph) -> list[NDArray[Any]]:
    """Of the images, from a plain step of length 1."""
    learner = Learner(graph, learning_rate=1.0)
    before = learner.weights
    learner.learn()
    return [old - new for old, new in zip(before, learner.weights, strict=True)]


def close(first: list[NDArray[Any]], second: list[NDArray[Any]], atol: float = 1e-5) -> bool:
    return all(np.allclose(a, b, atol=atol) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_two_batches_that_are_accumulated_are_one_of_twice_the_size(
    tiny: Graph, optimizer: str
) -> None:
    one = Learner(tiny, optimizer=optimizer, learning_rate=0.01)
    two = Learner(tiny, optimizer=optimizer, learning_rate=0.01, accumulate=2)
    first = two.weights

    for _ in range(2):
        one.learn()
        two.learn(IMAGES[:2], MASKS[:2])
        two.learn(IMAGES[2:], MASKS[2:])

    assert close(one.weights, two.weights)
    assert not close(one.weights, first, 1e-4)


def test_nothing_is_learned_before_enough_batches_are_there(tiny: Graph) -> None:
    learner = Learner(tiny, accumulate=3)
    first = learner.weights

    learner.learn()
    learner.learn()

    assert close(learner.weights, first, 0)


def test_averaged_weights_are_the_average(tiny: Graph) -> None:
    from archforge.train.step import momentum_of

    learner = Learner(tiny, ema=0.75)
    momentum_of(learner.optimizer).assign(0.75)
    average: list[NDArray[Any]] = []

    for _ in range(3):
        learner.learn()
        new = learner.weights
        average = [0.75 * a + 0.25 * w for a, w in zip(average or new, new, strict=True)]
    learner.optimizer.finalize_variable_values(learner.model.trainable_variables)

    assert close(learner.weights, average)
    assert not close(average, new, 1e-4)


def test_a_gradient_is_cut_to_the_length_that_is_asked_for(tiny: Graph) -> None:
    learner = Learner(tiny, clip=0.01, learning_rate=1.0)
    first = learner.weights

    learner.learn()

    moved = [old - new for old, new in zip(first, learner.weights, strict=True)]
    length = np.sqrt(sum((part**2).sum() for part in moved))
    plain = gradients(tiny)
    own = np.sqrt(sum((part**2).sum() for part in plain))
    assert own > 0.02
    assert length == pytest.approx(0.01, rel=1e-4)
    assert close([part * length / own for part in plain], moved)


def test_decay_shrinks_kernels_and_spares_biases(tiny: Graph) -> None:
    plain, decayed = (Learner(tiny, weight_decay=decay) for decay in (0.0, 0.5))
    for learner in (plain, decayed):  # biases begin at 0, which decay would not change
        for weight in learner.model.trainable_variables:
            weight.assign(np.full(weight.shape, 0.5))

    plain.learn()
    decayed.learn()

    # The rate is 0.1, so a weight of 0.5 loses 0.1 * 0.5 * 0.5.
    shrunk = [old - 0.025 for old in plain.by_name("kernel")]
    assert close(decayed.by_name("kernel"), shrunk)
    assert close(decayed.by_name("bias"), plain.by_name("bias"), 1e-7)


def test_a_class_that_counts_nothing_teaches_nothing(tiny: Graph) -> None:
    weighted, ignored = Learner(tiny, class_weights=(0.0, 1.0)), Learner(tiny)

    weighted.learn()
    ignored.learn(masks=np.where(MASKS == 0, 255, MASKS).astype(np.uint8))

    assert close(weighted.weights, ignored.weights)


def test_what_lies_under_ignored_pixels_changes_nothing(tiny: Graph) -> None:
    first, second = Learner(tiny), Learner(tiny)
    known = MASKS.copy()
    known[:, :16] = 255
    noisy = IMAGES.copy()
    noisy[:, :14] += 5  # further from the known half than the 3x3 convolution sees

    losses = first.learn(masks=known), second.learn(noisy, known)

    assert losses[0] == pytest.approx(losses[1], rel=1e-6)
    assert close(first.weights, second.weights, 1e-7)


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_keeps_weights_and_scores_in_32_bits(
    unet: Callable[..., Graph], precision: str
) -> None:
    mixed, plain = Learner(unet(), precision), Learner(unet())

    losses = [mixed.learn() for _ in range(3)]

    assert np.isfinite(losses).all()
    assert losses[0] == pytest.approx(plain.learn(), rel=0.02)
    assert {weight.dtype for weight in mixed.weights} == {np.dtype("float32")}
    assert mixed.model.output.dtype == "float32"
    assert mixed.model.layers[2].compute_dtype == precision.removeprefix("mixed_")


def test_a_pixel_that_is_wrong_for_certain_keeps_its_gradient_in_mixed_precision(
    tiny: Graph,
) -> None:
    learner = Learner(tiny, "mixed_bfloat16")
    head = [weight for weight in learner.model.trainable_variables if weight.name == "bias"][-1]
    head.assign([60.0])  # a sigmoid of 60 is 1 in any precision

    loss = learner.learn(masks=np.zeros_like(MASKS))

    assert loss == pytest.approx(60, abs=1)
    assert float(head[0]) == pytest.approx(60 - 0.1, abs=1e-3)
