"""What a fragment of the schema accepts, and a default, in the words of a spec.

For people who read a hover or a completion; ``archforge.spec.validate`` words what is wrong.
"""

from collections.abc import Mapping
from typing import Any

from archforge.layers import KerasObject
from archforge.spec.rewrite import written

_MOST_WORDS = 30


def shown(value: Any) -> str:
    """A default as a spec would write it."""
    if isinstance(value, KerasObject):
        return f"{{{value.class_name}: {written(dict(value.arguments))}}}"
    if isinstance(value, tuple):
        if len(value) == 2 and value[0] == value[1]:
            return shown(value[0])
        return f"[{', '.join(shown(item) for item in value)}]"
    return written(value)


_KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a word",
    "boolean": "true or false",
    "object": "a mapping",
    "null": "null",
}
_LIMITS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}


def accepts(schema: Mapping[str, Any]) -> str:
    """What a fragment of the schema accepts, in words; formulas always are."""
    words = choices(schema)
    if words:
        more = f" and {len(words) - _MOST_WORDS} more" if len(words) > _MOST_WORDS else ""
        listed = f"one of {', '.join(f'`{written(word)}`' for word in words[:_MOST_WORDS])}{more}"
        return f"{listed}, or `{{Class: {{...}}}}`" if "else" in schema else listed
    kinds = schema.get("type", [])
    return " or ".join(
        _kind(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds)
    )


def _kind(kind: str, schema: Mapping[str, Any]) -> str:
    if kind == "array":
        fewest, most = schema.get("minItems"), schema.get("maxItems")
        count = f" of {most}" if most is not None and fewest == most else ""
        return f"a list{count}"
    if kind not in ("integer", "number"):
        return _KINDS[kind]
    limits = [f"{word} {schema[key]}" for key, word in _LIMITS.items() if key in schema]
    return " ".join([_KINDS[kind], " and ".join(limits)]).strip()


def choices(schema: Mapping[str, Any]) -> list[Any]:
    """The words that a fragment lists: an enumeration, true and false, names of Keras objects."""
    if "enum" in schema:
        return list(schema["enum"])
    if isinstance(schema.get("then"), Mapping):
        return choices(schema["then"])
    return [True, False] if schema.get("type") == "boolean" else []
