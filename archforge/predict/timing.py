"""How long a network takes for one image, measured on this machine."""

import time
from statistics import median
from typing import Any

from archforge.build.quiet import tensorflow

REPEATS = 10
UNCOUNTED = 2


def predict_ms(model: Any, batch: int = 1) -> float:
    """Milliseconds for one image: the median of ten calls, after two that are not counted.

    Args:
        model: Built, with inputs of a known size.
        batch: Images in a call.
    """
    return median(call_times(model, batch, REPEATS)) * 1000 / batch


def call_times(model: Any, batch: int, repeats: int) -> list[float]:
    """Seconds of each call, after two that are not counted.

    The first call is traced, the second still fills caches. Weights do not matter, so a network
    need not be trained.

    Args:
        model: Built, with inputs of a known size.
        batch: Images in a call.
        repeats: Calls that are counted.
    """
    images = [tensorflow.zeros((batch, *each.shape[1:])) for each in model.inputs]
    call = tensorflow.function(lambda given: model(given, training=False), autograph=False)
    given = images[0] if len(images) == 1 else images
    times = []
    for _ in range(repeats + UNCOUNTED):
        start = time.perf_counter()
        tensorflow.nest.map_structure(lambda output: output.numpy(), call(given))
        times.append(time.perf_counter() - start)
    return times[UNCOUNTED:]
