"""The schema of a file around its steps: hyperparameters, presets, inputs, promises."""

from archforge.schema.fragments import FORMULA, REFERENCE, Schema, closed, or_formula
from archforge.schema.steps import STEPS

SCALAR: Schema = {"type": ["number", "string", "boolean", "array", "null"]}
RANGE: Schema = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
SEARCH: Schema = closed(
    {
        "int": {**RANGE, "items": {"type": "integer"}},
        "float": RANGE,
        "choice": {"type": "array", "minItems": 1},
        "step": {"type": "number", "exclusiveMinimum": 0},
        "log": {"type": "boolean"},
    },
    description="what a search may try: int: [lo, hi], float: [lo, hi] or choice: [...]",
)
HYPERPARAMETER: Schema = {
    "if": {"type": "object"},
    "then": closed(
        {
            "default": SCALAR,
            "min": {"type": "number"},
            "max": {"type": "number"},
            "one_of": {"type": "array", "minItems": 1},
            "each": FORMULA,
            "search": SEARCH,
        },
        "default",
        description="a value that the spec leaves open",
    ),
    "else": SCALAR,
}
SIZE: Schema = {"type": ["integer", "string", "null"], "minimum": 1, "pattern": "^="}
SHAPE: Schema = {"type": "array", "items": SIZE, "minItems": 1, "maxItems": 4}
INPUT: Schema = {
    "if": {"type": "object"},
    "then": closed(
        {
            "shape": SHAPE,
            "values": or_formula(
                {"enum": ["unit", "byte", "signed", "standard", "imagenet", "caffe"]}
            ),
        },
        "shape",
    ),
    "else": SHAPE,
}
OUTPUT_SHAPE: Schema = {"type": "array", "items": {"type": ["integer", "null"]}}
FACTS: dict[str, Schema] = {
    "parameters": {"type": "integer", "minimum": 0},
    "trainable": {"type": "integer", "minimum": 0},
    "macs": {"type": "integer", "minimum": 0},
    "outputs": {"type": "object", "additionalProperties": OUTPUT_SHAPE},
    "nodes": {"type": "object", "additionalProperties": OUTPUT_SHAPE},
}
EXPECTATION: Schema = closed(
    {"preset": {"type": "string"}, "hyperparameters": {"type": "object"}, **FACTS},
    description="facts that `check` proves",
)


def _named(fragment: Schema) -> Schema:
    return {"type": ["object", "null"], "additionalProperties": fragment}


NEEDS_AFTER: Schema = {"required": ["after"]}
STEP_NAME: Schema = {**REFERENCE, "description": "a step, by the text of its `name:`"}
EDIT: Schema = {
    **closed(
        {
            "after": STEP_NAME,
            "before": STEP_NAME,
            "insert": STEPS,
            "replace": STEP_NAME,
            "with": STEPS,
            "remove": STEP_NAME,
        },
        description="a change to the parent's steps",
    ),
    "minProperties": 1,
    "allOf": [
        {"if": {"required": [verb]}, "then": closed({verb: {}, held: {}}, verb, held)}
        for verb, held in (("after", "insert"), ("before", "insert"), ("replace", "with"))
    ]
    + [
        {"if": {"required": ["remove"]}, "then": closed({"remove": {}}, "remove")},
        {"if": {"required": ["insert"], "not": {"required": ["before"]}}, "then": NEEDS_AFTER},
        {"if": {"required": ["with"]}, "then": {"required": ["replace"]}},
    ],
}
INHERITS: dict[str, Schema] = {
    "extends": {
        "type": "string",
        "description": "the one parent: a name of the zoo or a path; its keys are taken over",
    },
    "edit": {
        "type": "array",
        "items": EDIT,
        "description": "changes to the parent's steps, made before loops run",
    },
}

FRAME: Schema = closed(
    {
        "archforge": {"const": 1, "description": "version of the language"},
        "kind": {"const": "architecture"},
        "name": {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9_.\-]*$"},
        "title": {"type": "string"},
        "source": {"type": "string", "description": "paper or code that it comes from"},
        "year": {"type": "integer"},
        "task": {"enum": ["segmentation", "classification"]},
        "hyperparameters": _named(HYPERPARAMETER),
        "presets": _named({"type": ["object", "null"]}),
        "inputs": {"type": "object", "minProperties": 1, "additionalProperties": INPUT},
        "defaults": _named({"type": ["object", "null"]}),
        "blocks": _named({"$ref": "#/definitions/block"}),
        "graph": STEPS,
        "outputs": {
            "type": ["string", "array", "object"],
            "items": REFERENCE,
            "minItems": 1,
            "minProperties": 1,
            "additionalProperties": or_formula({"type": "number", "minimum": 0}),
            "description": "nodes that the network gives back; as a mapping, each with the weight "
            "of its loss in training",
        },
        "require": {
            "type": "array",
            "items": closed({"that": FORMULA, "say": {"type": "string"}}, "that", "say"),
        },
        "expect": {"type": "array", "items": EXPECTATION},
        "sizes": {"enum": ["exact", "pad"]},
        **INHERITS,
    },
    "archforge",
    "name",
    description="an archforge architecture",
)
FRAME["if"] = {"required": ["extends"]}
FRAME["then"] = {}
FRAME["else"] = {"required": ["task", "inputs", "graph"]}
"""Everything but the steps; ``step`` and ``block`` are definitions that ``language`` fills in."""
