"""Parsed YAML in which every key and value keeps its place."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from archforge.errors import Mark


@dataclass(frozen=True)
class Scalar:
    """A number, a string, true, false or null."""

    value: str | int | float | bool | None
    mark: Mark

    @property
    def plain(self) -> Any:
        return self.value


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple["Tree", ...]
    mark: Mark

    def __iter__(self) -> Iterator["Tree"]:
        return iter(self.items)

    @cached_property
    def plain(self) -> Any:
        return [item.plain for item in self.items]


@dataclass(frozen=True)
class Mapping:
    """Keys with values, in the order of the file."""

    entries: dict[str, "Tree"]
    keys: dict[str, Mark]
    mark: Mark

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def __getitem__(self, key: str) -> "Tree":
        return self.entries[key]

    def get(self, key: str) -> "Tree | None":
        """The value of ``key``, or ``None``."""
        return self.entries.get(key)

    def items(self) -> Iterable[tuple[str, "Tree"]]:
        """Keys and values."""
        return self.entries.items()

    @cached_property
    def plain(self) -> Any:
        return {key: value.plain for key, value in self.entries.items()}

    def without(self, keys: Iterable[str]) -> "Mapping":
        """The same mapping less ``keys``."""
        left_out = set(keys)
        entries = {key: value for key, value in self.entries.items() if key not in left_out}
        return Mapping(entries, {key: self.keys[key] for key in entries}, self.mark)


Tree = Scalar | Items | Mapping


def is_formula(value: object) -> bool:
    """Whether a plain value is a formula."""
    return isinstance(value, str) and value.startswith("=")


def find(tree: Tree, path: Iterable[str | int]) -> Tree:
    """The value that a JSON path leads to."""
    for step in path:
        tree = tree.entries[str(step)] if isinstance(tree, Mapping) else _item(tree, step)
    return tree


def _item(tree: Tree, step: str | int) -> Tree:
    assert isinstance(tree, Items)
    return tree.items[int(step)]


def with_values(tree: Tree, keys: Iterable[str], change: Callable[[str], str]) -> Tree:
    """``tree`` with every word under one of ``keys`` changed; formulas stay as they are."""
    if isinstance(tree, Items):
        return Items(tuple(with_values(item, keys, change) for item in tree.items), tree.mark)
    if not isinstance(tree, Mapping):
        return tree
    entries: dict[str, Tree] = {}
    for key, value in tree.items():
        word = value.value if key in keys and isinstance(value, Scalar) else None
        is_word = isinstance(word, str) and not is_formula(word)
        entries[key] = (
            Scalar(change(str(word)), value.mark) if is_word else with_values(value, keys, change)
        )
    return Mapping(entries, tree.keys, tree.mark)


def formulas(tree: Tree) -> Iterator[Scalar]:
    """Every formula in ``tree``, in the order of the file."""
    if isinstance(tree, Scalar):
        if is_formula(tree.value):
            yield tree
        return
    for child in tree.items if isinstance(tree, Items) else tree.entries.values():
        yield from formulas(child)
