"""The one place that imports Keras and TensorFlow.

While TensorFlow is imported it writes to file descriptor 2 from C++, where Python's ``sys.stderr``
has no say: lines about CPU instructions that tell a user nothing. They are held back, unless the
import fails: then they are what a user needs to read.

One operation of TensorFlow is replaced here as well, before anybody can call it: see ``_safe``.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import IO, Any

STDERR = 2


@contextmanager
def held_back() -> Iterator[None]:
    """Keep what is written to file descriptor 2, and show it only if the body raises."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as kept:
        before = os.dup(STDERR)
        os.dup2(kept.fileno(), STDERR)
        try:
            yield
        except BaseException:
            _give_back(before)
            _show(kept)
            raise
        _give_back(before)


def _give_back(before: int) -> None:
    sys.stderr.flush()
    os.dup2(before, STDERR)
    os.close(before)


def _show(kept: IO[bytes]) -> None:
    kept.seek(0)
    os.write(STDERR, kept.read())


def quietly(module: str) -> Any:
    """Import ``module``, by its full name, without its lines on stderr."""
    # Our custom layers call TensorFlow; a user who set another backend has a reason to.
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    # Later lines from C++ say which operation falls back to which; what fails raises.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with held_back():
        return import_module(module)


keras: Any = quietly("keras")
tensorflow: Any = quietly("tensorflow")
# That a convolution in groups is traced anew for each shape is no fault of a spec.
tensorflow.get_logger().setLevel("ERROR")
with held_back():
    # The first look for devices writes too, on every machine without a GPU.
    _gpus = tensorflow.config.list_physical_devices("GPU")


def _safe(conv: Any) -> Any:
    """Keras's convolution without an operation that writes outside its memory on a CPU.

    TensorFlow 2.21's gradient for a kernel of one pixel with strides corrupts the heap for some
    widths (8 to 32 channels at 96 x 96, each time), so trainings of narrow residual networks died
    at random. Such a kernel reads every second pixel, say: taking these first, and then going
    without strides, is the same convolution by other operations.
    """

    def safe(
        inputs: Any,
        kernel: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
    ) -> Any:
        rank = len(inputs.shape) - 2
        steps = (strides,) * rank if isinstance(strides, int) else tuple(strides)
        last = (data_format or keras.config.image_data_format()) == "channels_last"
        if last and max(steps) > 1 and all(side == 1 for side in kernel.shape[:-2]):
            taken = (slice(None), *(slice(None, None, step) for step in steps), slice(None))
            inputs, strides = inputs[taken], 1
        return conv(inputs, kernel, strides, padding, data_format, dilation_rate)

    return safe


if not _gpus:
    _backend = import_module("keras.src.backend").nn
    _backend.conv = _safe(_backend.conv)
