"""What a layer of another package must be, so that it can be used as one of ours."""

from typing import Any

from archforge.graph import Layer, Parameters
from archforge.plugins import Group


def _is_size(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0)


def _is_shape(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(map(_is_size, value))


def _is_span(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, tuple) and len(value) == 2 and all(isinstance(at, int) for at in value)


def _unfit(kind: type[Layer], name: str) -> str:
    if name != kind.NAME:
        return f"the class {kind.__name__} must say its name: `NAME = '{name}'`, not '{kind.NAME}'"
    module, colon, attribute = kind.KERAS.partition(":")
    if not (colon and attribute.isidentifier() and all(map(str.isidentifier, module.split(".")))):
        return (
            f"the class {kind.__name__} must say where its Keras class is: "
            f"`KERAS = 'module:Class'`, not '{kind.KERAS}'"
        )
    unknown = next((word for word in kind.shaped_by() if word not in kind.arguments()), None)
    if unknown is not None:
        return f"the class {kind.__name__} names '{unknown}' in SIDES or CHANNELS: no such argument"
    return ""


PLUGINS = Group(
    "archforge.layers",
    "layer",
    Layer,
    "graph",
    methods={
        "check_inputs": lambda value: value is None,
        "shape": _is_shape,
        "weights": lambda value: isinstance(value, Parameters),
        "parameters": lambda value: isinstance(value, Parameters),
        "macs": lambda value: isinstance(value, int),
        "reads": _is_span,
        "reads_each": lambda value: isinstance(value, list) and all(map(_is_span, value)),
        "plain": lambda value: isinstance(value, Layer),
    },
    unfit=_unfit,
    other="archforge.blocks",
)
"""Layers of other packages."""
