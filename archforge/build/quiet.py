"""The one place that imports Keras and TensorFlow.

While TensorFlow is imported it writes to file descriptor 2 from C++, where Python's ``sys.stderr``
has no say: lines about CPU instructions that tell a user nothing. They are held back, unless the
import fails: then they are what a user needs to read.
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
    with held_back():
        return import_module(module)


keras: Any = quietly("keras")
tensorflow: Any = quietly("tensorflow")
with held_back():
    # The first look for devices writes too, on every machine without a GPU.
    tensorflow.config.list_physical_devices()
