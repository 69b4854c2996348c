"""Hover: what stands under the pointer, told from the registries, the file and the network."""

from collections.abc import Sequence

from lsprotocol import types

from archforge.studio.bindings import FILE, Use, use_at
from archforge.studio.makings import Instance
from archforge.studio.opened import Opened, Written
from archforge.studio.spans import Map, Step, Word, way
from archforge.studio.telling import argument_text, block_text, record_of, record_text, value_text
from archforge.studio.texts import Kept

CALLABLE_KEYS = ("layer", "block", "merge")


def hover(opened: Opened, offset: int) -> types.Hover | None:
    """What is known of the word at ``offset``."""
    for place in opened.places(offset):
        told = _Teller(opened).tell(place)
        if told is not None:
            text, start, end = told
            now = opened.now(start)
            place_now = None if now is None else opened.text.range(now, now + end - start)
            content = types.MarkupContent(types.MarkupKind.Markdown, text)
            return types.Hover(content, place_now)
    return None


Told = tuple[str, int, int]
"""Markdown, and the word that it is about."""


class _Teller:
    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._written: Written = opened.written

    def tell(self, offset: int) -> Told | None:
        steps = way(self._written.tree, offset)
        use = use_at(self._written.uses, offset)
        # A key of a call may be both an argument's name and a use of it: the use knows more.
        return (self._use(use) if use is not None else None) or self._word(steps, offset)

    def _use(self, use: Use) -> Told | None:
        tree, whole = self._written.tree, self._written.text.whole
        thing = use.thing
        if thing.kind == "block":
            text = block_text(tree, thing.name, whole)
        elif thing.kind == "value":
            text = value_text(tree, thing.scope, thing.name, whole)
        else:
            text = self._node(use)
        return (text, use.start, use.end) if text else None

    def _node(self, use: Use) -> str:
        thing, drawn = use.thing, self._opened.drawn
        shape = drawn.made.node(thing.scope, thing.name) if drawn is not None else ""
        made = next((u for u in self._written.uses if u.thing == thing and u.declares), None)
        if made is None and not shape:
            return ""
        line = f", made on line {self._written.text.line_of(made.start) + 1}" if made else ""
        shown = f"\n\n{shape}" if shape else ""
        within = f" of {thing.scope}" if thing.scope != FILE else ""
        return f"**{thing.name}**, a node{within}{line}{shown}"

    def _word(self, steps: list[Step], offset: int) -> Told | None:
        if not steps or not isinstance(steps[-1].owner, Map):
            return None
        step, owner = steps[-1], steps[-1].owner
        key, value = step.key, step.value
        assert isinstance(owner, Map)
        assert key is not None
        on_key = key.start <= offset <= key.end
        if not on_key and key.text in CALLABLE_KEYS and isinstance(value, Word):
            return self._record(value, owner)
        if on_key and len(steps) > 1 and self._is_default(steps) and record_of(key.text):
            return record_text(key.text), key.start, key.end
        what = owner.words("layer") or owner.words("block") or self._defaults_of(steps)
        record = record_of(what or "")
        if what and record is not None and key.text in record.arguments():
            return argument_text(what, key.text), key.start, key.end
        return None

    def _is_default(self, steps: list[Step]) -> bool:
        first = steps[0].key
        return first is not None and first.text == "defaults" and len(steps) == 2

    def _defaults_of(self, steps: list[Step]) -> str | None:
        first, second = steps[0].key, steps[1].key if len(steps) > 1 else None
        inside = first is not None and first.text == "defaults" and len(steps) == 3
        return second.text if inside and second is not None else None

    def _record(self, value: Word, owner: Map) -> Told | None:
        if record_of(value.text) is None:
            return None
        return record_text(value.text, self._runs(owner, value)), value.start, value.end

    def _runs(self, owner: Map, value: Word) -> Sequence[Instance]:
        """What the step around a layer's name made, if its line still stands."""
        drawn = self._opened.drawn
        if drawn is None:
            return ()
        kept = Kept(drawn.text, self._written.text)
        for offset in (owner.start, value.start):
            line = kept.back(self._written.text.line_of(offset))
            if line is not None and line + 1 in drawn.made.lines:
                return drawn.made.lines[line + 1]
        return ()
