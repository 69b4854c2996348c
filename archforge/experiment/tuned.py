"""Settings of ``train:`` that have a range: ``{default: 1e-3, search: {float: [1e-4, 1e-2]}}``.

The form is that of a spec's hyperparameters. What is read here is the default, which stands in the
place of the mapping, and the range as ``--search`` takes it.
"""

import json
from typing import Any

from archforge.errors import Problem
from archforge.search.recipe import PREFIX
from archforge.spec import Mapping, Tree

FORM = "write {default: 1e-3, search: {float: [1e-4, 1e-2], log: true}} or {choice: [a, b]}"
KINDS = ("int", "float", "choice")


def without_ranges(tree: Mapping) -> tuple[Mapping, dict[str, str], list[Problem]]:
    """The tree with defaults alone, the ranges by name, and what cannot be read as one."""
    train = tree.get("train")
    if not isinstance(train, Mapping):
        return tree, {}, []
    entries, ranges, problems = dict(train.items()), {}, []
    for key, value in train.items():
        if not isinstance(value, Mapping) or "search" not in value:
            continue
        text = _range(value)
        if text is None or "default" not in value or value.entries.keys() - {"default", "search"}:
            problems.append(_problem(key, value))
            del entries[key]
            continue
        entries[key] = value["default"]
        ranges[f"{PREFIX}{key}"] = text
    kept = {key: train.keys[key] for key in entries}
    sections: dict[str, Tree] = {**dict(tree.items()), "train": Mapping(entries, kept, train.mark)}
    return Mapping(sections, tree.keys, tree.mark), ranges, problems


def _range(value: Mapping) -> str | None:
    """A range as ``--search`` takes it; none where it has another form."""
    told: Any = value["search"].plain
    if not isinstance(told, dict):
        return None
    kinds = [kind for kind in KINDS if kind in told]
    rest = told.keys() - set(kinds)
    if len(kinds) != 1 or not isinstance(told[kinds[0]], list):
        return None
    members = told[kinds[0]]
    if kinds == ["choice"]:
        return None if rest else ",".join(json.dumps(one) for one in members)
    if len(members) != 2 or rest - {"step", "log"} or len(rest) == 2:
        return None
    end = ":log" if told.get("log") else f":{told['step']}" if "step" in told else ""
    return f"{members[0]}..{members[1]}{end}"


def _problem(key: str, value: Mapping) -> Problem:
    return Problem("AF602", f"the range of 'train.{key}' cannot be read", value.mark, fix=FORM)
