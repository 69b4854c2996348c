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
    found, _, problems = _read(name)
    problems.raise_any()
    assert found is not None
    return found


def check(name: str, preset: str | None = None, given: Mapping[str, Any] | None = None) -> Graph:
    """Check everything about a spec and return its graph.

    Raises:
        ProblemError: With every problem of form, of meaning, of the network and of ``expect:``.
    """
    found, bad, problems = _read(name)
    if found is None:
        raise ProblemError(problems.found)
    try:
        graph = expand(found.spec, preset or found.preset, given, bad=bad)
    except ProblemError as error:
        problems.extend(error.problems)
        raise ProblemError(problems.found) from None
    problems.raise_any()
    problems.extend(expectation_problems(found.spec))
    problems.raise_any()
    return graph


def _read(name: str) -> tuple[Architecture | None, frozenset[Mark], Problems]:
    """What was read, the marks of its bad steps, its problems; nothing if it cannot be parsed."""
    path, preset = _find(name)
    shown = name if path is None or _is_path(name) else path.name
    text = _stdin() if path is None else file_text(path, shown)
    tree = read_text(text, "standard input" if path is None else shown)
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
