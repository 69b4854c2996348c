"""The whole language as one JSON Schema for editors."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from archforge.blocks import known_blocks
from archforge.graph import Described
from archforge.layers import known_layers
from archforge.schema.fragments import FORMULA, VALUE, Schema, closed
from archforge.schema.frame import FRAME
from archforge.schema.steps import BLOCK, GROUPS, call_schema, described
from archforge.schema.wording import accepts, choices, shown
from archforge.spec.steps import STEP_KINDS


def language_schema() -> dict[str, Any]:
    """Draft 7 schema of an architecture file, with every registered layer and block."""
    shared = _Shared()
    properties = _offering({**FRAME["properties"], "defaults": _defaults()})
    step = shared.shrink(_offering(_step()))
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
        _when(kind, what, _call(kind, what, record))
        for kind, table in (("layer", known_layers()), ("block", known_blocks()))
        for what, record in table.items()
    ]
    rules += [{"if": _decides(key), "then": _group(schema)} for key, schema in GROUPS.items()]
    return {
        "type": "object",
        "properties": {
            "layer": _named("^=", "layer", known_layers()),
            # A capital begins the name of a block of the same file.
            "block": _named("^(=|[A-Z])", "block", known_blocks()),
        },
        "allOf": [*rules, _decided(STEP_KINDS)],
    }


def _group(schema: Schema) -> Schema:
    """A step that is neither a layer nor a block; what ends branches offers its layers."""
    if "merge" not in schema["properties"]:
        return schema
    table = known_layers()
    joins = {name: layer.summary() for name, layer in table.items() if layer.INPUTS[1] is None}
    merge = {**schema["properties"]["merge"], **_snippets(joins)}
    return {**schema, "properties": {**schema["properties"], "merge": merge}}


def _named(others: str, kind: str, table: Mapping[str, type[Described]]) -> Schema:
    """A layer or block by its name; names of the pattern ``others`` are not judged here."""
    known = {"enum": list(table), "errorMessage": f"there is no {kind} of that name"}
    words = {name: record.summary() for name, record in table.items()}
    return {"if": {"pattern": others}, "then": {}, "else": known, **_snippets(words)}


def _call(kind: str, what: str, record: type[Described]) -> Schema:
    """The schema of a step with a layer or block, with more words than ``check`` needs."""
    schema = call_schema(kind, what)
    told = {name: _told(record, name, schema["properties"][name]) for name in record.arguments()}
    name = {kind: {"const": what, "description": record.summary()}}
    return {**schema, "properties": {**schema["properties"], **name, **told}}


def _told(record: type[Described], name: str, schema: Schema) -> Schema:
    """An argument with what it accepts and its default in its description."""
    argument = record.arguments()[name]
    required = name in record.required()
    given = "must be given" if required else f"default {shown(record.default(name))}"
    kind = "" if "enum" in argument.schema else accepts(argument.schema)
    text = "; ".join(part for part in (argument.text, kind, given) if part)
    return {**schema, "description": text}


def _offering(schema: Any) -> Any:
    """``schema`` with the words behind every formula offered as values."""
    if isinstance(schema, list):
        return [_offering(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    words = choices(schema.get("else") or {}) if schema.get("if") == FORMULA else []
    rest = {key: value if key == "enum" else _offering(value) for key, value in schema.items()}
    return {**rest, **_snippets({shown(word): "" for word in words})}


def _snippets(words: Mapping[str, str]) -> Schema:
    """Words that an editor offers as values, each with a line about it.

    The YAML servers of editors look for words in ``enum``, but not behind the ``if`` that lets a
    formula stand in their place; this keyword of theirs they always read.
    """
    rows = [
        {"label": word, "body": word, **({"description": text} if text else {})}
        for word, text in words.items()
    ]
    return {"defaultSnippets": rows} if rows else {}


def _decided(kinds: Sequence[str]) -> Schema:
    """A step says what it is: one of ``kinds`` is there."""
    if not kinds:
        return {"required": ["layer"]}
    needs = ["if", "steps"] if kinds[0] == "if" else [kinds[0]]
    return {"if": {"required": needs}, "then": {}, "else": _decided(kinds[1:])}


def _decides(key: str) -> Schema:
    """Any step may have ``if:``; it is a choice only where it stands with ``steps:`` alone."""
    if key != "if":
        return {"required": [key]}
    return {"required": ["if", "steps"], "not": {"required": ["for"]}}


def _when(kind: str, what: str, schema: Schema) -> Schema:
    # A pattern, not `const`: of a constant the editors' server takes the beginning for the whole,
    # and offers the arguments of Conv2DTranspose for Conv2D.
    name = {kind: {"pattern": f"^{what}$"}}
    return {"if": {"properties": name, "required": [kind]}, "then": schema}


def _defaults() -> Schema:
    """``defaults:`` by layer and block, each with that one's arguments."""
    known = {}
    for what, record in {**known_layers(), **known_blocks()}.items():
        arguments = {
            name: _told(record, name, described(record, name)) for name in record.arguments()
        }
        keys = closed(arguments, description=record.summary())
        known[what] = {**keys, "type": ["object", "null"]}
    # Blocks of the same file may have defaults too, under names that no registry knows.
    return {"type": ["object", "null"], "properties": known, "additionalProperties": VALUE}
