"""What a block owes: it expands, builds, and costs what it says."""

from collections.abc import Sequence
from typing import Any, ClassVar

from archforge.blocks import block
from archforge.build import build_model, keras, model_facts
from archforge.catalog import look
from archforge.graph import Graph
from archforge.schema.steps import call_schema
from archforge.spec.validate import misfit
from archforge.testing.cases import BlockCase
from archforge.testing.counting import traced_macs


class BlockContract:
    """Tests of one block or several; a subclass states ``cases``, and its name starts with Test."""

    cases: ClassVar[Sequence[BlockCase]] = ()

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Give each test its cases; pytest calls this."""
        names = list({case.name: None for case in self.cases})
        for name, values in {"case": self.cases, "name": names}.items():
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, values, ids=str)

    def teardown_method(self) -> None:
        """Forget the names that Keras has counted; pytest calls this."""
        keras.backend.clear_session(free_memory=False)

    def test_a_spec_can_name_it(self, name: str) -> None:
        assert block(name) is not None, f"no block is called '{name}': is its package installed?"

    def test_it_names_its_source_and_says_what_it_is(self, name: str) -> None:
        record = block(name)

        assert record is not None
        assert record.SOURCE, f"{name} does not say its paper or convention in SOURCE"
        assert record.summary().endswith("."), f"the docstring of {name} opens with no sentence"

    def test_it_expands_under_its_own_path(self, case: BlockCase) -> None:
        graph = expanded(case)

        made = [node for node in graph if node.name.startswith("it.")]
        assert made, f"{case.name} adds no layer"
        assert all(node.within[-1].name == "it" for node in made)
        assert graph.outputs == {"it": made[-1].name}

    def test_shapes_and_costs_equal_those_of_keras(self, case: BlockCase) -> None:
        graph = expanded(case)

        model = build_model(graph)

        counted = model_facts(model)
        if any(node.layer.NAME for node in graph):
            counted["macs"] = traced_macs(model)
        said = {
            "trainable": sum(node.parameters.trainable for node in graph),
            "non_trainable": sum(node.parameters.non_trainable for node in graph),
            "macs": sum(graph.macs(node) for node in graph),
        }
        assert said == counted, f"{case.name}: the records say {said}, Keras has {counted}"
        for node in graph:
            found = tuple(model.get_layer(node.keras_name).output.shape[1:])
            assert found == node.shape, f"{node.name}: {node.shape} is said, Keras has {found}"

    def test_the_schema_accepts_it_and_refuses_an_unknown_argument(self, case: BlockCase) -> None:
        schema = call_schema("block", case.name)

        refused = misfit(schema, {**case.step, "no_such_argument": 1})

        wrong = misfit(schema, case.step)
        assert wrong is None, f"the schema of {case.name} refuses the case: it {wrong}"
        assert refused is not None, f"the schema of {case.name} takes any argument"


def expanded(case: BlockCase) -> Graph:
    """The graph of the case.

    Raises:
        AssertionError: `archforge check` would find something in it.
    """
    found = look(case.text, "example.yaml")
    problems = "\n".join(str(problem) for problem in found.problems)
    assert not found.problems, f"{case.name} does not expand:\n{problems}"
    assert found.graph is not None
    return found.graph
