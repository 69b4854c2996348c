"""Which keys a mapping may have, and what each accepts, told by where the mapping stands.

The schema answers this for a mapping that is whole; while one is written its place is all there is.
"""

from collections.abc import Mapping
from typing import Any

from archforge.blocks import known_blocks
from archforge.layers import known_layers
from archforge.schema.frame import EXPECTATION, FRAME, HYPERPARAMETER, INPUT, SEARCH
from archforge.schema.steps import ALIGN, BLOCK, COMMON, GROUPS, INTERPOLATION, MERGES, REPEAT
from archforge.studio.cursor import ITEM, Table
from archforge.studio.telling import argument_text, record_of

LISTS_OF_STEPS = ("graph", "steps", "else", "insert", "with")
KINDS = {
    "layer": "one Keras layer",
    "block": "a group of steps",
    "for": "a loop",
    "share": "an earlier step, same weights",
    "branches": "branches that start at one node, and what joins them",
    "architecture": "another architecture inside this one",
}
Told = tuple[str, str]
"""One line of detail, and Markdown."""


def names_of(table: Table) -> list[str]:
    """The keys of a mapping."""
    return list(dict.fromkeys([*table.keys, *table.tables]))


def top_of(table: Table) -> Table:
    """The mapping that is the file."""
    while table.outer is not None:
        table = table.outer
    return table


def own_blocks(table: Table) -> list[str]:
    """The blocks of the file."""
    return names_of(_section(table, "blocks"))


def hyperparameters(table: Table) -> list[str]:
    """The hyperparameters of the file."""
    return names_of(_section(table, "hyperparameters"))


def presets(table: Table) -> list[str]:
    """The presets of the file."""
    return names_of(_section(table, "presets"))


def _section(table: Table, key: str) -> Table:
    return top_of(table).tables.get(key, Table())


def is_step(path: tuple[str, ...]) -> bool:
    """Whether the mapping at ``path`` is a step."""
    in_list = path[-1:] == (ITEM,) and len(path) > 1 and path[-2] in LISTS_OF_STEPS
    in_branch = path[-1:] == (ITEM,) and len(path) > 2 and path[-3] == "branches"
    return in_list or in_branch or path[-1:] == ("merge",)


def what_of(table: Table) -> str:
    """The layer or block whose arguments the mapping holds."""
    if table.path[:1] == ("defaults",) and len(table.path) == 2:
        return table.path[1]
    return table.keys.get("layer") or table.keys.get("block") or ""


def known_keys(table: Table) -> dict[str, Told]:
    """The keys that the mapping may have."""
    path = table.path
    if is_step(path):
        return _step_keys(table)
    if path == ("defaults",):
        return _callables(table)
    if path[:1] == ("defaults",):
        return _arguments(table, path[1])
    if (path[:1] == ("presets",) and len(path) == 2) or path[:3] == (
        "expect",
        ITEM,
        "hyperparameters",
    ):
        return dict.fromkeys(hyperparameters(table), ("hyperparameter", ""))
    return _told(_fixed_keys(path))


def accepted(table: Table, key: str) -> Mapping[str, Any]:
    """The fragment of the schema for the value of ``key``, without the formula it may be."""
    record = record_of(what_of(table))
    if record is not None and key in record.arguments():
        return record.arguments()[key].schema
    if is_step(table.path):
        return _plain({"align": ALIGN, "interpolation": INTERPOLATION}.get(key, {}))
    return _plain(_fixed_keys(table.path).get(key, {}))


def _told(properties: Mapping[str, Any]) -> dict[str, Told]:
    return {key: (str(schema.get("description", "")), "") for key, schema in properties.items()}


def _callables(table: Table) -> dict[str, Told]:
    known = dict.fromkeys(own_blocks(table), ("a block of this file", ""))
    for registry in (known_layers(), known_blocks()):
        known |= {name: (record.summary(), "") for name, record in registry.items()}
    return known


def _step_keys(table: Table) -> dict[str, Told]:
    keys = set(names_of(table))
    group = next((GROUPS[key] for key in GROUPS if key in keys and key != "if"), None)
    if group is not None:
        return _told(group["properties"])
    if not keys & {"layer", "block"}:
        inside_if = {"steps": ("steps where `if:` holds", ""), "else": ("steps where not", "")}
        return {kind: (text, "") for kind, text in KINDS.items()} | _told(COMMON) | inside_if
    what = what_of(table)
    align = {"align": ("brings unequal sizes to one", "")} if what in MERGES else {}
    return _arguments(table, what) | _told({**COMMON, "repeat": REPEAT}) | align


def _arguments(table: Table, what: str) -> dict[str, Told]:
    record = record_of(what)
    if record is None:
        own = _section(table, "blocks").tables.get(what, Table()).tables.get("arguments", Table())
        return {name: (own.keys.get(name, ""), "") for name in names_of(own)}
    required = record.required()
    order = [*required, *(name for name in record.arguments() if name not in required)]
    return {
        name: ("must be given" if name in required else "", argument_text(what, name))
        for name in order
    }


def _plain(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    is_formula = schema.get("if", {}).get("pattern") == "^="
    found: Mapping[str, Any] = schema["else"] if is_formula else schema
    return found


def _fixed_keys(path: tuple[str, ...]) -> dict[str, Any]:
    """The keys of a mapping that is neither a step nor full of the author's own names."""
    tables: dict[tuple[str, ...], Any] = {
        (): FRAME,
        ("hyperparameters", "*"): HYPERPARAMETER["then"],
        ("hyperparameters", "*", "search"): SEARCH,
        ("inputs", "*"): INPUT["then"],
        ("blocks", "*"): BLOCK,
        ("expect", ITEM): EXPECTATION,
        ("require", ITEM): FRAME["properties"]["require"]["items"],
        ("edit", ITEM): FRAME["properties"]["edit"]["items"],
    }
    general = path if path[-1:] == (ITEM,) else (*path[:1], *("*" for _ in path[1:2]), *path[2:])
    found: dict[str, Any] = tables.get(general, {}).get("properties", {})
    return found
