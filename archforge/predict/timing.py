"""How long a network takes for one image, measured on this machine."""

import time
from statistics import median
from typing import Any

from archforge.build.quiet import tensorflow

REPEATS = 10


def predict_ms(model: Any, batch: int = 1) -> float:
    """Milliseconds for one image: the median of ten calls, after two that are not counted.

    The first call is traced, the second still fills caches. Weights do not matter, so a network
    need not be trained.

    Args:
        model: Built, with inputs of a known size.
        batch: Images in a call.
    """
    images = [tensorflow.zeros((batch, *each.shape[1:])) for each in model.inputs]
    call = tensorflow.function(lambda given: model(given, training=False), autograph=False)
    given = images[0] if len(images) == 1 else images
    times = []
    for _ in range(REPEATS + 2):
        start = time.perf_counter()
        tensorflow.nest.map_structure(lambda output: output.numpy(), call(given))
        times.append(time.perf_counter() - start)
    return 1000 * median(times[2:]) / batch
