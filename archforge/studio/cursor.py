"""Where the cursor stands in a text that is half-written: in which mapping, at which key.

A parser of YAML gives up at the first open bracket, which is where people want completion. So this
reads lines and brackets loosely and never refuses: a line that begins a new item ends whatever was
left open before it.
"""

import re
from dataclasses import dataclass, field

from archforge.studio.texts import Text

_KEY = re.compile(r"""("[^"]*"|'[^']*'|[^\s\-#:{}\[\],"'][^:#{}\[\],"']*?)\s*:(?=\s|\Z)""")
_COMMENT = re.compile(r"(?:^|\s)#.*")
ITEM = "-"


@dataclass
class Table:
    """A mapping as far as it is written.

    Args:
        path: The keys that lead to it, ``-`` for a member of a list.
        keys: Its keys with the text of their values.
        tables: The mappings under its keys.
        outer: The mapping around it.
        last: The key that was read last.
    """

    path: tuple[str, ...] = ()
    keys: dict[str, str] = field(default_factory=dict)
    tables: dict[str, "Table"] = field(default_factory=dict)
    outer: "Table | None" = None
    last: str = ""

    def inner(self, key: str, *, item: bool = False) -> "Table":
        """The mapping under ``key``, or a new member of the list there."""
        if item:
            return Table((*self.path, key, ITEM), outer=self)
        return self.tables.setdefault(key, Table((*self.path, key), outer=self))


@dataclass(frozen=True)
class Cursor:
    """Where the cursor stands.

    Args:
        table: The mapping around it, with the keys after it too.
        key: The key whose value is written there; ``None`` where a key is.
        typed: What stands of the value or key before the cursor.
    """

    table: Table
    key: str | None
    typed: str


def cursor_at(text: Text, offset: int) -> Cursor:
    """Where ``offset`` stands."""
    reader = _Reader(text.whole, offset)
    reader.read()
    return reader.found or Cursor(reader.top, None, "")


@dataclass
class _Open:
    """A bracket that is open in flow style."""

    sign: str
    table: Table
    key: str | None


class _Reader:
    def __init__(self, whole: str, offset: int) -> None:
        self._whole = whole
        self._offset = offset
        self._stack: list[tuple[int, Table]] = [(0, Table())]
        self.top = self._stack[0][1]
        self.found: Cursor | None = None

    def read(self) -> None:
        """Read the whole text, to know the keys after the cursor as well."""
        position = 0
        while position <= len(self._whole):
            position = self._line(position) + 1

    def _line_end(self, start: int) -> int:
        end = self._whole.find("\n", start)
        return len(self._whole) if end < 0 else end

    def _line(self, start: int) -> int:
        """Read the line that begins at ``start``; where what it opens ends."""
        end = self._line_end(start)
        line = self._whole[start:end]
        here = start <= self._offset <= end
        bare = _COMMENT.sub("", line)
        position = len(bare) - len(bare.lstrip())
        if not bare.strip():
            if here and self._offset - start <= len(bare):
                self._pop(self._offset - start)
                self._find(Cursor(self._at(self._offset - start), None, ""))
            return end
        while bare[position : position + 2] in ("- ", ITEM):
            position = self._item(bare, position)
        return self._content(start, bare, position)

    def _pop(self, indent: int) -> None:
        while len(self._stack) > 1 and self._stack[-1][0] > indent:
            self._stack.pop()

    def _at(self, indent: int) -> Table:
        """The mapping whose keys begin at ``indent``, a new one if it is deeper than all."""
        self._pop(indent)
        at, table = self._stack[-1]
        if at == indent or not table.last:
            return table
        inner = table.inner(table.last)
        self._stack.append((indent, inner))
        return inner

    def _item(self, bare: str, position: int) -> int:
        self._pop(position)
        table = self._stack[-1][1]
        rest = bare[position + 1 :]
        inside = position + 1 + max(len(rest) - len(rest.lstrip()), 1)
        self._stack.append((inside, table.inner(table.last, item=True)))
        return inside

    def _content(self, start: int, bare: str, position: int) -> int:
        """Read a key with its value, a bracket, or a word that is neither yet."""
        rest = bare[position:]
        end = start + len(bare)
        if rest[:1] in ("{", "["):
            item = self._stack[-1][1]
            return self._flow(start + position, _Open("", item.outer or item, None), item)
        key = _KEY.match(rest)
        if key is None:
            if start + position <= self._offset <= end:
                typed = self._whole[start + position : self._offset]
                self._find(Cursor(self._at(position), None, typed))
            return self._line_end(start)
        return self._entry(start + position, key, end, self._at(position))

    def _entry(self, start: int, key: re.Match[str], end: int, table: Table) -> int:
        name = key.group(1).strip("\"'")
        table.last = name
        if start <= self._offset < start + key.end():
            self._find(Cursor(table, None, self._whole[start : self._offset]))
        rest = self._whole[start + key.end() : end]
        value = start + key.end() + len(rest) - len(rest.lstrip())
        if rest.strip()[:1] in ("{", "["):
            return self._flow(value, _Open("", table, name), None)
        table.keys[name] = rest.strip().strip("\"'")
        if start + key.end() <= self._offset <= self._line_end(end):
            typed = self._whole[value : self._offset] if self._offset >= value else ""
            if "#" not in typed:
                self._find(Cursor(table, name, typed.lstrip("\"'")))
        return self._line_end(start)

    def _find(self, cursor: Cursor) -> None:
        if self.found is None:
            self.found = cursor

    def _flow(self, start: int, outer: _Open, item: Table | None) -> int:
        """Read what is inside brackets; the end of the line on which the outermost one closes."""
        flow = _Flow(self._whole, self._offset, outer, item)
        end = flow.read(start)
        if flow.found is not None:
            self._find(flow.found)
        return self._line_end(end)


class _Flow:
    """Reads one value in brackets."""

    def __init__(self, whole: str, offset: int, outer: _Open, item: Table | None) -> None:
        self._whole = whole
        self._offset = offset
        self._stack = [outer]
        self._item = item
        self._begin = 0
        self.found: Cursor | None = None

    def read(self, start: int) -> int:
        """Read from the first bracket to where it closes, or to the next item."""
        position = self._begin = start
        while position < len(self._whole):
            if position == self._offset:
                self._find(position)
            sign = self._whole[position]
            if sign in "\"'":
                position = self._quoted(position)
                continue
            if sign == "\n" and self._is_over(position + 1):
                break
            position = self._sign(sign, position)
            if len(self._stack) == 1:
                return position
        if self._begin <= self._offset <= position:
            self._find(self._offset)
        return position

    def _sign(self, sign: str, position: int) -> int:
        if sign == "#" and self._whole[position - 1].isspace():
            end = self._whole.find("\n", position)
            return len(self._whole) if end < 0 else end
        if sign in "{[":
            self._open(sign)
        elif sign in "}]":
            self._commit(position)
            self._stack.pop()
        elif sign == "," and not self._in_call(position):
            self._commit(position)
        elif sign == ":" and self._whole[position + 1 : position + 2] in ("", " ", "\n", "[", "{"):
            self._name(position)
        if sign in "{[}],":
            self._begin = position + 1
        return position + 1

    def _open(self, sign: str) -> None:
        top = self._stack[-1]
        if sign == "[":
            self._stack.append(_Open(sign, top.table, top.key))
            return
        if self._item is not None:
            inner, self._item = self._item, None
        else:
            inner = top.table.inner(top.key or "", item=top.sign == "[")
        self._stack.append(_Open(sign, inner, None))

    def _name(self, position: int) -> None:
        top = self._stack[-1]
        if top.sign == "{" and top.key is None:
            top.key = self._whole[self._begin : position].strip().strip("\"'")
            top.table.keys.setdefault(top.key, "")
            self._begin = position + 1

    def _commit(self, position: int) -> None:
        top = self._stack[-1]
        if top.sign != "{":
            return
        text = self._whole[self._begin : position].strip()
        if top.key is not None:
            top.table.keys[top.key] = top.table.keys[top.key] or text.strip("\"'")
        top.key = None

    def _in_call(self, position: int) -> bool:
        """Whether a comma stands between the brackets of a function, as in ``=min(8, x)``."""
        text = self._whole[self._begin : position].lstrip(" \"'")
        return text.startswith("=") and text.count("(") > text.count(")")

    def _quoted(self, position: int) -> int:
        """The end of the quotes that open at ``position``, on the same line."""
        line = self._whole.find("\n", position)
        end = self._whole.find(self._whole[position], position + 1, line if line >= 0 else None)
        after = end + 1 if end >= 0 else position + 1
        if position < self._offset < after:
            self._find(self._offset)
        return after

    def _is_over(self, position: int) -> bool:
        """Whether the line that begins at ``position`` begins something new."""
        end = self._whole.find("\n", position)
        line = self._whole[position : end if end >= 0 else None]
        text = line.lstrip()
        return text.startswith("- ") or bool(re.match(r"[\w@.]+:(\s|\Z)(?!.*[}\]]\s*\Z)", line))

    def _find(self, position: int) -> None:
        top = self._stack[-1]
        typed = self._whole[self._begin : position].lstrip().lstrip("\"'")
        if self.found is None and len(self._stack) > 1:
            self.found = Cursor(top.table, top.key, typed)
