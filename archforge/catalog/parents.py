"""``extends:``: a spec's tree with what its parents bring, and specs that stand on their own."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from archforge.catalog.names import WEIGHTS, beside, is_path, located, shown
from archforge.errors import Problem, ProblemError, Problems, refuse
from archforge.expand import unread
from archforge.schema import check_form, inheritance_problems
from archforge.spec import Items, Mapping, Scalar, inherited, parse_spec, read_text
from archforge.spec.inherit import without_hyperparameters
from archforge.spec.read import file_text
from archforge.spec.tree import with_values

MOST_PARENTS = 8
PATHS = ("architecture", "weights")
"""Keys of a step that may hold the path of another file."""


def whole_tree(text: str, file: str, home: Path | None) -> Mapping:
    """The tree of a sound spec with what it inherits.

    Raises:
        ProblemError: It is not sound.
    """
    problems = Problems()
    tree = merged(read_text(text, file), home, (), problems)
    problems.raise_any()
    assert tree is not None
    return trimmed(tree, file, tuple(files_of(tree) - {file}))


def standalone(text: str, file: str, home: Path | None) -> str:
    """The text of a sound spec as it may stand in any folder."""
    tree = whole_tree(text, file, home)
    rooted = _rooted(tree, home)
    if "extends" not in read_text(text, file) and rooted.plain == tree.plain:
        return text
    from archforge.spec.write import tree_text  # noqa: PLC0415 (few specs are written out)

    return tree_text(rooted)


def merged(
    tree: Mapping, home: Path | None, children: tuple[Path, ...], problems: Problems
) -> Mapping | None:
    """``tree`` with what its parents bring; ``None`` where they cannot be read."""
    problems.extend(inheritance_problems(tree))
    parent = tree.get("extends")
    if problems.found or parent is None:
        return None if problems.found else tree
    assert isinstance(parent, Scalar)
    try:
        above = _parent(str(parent.value), home, children)
    except ProblemError as error:
        problems.extend(_told(one, parent) for one in error.problems)
        return None
    found = inherited(above, tree, problems)
    return None if problems.found else found


def trimmed(tree: Mapping, file: str, parents: Sequence[str]) -> Mapping:
    """``tree`` without what a parent left open and nothing reads any more.

    A child that replaces a part cannot take the hyperparameters of that part away.
    """
    if not parents:
        return tree
    spec = parse_spec(tree, file)
    lost = {name for name in unread(spec) if spec.hyperparameters[name].mark.file in parents}
    return without_hyperparameters(tree, lost) if lost else tree


def _parent(name: str, home: Path | None, children: tuple[Path, ...]) -> Mapping:
    path, preset = located(name, home)
    inside = (*children, home.resolve()) if home else children
    if path.resolve() in inside or len(inside) > MOST_PARENTS:
        refuse(
            "AF140",
            f"'{name}' extends itself",
            why=" extends ".join(each.name for each in (*inside, path)),
            fix="extend another architecture",
        )
    if preset is not None:
        refuse(
            "AF008",
            f"'{name}' is a preset, `extends:` names an architecture",
            fix=f"write `extends: {path.stem}`",
        )
    called = shown(name, home)
    text = file_text(path, called)
    problems = Problems()
    tree = merged(read_text(text, called), path, inside, problems)
    problems.raise_any()
    assert tree is not None
    problems.extend(check_form(tree).problems)
    problems.raise_any()
    return _rooted(tree, path)


def _told(problem: Problem, parent: Scalar) -> Problem:
    """A problem of a parent: where it is, and the line that leads there."""
    if problem.mark is None:
        return replace(problem, mark=parent.mark)
    line = f"'{parent.value}', extended on line {parent.mark.line} of {parent.mark.file}"
    return replace(problem, trail=(*problem.trail, line))


def _rooted(tree: Mapping, home: Path | None) -> Mapping:
    """``tree`` with its paths to other files made absolute."""
    found = with_values(tree, PATHS, lambda name: _absolute(name, home))
    assert isinstance(found, Mapping)
    return found


def _absolute(name: str, home: Path | None) -> str:
    if not is_path(name) and not name.endswith(WEIGHTS):
        return name
    path = beside(name, home)
    return str(path.resolve()) if path.exists() else name


def files_of(tree: Mapping) -> set[str]:
    """The files that the keys of a spec and its steps were written in."""
    sections = [value for value in tree.entries.values() if isinstance(value, Mapping)]
    marks = [mark for each in (tree, *sections) for mark in each.keys.values()]
    graph = tree.get("graph")
    steps = graph.items if isinstance(graph, Items) else ()
    return {mark.file for mark in (*marks, *(step.mark for step in steps))}
