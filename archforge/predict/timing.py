"""How long a network takes for one image, measured on this machine."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from archforge.build.quiet import tensorflow

REPEATS = 10
UNCOUNTED = 2


def predict_ms(model: Any, batch: int = 1) -> float:
    """Milliseconds for one image: the median of ten calls.

    Args:
        model: Built, with inputs of a known size.
        batch: Images in a call.
    """
    call = warmed(model, batch)
    return median(call() for _ in range(REPEATS)) * 1000 / batch


def warmed(model: Any, batch: int) -> Callable[[], float]:
    """A prediction that says how many seconds it took, after two that nobody counts.

    The first call is traced, the second still fills caches. Weights do not matter, so a network
    need not be trained.

    Args:
        model: Built, with inputs of a known size.
        batch: Images in a call.
    """
    images = [tensorflow.zeros((batch, *each.shape[1:])) for each in model.inputs]
    traced = tensorflow.function(lambda given: model(given, training=False), autograph=False)
    given = images[0] if len(images) == 1 else images

    def call() -> float:
        start = time.perf_counter()
        tensorflow.nest.map_structure(lambda output: output.numpy(), traced(given))
        return time.perf_counter() - start

    for _ in range(UNCOUNTED):
        call()
    return call
