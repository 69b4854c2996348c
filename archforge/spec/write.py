"""A tree written as YAML again: what ``show --origin`` prints, and specs that stand on their own.

Comments and layout of the file are gone with the text; where they are there, ``rewrite`` keeps
them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archforge.errors import Mark
from archforge.spec.rewrite import written
from archforge.spec.tree import Items, Mapping, Scalar, Tree

WIDTH = 92
_PLAIN = re.compile(r"=?[A-Za-z(][\w .+*/@()<>-]*\Z")
_NOT_PLAIN = re.compile(r"(?i)(true|false|null|yes|no|on|off)\Z|.*\s\Z")

Line = tuple[str, Mark | None]
"""A line of text, and where what it says was written."""


def tree_text(tree: Mapping) -> str:
    """The YAML text of a spec; read again it gives the same tree."""
    return "".join(f"{text}\n" for text, _ in lines(tree))


def origin_text(tree: Mapping, shown: Callable[[Mark], str] = str) -> str:
    """The YAML text of a spec, each line with where it came from."""
    every = list(lines(tree))
    width = min(max(len(text) for text, _ in every), WIDTH)  # what is longer stands out
    return "".join(
        f"{text:<{width}}  # {shown(mark)}\n" if mark is not None and text else f"{text}\n"
        for text, mark in every
    )


def lines(tree: Mapping) -> Iterator[Line]:
    """The lines of a spec."""
    for key, value in tree.items():
        yield from _Entry(key, value, tree.keys[key]).lines("")


@dataclass(frozen=True)
class _Entry:
    """A key with its value."""

    key: str
    value: Tree
    mark: Mark

    def lines(self, indent: str) -> Iterator[Line]:
        one_line = f"{indent}{_scalar(self.key)}: {flow(self.value)}"
        opens = isinstance(self.value, Mapping | Items) and (
            _nested(self.value) or (not indent and isinstance(self.value, Mapping))
        )
        if not opens and (len(one_line) <= WIDTH or isinstance(self.value, Scalar)):
            yield one_line, self.value.mark if indent else self.mark
            return
        yield f"{indent}{_scalar(self.key)}:", self.mark
        if isinstance(self.value, Mapping):
            for key, value in self.value.items():
                yield from _Entry(key, value, self.value.keys[key]).lines(f"{indent}  ")
        elif isinstance(self.value, Items):
            for item in self.value.items:
                yield from _item(item, f"{indent}  ")


def _item(item: Tree, indent: str) -> Iterator[Line]:
    one_line = f"{indent}- {flow(item)}"
    if not isinstance(item, Mapping) or (not _nested(item) and len(one_line) <= WIDTH):
        yield one_line, item.mark
        return
    dash = "- "
    for key, value in item.items():
        for text, mark in _Entry(key, value, item.keys[key]).lines(f"{indent}  "):
            yield (f"{indent}{dash}{text[len(indent) + 2 :]}" if dash.strip() else text), mark
            dash = "  "


def _nested(tree: Tree) -> bool:
    """Whether steps stand inside, which are written one below the other."""
    if isinstance(tree, Items):
        return any(isinstance(item, Mapping) for item in tree.items)
    return isinstance(tree, Mapping) and any(_nested(value) for value in tree.entries.values())


def flow(tree: Tree) -> str:
    """A value on one line."""
    if isinstance(tree, Items):
        return f"[{', '.join(flow(item) for item in tree.items)}]"
    if isinstance(tree, Mapping):
        inside = ", ".join(f"{_scalar(key)}: {flow(value)}" for key, value in tree.items())
        return f"{{{inside}}}"
    return _scalar(tree.value)


def _scalar(value: str | int | float | bool | None) -> str:
    if isinstance(value, str) and _PLAIN.match(value) and not _NOT_PLAIN.match(value):
        return value
    return written(value)
