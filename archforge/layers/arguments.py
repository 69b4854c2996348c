"""What arguments accept, as JSON Schema fragments that layers and blocks share.

A scalar and a list stand in one ``type`` list without ``anyOf``: Draft 7's ``minimum`` reads
numbers only and ``items`` lists only, so one fragment says both and an error names the one that was
meant. An argument with a number for each axis is there once for each count of axes: ``ONE`` for
signals, ``PAIR`` for images, ``TRIPLE`` for volumes.
"""

from collections.abc import Callable
from typing import Any

from archforge.graph import Argument
from archforge.layers.objects import (
    CONSTRAINTS,
    INITIALIZERS,
    REGULARIZERS,
    keras_object,
    object_schema,
)

Pair = tuple[int, int]
Sides = tuple[int, ...]  # a number for each axis but the channels
Edges = tuple[Pair, ...]  # before and behind, for each axis: ((top, bottom), (left, right))


def _repeated(count: int) -> Callable[[Any], Any]:
    """From a number to that number for each of ``count`` axes; a list stays, ``None`` too."""

    def convert(value: Any) -> Any:
        if value is None:
            return None
        return tuple(value) if isinstance(value, list | tuple) else (value,) * count

    return convert


_pair, _triple = _repeated(2), _repeated(3)


def _edges(value: Any) -> Any:
    return tuple(map(_pair, _pair(value)))


def _faces(value: Any) -> Any:
    return tuple(map(_pair, _triple(value)))


def frozen(value: Any) -> Any:
    """Lists as tuples, all the way down, so that a record can be hashed."""
    if isinstance(value, list | tuple):
        return tuple(frozen(item) for item in value)
    return value


def _sides(count: int, minimum: int, *, null: bool = False) -> Argument:
    """A number, or a list with one for each of ``count`` axes."""
    kinds = ["integer", "array", "null"] if null else ["integer", "array"]
    item = {"type": "integer", "minimum": minimum}
    schema = {"type": kinds, "minimum": minimum, "items": item}
    return Argument({**schema, "minItems": count, "maxItems": count}, _repeated(count))


ENDS = Argument(
    {
        "type": ["integer", "array"],
        "minimum": 0,
        "minItems": 2,
        "maxItems": 2,
        "items": {"type": "integer", "minimum": 0},
    },
    _pair,
    "one number, or [before, behind]",
)


def _ends(count: int) -> dict[str, Any]:
    """What is before and behind along each of ``count`` axes."""
    return {**ENDS.schema, "minItems": count, "maxItems": count, "items": ENDS.schema}


COUNT = Argument({"type": "integer", "minimum": 1})
GROUPS = Argument(
    {"type": "integer", "minimum": -1, "not": {"const": 0}}, text="-1: one group per channel"
)
NATURAL = Argument({"type": "integer", "minimum": 0})
NUMBER = Argument({"type": "number"})
NOT_NEGATIVE = Argument({"type": "number", "minimum": 0})
NOT_NEGATIVE_OR_NULL = Argument({"type": ["number", "null"], "minimum": 0})
POSITIVE = Argument({"type": "number", "exclusiveMinimum": 0})
RATE = Argument({"type": "number", "minimum": 0, "exclusiveMaximum": 1})
SHARE = Argument({"type": "number", "minimum": 0, "maximum": 1})
FLAG = Argument({"type": "boolean"})
SEED = Argument({"type": ["integer", "null"]})
AXIS = Argument({"type": "integer"})
AXES = Argument({"type": ["integer", "array"], "items": {"type": "integer"}, "minItems": 1}, frozen)
AXES_OR_NULL = Argument(
    {"type": ["integer", "array", "null"], "items": {"type": "integer"}, "minItems": 1}, frozen
)
SHARED_AXES = Argument(
    {
        "type": ["integer", "array", "null"],
        "minimum": 1,
        "items": {"type": "integer", "minimum": 1},
        "minItems": 1,
    },
    lambda value: (value,) if isinstance(value, int) else frozen(value),
)
ONE, PAIR, TRIPLE = (_sides(count, 1) for count in (1, 2, 3))
ONE_OR_NULL, PAIR_OR_NULL, TRIPLE_OR_NULL = (_sides(count, 1, null=True) for count in (1, 2, 3))
OUTPUT_ONE, OUTPUT_PAIR, OUTPUT_TRIPLE = (_sides(count, 0, null=True) for count in (1, 2, 3))
EACH = Argument(
    {
        "type": ["integer", "array"],
        "minimum": 1,
        "items": {"type": "integer", "minimum": 1},
        "minItems": 1,
        "maxItems": 3,
    },
    frozen,
    "one number for all axes but the channels, or one for each of them",
)
EDGES = Argument(_ends(2), _edges, "one number, [height, width], or [[top, bottom], [left, right]]")
FACES = Argument(
    _ends(3), _faces, "one number, [planes, height, width], or [before, behind] for each of them"
)
SIZES = Argument(
    {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 1}}, frozen
)
TARGET_SHAPE = Argument(
    {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": -1}},
    frozen,
    "sizes without the batch; one of them may be -1: whatever is left",
)
NOISE_SHAPE = Argument(
    {"type": ["array", "null"], "items": {"type": ["integer", "null"], "minimum": 1}},
    frozen,
    "one entry for each axis, the batch first: 1 where all share one decision, null where not",
)
NUMBERS = Argument({"type": ["number", "array"], "items": {"type": "number"}}, frozen)
NUMBERS_OR_NULL = Argument(
    {"type": ["number", "array", "null"], "items": {"type": "number"}}, frozen
)


def one_of(*words: Any) -> Argument:
    """An argument that is one of ``words``."""
    return Argument({"enum": list(words)})


PADDING = one_of("valid", "same")
PADDING_ONE = one_of("valid", "same", "causal")
INTERPOLATION = one_of("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
ACTIVATION = one_of(
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "selu",
    "celu",
    "gelu",
    "silu",
    "swish",
    "sigmoid",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "tanh",
    "softmax",
    "softplus",
    "softsign",
    "log_softmax",
    "log_sigmoid",
    "mish",
    "exponential",
    "linear",
    None,
)
INITIALIZER = Argument(object_schema(INITIALIZERS), keras_object)
REGULARIZER = Argument(object_schema(REGULARIZERS, null=True), keras_object)
CONSTRAINT = Argument(object_schema(CONSTRAINTS, null=True), keras_object)
