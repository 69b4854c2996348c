"""Shapes of one example, channels last, without the batch: ``(height, width, channels)``.

A signal has a length in place of height and width, a volume has planes before them. A size may be
``None``: any. Arithmetic on sizes lives with the layers that do it.
"""

AXES: dict[int, tuple[str, ...]] = {
    1: ("features",),
    2: ("length", "channels"),
    3: ("height", "width", "channels"),
    4: ("planes", "height", "width", "channels"),
}
"""What the axes of a vector, a signal, an image and a volume are called.

The first axis of a volume is its planes and not its depth: specs count levels by ``depth``.
"""

PLACES: dict[int, tuple[str, ...]] = {
    2: ("positions",),
    3: ("rows", "columns"),
    4: ("planes", "rows", "columns"),
}
"""What lies along each of these axes but the channels."""

Shape = tuple[int | None, ...]
Span = tuple[int, int]  # first and last position along one axis, both included


class ShapeError(Exception):
    """A layer cannot take these inputs.

    Args:
        code: A key of ``archforge.errors.CODES``, of the AF2 kind.
        message: What does not fit, with the sizes.
        why: The arithmetic behind it.
        fix: What to write instead.
    """

    def __init__(self, code: str, message: str, *, why: str = "", fix: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.why = why
        self.fix = fix


def show_shape(shape: Shape) -> str:
    """A shape as people write it: ``64x64x128``, with ``?`` for an open size."""
    return "x".join("?" if size is None else str(size) for size in shape) or "scalar"


def show_axes(rank: int) -> str:
    """How many axes and which: ``three axes (height, width, channels)``."""
    if rank not in AXES:
        return f"{rank} axes"
    count = ("one axis", "two axes", "three axes", "four axes")[rank - 1]
    return f"{count} ({', '.join(AXES[rank])})"
