"""Looks at a spec: by its name, or at its text as it stands in an editor."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from archforge.analysis import expectation_problems
from archforge.catalog.names import find, is_path
from archforge.catalog.reading import Architecture, Files, from_parents, parse
from archforge.errors import Problem, ProblemError, Problems
from archforge.expand import expand
from archforge.graph import Graph
from archforge.spec.read import MAX_BYTES, file_text


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


@dataclass(frozen=True)
class _Source:
    """Text of a spec, what problems call it, where it lies, the preset that its name meant."""

    text: str
    file: str
    home: Path | None
    preset: str | None = None


def read_architecture(name: str) -> Architecture:
    """The architecture called ``name``, read and with its form checked.

    Raises:
        ProblemError: There is none, or its text is not a spec; every problem that can be found
            without expanding it.
    """
    source = _source(name)
    parsed = parse(source.text, source.file, source.home)
    parsed.problems.raise_any()
    assert parsed.spec is not None
    return Architecture(parsed.spec, source.text, source.preset)


def look(
    text: str, file: str, preset: str | None = None, given: Mapping[str, Any] | None = None
) -> Look:
    """Look at the text of a spec, as it stands in an editor; never raises for what stands in it.

    Args:
        text: Of the spec.
        file: Where it lies; problems name it so, and paths in it start there.
        preset: A preset of the spec.
        given: Hyperparameters to fix.
    """
    return _look(_Source(text, file, Path(file), preset), given)


def check(name: str, preset: str | None = None, given: Mapping[str, Any] | None = None) -> Graph:
    """Check everything about a spec and return its graph.

    Raises:
        ProblemError: With every problem of form, of meaning, of the network and of ``expect:``.
    """
    source = _source(name)
    chosen = _Source(source.text, source.file, source.home, preset or source.preset)
    found = _look(chosen, given)
    if found.problems:
        raise ProblemError(found.problems)
    assert found.graph is not None
    return found.graph


def _look(source: _Source, given: Mapping[str, Any] | None) -> Look:
    try:
        parsed = parse(source.text, source.file, source.home)
    except ProblemError as error:
        return Look(error.problems)
    problems, finder = parsed.problems, Files()
    if parsed.spec is None:
        return Look(_sorted(problems))
    found = Architecture(parsed.spec, source.text, source.preset, finder)
    try:
        graph = expand(parsed.spec, source.preset, given, bad=parsed.bad, finder=finder)
    except ProblemError as error:
        problems.extend(from_parents(error, parsed.spec).problems)
        return Look(_sorted(problems), found, getattr(error, "graph", None))
    if not problems.found:
        problems.extend(expectation_problems(parsed.spec, finder))
    return Look(_sorted(problems), found, graph)


def _sorted(problems: Problems) -> tuple[Problem, ...]:
    return ProblemError(problems.found).problems if problems.found else ()


def _source(name: str) -> _Source:
    if name == "-":
        return _Source(_stdin(), "standard input", None)
    if is_path(name) or Path(name).is_file():
        return _Source(file_text(Path(name), name), name, Path(name))
    path, preset = find(name)
    return _Source(file_text(path, path.name), path.name, path, preset)


def _stdin() -> str:
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    return data.decode("utf-8", errors="replace")


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
