"""The way from a spec's text to an architecture whose form is sound, its parents read with it."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from archforge.analysis import AcceptedSizes, accepted_sizes
from archforge.catalog.names import ENDINGS, find, is_path
from archforge.errors import Mark, Problem, ProblemError, Problems, refuse
from archforge.expand import Choose, Found, expand, expand_at, formula_problems
from archforge.graph import Graph
from archforge.schema import check_form, inheritance_problems, meaning_problems
from archforge.spec import Items, Scalar, Spec, inherited, parse_spec, read_text, tree_text
from archforge.spec import Mapping as Tree
from archforge.spec.read import file_text
from archforge.spec.tree import with_values

MOST_PARENTS = 8
WEIGHTS = (".keras", ".weights.h5")
PATHS = ("architecture", "weights")
"""Keys of a step that may hold the path of another file."""


class Files:
    """Reads the files that specs name, each once; a ``Finder`` for ``archforge.expand``."""

    def __init__(self) -> None:
        self._specs: dict[Path, Spec] = {}

    def architecture(self, name: str, home: Path | None) -> Found:
        """The architecture called ``name`` in the spec that lies at ``home``."""
        path, preset = _located(name, home)
        if path not in self._specs:
            shown = _shown(name, home)
            parsed = parse(file_text(path, shown), shown, path)
            parsed.problems.raise_any()
            assert parsed.spec is not None
            self._specs[path] = parsed.spec
        return Found(self._specs[path], preset)

    def weights(self, name: str, home: Path | None) -> Path:
        """The file or run of weights called ``name`` in the spec that lies at ``home``."""
        from archforge.runs import RECORD  # noqa: PLC0415 (few specs name weights; check is quick)

        # A path given with `--set` starts where the command runs.
        path = next((p for p in (_beside(name, home), Path(name)) if p.exists()), Path(name))
        is_file = path.is_file() and path.name.endswith(WEIGHTS)
        if not is_file and not (path / RECORD).is_file():
            kinds = f"weights are `imagenet`, a run's folder, or a file {' or '.join(WEIGHTS)}"
            there = "it is none of these" if path.exists() else "there is no such file"
            refuse(
                "AF144",
                f"there are no weights '{name}'",
                why=f"{kinds}; {there}",
                fix="give its path from this file",
            )
        return path


@dataclass(frozen=True)
class Architecture:
    """A spec that was found and read.

    Args:
        spec: Parsed; its form is sound.
        text: As it was written.
        preset: The preset that the name meant (``vgg19``), if it meant one.
        finder: Finds the architectures and weights that it names.
    """

    spec: Spec
    text: str
    preset: str | None = None
    finder: Files = field(default_factory=Files)

    def graph(
        self,
        preset: str | None = None,
        given: Mapping[str, Any] | None = None,
        choose: Choose | None = None,
    ) -> Graph:
        """The graph with a preset and fixed hyperparameters.

        Raises:
            ProblemError: It does not build.
        """
        chosen = preset or self.preset
        try:
            return expand(self.spec, chosen, given, choose=choose, finder=self.finder)
        except ProblemError as error:
            raise from_parents(error, self.spec) from None

    @property
    def standalone(self) -> str:
        """The spec as a text that means the same in any folder.

        As it was written where it can be; what it inherits is written out, paths become absolute.
        """
        return standalone(self.text, self.spec.file, self.spec.home)

    def sizes(self, graph: Graph) -> dict[str, AcceptedSizes]:
        """The sizes of each image that ``graph``, made from this spec, takes."""
        return accepted_sizes(graph, lambda sizes: expand_at(self.spec, graph, sizes, self.finder))


@dataclass(frozen=True)
class Parsed:
    """What became of a text.

    Args:
        spec: ``None`` where its form does not allow one.
        bad: Marks of the steps that have a problem.
        problems: Of form and meaning.
    """

    spec: Spec | None
    bad: frozenset[Mark]
    problems: Problems


def parse(text: str, file: str, home: Path | None) -> Parsed:
    """The spec in ``text``, with what it inherits.

    Args:
        text: Of the file.
        file: What problems call it.
        home: Where it lies; ``None`` for text without a file.

    Raises:
        ProblemError: It is not YAML.
    """
    problems = Problems()
    tree = _whole(read_text(text, file), home, (), problems)
    if tree is None:
        return Parsed(None, frozenset(), problems)
    parents = tuple(sorted(_files(tree) - {file}))
    form = check_form(tree)
    problems.extend(_inherited(form.problems, file, parents))
    if not form.sound:
        return Parsed(None, form.bad, problems)
    spec = replace(parse_spec(tree, file, home), parents=parents)
    cut = {p.mark.line for p in problems.found if p.code == "AF108" and p.mark}
    problems.extend(_inherited(meaning_problems(spec), file, parents))
    # The rest of a formula that was cut at its comma is no formula either: one message is enough.
    problems.extend(
        one
        for one in _inherited(formula_problems(spec), file, parents)
        if not (one.mark and one.mark.line in cut)
    )
    return Parsed(spec, form.bad, problems)


def from_parents(error: ProblemError, spec: Spec) -> ProblemError:
    """The same problems; those at a line of a parent say who inherits it."""
    told = copy(error)
    told.problems = tuple(_inherited(error.problems, spec.file, spec.parents))
    return told


def _files(tree: Tree) -> set[str]:
    """The files that the keys of a spec and its steps were written in."""
    sections = [value for value in tree.entries.values() if isinstance(value, Tree)]
    marks = [mark for each in (tree, *sections) for mark in each.keys.values()]
    graph = tree.get("graph")
    steps = graph.items if isinstance(graph, Items) else ()
    return {mark.file for mark in (*marks, *(step.mark for step in steps))}


def whole_tree(text: str, file: str, home: Path | None) -> Tree:
    """The tree of a sound spec with what it inherits.

    Raises:
        ProblemError: It is not sound.
    """
    problems = Problems()
    tree = _whole(read_text(text, file), home, (), problems)
    problems.raise_any()
    assert tree is not None
    return tree


def standalone(text: str, file: str, home: Path | None) -> str:
    """The text of a sound spec as it may stand in any folder."""
    tree = whole_tree(text, file, home)
    rooted = _rooted(tree, home)
    if "extends" not in read_text(text, file) and rooted.plain == tree.plain:
        return text
    return tree_text(rooted)


def _rooted(tree: Tree, home: Path | None) -> Tree:
    """``tree`` with its paths to other files made absolute."""
    found = with_values(tree, PATHS, lambda name: _absolute(name, home))
    assert isinstance(found, Tree)
    return found


def _absolute(name: str, home: Path | None) -> str:
    if not is_path(name) and not name.endswith(WEIGHTS):
        return name
    path = _beside(name, home)
    return str(path.resolve()) if path.exists() else name


def _whole(
    tree: Tree, home: Path | None, children: tuple[Path, ...], problems: Problems
) -> Tree | None:
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


def _parent(name: str, home: Path | None, children: tuple[Path, ...]) -> Tree:
    path, preset = _located(name, home)
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
    shown = _shown(name, home)
    text = file_text(path, shown)
    problems = Problems()
    tree = _whole(read_text(text, shown), path, inside, problems)
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


def _inherited(problems: Iterable[Problem], file: str, parents: Sequence[str]) -> list[Problem]:
    """Problems at a line of a parent say who inherits it."""
    return [
        replace(one, trail=(*one.trail, f"inherited by {file}"))
        if one.mark is not None and one.mark.file in parents
        else one
        for one in problems
    ]


def _located(name: str, home: Path | None) -> tuple[Path, str | None]:
    """The file of an architecture that a spec names, and the preset that the name means."""
    if not is_path(name):
        return find(name)
    path = _beside(name, home)
    # Only specs are opened for a spec: a stranger's file does not choose what is read.
    if not path.name.endswith(ENDINGS) or not path.is_file():
        refuse(
            "AF008",
            f"there is no architecture '{name}'",
            why=f"a path is followed from the file that names it, to a file {' or '.join(ENDINGS)}",
            fix="check the path",
        )
    return path, None


def _beside(name: str, home: Path | None) -> Path:
    return (home.parent if home else Path()) / name


def _shown(name: str, home: Path | None) -> str:
    """What problems call a file that another one names."""
    if not is_path(name):
        return f"{find(name)[0].stem}.yaml"
    path = _beside(name, home).resolve()
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
