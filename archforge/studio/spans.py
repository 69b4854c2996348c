"""YAML with the place of every word: where it begins and where it ends.

``archforge.spec.tree`` keeps where a value begins, which is enough to tell of a problem; to rename,
replace or underline a word its end is needed too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from archforge.spec.read import MAX_BYTES, MAX_DEPTH

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Word:
    """A scalar.

    Args:
        text: Its text, quotes and escapes worked out.
        start: Where it begins, quotes included.
        end: Where it ends.
        inside: Where its text begins; ``None`` where the text does not stand there letter by
            letter (escapes, several lines).
    """

    text: str
    start: int
    end: int
    inside: int | None

    @property
    def is_formula(self) -> bool:
        """Whether it starts with ``=``."""
        return self.text.startswith("=")


@dataclass(frozen=True)
class Row:
    """A list."""

    items: tuple["Span", ...]
    start: int
    end: int


@dataclass(frozen=True)
class Map:
    """Keys with values, in the order of the file; of equal keys both."""

    entries: tuple[tuple[Word, "Span"], ...]
    start: int
    end: int
    flow: bool = False

    def get(self, key: str) -> "Span | None":
        """The value of ``key``, or ``None``."""
        return next((value for word, value in self.entries if word.text == key), None)

    def words(self, key: str) -> str | None:
        """The text of ``key``'s value where that is a scalar."""
        value = self.get(key)
        return value.text if isinstance(value, Word) else None

    def map(self, key: str) -> "Map":
        """The mapping under ``key``; an empty one where there is none."""
        value = self.get(key)
        return value if isinstance(value, Map) else NOTHING

    def row(self, key: str) -> tuple["Span", ...]:
        """The members of the list under ``key``."""
        value = self.get(key)
        return value.items if isinstance(value, Row) else ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys."""
        return tuple(word.text for word, _ in self.entries)


NOTHING = Map((), 0, 0)
Span = Word | Row | Map


def spans(text: str) -> Map | None:
    """The mapping that ``text`` is; ``None`` where it is not YAML, or no mapping."""
    if len(text) > MAX_BYTES:
        return None
    try:
        found = _Reader(yaml.parse(text, Loader=_LOADER), text).document()
    except (yaml.YAMLError, _TooDeepError):
        return None
    return found if isinstance(found, Map) else None


class _TooDeepError(Exception):
    """It nests deeper than any spec."""


class _Reader:
    def __init__(self, events: Iterator[Any], text: str) -> None:
        self._events = events
        self._text = text

    def document(self) -> Span | None:
        found: Span | None = None
        for event in self._events:
            if isinstance(event, yaml.NodeEvent) and found is None:
                found = self._span(event, 0)
        return found

    def _span(self, event: Any, depth: int) -> Span:
        if depth > MAX_DEPTH:
            raise _TooDeepError
        start = event.start_mark.index
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(inner := next(self._events), yaml.SequenceEndEvent):
                items.append(self._span(inner, depth + 1))
            return Row(tuple(items), start, _end(inner))
        if isinstance(event, yaml.MappingStartEvent):
            return self._map(start, depth, flow=bool(event.flow_style))
        return self._word(event)

    def _map(self, start: int, depth: int, *, flow: bool) -> Map:
        entries = []
        while not isinstance(inner := next(self._events), yaml.MappingEndEvent):
            key = self._span(inner, depth + 1)
            value = self._span(next(self._events), depth + 1)
            if isinstance(key, Word):
                entries.append((key, value))
        return Map(tuple(entries), start, _end(inner), flow)

    def _word(self, event: Any) -> Word:
        start, end = event.start_mark.index, _end(event)
        text = str(getattr(event, "value", ""))
        inside = start + (1 if getattr(event, "style", None) in ("'", '"') else 0)
        exact = self._text[inside : inside + len(text)] == text and "\n" not in text
        return Word(text, start, end, inside if exact else None)


def _end(event: Any) -> int:
    return int(event.end_mark.index)


@dataclass(frozen=True)
class Step:
    """One step of the way to a place: the mapping or list, and the key or the member in it."""

    owner: Map | Row
    key: Word | None
    value: Span


def way(tree: Map, offset: int) -> list[Step]:
    """The way from ``tree`` to what stands at ``offset``, outermost first."""
    found: list[Step] = []
    inner: Span | None = tree
    while isinstance(inner, Map | Row):
        # The last one: a block mapping ends where the key after it begins.
        steps = [one for one in _inside(inner) if _holds(one, offset)]
        if not steps:
            return found
        step = steps[-1]
        found.append(step)
        on_key = step.key is not None and step.key.start <= offset <= step.key.end
        inner = None if on_key else step.value
    return found


def _inside(owner: Map | Row) -> Iterator[Step]:
    if isinstance(owner, Row):
        yield from (Step(owner, None, item) for item in owner.items)
        return
    for key, value in owner.entries:
        yield Step(owner, key, value)


def _holds(step: Step, offset: int) -> bool:
    begin = step.key.start if step.key else step.value.start
    return begin <= offset <= max(step.value.end, step.key.end if step.key else 0)
