"""Small specs for tests: text in, graph or problems out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archforge.catalog import check, read_architecture
from archforge.errors import Problem, ProblemError
from archforge.graph import Graph

HEAD = "  - {block: segmentation_head, name: mask, classes: 1}\n"


def spec_text(steps: str, top: str = "", inputs: str = "{image: [32, 32, 1]}") -> str:
    """A whole spec around the steps of its graph, each line indented as in a file."""
    return (
        f"archforge: 1\nname: example\ntask: segmentation\n{top}inputs: {inputs}\ngraph:\n{steps}"
    )


def graph_of(
    tmp_path: Path, text: str, preset: str | None = None, given: Mapping[str, Any] | None = None
) -> Graph:
    """The graph of a spec's text."""
    file = tmp_path / "spec.yaml"
    file.write_text(text)
    return read_architecture(str(file)).graph(preset, given)


def problems_of(tmp_path: Path, text: str, **given: Any) -> tuple[Problem, ...]:
    """Every problem that `check` tells of a spec's text."""
    file = tmp_path / "spec.yaml"
    file.write_text(text)
    try:
        check(str(file), given=given)
    except ProblemError as error:
        return error.problems
    return ()
