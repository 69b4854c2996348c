"""JSON Schema's verdicts in our words, at the place in the file.

jsonschema says what is wrong with plain data and where; this room knows the tree, so it can say on
which line, and words each keyword once.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.validators import extend

from archforge.errors import Mark, Problem, did_you_mean, listing, nearest
from archforge.spec.tree import Mapping as Keys
from archforge.spec.tree import Tree, find


def show(value: Any) -> str:
    """A value as a spec would write it."""
    if isinstance(value, str):
        return f"'{value}'"
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_whole(_: object, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


# JSON counts 4.0 as an integer; in a spec it is most likely the result of a division.
_STRICT: Any = extend(  # type: ignore[no-untyped-call]  # jsonschema's stubs have no types here
    Draft7Validator, type_checker=Draft7Validator.TYPE_CHECKER.redefine("integer", _is_whole)
)


@lru_cache(maxsize=1024)
def _validator(text: str) -> Any:
    return _STRICT(json.loads(text))


MAX_COMPILED = 2_000
_BY_IDENTITY: dict[int, tuple[Mapping[str, Any], Any]] = {}


def validator(schema: Mapping[str, Any]) -> Any:
    """The compiled validator of ``schema``; each schema object is compiled once."""
    known = _BY_IDENTITY.get(id(schema))
    if known is None or known[0] is not schema:
        if len(_BY_IDENTITY) >= MAX_COMPILED:
            _BY_IDENTITY.clear()  # schemas made for one file's own blocks do not pile up
        known = (schema, _validator(json.dumps(schema)))
        _BY_IDENTITY[id(schema)] = known
    return known[1]


def misfit(schema: Mapping[str, Any], value: Any) -> str | None:
    """What is wrong with a plain value, worded to follow its name; ``None`` if it fits."""
    error = next(iter(validator(schema).iter_errors(value)), None)
    return None if error is None else _said(error)


def problems(
    schema: Mapping[str, Any], tree: Tree, what: str, *, formulas: bool = True
) -> Iterator[Problem]:
    """Everything that ``schema`` finds wrong in ``tree``.

    Args:
        schema: Draft 7.
        tree: What it should describe.
        what: What the mapping is, for unknown keys: ``Conv2D``.
        formulas: Whether the file may hold formulas, so that a wrong kind may be one ill written.
    """
    errors = list(validator(schema).iter_errors(tree.plain))
    # Unknown keys come first: a missing key is most often a misspelt one.
    for error in sorted(errors, key=lambda e: (e.validator != "additionalProperties", str(e.path))):
        yield from _worded(error, tree, what, formulas=formulas)


def _worded(error: Any, tree: Tree, what: str, *, formulas: bool) -> Iterator[Problem]:
    place = find(tree, error.absolute_path)
    slipped = _slipped(error, tree)
    if slipped is not None:
        yield slipped
        return
    name = ".".join(str(step) for step in error.absolute_path)
    if error.validator == "additionalProperties":
        assert isinstance(place, Keys)
        yield from unknown_keys(place, error.schema, name or what)
    elif error.validator == "required":
        yield from _missing(error, place.mark, name or what)
    else:
        code = "AF104" if error.validator == "type" or _no_formula(error) else "AF105"
        fix = _fix(error, formulas=formulas)
        yield Problem(code, f"{name or what} {_said(error)}", place.mark, fix=fix)


def _slipped(error: Any, tree: Tree) -> Problem | None:
    """The slip behind a key without a value, where any key is allowed: the columns of a loop."""
    *above, key = error.absolute_path or [None]
    owner = find(tree, above)
    if error.instance is not None or not isinstance(owner, Keys):
        return None
    return slip(str(key), owner, owner.keys[str(key)])


def _missing(error: Any, mark: Mark, what: str) -> Iterator[Problem]:
    for key in error.validator_value:
        if key not in error.instance:
            yield Problem("AF102", f"{what} needs '{key}'", mark, fix=f"add `{key}: ...`")


def unknown_keys(place: Keys, schema: Any, what: str) -> Iterator[Problem]:
    """A problem for every key of ``place`` that ``schema`` does not know."""
    known = schema.get("properties", {})
    for key, mark in place.keys.items():
        if key not in known:
            yield slip(key, place, mark) or Problem(
                "AF101", f"{what} has no '{key}'", mark, fix=did_you_mean(key, known)
            )


def slip(key: str, place: Keys, mark: Mark) -> Problem | None:
    """Valid YAML that was surely meant otherwise, worded as what was meant."""
    value = place[key].plain
    if value is None and key.partition(":")[0].isidentifier() and ":" in key:
        name, _, rest = key.partition(":")
        return Problem(
            "AF107",
            f"'{key}' lacks a space after the colon",
            mark,
            why="YAML reads it as one word",
            fix=f"write `{name}: {rest}`",
        )
    cut = _cut_formula(key, place)
    if value is None and cut is not None:
        owner, text = cut
        return Problem(
            "AF108",
            f"the formula of '{owner}' is cut at its comma: '{key}' became a key",
            mark,
            why="inside {...} a comma ends the value",
            fix=f'quote it: `{owner}: "{text}"`, or write the step in block style',
        )
    if value is None and ("@" in key or key in ("prev", "input") or _follows_from(key, place)):
        first = place["from"].plain if "from" in place else "prev"
        return Problem(
            "AF109",
            f"'{key}' became a key: a list of nodes needs brackets",
            mark,
            fix=f"write `from: [{first}, {key}]`",
        )
    return None


def _follows_from(key: str, place: Keys) -> bool:
    order = list(place.keys)
    known = key in ("name", "if", "repeat", "align", "layer", "block")
    return not known and key.isidentifier() and order[order.index(key) - 1] == "from"


def _cut_formula(key: str, place: Keys) -> tuple[str, str] | None:
    """The key whose formula was cut at a comma before ``key``, and the formula whole."""
    parts: list[str] = [key]
    order = list(place.keys)
    for before in reversed(order[: order.index(key)]):
        value = place[before].plain
        if isinstance(value, str) and value.startswith("="):
            whole = ", ".join([value, *reversed(parts)])
            opened = value.count("(") + value.count("[") > value.count(")") + value.count("]")
            return (before, whole) if opened else None
        if value is not None:
            return None
        parts.append(before)
    return None


_KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a word",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}
_SAYS: dict[str, Callable[[Any, Any], str]] = {
    "type": lambda value, limit: f"must be {_kinds(limit)}, not {show(value)}",
    "enum": lambda value, limit: f"cannot be {show(value)}",
    "const": lambda value, limit: f"must be {show(limit)}, not {show(value)}",
    "minimum": lambda value, limit: f"must be at least {limit}, not {show(value)}",
    "exclusiveMinimum": lambda value, limit: f"must be more than {limit}, not {show(value)}",
    "maximum": lambda value, limit: f"must be at most {limit}, not {show(value)}",
    "exclusiveMaximum": lambda value, limit: f"must be less than {limit}, not {show(value)}",
    "minItems": lambda value, limit: f"needs {_members(limit)}, has {len(value)}",
    "maxItems": lambda value, limit: f"takes {_members(limit)}, has {len(value)}",
    "minProperties": lambda value, limit: "must not be empty",
    "maxProperties": lambda value, limit: f"takes one key, has {len(value)}",
    "pattern": lambda value, limit: f"cannot be {show(value)}",
}


def _kinds(kinds: str | list[str]) -> str:
    names = [kinds] if isinstance(kinds, str) else kinds
    return " or ".join(_KINDS[name] for name in names)


def _members(count: int) -> str:
    return "1 member" if count == 1 else f"{count} members"


def _said(error: Any) -> str:
    if _no_formula(error):
        kinds = [kind for kind in error.schema["type"] if kind != "string"]
        return _SAYS["type"](error.instance, kinds)
    say = _SAYS.get(str(error.validator))
    return say(error.instance, error.validator_value) if say else _lower(error.message)


def _no_formula(error: Any) -> bool:
    """Whether a word stands where only a formula may be a string."""
    is_mark = error.validator == "pattern" and error.validator_value == "^="
    return is_mark and isinstance(error.schema.get("type"), list)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _fix(error: Any, *, formulas: bool) -> str:
    if error.validator == "enum":
        words = [str(word) for word in error.validator_value if word is not None]
        near = nearest(str(error.instance), words)
        return f"did you mean '{near}'?" if near else f"use one of: {listing(words, most=24)}"
    if error.validator == "type" and not formulas:
        return ""
    if error.validator == "type" and isinstance(error.instance, float):
        return "use `//` for a whole number" if "integer" in str(error.validator_value) else ""
    if (error.validator == "type" or _no_formula(error)) and isinstance(error.instance, str):
        return _formula_fix(error.instance)
    return str(error.schema.get("description", "")) if isinstance(error.schema, dict) else ""


def _formula_fix(text: str) -> str:
    is_formula = any(letter in text for letter in "+-*/@(") or text.isidentifier()
    return f"a formula starts with `=`: `={text}`" if is_formula else ""
