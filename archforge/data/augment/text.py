"""Augmentation as people write it: ``standard+noise(probability=0.3)``, read without running it."""

import ast
import math
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from archforge.data.augment.augmentation import Augmentation, Chosen
from archforge.data.augment.table import OPERATIONS, PRESETS, PROBABILITY
from archforge.errors import did_you_mean, refuse

LONGEST = 2000
PRESET = "preset"


def parse_augmentation(text: str) -> Augmentation:
    """The augmentation that ``text`` names: presets and operations joined by ``+``.

    What stands later changes what stands before it; an operation whose probability is 0 is left
    out.

    Raises:
        ProblemError: A name is unknown, or a number cannot be.
    """
    chosen: dict[str, dict[str, float]] = {}
    for name, given in _terms(text):
        if name in PRESETS and not given:
            chosen |= {one.name: dict(one.arguments) for one in _preset(name)}
        else:
            chosen[name] = _merged(name, chosen.get(name, {}), given)
    kept = {name: row for name, row in chosen.items() if row[PROBABILITY] > 0}
    # In the order of the table, so that equal sums are equal and random numbers fall alike.
    return Augmentation(
        tuple(Chosen(name, tuple(kept[name].items())) for name in OPERATIONS if name in kept)
    )


def canonical(text: str) -> str:
    """The shortest text that means the same: a preset's name, or operations without defaults."""
    wanted = parse_augmentation(text)
    for name in PRESETS:
        if parse_augmentation(name) == wanted:
            return name
    return "+".join(_written(one) for one in wanted.operations)


def augmentation_from_mapping(value: Mapping[str, Any]) -> str:
    """The text of ``{preset: light, noise: {probability: 0.3}, elastic: true, blur: false}``.

    Raises:
        ProblemError: A name is unknown, or a value cannot be.
    """
    first = value.get(PRESET, "none")
    terms = [str(first)]
    for name, row in value.items():
        if name != PRESET:
            terms.append(f"{name}({_inside(name, row)})")
    return canonical("+".join(terms))


def _inside(name: str, row: Any) -> str:
    if row in (True, None):
        return ""
    if row is False:
        return f"{PROBABILITY}=0"
    if not isinstance(row, Mapping):
        refuse(
            "AF503",
            f"'{name}' cannot be '{row}'",
            why="an operation is told numbers by name",
            fix=f"write `{name}: {{probability: 0.3}}`, or true, or false",
        )
    return ", ".join(f"{key}={value}" for key, value in row.items())


def _preset(name: str) -> tuple[Chosen, ...]:
    return parse_augmentation(PRESETS[name]).operations if PRESETS[name] else ()


def _terms(text: str) -> Iterator[tuple[str, dict[str, float]]]:
    if not text.strip():
        return
    try:
        if len(text) > LONGEST:
            raise ValueError("it is too long")
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        _refuse_text(text)
    yield from (_term(node, text) for node in _summands(tree))


def _summands(tree: ast.expr) -> list[ast.expr]:
    """The terms of a sum from left to right; sums lean to the left, so no recursion is needed."""
    found: list[ast.expr] = []
    while isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add):
        found.append(tree.right)
        tree = tree.left
    return [tree, *reversed(found)]


def _term(node: ast.expr, text: str) -> tuple[str, dict[str, float]]:
    if isinstance(node, ast.Name):
        return _known(node.id), {}
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)) or node.args:
        _refuse_text(text)
    name = _known(node.func.id)
    given: dict[str, float] = {}
    for word in node.keywords:
        key = word.arg or ""
        if key in given:
            refuse("AF503", f"'{key}' of '{name}' stands twice", fix="write each number once")
        given[key] = _number(word.value, text)
    return name, given


def _known(name: str) -> str:
    if name not in OPERATIONS and name not in PRESETS:
        refuse(
            "AF503",
            f"augment cannot be '{name}'",
            fix=did_you_mean(name, {**PRESETS, **OPERATIONS}),
        )
    return name


def _number(node: ast.expr, text: str) -> float:
    try:
        value = ast.literal_eval(node)
        sound = isinstance(value, int | float) and math.isfinite(value)
    except (ValueError, TypeError, OverflowError):  # a list as a key, a number of 400 digits
        sound = False
    if not sound or isinstance(value, bool):
        _refuse_text(text)
    return float(value)


def _merged(name: str, before: Mapping[str, float], given: Mapping[str, float]) -> dict[str, float]:
    if name not in OPERATIONS:
        refuse("AF503", f"the preset '{name}' is told no numbers",
               fix=f"tell an operation: `{name}+noise(probability=0.3)`")  # fmt: skip
    known = OPERATIONS[name].arguments
    for key, value in given.items():
        if key not in known:
            refuse("AF503", f"'{name}' has no '{key}'", fix=did_you_mean(key, known))
        if not known[key].low <= value <= known[key].high:
            refuse(
                "AF503",
                f"'{key}' of '{name}' cannot be {value:g}",
                why=f"{known[key].title}: {known[key].low:g} to {known[key].high:g}",
                fix=f"give a number in that range; without it, it is {known[key].default:g}",
            )
    return {key: given.get(key, before.get(key, one.default)) for key, one in known.items()}


def _written(one: Chosen) -> str:
    known = OPERATIONS[one.name].arguments
    other = [
        f"{key}={_plain(value)}" for key, value in one.arguments if value != known[key].default
    ]
    return f"{one.name}({','.join(other)})" if other else one.name


def _plain(value: float) -> str:
    """A number as people write it, from which the very same number is read."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _refuse_text(text: str) -> NoReturn:
    refuse(
        "AF503",
        f"augment cannot be '{text[:80]}'",
        why="it is a sum of presets and operations, each with numbers by name",
        fix="write for example `standard+noise(probability=0.3)`; "
        "`archforge list augmentations` shows all",
    )
