"""The whole language as one JSON Schema for editors."""

import json
from typing import Any

from archforge.blocks import BLOCKS
from archforge.layers import LAYERS
from archforge.schema.fragments import VALUE, Schema, closed, or_formula
from archforge.schema.frame import FRAME
from archforge.schema.steps import BLOCK, GROUPS, call_schema


def language_schema() -> dict[str, Any]:
    """Draft 7 schema of an architecture file, with every registered layer and block."""
    shared = _Shared()
    properties = {**FRAME["properties"], "defaults": _defaults()}
    step = shared.shrink(_step())
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "archforge architecture, version 1",
        **FRAME,
        "properties": shared.shrink(properties),
        "definitions": {"step": step, "block": BLOCK, **shared.definitions},
    }


class _Shared:
    """Long fragments that stand in many layers, written once and referred to."""

    LONG = 300

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self.definitions: dict[str, Any] = {}

    def shrink(self, schema: Any) -> Any:
        """``schema`` with its long argument fragments as references."""
        if isinstance(schema, list):
            return [self.shrink(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return {key: self.shrink(value) for key, value in schema.items()}
        rest = {key: self.shrink(value) for key, value in schema.items() if key != "properties"}
        return {**rest, "properties": {k: self._one(v) for k, v in properties.items()}}

    def _one(self, fragment: Any) -> Any:
        text = json.dumps(fragment, sort_keys=True)
        if len(text) < self.LONG or "properties" in fragment:
            return self.shrink(fragment)
        if text not in self._names:
            self._names[text] = f"value{len(self._names) + 1}"
            self.definitions[self._names[text]] = fragment
        return {"$ref": f"#/definitions/{self._names[text]}"}


def _step() -> Schema:
    rules = [
        _when(kind, what, call_schema(kind, what))
        for kind, table in (("layer", LAYERS), ("block", BLOCKS))
        for what in table
    ]
    rules += [{"if": _decides(key), "then": schema} for key, schema in GROUPS.items()]
    return {
        "type": "object",
        "properties": {
            "layer": {"type": "string", "examples": list(LAYERS)},
            "block": {"type": "string", "examples": list(BLOCKS)},
        },
        "allOf": rules,
    }


def _decides(key: str) -> Schema:
    """Any step may have ``if:``; it is a choice only where it stands with ``steps:`` alone."""
    if key != "if":
        return {"required": [key]}
    return {"required": ["if", "steps"], "not": {"required": ["for"]}}


def _when(kind: str, what: str, schema: Schema) -> Schema:
    return {"if": {"properties": {kind: {"const": what}}, "required": [kind]}, "then": schema}


def _defaults() -> Schema:
    """``defaults:`` by layer and block, each with that one's arguments."""
    tables = {**LAYERS, **BLOCKS}
    known = {
        what: closed(
            {name: or_formula(arg.schema) for name, arg in record.arguments().items()},
            description=record.summary(),
        )
        for what, record in tables.items()
    }
    # Blocks of the same file may have defaults too, under names that no registry knows.
    return {"type": ["object", "null"], "properties": known, "additionalProperties": VALUE}
