"""Keys that the language has and this version does not read: said so, never silently ignored."""

from collections.abc import Iterator

from archforge.errors import Mark, Problem
from archforge.spec import Mapping, Tree

# By section and key: what to do in the meantime.
LATER: dict[tuple[str, str], str] = {
    ("search", "retrain"): "leave it out, and train the best spec with `archforge train` again",
}
RATE = ("train", "learning_rate")


def without_later(tree: Mapping) -> tuple[Mapping, list[Problem]]:
    """The tree without what later versions will read, and a problem for each such key."""
    entries: dict[str, Tree] = dict(tree.items())
    problems = []
    for section, value in tree.items():
        if isinstance(value, Mapping):
            found = list(_later(section, value))
            entries[section] = value.without(key for key, _ in found)
            problems += [problem for _, problem in found]
    return Mapping(entries, tree.keys, tree.mark), problems


def _later(section: str, value: Mapping) -> Iterator[tuple[str, Problem]]:
    for key, mark in value.keys.items():
        if (section, key) in LATER:
            yield key, _problem(f"'{section}.{key}'", mark, LATER[section, key])
        elif (section, key) == RATE and isinstance(value[key], Mapping):
            fix = "give one number, such as 0.001"
            yield key, _problem("a search of the learning rate", mark, fix)


def _problem(what: str, mark: Mark, fix: str) -> Problem:
    return Problem(
        "AF151",
        f"{what} is not in this version",
        mark,
        why="the language has it, this version of archforge does not read it yet",
        fix=fix,
    )
