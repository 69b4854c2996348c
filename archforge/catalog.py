"""Finds a spec by name or path, and owns the way from its text to a checked graph.

A name is an architecture's (``unet``), or a preset's that is unique in the zoo (``vgg19``);
anything with a separator or an ending is a path, and ``-`` is standard input.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from archforge.analysis import AcceptedSizes, accepted_sizes, expectation_problems
from archforge.errors import Mark, Problem, ProblemError, Problems, did_you_mean
from archforge.expand import Choose, expand, formula_problems
from archforge.expand.expand import expand_at
from archforge.graph import Graph
from archforge.schema import check_form, meaning_problems
from archforge.spec import Mapping as Tree
from archforge.spec import Spec, parse_spec, read_text
from archforge.spec.read import MAX_BYTES, file_text

FOLDERS = ("classification", "segmentation")


@dataclass(frozen=True)
class Architecture:
    """A spec that was found and read.

    Args:
        spec: Parsed; its form is sound.
        text: As it was written.
        preset: The preset that the name meant (``vgg19``), if it meant one.
    """

    spec: Spec
    text: str
    preset: str | None = None

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
        return expand(self.spec, preset or self.preset, given, choose=choose)

    def sizes(self, graph: Graph) -> AcceptedSizes | None:
        """The image sizes that ``graph``, made from this spec, takes."""
        return accepted_sizes(graph, lambda sizes: expand_at(self.spec, graph, sizes))


def zoo() -> Path:
    """The folder of shipped architectures: inside the wheel, or at the top of a checkout."""
    inside = Path(__file__).parent / "architectures"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "architectures"


@lru_cache(maxsize=1)
def shipped() -> dict[str, Path]:
    """Every shipped architecture by name."""
    files = [path for folder in FOLDERS for path in sorted((zoo() / folder).glob("*.yaml"))]
    return {path.stem: path for path in files}


def read_architecture(name: str) -> Architecture:
    """The architecture called ``name``, read and with its form checked.

    Raises:
        ProblemError: There is none, or its text is not a spec; every problem that can be found
            without expanding it.
    """
    text, file, preset = _text(name)
    found, _, problems = _parsed(read_text(text, file), text, preset)
    problems.raise_any()
    assert found is not None
    return found


@dataclass(frozen=True)
class Look:
    """Everything that one look at a spec's text finds.

    Args:
        problems: In the order of their places.
        architecture: What was read; ``None`` where its form does not allow it.
        graph: Its network; with problems, the nodes that could be made, and no outputs; ``None``
            where there are none.
    """

    problems: tuple[Problem, ...]
    architecture: Architecture | None = None
    graph: Graph | None = None


def look(
    text: str, file: str, preset: str | None = None, given: Mapping[str, Any] | None = None
) -> Look:
    """Look at the text of a spec, as it stands in an editor; never raises for what stands in it.

    Args:
        text: Of the spec.
        file: Where it lies, as problems should name it.
        preset: A preset of the spec.
        given: Hyperparameters to fix.
    """
    try:
        tree = read_text(text, file)
    except ProblemError as error:
        return Look(error.problems)
    found, bad, problems = _parsed(tree, text, preset)
    if found is None:
        return Look(_sorted(problems))
    try:
        graph = expand(found.spec, found.preset, given, bad=bad)
    except ProblemError as error:
        problems.extend(error.problems)
        return Look(_sorted(problems), found, getattr(error, "graph", None))
    if not problems.found:
        problems.extend(expectation_problems(found.spec))
    return Look(_sorted(problems), found, graph)


def check(name: str, preset: str | None = None, given: Mapping[str, Any] | None = None) -> Graph:
    """Check everything about a spec and return its graph.

    Raises:
        ProblemError: With every problem of form, of meaning, of the network and of ``expect:``.
    """
    text, file, meant = _text(name)
    found = look(text, file, preset or meant, given)
    if found.problems:
        raise ProblemError(found.problems)
    assert found.graph is not None
    return found.graph


def _sorted(problems: Problems) -> tuple[Problem, ...]:
    return ProblemError(problems.found).problems if problems.found else ()


def _text(name: str) -> tuple[str, str, str | None]:
    """Text and shown name of the spec called ``name``, and the preset that its name means."""
    path, preset = _find(name)
    if path is None:
        return _stdin(), "standard input", None
    shown = name if _is_path(name) else path.name
    return file_text(path, shown), shown, preset


def _parsed(
    tree: Tree, text: str, preset: str | None
) -> tuple[Architecture | None, frozenset[Mark], Problems]:
    """What was read, the marks of its bad steps, its problems; nothing if it cannot be parsed."""
    form = check_form(tree)
    problems = Problems(list(form.problems))
    if not form.sound:
        return None, form.bad, problems
    spec = parse_spec(tree, tree.mark.file)
    cut = {p.mark.line for p in problems.found if p.code == "AF108" and p.mark}
    problems.extend(meaning_problems(spec))
    # The rest of a formula that was cut at its comma is no formula either: one message is enough.
    problems.extend(p for p in formula_problems(spec) if not (p.mark and p.mark.line in cut))
    return Architecture(spec, text, preset), form.bad, problems


def _is_path(name: str) -> bool:
    return "/" in name or "\\" in name or name.endswith((".yaml", ".yml")) or Path(name).is_file()


def _stdin() -> str:
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    return data.decode("utf-8", errors="replace")


def _find(name: str) -> tuple[Path | None, str | None]:
    """Path of a spec, ``None`` for standard input, and the preset that its name means."""
    if name == "-":
        return None, None
    if _is_path(name):
        return Path(name), None
    if name in shipped():
        return shipped()[name], None
    owners = [(path, preset) for path, preset in _presets() if preset == name]
    if len(owners) == 1:
        return owners[0]
    raise _not_found(name, [path.stem for path, _ in owners])


def _not_found(name: str, owners: list[str]) -> ProblemError:
    known = [*shipped(), *(preset for _, preset in _presets())]
    message, fix = f"there is no architecture '{name}'", did_you_mean(name, known)
    if owners:
        message = f"'{name}' is a preset of several architectures: {', '.join(owners)}"
        fix = f"name the architecture: `{owners[0]} --preset {name}`"
    return ProblemError([Problem("AF008", message, fix=fix)])


def _presets() -> Iterator[tuple[Path, str]]:
    for path in shipped().values():
        for preset in summary(path).presets:
            yield path, preset


@dataclass(frozen=True)
class Summary:
    """One shipped architecture in a line."""

    name: str
    title: str
    task: str
    source: str
    year: int | None
    presets: tuple[str, ...]


@lru_cache(maxsize=256)
def summary(path: Path) -> Summary:
    """What ``archforge list`` prints of a shipped architecture."""
    spec = read_architecture(str(path)).spec
    return Summary(
        spec.name, spec.title or spec.name, spec.task, spec.source, spec.year, tuple(spec.presets)
    )
