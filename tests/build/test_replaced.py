"""What is replaced in TensorFlow: the same numbers, and no process that dies of it."""

import subprocess
import sys

import numpy as np
import pytest

from archforge.build.quiet import keras, tensorflow

pytestmark = pytest.mark.keras

TRAINING = """
from archforge.build.quiet import keras
import numpy as np
image = keras.Input((96, 96, 8))
pooled = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(32, 1, strides=2)(image))
model = keras.Model(image, pooled)
model.compile("sgd", "mse")
images = np.random.default_rng(0).normal(size=(16, 96, 96, 8)).astype("float32")
for _ in range(6):
    model.train_on_batch(images, np.zeros((16, 32), "float32"))
"""


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("height", "width", "strides"), [(8, 8, 2), (9, 7, 2), (10, 11, 3)])
def test_a_kernel_of_one_pixel_with_strides_gives_what_it_always_gave(
    padding: str, height: int, width: int, strides: int
) -> None:
    rng = np.random.default_rng(0)
    image = rng.normal(size=(2, height, width, 8)).astype(np.float32)
    kernel = rng.normal(size=(1, 1, 8, 16)).astype(np.float32)

    ours = keras.ops.conv(image, kernel, strides, padding, "channels_last")

    theirs = tensorflow.nn.convolution(image, kernel, strides, padding.upper())
    assert np.asarray(ours).shape == theirs.shape
    np.testing.assert_allclose(np.asarray(ours), theirs.numpy(), rtol=1e-5, atol=1e-5)


def test_a_narrow_residual_network_trains_without_its_process_dying() -> None:
    """Without the replacement, TensorFlow 2.21 corrupts the heap here each time."""
    subprocess.run([sys.executable, "-c", TRAINING], check=True, capture_output=True)
