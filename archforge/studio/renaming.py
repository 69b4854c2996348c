"""Rename: every use of a node's, a block's or a value's name, and no other word.

The new text is looked at before it is handed out: a rename that would make another network, or a
problem, is refused. That guards what no list of uses can know, such as the arguments of a block
whose name is a formula.
"""

import keyword
import re
from collections.abc import Iterator

from archforge.catalog import Look, look
from archforge.expand.operations import WORDS
from archforge.graph import fingerprint
from archforge.layers import LAYERS
from archforge.spec.steps import ALIGN_KEYS, CALL_KEYS, STEP_KINDS
from archforge.studio.bindings import FILE, Thing, Use, use_at
from archforge.studio.opened import Opened
from archforge.studio.texts import Edit

KINDS = {"value": "hyperparameter, argument or loop variable", "node": "node", "block": "block"}
_STEP_KEYS = {*STEP_KINDS, *CALL_KEYS, *ALIGN_KEYS, "steps", "else", "merge"}


class RefusedError(Exception):
    """The rename cannot be made; says why, in words for the person."""


def renamable(opened: Opened, offset: int) -> Use | None:
    """The use at ``offset`` of a name that this file makes; ``None`` for any other word."""
    if not opened.is_yaml:
        return None
    use = use_at(opened.written.uses, offset)
    if use is None or not any(u.declares and u.thing == use.thing for u in opened.written.uses):
        return None
    return use


def rename(opened: Opened, offset: int, new: str) -> list[Edit]:
    """The edits that call the thing at ``offset`` by another name.

    Raises:
        RefusedError: There is nothing to rename, or it cannot be called so.
    """
    if not opened.is_yaml:
        raise RefusedError("the file is not YAML at the moment: mend that first")
    use = renamable(opened, offset)
    if use is None:
        raise RefusedError("there is no name here that this file makes")
    thing = use.thing
    if new == thing.name:
        return []
    for why in _reasons(thing, new, opened.written.uses):
        raise RefusedError(why)
    edits = [(u.start, u.end, new) for u in opened.written.uses if u.thing == thing]
    unique = sorted(set(edits))
    _check(opened, unique, thing, new)
    return unique


def _reasons(thing: Thing, new: str, uses: list[Use]) -> Iterator[str]:
    """Why ``thing`` cannot be called ``new``."""
    yield from _FORMS[thing.kind](new)
    if thing.kind == "value" and thing.scope != FILE and new in _STEP_KEYS:
        yield f"'{new}' means something in every step"
    for use in uses:
        if use.declares and use.thing.kind == thing.kind and use.thing.name == new:
            same = use.thing.scope.split("/")[0] == thing.scope.split("/")[0]
            # A loop's variable hides what is called like it, so it counts with its whole scope.
            if same:
                yield f"there is a {KINDS[thing.kind]} '{new}' already"


def _node_form(new: str) -> Iterator[str]:
    if not re.fullmatch(r"[A-Za-z]\w*", new):
        yield f"'{new}' cannot be the name of a node: letters, digits and `_`, a letter first"
    if new in ("prev", "input"):
        yield f"'{new}' cannot be the name of a node: it has a meaning already"


def _block_form(new: str) -> Iterator[str]:
    if not (new.isidentifier() and new[:1].isupper()):
        yield f"'{new}' cannot be the name of a block: a capital first, then letters and digits"
    if new in LAYERS:
        yield f"'{new}' cannot be the name of a block: a layer is called so"


def _value_form(new: str) -> Iterator[str]:
    if not new.isidentifier() or new.startswith("_"):
        yield f"'{new}' cannot be read in a formula: letters, digits and `_`, a letter first"
    if keyword.iskeyword(new) or new in WORDS:
        yield f"'{new}' means something in formulas"


_FORMS = {"node": _node_form, "block": _block_form, "value": _value_form}


def _check(opened: Opened, edits: list[Edit], thing: Thing, new: str) -> None:
    before = opened.look().look
    after = look(opened.text.edited(edits), opened.file)
    if _identity(before) == _identity(after):
        return
    first = next((p for p in after.problems if p not in before.problems), None)
    told = f": line {first.mark.line if first.mark else 1}, {first.message}" if first else ""
    raise RefusedError(f"'{thing.name}' as '{new}' would make another network{told}")


def _identity(found: Look) -> tuple[object, ...]:
    """What a rename may not change: the network, or where it has problems, those."""
    problems = [(p.code, p.mark.line if p.mark else 0) for p in found.problems]
    if found.graph is None or problems:
        return (problems,)
    return (problems, fingerprint(found.graph))
