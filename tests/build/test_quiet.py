"""TensorFlow says nothing while it is imported and used, unless it fails."""

import os
import subprocess
import sys

import pytest

from archforge.build.quiet import held_back

pytestmark = pytest.mark.keras

BUILD = """
import os
from archforge.build import keras, keras_layer
from archforge.layers import LAYERS
made = keras_layer(LAYERS["Dense"].of({"units": 1}))
print(made(keras.Input((2,))).shape, made(keras.ops.ones((1, 2))).shape)
groups = keras.layers.Conv2D(4, 3, groups=2)  # compiled by XLA, and traced for each size
for size in range(5, 12):
    groups(keras.ops.ones((1, size, size, 4)))
print(os.environ["KERAS_BACKEND"])
"""


def test_importing_and_building_write_nothing_to_stderr() -> None:
    ours = {"KERAS_BACKEND", "TF_CPP_MIN_LOG_LEVEL"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}

    done = subprocess.run(
        [sys.executable, "-c", BUILD], env=environment, capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("(None, 1) (1, 1)\ntensorflow\n", "")


def test_what_was_held_back_is_shown_if_the_import_fails(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def failing() -> None:
        with held_back():
            os.write(2, b"the reason")
            raise ImportError("no such library")

    with pytest.raises(ImportError, match="no such library"):
        failing()

    assert capfd.readouterr().err == "the reason"


def test_the_descriptor_is_given_back(capfd: pytest.CaptureFixture[str]) -> None:
    with held_back():
        os.write(2, b"held back")
    os.write(2, b"shown")

    assert capfd.readouterr().err == "shown"
