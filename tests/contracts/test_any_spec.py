"""Any spec that `check` accepts builds as foretold; any that it refuses is refused with a place."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from archforge.analysis import costs
from archforge.build import build_model, keras, model_facts
from archforge.catalog import look
from archforge.graph import Graph, Input
from tests.contracts.spec_strategy import specs

pytestmark = pytest.mark.keras


def foretold(text: str, file: Path) -> Graph | None:
    """The graph that `check` makes of a text; nothing if it is refused, each time with a place."""
    found = look(text, str(file))
    for problem in found.problems:
        assert problem.mark is not None, problem
        assert 1 <= problem.mark.line <= text.count("\n") + 1, problem
        assert problem.mark.column >= 1, problem
        assert problem.message, problem
    return None if found.problems else found.graph


def as_built(text: str, file: Path) -> None:
    graph = foretold(text, file)
    if graph is None:
        return
    keras.backend.clear_session(free_memory=False)
    inner = {node.name: node.name for node in graph if not isinstance(node.layer, Input)}
    # Every node as an output, so that the shape of each is seen.
    model = build_model(replace(graph, outputs={**inner, **graph.outputs}))
    for name, tensor in shapes(model, list(inner)).items():
        assert tensor == graph.nodes[name].shape, (name, text)
    total = costs(graph)
    assert model_facts(build_model(graph)) == {
        "trainable": total.parameters.trainable,
        "non_trainable": total.parameters.non_trainable,
        "macs": total.macs,
    }, text


def shapes(model: Any, names: list[str]) -> dict[str, tuple[int | None, ...]]:
    given = model.output if isinstance(model.output, dict) else {names[0]: model.output}
    return {name: tuple(given[name.replace("@", ".")].shape[1:]) for name in names}


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(text=specs())
def test_any_spec_builds_as_foretold_or_is_refused_with_a_place(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    as_built(text, tmp_path_factory.getbasetemp() / "drawn.yaml")


@pytest.mark.slow
@settings(max_examples=2_500, suppress_health_check=list(HealthCheck))
@given(text=specs())
def test_thousands_of_specs_build_as_foretold_or_are_refused_with_a_place(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    as_built(text, tmp_path_factory.getbasetemp() / "drawn.yaml")


def test_the_strategy_draws_specs_that_build_and_specs_that_do_not(tmp_path: Path) -> None:
    verdicts: list[bool] = []

    @settings(max_examples=200, database=None, suppress_health_check=list(HealthCheck))
    @given(text=specs())
    def draw(text: str) -> None:
        verdicts.append(foretold(text, tmp_path / "drawn.yaml") is not None)

    draw()

    assert verdicts.count(True) >= 20
    assert verdicts.count(False) >= 20
