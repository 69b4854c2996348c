"""Completion: what may be written where the cursor stands.

The JSON Schema gives editors layers, arguments and words; names are known here alone: nodes, own
blocks, hyperparameters, loop variables. Both come from one place, so an editor needs one server.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lsprotocol import types

from archforge.blocks import known_blocks
from archforge.catalog import shipped
from archforge.expand.operations import FUNCTIONS, SIZES
from archforge.layers import known_layers
from archforge.schema import choices
from archforge.spec.rewrite import written
from archforge.studio.bindings import FILE, Use
from archforge.studio.cursor import ITEM, Cursor, Table, cursor_at
from archforge.studio.keys import (
    accepted,
    hyperparameters,
    is_step,
    known_keys,
    names_of,
    own_blocks,
    presets,
)
from archforge.studio.opened import Opened
from archforge.studio.telling import record_text

_SIZE_OF = re.compile(rf"(?:{'|'.join(SIZES)})\(\s*(?P<node>[\w@.]*)\Z")
_WORD = re.compile(r"[\w.@*/-]*\Z")
_NAME = re.compile(r"\w*\Z")
Kind = types.CompletionItemKind


@dataclass(frozen=True)
class Offer:
    """One thing that may be written.

    Args:
        text: What is shown and what is typed to find it.
        kind: Which picture an editor shows.
        detail: One line.
        more: Markdown.
        insert: What is written; ``text`` unless given.
    """

    text: str
    kind: types.CompletionItemKind
    detail: str = ""
    more: str = ""
    insert: str = ""


def completions(opened: Opened, offset: int) -> list[types.CompletionItem]:
    """Everything that may be written at ``offset``."""
    completer = _Completer(opened, cursor_at(opened.text, offset), offset)
    place = opened.text.range(offset - len(completer.typed), offset)
    found: dict[str, Offer] = {}
    for offer in completer.offers():
        found.setdefault(offer.text, offer)  # the nearest of several that are called so
    return [_item(offer, place, order) for order, offer in enumerate(found.values())]


def _item(offer: Offer, place: types.Range, order: int) -> types.CompletionItem:
    more = types.MarkupContent(types.MarkupKind.Markdown, offer.more) if offer.more else None
    return types.CompletionItem(
        label=offer.text,
        kind=offer.kind,
        detail=offer.detail or None,
        documentation=more,
        sort_text=f"{order:04}",
        text_edit=types.TextEdit(place, offer.insert or offer.text),
    )


class _Completer:
    def __init__(self, opened: Opened, cursor: Cursor, offset: int) -> None:
        self._opened = opened
        self._offset = offset
        self._table = cursor.table
        self._key = cursor.key
        self._text = cursor.typed
        if cursor.key is None and cursor.table.path[-2:] in (("from", ITEM), ("outputs", ITEM)):
            # A list written with dashes: its members stand where keys could.
            self._key = cursor.table.path[-2]
            self._table = cursor.table.outer or cursor.table
        size = _SIZE_OF.search(self._text)
        self._of_size = size is not None and self._text.startswith("=")
        pattern = _NAME if self._text.startswith("=") and not self._of_size else _WORD
        found = size if size and self._of_size else pattern.search(self._text)
        self.typed = found.group(found.lastgroup or 0) if found else ""

    def offers(self) -> Iterable[Offer]:
        """What may be written."""
        if self._key is None:
            return self._keys()
        if self._text.startswith("="):
            return self.nodes() if self._of_size else self._formula()
        return self._values(self._key)

    def _keys(self) -> Iterator[Offer]:
        present = names_of(self._table)
        for name, (detail, more) in known_keys(self._table).items():
            if name not in present:
                yield Offer(name, Kind.Property, detail, more, f"{name}: ")

    def _formula(self) -> Iterator[Offer]:
        yield from self._names()
        for name in (*FUNCTIONS, *SIZES):
            of = "of a node" if name in SIZES else "function"
            yield Offer(name, Kind.Function, of, insert=f"{name}(")

    def _names(self) -> Iterator[Offer]:
        """Values that a formula sees here: loop variables, then arguments or hyperparameters."""
        table: Table | None = self._table
        while table is not None:
            for name in names_of(table.tables.get("for", Table())):
                yield Offer(name, Kind.Variable, "loop variable")
            if len(table.path) == 2 and table.path[0] == "blocks":
                for name in names_of(table.tables.get("arguments", Table())):
                    yield Offer(name, Kind.Variable, "argument")
                return
            table = table.outer
        for name in hyperparameters(self._table):
            yield Offer(name, Kind.Variable, "hyperparameter")

    def _values(self, key: str) -> Iterator[Offer]:
        if is_step(self._table.path) and key in _OF_STEP:
            yield from _OF_STEP[key](self)
        elif self._table.path == () and key in _OF_FILE:
            yield from _OF_FILE[key](self)
        elif key == "preset":
            for name in presets(self._table):
                yield Offer(name, Kind.Constant, "preset")
        for word in choices(accepted(self._table, key)):
            yield Offer(written(word), Kind.EnumMember)

    def nodes(self) -> Iterator[Offer]:
        """The nodes that a step can read here, the last one first."""
        inner = self.typed.rpartition(".")[0]
        if inner:
            yield from self._inside(inner)
            return
        path = self._table.path
        scope = path[1] if path[:1] == ("blocks",) and len(path) > 1 else FILE
        yield Offer("prev", Kind.Field, "the step before")
        block = self._opened.written.tree.map("blocks").map(scope)
        if scope != FILE and not block.row("inputs"):
            yield Offer("input", Kind.Field, "what the block is given")
        for use in reversed(self._made(scope)):
            if use.start < self._offset:
                yield Offer(_as_written(use), Kind.Field, self._shape(use))

    def _made(self, scope: str) -> list[Use]:
        """Where the nodes of a scope are made."""
        every = self._opened.written.uses
        return [
            u for u in every if u.declares and u.thing.kind == "node" and u.thing.scope == scope
        ]

    def _inside(self, head: str) -> Iterator[Offer]:
        """Nodes inside a block, after ``NAME.``."""
        word = head.split("@", maxsplit=1)[0]
        step = next((u.step for u in self._made(FILE) if u.thing.name == word and u.step), None)
        block = step.words("block") if step is not None else None
        for use in self._made(block) if block else ():
            yield Offer(f"{head}.{_as_written(use)}", Kind.Field, self._shape(use))

    def _shape(self, use: Use) -> str:
        drawn = self._opened.drawn
        return drawn.made.node(use.thing.scope, use.thing.name) if drawn is not None else ""

    def layers(self) -> Iterator[Offer]:
        """Every layer."""
        for name, layer in known_layers().items():
            yield Offer(name, Kind.Class, layer.summary(), record_text(name))

    def blocks(self) -> Iterator[Offer]:
        """Every block."""
        for name in own_blocks(self._table):
            yield Offer(name, Kind.Module, "a block of this file")
        for name, record in known_blocks().items():
            yield Offer(name, Kind.Module, record.summary(), record_text(name))

    def merges(self) -> Iterator[Offer]:
        """Layers that end branches."""
        for name, layer in known_layers().items():
            if layer.INPUTS[1] is None:
                yield Offer(name, Kind.Class, layer.summary())

    def architectures(self) -> Iterator[Offer]:
        """The zoo."""
        for name in shipped():
            yield Offer(name, Kind.File, "an architecture of the zoo")


def _as_written(use: Use) -> str:
    return (use.step.words("name") if use.step is not None else None) or use.thing.name


_OF_STEP: dict[str, Callable[[_Completer], Iterator[Offer]]] = {
    "layer": _Completer.layers,
    "block": _Completer.blocks,
    "merge": _Completer.merges,
    "architecture": _Completer.architectures,
    "from": _Completer.nodes,
    "share": _Completer.nodes,
}
_OF_FILE: dict[str, Callable[[_Completer], Iterator[Offer]]] = {
    "outputs": _Completer.nodes,
    "extends": _Completer.architectures,
}
