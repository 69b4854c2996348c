"""Whether a layer's shape hangs on what it says, and on nothing else.

The proof over a whole space of hyperparameters leaves out what cannot matter, and trusts
``shaped_by``, ``sides`` and ``keeps_shape`` in that.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from archforge.graph import AXES, Layer, Shape, ShapeError, show_shape
from archforge.testing.cases import LayerCase


def broken_promises(case: LayerCase, others: Sequence[LayerCase]) -> list[str]:
    """What ``case`` shows to be untrue, each in a sentence.

    Args:
        case: Which layer, on which inputs.
        others: More cases of the layer: their arguments are tried here, one at a time.
    """
    found = [*_kept(case), *_by_arguments(case, others)]
    if case.kind.sides() is not None and case.of_images:
        found += [*_by_channels(case), *_by_sizes(case)]
    return found


def _kept(case: LayerCase) -> Iterator[str]:
    made = case.layer.shape(case.inputs)
    if case.kind.keeps_shape() and made != case.inputs[0]:
        yield f"it says that it keeps the shape, and makes {show_shape(made)}"


def _by_arguments(case: LayerCase, others: Sequence[LayerCase]) -> Iterator[str]:
    before = case.layer.shape(case.inputs)
    sides = case.kind.sides()
    for name, value in _other_values(case, others):
        after = _shape(_with(case.layer, name, value), case.inputs)
        if name not in case.kind.shaped_by() and after != before:
            yield f"'{name}' is not in `shaped_by()`, and {value!r} {_effect(before, after)}"
        apart = sides is not None and name not in sides and case.of_images
        if apart and after is not None and after[:-1] != before[:-1]:
            yield f"'{name}' is not in `SIDES`, and {value!r} {_effect(before, after)}"


def _by_channels(case: LayerCase) -> Iterator[str]:
    before = case.layer.shape(case.inputs)
    wider = [(*shape[:-1], 2 * (shape[-1] or 0)) for shape in case.inputs]
    after = _shape(case.layer, wider)
    if after is not None and after[:-1] != before[:-1]:
        yield f"`SIDES` is stated, and twice the channels {_effect(before, after)}"


def _by_sizes(case: LayerCase) -> Iterator[str]:
    before = case.layer.shape(case.inputs)
    larger = [(*(2 * (side or 0) for side in sides), read) for *sides, read in case.inputs]
    after = _shape(case.layer, larger)
    if after is not None and after[-1] != before[-1]:
        yield f"`SIDES` is stated, and twice the {_sides(before)} {_effect(before, after)}"


def _sides(shape: Shape) -> str:
    return " and ".join(AXES[len(shape)][:-1])


def _other_values(case: LayerCase, others: Sequence[LayerCase]) -> Iterator[tuple[str, Any]]:
    tried = {(name, repr(value)) for name, value in vars(case.layer).items()}
    for other in others:
        for name, value in vars(other.layer).items():
            if (name, repr(value)) not in tried:
                tried.add((name, repr(value)))
                yield name, value


def _with(layer: Layer, name: str, value: Any) -> Layer:
    return type(layer)(**{**vars(layer), name: value})


def _shape(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    """The shape; nothing where the layer refuses the inputs."""
    try:
        return layer.shape(inputs)
    except ShapeError:
        return None


def _effect(before: Shape, after: Shape | None) -> str:
    if after is None:
        return "makes it refuse its inputs"
    return f"turns {show_shape(before)} into {show_shape(after)}"
