"""Which positions interpolation reads along one axis.

Output position ``o`` lies at ``(o + 1/2) * scale - 1/2`` of the input, half-pixel centres, where
``scale`` is input size over output size: TensorFlow's ``tf.image.resize``. Exact fractions, because
a position that falls on an input position reads it alone.
"""

from fractions import Fraction
from math import ceil, floor

from archforge.graph import Span

RADIUS = {"bilinear": 1, "bicubic": 2, "lanczos3": 3, "lanczos5": 5}
"""How far each kernel reaches, in input positions (tf.image.ResizeMethod)."""


def interpolated(span: Span, scale: Fraction, method: str, *, antialias: bool = False) -> Span:
    """Input positions that the output positions ``span`` read, over the edge too."""
    half = Fraction(1, 2)
    if method == "nearest":
        return (floor((span[0] + half) * scale), floor((span[1] + half) * scale))
    # With antialias a kernel that shrinks an image is widened to meet every position.
    reach = RADIUS[method] * scale if antialias and scale > 1 else RADIUS[method]
    # An end that falls on an input position reads less than its neighbour inside the span.
    ends = {span[0], min(span[0] + 1, span[1]), max(span[1] - 1, span[0]), span[1]}
    taps = [_taps((o + half) * scale - half, reach) for o in ends]
    return (min(first for first, _ in taps), max(last for _, last in taps))


def _taps(centre: Fraction, reach: Fraction | int) -> Span:
    if centre.denominator == 1 and isinstance(reach, int):
        return (int(centre), int(centre))  # every kernel is zero at whole distances but 0
    return (floor(centre - reach) + 1, ceil(centre + reach) - 1)
