"""Small changes to a spec's text that keep its layout: set a key, take one out, write a word."""

import re
from collections.abc import Iterator

from archforge.studio.spans import Map, Span, Word
from archforge.studio.texts import Edit, Text

_NEEDS_QUOTES = re.compile(r"[,\[\]{}#\"]|: |\A[&*!|>%@`]")


def quoted(value: str) -> str:
    """A word or formula as it may stand inside brackets."""
    return f'"{value}"' if _NEEDS_QUOTES.search(value) and '"' not in value else value


def replaced(value: Span, new: str) -> list[Edit]:
    """``new`` in the place of a value."""
    return [(value.start, value.end, new)]


def set_key(text: Text, owner: Map, key: str, value: str) -> list[Edit]:
    """``key: value`` in a mapping, in the place of another value or as a new key."""
    known = owner.get(key)
    if known is not None and known.end > known.start:
        return replaced(known, value)
    if known is not None:
        return [(known.end, known.end, f" {value}")]
    if owner.flow:
        return [_into_brackets(owner, f"{key}: {value}")]
    return list(_onto_line(text, owner, f"{key}: {value}"))[:1]


def _into_brackets(owner: Map, entry: str) -> Edit:
    if not owner.entries:
        return (owner.start + 1, owner.start + 1, entry)
    name, last = owner.entries[-1]
    end = max(last.end, name.end)
    return (end, end, f", {entry}")


def _onto_line(text: Text, owner: Map, entry: str) -> Iterator[Edit]:
    """After the first key whose value stands on its own line."""
    for name, value in owner.entries:
        line = text.line_of(name.start)
        if value.end <= text.end(line):
            indent = name.start - text.start(line)
            yield text.end(line), text.end(line), f"\n{' ' * indent}{entry}"


def without_key(text: Text, owner: Map, key: Word) -> list[Edit]:
    """A mapping without one of its keys."""
    number = next(i for i, (name, _) in enumerate(owner.entries) if name is key)
    entries = owner.entries
    if owner.flow:
        end = max(entries[number][1].end, key.end)
        if number:
            before = max(entries[number - 1][1].end, entries[number - 1][0].end)
            return [(before, end, "")]
        return [(key.start, entries[1][0].start if len(entries) > 1 else end, "")]
    first = text.line_of(key.start)
    after = entries[number + 1][0].start if number + 1 < len(entries) else None
    end = (
        text.start(text.line_of(after))
        if after is not None
        else _lines_end(text, key.start, max(entries[number][1].end, key.end))
    )
    if number == 0 and text.whole[text.start(first) : key.start].strip():
        # It stands behind a dash: the next key takes its place.
        return [(key.start, after, "")] if after is not None else []
    return [(text.start(first), end, "")]


def without_item(text: Text, item: Span) -> list[Edit]:
    """A list written with dashes without one of its members."""
    start = text.start(text.line_of(item.start))
    if text.whole[start : item.start].strip() != "-":
        return []
    return [(start, _lines_end(text, item.start, item.end), "")]


def _lines_end(text: Text, start: int, end: int) -> int:
    """Where the lines of what stands between two offsets end, less empty ones after it."""
    line = text.line_of(start + len(text.whole[start:end].rstrip()))
    return text.start(line + 1) if line + 1 < len(text.lines) else text.end(line)
