"""A text with its lines: offsets, marks and an editor's positions, each turned into the others.

An editor counts columns in code units of an encoding it has agreed on, UTF-16 unless told
otherwise; our marks count characters from 1. Everything outside the text is brought inside it: an
editor may ask about a line that was deleted a moment ago.
"""

import re
from bisect import bisect_right
from functools import cached_property

from lsprotocol import types

_BREAK = re.compile(r"\r\n|\n|\r")
_UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
Edit = tuple[int, int, str]
"""From, to, and what stands there instead."""


class Text:
    """The text of one file at one moment.

    Args:
        whole: All of it.
        encoding: In whose units the editor counts columns.
    """

    def __init__(self, whole: str, encoding: str = "utf-16") -> None:
        self.whole = whole
        self.encoding = encoding

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _BREAK.finditer(self.whole))]

    @cached_property
    def lines(self) -> list[str]:
        """Every line without its end."""
        return _BREAK.split(self.whole)

    def line_of(self, offset: int) -> int:
        """The line, from 0, in which ``offset`` stands."""
        return bisect_right(self._starts, max(offset, 0)) - 1

    def start(self, line: int) -> int:
        """Where a line, from 0, begins."""
        return self._starts[min(max(line, 0), len(self.lines) - 1)]

    def end(self, line: int) -> int:
        """Where a line, from 0, ends."""
        inside = min(max(line, 0), len(self.lines) - 1)
        return self._starts[inside] + len(self.lines[inside])

    def at(self, line: int, column: int) -> int:
        """The offset of a mark: line and column from 1."""
        return min(self.start(line - 1) + max(column - 1, 0), self.end(line - 1))

    def offset(self, position: types.Position) -> int:
        """The offset of an editor's position."""
        if position.line >= len(self.lines):
            return len(self.whole)
        line = self.lines[max(position.line, 0)]
        encoding, size = _UNITS[self.encoding]
        before = line.encode(encoding, "replace")[: max(position.character, 0) * size]
        return self.start(position.line) + len(before.decode(encoding, "ignore"))

    def position(self, offset: int) -> types.Position:
        """An editor's position of an offset."""
        line = self.line_of(min(offset, len(self.whole)))
        encoding, size = _UNITS[self.encoding]
        before = self.whole[self.start(line) : min(offset, self.end(line))]
        return types.Position(line, len(before.encode(encoding, "replace")) // size)

    def range(self, start: int, end: int) -> types.Range:
        """An editor's range."""
        return types.Range(self.position(start), self.position(end))

    def edited(self, edits: list[Edit]) -> str:
        """The text after ``edits``, which do not overlap."""
        whole = self.whole
        for start, end, new in sorted(edits, reverse=True):
            whole = whole[:start] + new + whole[end:]
        return whole

    def text_edits(self, edits: list[Edit]) -> list[types.TextEdit]:
        """The same edits for an editor."""
        return [types.TextEdit(self.range(start, end), new) for start, end, new in edits]


class Kept:
    """Which lines of an older text still stand in a newer one: all before and after the change."""

    def __init__(self, old: Text, new: Text) -> None:
        self._old, self._new = len(old.lines), len(new.lines)
        self._head = _common(old.lines, new.lines)
        most = min(self._old, self._new) - self._head
        self._tail = min(_common(old.lines[::-1], new.lines[::-1]), most)

    def forward(self, line: int) -> int | None:
        """Where an old line stands now; ``None`` if it was changed."""
        return self._moved(line, self._old, self._new)

    def back(self, line: int) -> int | None:
        """Where a line of the new text stood; ``None`` if it is new."""
        return self._moved(line, self._new, self._old)

    def _moved(self, line: int, count: int, other: int) -> int | None:
        if line < self._head:
            return line
        from_end = count - line
        return other - from_end if from_end <= self._tail else None


def _common(left: list[str], right: list[str]) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(left), len(right)))
