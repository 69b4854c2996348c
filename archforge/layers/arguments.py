"""What arguments accept, as JSON Schema fragments that layers and blocks share.

A scalar and a pair stand in one ``type`` list without ``anyOf``: Draft 7's ``minimum`` reads
numbers only and ``items`` lists only, so one fragment says both and an error names the one that was
meant.
"""

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
Edges = tuple[Pair, Pair]  # ((top, bottom), (left, right))


def _pair(value: Any) -> Any:
    return (value, value) if not isinstance(value, list | tuple) else tuple(value)


def _edges(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        return ((value, value), (value, value))
    return tuple(_pair(side) for side in value)


def frozen(value: Any) -> Any:
    """Lists as tuples, all the way down, so that a record can be hashed."""
    if isinstance(value, list | tuple):
        return tuple(frozen(item) for item in value)
    return value


def _pair_schema(minimum: int, *, null: bool = False) -> dict[str, Any]:
    kinds = ["integer", "array", "null"] if null else ["integer", "array"]
    item = {"type": "integer", "minimum": minimum}
    return {"type": kinds, "minimum": minimum, "items": item, "minItems": 2, "maxItems": 2}


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
PAIR = Argument(_pair_schema(1), _pair)
PAIR_OR_NULL = Argument(
    _pair_schema(1, null=True), lambda value: value if value is None else _pair(value)
)
OUTPUT_PADDING = Argument(
    _pair_schema(0, null=True), lambda value: value if value is None else _pair(value)
)
EDGES = Argument(
    {
        "type": ["integer", "array"],
        "minimum": 0,
        "minItems": 2,
        "maxItems": 2,
        "items": {
            "type": ["integer", "array"],
            "minimum": 0,
            "minItems": 2,
            "maxItems": 2,
            "items": {"type": "integer", "minimum": 0},
        },
    },
    _edges,
    "one number, [height, width], or [[top, bottom], [left, right]]",
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
