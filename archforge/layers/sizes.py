"""Questions to a shape that every family asks, and the refusals where it has no answer."""

from collections.abc import Iterable, Sequence
from math import prod

from archforge.graph import AXES, Shape, ShapeError, show_axes, show_shape


def positions(shape: Shape) -> int:
    """Positions of an image; an open size counts as 1, so costs are per position then."""
    return prod(size or 1 for size in shape[:-1])


def channels(shape: Shape, what: str) -> int:
    """Channels of an image, or features of a vector.

    Raises:
        ShapeError: They are open.
    """
    return known(shape, -1, what)


def known(shape: Shape, index: int, what: str) -> int:
    """The size of one axis, on which weights depend.

    Raises:
        ShapeError: It is open.
    """
    size = shape[index]
    if size is not None:
        return size
    name = "length" if len(shape) == 1 else _axis(shape, index)
    raise ShapeError(
        "AF207",
        f"{what} must know the {name} of its input, which is {show_shape(shape)}",
        why="the number of its weights depends on it",
        fix="give that size as a number in `inputs:`"
        + (", or use global pooling in place of Flatten" if len(shape) == 1 else ""),
    )


def _axis(shape: Shape, index: int) -> str:
    """What an axis is called; past the axes that have names it is told by its number."""
    if index in {-1, len(shape) - 1}:
        return "channels"
    return AXES[len(shape)][index] if len(shape) in AXES else f"axis {index + 1}"


def axis_index(axis: int, shape: Shape, what: str) -> int:
    """Which entry of ``shape`` Keras's ``axis`` means; Keras counts the batch as axis 0.

    Raises:
        ShapeError: The input has no such axis, or it is the batch.
    """
    rank = len(shape) + 1
    index = axis % rank - 1
    if -rank <= axis < rank and index >= 0:
        return index
    raise ShapeError(
        "AF210",
        f"{what} has axis {axis}, its input {show_shape(shape)} has axes 1 to {len(shape)}",
        why="axis 0 is the batch, and -1 is the last axis",
        fix="use -1 for the channels",
    )


def axis_indices(axes: int | Iterable[int], shape: Shape, what: str) -> tuple[int, ...]:
    """``axis_index`` of one axis or several, in rising order.

    Raises:
        ShapeError: The input has no such axis, or one is named twice.
    """
    several = [axes] if isinstance(axes, int) else list(axes)
    indices = sorted(axis_index(axis, shape, what) for axis in several)
    if len(set(indices)) < len(indices):
        raise ShapeError(
            "AF210",
            f"{what} names an axis twice: {several}",
            why="Keras would make a weight for each naming",
            fix="name each axis once",
        )
    return tuple(indices)


def check_each(given: int | Sequence[int], axes: int, what: str) -> None:
    """Refuse a list that has not one number for each axis but the channels.

    Raises:
        ShapeError: It has more or fewer.
    """
    if isinstance(given, int) or len(given) == axes - 1:
        return
    raise ShapeError(
        "AF214",
        f"{what} has {len(given)} numbers, its input has {show_axes(axes)}",
        why="a list has one number for each axis but the channels",
        fix=f"give one number, or {axes - 1}",
    )


def row(shapes: Sequence[Shape]) -> str:
    """Shapes that differ, as text: ``64x64x128 and 65x65x128``."""
    texts = list(dict.fromkeys(show_shape(shape) for shape in shapes))
    return " and ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else texts[0]
