"""What every loss owes: gradients, ignored pixels, short floats, sums, and being saved."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from archforge.losses import IGNORED, LOSSES, parse_loss
from tests.losses.worked import value

pytestmark = pytest.mark.keras
ONE = [name for name, loss in LOSSES.items() if loss.head != "softmax"]
SEVERAL = [name for name, loss in LOSSES.items() if loss.head != "sigmoid"]
CASES = [(name, 1) for name in ONE] + [(name, 3) for name in SEVERAL]
TOLD = ["bce(label_smoothing=0.1)", "focal(alpha=0.25,gamma=0.5)", "tversky(alpha=0,beta=1)"]
SHAPES = [(2, 4, 3), (2, 3, 2, 2)]


@pytest.fixture(scope="module", autouse=True)
def tensorflow() -> Any:
    """TensorFlow, imported as the build room does it: without its lines on stderr."""
    from archforge.build import quiet

    return quiet.tensorflow


def drawn() -> np.random.Generator:
    """The same numbers for each test, whatever ran before."""
    return np.random.default_rng(5)


def masks_of(shape: tuple[int, ...], classes: int) -> Any:
    """Masks with every class, some pixels ignored."""
    masks = drawn().integers(0, max(2, classes), shape).astype(np.uint8)
    masks[:, 0, 0] = IGNORED
    return masks


def heads(tensorflow: Any, classes: int) -> Any:
    return tensorflow.sigmoid if classes == 1 else tensorflow.nn.softmax


def slope(loss: Any, masks: Any, scores: Any, tensorflow: Any) -> tuple[Any, Any]:
    """The loss and its gradient."""
    variable = tensorflow.Variable(scores)
    with tensorflow.GradientTape() as tape:
        total = loss(masks, variable)
    return float(total), tape.gradient(total, variable).numpy()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("text", "classes"), [*CASES, *((text, 1) for text in TOLD)])
def test_gradients_equal_differences(
    text: str, classes: int, shape: tuple[int, ...], tensorflow: Any
) -> None:
    loss = parse_loss(text, classes, [1, 2, 3][: max(2, classes)])
    masks, head = masks_of(shape, classes), heads(tensorflow, classes)
    rng = drawn()
    raw = rng.normal(size=(*shape, classes)).astype(np.float32)
    direction = rng.normal(size=raw.shape).astype(np.float32)

    _, gradient = slope(lambda masks, raw: loss(masks, head(raw)), masks, raw, tensorflow)

    ends = [float(loss(masks, head(raw + sign * 1e-3 * direction))) for sign in (1, -1)]
    along = float(np.sum(gradient * direction))
    assert along == pytest.approx((ends[0] - ends[1]) / 2e-3, rel=1e-2, abs=2e-4)


@given(st.sampled_from(CASES), arrays(np.float32, (1, 3, 3, 3), elements=st.floats(0, 1, width=32)))
@settings(max_examples=60)
def test_ignored_pixels_count_nowhere(case: tuple[str, int], scores: Any) -> None:
    name, classes = case
    masks = np.array([[[0, 1, 0], [1, IGNORED, 1], [1, 0, IGNORED]]], np.uint8)
    there = np.full((1, 3, 3, classes), 0.3, np.float32)
    changed = np.where(masks[..., np.newaxis] == IGNORED, scores[..., :classes], there)

    assert value(name, classes, masks, changed) == value(name, classes, masks, there)


@pytest.mark.parametrize(("name", "classes"), CASES)
def test_an_ignored_pixel_has_no_gradient(name: str, classes: int, tensorflow: Any) -> None:
    masks = masks_of((1, 4, 4), classes)
    scores = drawn().uniform(0.1, 0.9, (1, 4, 4, classes)).astype(np.float32)

    _, gradient = slope(parse_loss(name, classes), masks, scores, tensorflow)

    assert not gradient[masks == IGNORED].any()
    assert gradient.any()


@pytest.mark.parametrize(("name", "classes"), CASES)
def test_an_image_ignored_whole_has_no_loss_and_no_gradient(
    name: str, classes: int, tensorflow: Any
) -> None:
    masks = np.full((1, 3, 3), IGNORED, np.uint8)
    scores = drawn().uniform(0, 1, (1, 3, 3, classes)).astype(np.float32)

    total, gradient = slope(parse_loss(name, classes), masks, scores, tensorflow)

    assert total == 0
    assert not gradient.any()


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
@pytest.mark.parametrize(("name", "classes"), CASES)
def test_scores_of_exactly_zero_and_one_in_short_floats_are_finite(
    name: str, classes: int, kind: str, tensorflow: Any
) -> None:
    masks = masks_of((2, 4, 4), classes)
    hard = drawn().integers(0, 2, (2, 4, 4, classes)).astype(np.float32)

    def short(masks: Any, scores: Any) -> Any:
        return parse_loss(name, classes)(masks, tensorflow.cast(scores, kind))

    total, gradient = slope(short, masks, hard, tensorflow)

    assert np.isfinite(total)
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize(("name", "classes"), CASES)
def test_a_perfect_prediction_has_no_loss(name: str, classes: int) -> None:
    masks = drawn().integers(0, max(2, classes), (2, 4, 4)).astype(np.uint8)
    perfect = masks[..., np.newaxis] == (1 if classes == 1 else np.arange(classes))

    assert value(name, classes, masks, perfect) == pytest.approx(0, abs=1e-5)


def test_a_sum_is_the_weighted_sum_in_either_order() -> None:
    rng = drawn()
    masks = rng.integers(0, 2, (3, 4, 5))
    scores = rng.uniform(0.05, 0.95, (3, 4, 5, 1))

    parts = 0.5 * value("dice", 1, masks, scores) + value("bce", 1, masks, scores)

    assert value("0.5*dice+bce", 1, masks, scores) == pytest.approx(parts, rel=1e-6)
    assert value("bce+dice", 1, masks, scores) == value("dice+bce", 1, masks, scores)


def test_masks_may_have_an_axis_of_channels() -> None:
    rng = drawn()
    masks = rng.integers(0, 2, (2, 3, 3))
    scores = rng.uniform(0.1, 0.9, (2, 3, 3, 1))

    assert value("auto", 1, masks, scores) == value("auto", 1, masks[..., np.newaxis], scores)


def test_every_loss_is_traced_once_for_images_of_any_size(tensorflow: Any) -> None:
    loss = parse_loss("+".join(SEVERAL), 3)
    masks = masks_of((2, 5, 4), 3)
    scores = drawn().dirichlet([1, 1, 1], (2, 5, 4)).astype(np.float32)
    unknown = [
        tensorflow.TensorSpec((None, None, None), "uint8"),
        tensorflow.TensorSpec((None, None, None, 3), "float32"),
    ]

    traced = tensorflow.function(loss, input_signature=unknown, autograph=False)

    assert float(traced(masks, scores)) == pytest.approx(float(loss(masks, scores)), rel=1e-5)


def test_a_loss_is_written_and_read_back() -> None:
    from archforge.build.quiet import keras

    loss = parse_loss("focal(gamma=1.5)+0.5*dice+bce", 1, [1, 2.5])

    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))

    assert again.terms == ("bce", "0.5*dice", "focal(gamma=1.5)")
    assert again.class_weights == [1, 2.5]
    assert again.get_config() == loss.get_config()
