"""What the benchmarks share: paired runs in turn, medians, a verdict.

Every figure is a ratio of two things measured in one run, in turn, so that a machine that slows
down slows both.
"""

import statistics
import sys
import time
from collections.abc import Callable


def seconds(run: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def paired(
    first: Callable[[], object], second: Callable[[], object], rounds: int, warmup: int = 1
) -> tuple[list[float], list[float]]:
    """Times of both, run in turn, the first after the second every other round."""
    for _ in range(warmup):
        first()
        second()
    times: tuple[list[float], list[float]] = ([], [])
    for index in range(rounds):
        order = (0, 1) if index % 2 == 0 else (1, 0)
        for which in order:
            times[which].append(seconds((first, second)[which]))
    return times


def verdict(what: str, ours: list[float], baseline: list[float], bound: float) -> bool:
    """Print the medians, the median of the ratios pair by pair, and whether the bound holds."""
    ratios = [a / b for a, b in zip(ours, baseline, strict=True)]
    ratio, holds = statistics.median(ratios), statistics.median(ratios) <= bound
    print(
        f"{what}: {statistics.median(ours):.4f} s against {statistics.median(baseline):.4f} s, "
        f"ratio {ratio:.3f} (from {min(ratios):.3f} to {max(ratios):.3f}, bound {bound:g}): "
        f"{'holds' if holds else 'does not hold'}"
    )
    return holds


def finish(*held: bool) -> None:
    """Exit with 1 if a bound does not hold."""
    sys.exit(0 if all(held) else 1)
