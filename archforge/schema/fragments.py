"""Pieces of JSON Schema that the parts of the language share."""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

FORMULA: Schema = {"type": "string", "pattern": "^="}
NAME: Schema = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]*$"}
REFERENCE: Schema = {"type": "string"}
VALUE: Schema = {"type": ["number", "string", "boolean", "array", "object", "null"]}


def or_formula(fragment: Mapping[str, Any]) -> Schema:
    """``fragment``, or a formula in its place or in the place of its parts."""
    inner = dict(fragment)
    for key in ("items", "else", "then"):
        if isinstance(inner.get(key), dict):
            inner[key] = _inside(key, inner[key])
    if "properties" in inner:
        inner["properties"] = {k: or_formula(v) for k, v in inner["properties"].items()}
    kinds = inner.get("type")
    if kinds is not None and "if" not in inner and "enum" not in inner:
        return _widened(inner, kinds)
    description = {"description": inner["description"]} if "description" in inner else {}
    return {"if": FORMULA, "then": {}, "else": inner, **description}


def _inside(key: str, fragment: Mapping[str, Any]) -> Schema:
    if key == "items":
        return or_formula(fragment)
    inner = dict(fragment)
    if "properties" in inner:
        inner["properties"] = {k: or_formula(v) for k, v in inner["properties"].items()}
    return inner


def _widened(fragment: Schema, kinds: str | list[str]) -> Schema:
    """The plain form that editors show best: a type list with ``string`` and the formula's mark."""
    names = [kinds] if isinstance(kinds, str) else list(kinds)
    if "string" in names:
        return fragment
    return {**fragment, "type": [*names, "string"], "pattern": "^="}


def closed(properties: Mapping[str, Any], *required: str, description: str = "") -> Schema:
    """A mapping with these keys and no others."""
    schema: Schema = {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }
    if required:
        schema["required"] = list(required)
    if description:
        schema["description"] = description
    return schema
