"""The schema of each kind of step, made from the registries."""

from collections.abc import Mapping

from archforge.blocks import block
from archforge.graph import Described
from archforge.layers import LAYERS, layer
from archforge.schema.fragments import NAME, REFERENCE, VALUE, Schema, closed, or_formula

MERGES = tuple(
    name for name, layer in LAYERS.items() if layer.INPUTS[1] is None or layer.INPUTS[1] > 1
)
"""Layers that join several inputs, and so may say ``align:``."""

STEPS: Schema = {"type": "array", "items": {"$ref": "#/definitions/step"}}
ALIGN: Schema = {
    **or_formula({"enum": ["strict", "crop", "pad", "resize"]}),
    "description": "what to do with inputs of unequal size",
}
INTERPOLATION: Schema = or_formula({"enum": ["nearest", "bilinear", "bicubic"]})

COMMON: dict[str, Schema] = {
    "name": {**REFERENCE, "description": "what to call it: `bridge`, or `skip@i` in a loop"},
    "from": {
        "type": ["string", "array"],
        "items": REFERENCE,
        "minItems": 1,
        "description": "what it reads, if not the step before: a name, or a list of names",
    },
    "if": {
        "type": ["boolean", "string"],
        "pattern": "^=",
        "description": "a formula; the step is skipped where it does not hold",
    },
}
REPEAT: Schema = {
    "type": ["integer", "string"],
    "minimum": 0,
    "pattern": "^=",
    "description": "how many copies to chain, each with weights of its own",
}
GROUPS: dict[str, Schema] = {
    "for": closed(
        {
            **COMMON,
            "for": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {"type": ["array", "string"], "pattern": "^="},
                "description": "columns that are read in step: `{i: =range(depth)}`",
            },
            "steps": STEPS,
        },
        "for",
        "steps",
        description="a loop",
    ),
    "branches": closed(
        {
            **COMMON,
            "branches": {"type": "object", "minProperties": 1, "additionalProperties": STEPS},
            "merge": {
                "type": ["string", "object"],
                "if": {"type": "object"},
                "then": {"$ref": "#/definitions/step"},
                "description": "what joins them: a layer, or a step with a layer and `align:`",
            },
        },
        "branches",
        "merge",
        description="branches that start at one node, and what joins them",
    ),
    "if": closed({**COMMON, "steps": STEPS, "else": STEPS}, "if", "steps", description="a choice"),
    "architecture": closed(
        {
            **COMMON,
            "architecture": {
                "type": "string",
                "description": "another spec: a name of the zoo, a preset's name, or a path",
            },
            "preset": {"type": "string", "description": "a preset of it"},
            "until": {
                **REFERENCE,
                "description": "its node to stop at; its output by default",
            },
            "hyperparameters": {
                "type": ["object", "null"],
                "additionalProperties": VALUE,
                "description": "values of its hyperparameters",
            },
            "weights": {
                "type": ["string", "null"],
                "description": "imagenet, a run's folder, a .keras or a .weights.h5 file",
            },
            "trainable": {
                "type": ["boolean", "string"],
                "pattern": "^=",
                "description": "false keeps its weights as they are",
            },
        },
        "architecture",
        description="another architecture inside this one",
    ),
    "share": closed(
        {**COMMON, "share": REFERENCE}, "share", description="an earlier step, same weights"
    ),
}
"""Schema of every step that is neither a layer nor a block, by its deciding key."""


def call_schema(kind: str, what: str) -> Schema:
    """The schema of a step ``layer: what`` or ``block: what`` that exists."""
    record: type[Described] | None = layer(what) if kind == "layer" else block(what)
    assert record is not None
    key = (kind, what, record)
    if key not in _CALLS:
        _CALLS[key] = _call_schema(kind, what, record)
    return _CALLS[key]


_CALLS: dict[tuple[str, str, type[Described]], Schema] = {}
"""Schemas made so far: each is compiled once, by its identity."""


def _call_schema(kind: str, what: str, record: type[Described]) -> Schema:
    arguments = {name: described(record, name) for name in record.arguments()}
    merges = kind == "layer" and record.INPUTS[1] != 1
    extra = {"align": ALIGN, "interpolation": INTERPOLATION} if merges else {}
    return closed(
        {kind: {"const": what}, **COMMON, "repeat": REPEAT, **extra, **arguments},
        kind,
        description=record.summary(),
    )


def described(record: type[Described], name: str) -> Schema:
    """One argument for editors: what it accepts, a formula too, and what it does."""
    argument = record.arguments()[name]
    schema = or_formula(argument.schema)
    if argument.text:
        schema = {**schema, "description": argument.text}
    return schema


def own_block_schema(arguments: Mapping[str, object]) -> Schema:
    """The schema of a step that uses a block of the same file; values are checked later."""
    return closed({"block": {}, **COMMON, "repeat": REPEAT, **dict.fromkeys(arguments, VALUE)})


def open_call_schema(kind: str) -> Schema:
    """The schema of a step whose layer or block is a formula: any argument may be right."""
    schema = closed({kind: {"type": "string"}, **COMMON, "repeat": REPEAT, "align": ALIGN})
    return {**schema, "additionalProperties": True}


BLOCK: Schema = closed(
    {
        "arguments": {"type": ["object", "null"], "additionalProperties": VALUE},
        "inputs": {"type": "array", "items": NAME, "minItems": 1},
        "steps": STEPS,
    },
    "steps",
    description="a group of steps with arguments of its own",
)
