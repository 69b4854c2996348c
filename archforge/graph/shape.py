"""Shapes of one example, channels last, without the batch: ``(height, width, channels)``.

A size may be ``None``: any. Arithmetic on sizes lives with the layers that do it.
"""

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
