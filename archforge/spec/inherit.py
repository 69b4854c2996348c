"""``extends:`` and ``edit:``: one spec as another with changes.

Works on trees, so every value keeps the file, line and column where it was written. One parent; the
keyed sections are replaced key by key, one level deep; lists never merge. Steps are changed as they
are written, before any loop runs, by the text of their name.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from archforge.errors import Problem, Problems, did_you_mean
from archforge.spec.tree import Items, Mapping, Scalar, Tree

KEYED = ("hyperparameters", "defaults", "blocks", "presets")
"""Sections of which a child replaces single keys."""

MOST_EDITS = 100
"""A network that needs more changes is another network."""

OWN = ("extends", "edit")
NOT_INHERITED = ("title", "source", "year", "expect")
"""What speaks of the parent itself."""

HEAD = ("archforge", "kind", "name", "title", "source", "year", "task")
"""Keys that a reader looks for first."""

VERBS = {"after": "insert", "before": "insert", "replace": "with", "remove": None}
"""What an edit can do, and the key that holds its steps."""


def inherited(parent: Mapping, child: Mapping, problems: Problems) -> Mapping:
    """The spec that ``child`` describes by its difference to ``parent``.

    Args:
        parent: A whole spec.
        child: With ``extends:``; the form of its ``edit:`` was checked.
        problems: Where edits that cannot be made are told.
    """
    kept = parent.without(NOT_INHERITED)
    own = child.without(OWN)
    entries, keys = dict(kept.entries), dict(kept.keys)
    for key, value in own.items():
        before = entries.get(key)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        if key in KEYED and both:
            assert isinstance(before, Mapping)
            assert isinstance(value, Mapping)
            value = _by_key(before, value)  # noqa: PLW2901 (the merged section stands for both)
        entries[key] = value
        keys[key] = own.keys[key]
    edits, graph = child.get("edit"), entries.get("graph")
    if isinstance(edits, Items) and isinstance(graph, Items):
        entries["graph"] = edited(graph, edits, problems)
    order = sorted(entries, key=lambda key: HEAD.index(key) if key in HEAD else len(HEAD))
    return Mapping({key: entries[key] for key in order}, keys, child.mark)


def _by_key(parent: Mapping, child: Mapping) -> Mapping:
    return Mapping({**parent.entries, **child.entries}, {**parent.keys, **child.keys}, child.mark)


def without_hyperparameters(tree: Mapping, names: Collection[str]) -> Mapping:
    """The spec without some hyperparameters, in its presets too."""
    entries = dict(tree.entries)
    section, presets = entries.get("hyperparameters"), entries.get("presets")
    if isinstance(section, Mapping):
        entries["hyperparameters"] = section.without(names)
    if isinstance(presets, Mapping):
        kept = {
            key: value.without(names) if isinstance(value, Mapping) else value
            for key, value in presets.items()
        }
        entries["presets"] = Mapping(kept, presets.keys, presets.mark)
    return Mapping(entries, tree.keys, tree.mark)


def edited(graph: Items, edits: Items, problems: Problems) -> Items:
    """The steps of ``graph`` after ``edits``, made one after the other."""
    if len(edits.items) > MOST_EDITS:
        problems.add(
            Problem(
                "AF142",
                f"{len(edits.items)} edits are more than {MOST_EDITS}",
                edits.mark,
                fix="write the graph anew: `graph:` replaces the parent's",
            )
        )
        return graph
    for edit in edits:
        assert isinstance(edit, Mapping)
        graph = _Edit.read(edit).on(graph, problems)
    return graph


@dataclass(frozen=True)
class _Edit:
    verb: str
    name: Scalar
    steps: tuple[Tree, ...]

    @classmethod
    def read(cls, tree: Mapping) -> "_Edit":
        verb = next(verb for verb in VERBS if verb in tree)
        name, held = tree[verb], VERBS[verb]
        steps = tree.get(held) if held else None
        assert isinstance(name, Scalar)
        return cls(verb, name, steps.items if isinstance(steps, Items) else ())

    def on(self, graph: Items, problems: Problems) -> Items:
        """The graph with this edit made; unchanged where its name does not mean one step."""
        places = [step for step in _named(graph) if step[0] == self.name.value]
        if len(places) != 1:
            problems.add(self._unclear(graph, [mapping for _, mapping in places]))
            return graph
        found = _replaced(graph, places[0][1], self._new(places[0][1]))
        assert isinstance(found, Items)
        return found

    def _new(self, step: Mapping) -> tuple[Tree, ...]:
        return {
            "after": (step, *self.steps),
            "before": (*self.steps, step),
            "replace": self.steps,
            "remove": (),
        }[self.verb]

    def _unclear(self, graph: Items, steps: list[Mapping]) -> Problem:
        written = self.name.value
        if steps:
            lines = " and ".join(str(step.mark) for step in steps)
            return Problem(
                "AF142",
                f"`{self.verb}: {written}` may mean several steps: {lines}",
                self.name.mark,
                fix="replace a named step around them, or write the graph anew",
            )
        names = [name for name, _ in _named(graph)]
        return Problem(
            "AF142",
            f"`{self.verb}: {written}` finds no step of that name",
            self.name.mark,
            why="steps are found by the text of their `name:`, as it is written there",
            fix=did_you_mean(str(written), names),
        )


def _named(tree: Tree) -> Iterator[tuple[str, Mapping]]:
    """Every step with a name in a graph, also inside loops, branches and choices."""
    if isinstance(tree, Items):
        for item in tree.items:
            yield from _named(item)
    elif isinstance(tree, Mapping):
        name = tree.get("name")
        if isinstance(name, Scalar):
            yield str(name.value), tree
        for key in ("steps", "else", "branches"):
            inside = tree.get(key)
            bodies = inside.entries.values() if isinstance(inside, Mapping) else (inside,)
            for body in bodies:
                if body is not None:
                    yield from _named(body)


def _replaced(tree: Tree, step: Mapping, new: tuple[Tree, ...]) -> Tree:
    """``tree`` with ``new`` in the place of ``step``."""
    if isinstance(tree, Items):
        items: list[Tree] = []
        for item in tree.items:
            items += new if item is step else (_replaced(item, step, new),)
        return Items(tuple(items), tree.mark)
    if isinstance(tree, Mapping):
        entries = {key: _replaced(value, step, new) for key, value in tree.items()}
        return Mapping(entries, tree.keys, tree.mark)
    return tree
