"""MACs counted over TensorFlow's operations agree with those counted over Keras's layers."""

from typing import Any

import pytest

from archforge.build import keras, model_facts
from archforge.testing.counting import traced_macs

pytestmark = pytest.mark.keras

SIGNAL, IMAGE, VOLUME = (8, 4), (8, 6, 4), (4, 8, 6, 4)
LAYERS: list[tuple[Any, tuple[int, ...]]] = [
    (keras.layers.Conv2DTranspose(3, 3, strides=2, padding="same"), IMAGE),
    (keras.layers.DepthwiseConv2D(3, depth_multiplier=2), IMAGE),
    (keras.layers.SeparableConv2D(3, 3, padding="same"), IMAGE),
    (keras.layers.Dense(5), IMAGE),
    (keras.layers.MaxPooling2D(), IMAGE),
    (keras.layers.Conv1D(3, 3, strides=2), SIGNAL),
    (keras.layers.Conv1DTranspose(3, 3, strides=2), SIGNAL),
    (keras.layers.DepthwiseConv1D(3, depth_multiplier=2), SIGNAL),
    (keras.layers.SeparableConv1D(3, 3, padding="same"), SIGNAL),
    (keras.layers.Conv3D(3, 3, strides=2, padding="same"), VOLUME),
    (keras.layers.Conv3DTranspose(3, 2, strides=2), VOLUME),
]


@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=[type(one).__name__ for one, _ in LAYERS])
def test_both_ways_of_counting_agree(layer: Any, shape: tuple[int, ...]) -> None:
    image = keras.Input(shape)

    model = keras.Model(image, layer(image))

    assert traced_macs(model) == model_facts(model)["macs"]


def test_a_convolution_by_hand() -> None:
    image = keras.Input((8, 6, 4))

    # Names of their own: Keras counts anew when a test clears its session.
    first = keras.layers.Conv2D(6, 1, name="first")
    second = keras.layers.Conv2D(4, 3, groups=2, strides=2, padding="same", name="second")
    model = keras.Model(image, second(first(image)))

    # 1x1 from 4 to 6 channels at 48 places; 3x3 from 3 channels a group to 4 at 4 x 3 places.
    assert traced_macs(model) == 48 * 4 * 6 + 12 * 9 * 3 * 4


def test_a_product_of_matrices_by_hand() -> None:
    left, right = keras.Input((5, 4)), keras.Input((4, 3))

    model = keras.Model([left, right], keras.ops.matmul(left, right))

    assert traced_macs(model) == 5 * 3 * 4
