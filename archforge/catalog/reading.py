"""The way from a spec's text to an architecture whose form is sound, its parents read with it."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archforge.catalog.names import WEIGHTS, beside, located, shown
from archforge.catalog.parents import files_of, merged, standalone, trimmed
from archforge.errors import Mark, Problem, ProblemError, Problems, refuse
from archforge.expand import Choose, Found, expand, expand_at, formula_problems
from archforge.graph import Graph
from archforge.schema import check_form, meaning_problems
from archforge.spec import Mapping as Tree
from archforge.spec import Spec, parse_spec, read_text
from archforge.spec.read import file_text

if TYPE_CHECKING:
    from archforge.analysis import AcceptedSizes


class Files:
    """Reads the files that specs name, each once; a ``Finder`` for ``archforge.expand``."""

    def __init__(self) -> None:
        self._specs: dict[Path, Spec] = {}

    def architecture(self, name: str, home: Path | None) -> Found:
        """The architecture called ``name`` in the spec that lies at ``home``."""
        path, preset = located(name, home)
        if path not in self._specs:
            called = shown(name, home)
            parsed = parse(file_text(path, called), called, path)
            parsed.problems.raise_any()
            assert parsed.spec is not None
            self._specs[path] = parsed.spec
        return Found(self._specs[path], preset)

    def weights(self, name: str, home: Path | None) -> Path:
        """The file or run of weights called ``name`` in the spec that lies at ``home``."""
        from archforge.runs import RECORD  # noqa: PLC0415 (few specs name weights; check is quick)

        # A path given with `--set` starts where the command runs.
        path = next((p for p in (beside(name, home), Path(name)) if p.exists()), Path(name))
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

    def known(self, preset: str | None) -> str | None:
        """``preset`` if this spec has it.

        The spec of a search's trial has its values as defaults and no presets any more, while its
        record names the preset that the search began with.
        """
        return preset if preset in self.spec.presets else None

    @property
    def standalone(self) -> str:
        """The spec as a text that means the same in any folder.

        As it was written where it can be; what it inherits is written out, paths become absolute.
        """
        return standalone(self.text, self.spec.file, self.spec.home)

    def sizes(self, graph: Graph) -> "dict[str, AcceptedSizes]":
        """The sizes of each image that ``graph``, made from this spec, takes."""
        from archforge.analysis import accepted_sizes  # noqa: PLC0415 (not needed for a check)

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
        ProblemError: It is not YAML, or an experiment.
    """
    problems = Problems()
    own = read_text(text, file)
    _check_kind(own)
    tree = merged(own, home, (), problems)
    if tree is None:
        return Parsed(None, frozenset(), problems)
    parents = tuple(sorted(files_of(tree) - {file}))
    form = check_form(tree)
    problems.extend(_inherited(form.problems, file, parents))
    if not form.sound:
        return Parsed(None, form.bad, problems)
    tree = trimmed(tree, file, parents)
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


def _check_kind(tree: Tree) -> None:
    """An experiment has none of a spec's keys; one problem says more than one for each."""
    kind = tree.get("kind")
    if kind is not None and kind.plain == "experiment":
        refuse(
            "AF152",
            "this is an experiment, an architecture is wanted here",
            mark=kind.mark,
            why="it names architectures and says how they are trained",
            fix="give it to `archforge check`, `train`, `search` or `compare`",
        )


def from_parents(error: ProblemError, spec: Spec) -> ProblemError:
    """The same problems; those at a line of a parent say who inherits it."""
    told = copy(error)
    told.problems = tuple(_inherited(error.problems, spec.file, spec.parents))
    return told


def _inherited(problems: Iterable[Problem], file: str, parents: Sequence[str]) -> list[Problem]:
    """Problems at a line of a parent say who inherits it."""
    return [
        replace(one, trail=(*one.trail, f"inherited by {file}"))
        if one.mark is not None and one.mark.file in parents
        else one
        for one in problems
    ]
