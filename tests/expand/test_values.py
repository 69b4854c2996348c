"""Hyperparameters: which value counts, and that only what is read is ever chosen."""

from pathlib import Path
from typing import Any

import pytest

from archforge.catalog import read_architecture
from archforge.errors import ProblemError
from archforge.spec import Search
from tests.specs import HEAD, graph_of, problems_of, spec_text

TOP = (
    "hyperparameters:\n"
    "  depth: {default: 2, min: 1, max: 4, search: {int: [1, 4]}}\n"
    "  rate: {default: [0.1, 0.2], min: 0, max: 0.9, each: =depth, search: {float: [0.0, 0.5]}}\n"
    "  width: {default: 4, min: 1, search: {int: [4, 8]}}\n"
    "  wide: {default: false, search: {choice: [true, false]}}\n"
    "presets:\n  deep: {depth: 3, rate: [0.1, 0.2, 0.3]}\n"
)
STEPS = (
    "  - for: {i: =range(depth)}\n    steps:\n"
    "      - {layer: Conv2D, filters: 4, kernel_size: 1}\n"
    "      - {layer: Dropout, rate: =rate@i}\n"
    "  - {layer: Conv2D, filters: =width, kernel_size: 1, if: =wide}\n" + HEAD
)


def rates(graph: Any) -> list[float]:
    return [node.layer.rate for node in graph if node.kind == "Dropout"]


def test_given_beats_preset_and_preset_beats_default(tmp_path: Path) -> None:
    text = spec_text(STEPS, TOP)

    assert rates(graph_of(tmp_path, text)) == [0.1, 0.2]
    assert rates(graph_of(tmp_path, text, "deep")) == [0.1, 0.2, 0.3]
    assert rates(graph_of(tmp_path, text, "deep", {"rate": [0.5, 0.5, 0.5]})) == [0.5] * 3


def test_one_number_serves_every_level(tmp_path: Path) -> None:
    assert rates(graph_of(tmp_path, spec_text(STEPS, TOP), given={"rate": 0.3})) == [0.3, 0.3]


def test_a_presets_list_is_cut_or_its_last_value_repeated_when_the_length_changes(
    tmp_path: Path,
) -> None:
    text = spec_text(STEPS, TOP)

    assert rates(graph_of(tmp_path, text, "deep", {"depth": 4})) == [0.1, 0.2, 0.3, 0.3]
    assert rates(graph_of(tmp_path, text, "deep", {"depth": 1})) == [0.1]


def test_a_list_that_is_given_has_exactly_the_length(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, spec_text(STEPS, TOP), rate=[0.1])

    assert problem.code == "AF304"
    assert "needs 2 values here, it has 1" in problem.message


@pytest.mark.parametrize(
    ("given", "code", "word"),
    [
        ({"dept": 3}, "AF301", "did you mean 'depth'?"),
        ({"depth": 9}, "AF303", "at most 4"),
        ({"depth": 2.5}, "AF303", "a whole number"),
        ({"depth": "two"}, "AF303", "a whole number"),
        ({"depth": True}, "AF303", "a whole number"),
        ({"rate": 1.5}, "AF303", "at most 0.9"),
    ],
)
def test_a_value_that_cannot_be_is_told_by_its_name(
    given: dict[str, Any], code: str, word: str, tmp_path: Path
) -> None:
    problems = problems_of(tmp_path, spec_text(STEPS, TOP), **given)

    assert {problem.code for problem in problems} == {code}
    assert word in problems[0].message + problems[0].fix


def test_an_unknown_preset_suggests_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        graph_of(tmp_path, spec_text(STEPS, TOP), "depp")

    assert caught.value.problems[0].code == "AF302"
    assert "'deep'" in caught.value.problems[0].fix


def test_only_values_that_the_graph_reads_are_chosen(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text(spec_text(STEPS, TOP))
    asked: dict[str, Search] = {}

    def choose(key: str, search: Search, default: Any) -> Any:
        asked[key] = search
        return {"depth": 3, "wide": False}.get(key, default)

    graph = read_architecture(str(file)).graph(choose=choose)

    assert list(asked) == ["depth", "rate@0", "rate@1", "rate@2", "wide"]
    assert set(graph.read) == {"depth", "rate@0", "rate@1", "rate@2", "wide"}
    assert graph.hyperparameters["rate"] == [0.1, 0.2, 0.2]
    assert asked["rate@0"] == Search("float", 0.0, 0.5)


def test_a_given_value_is_fixed_and_never_chosen(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text(spec_text(STEPS, TOP))
    asked: list[str] = []

    def choose(key: str, search: Search, default: Any) -> Any:
        asked.append(key)
        return default

    read_architecture(str(file)).graph(given={"depth": 1, "rate": 0.0}, choose=choose)

    assert asked == ["wide"]


def test_a_broken_rule_speaks_with_the_authors_words(tmp_path: Path) -> None:
    top = TOP + 'require:\n  - {that: =width % 4 == 0, say: "width must be a multiple of 4"}\n'

    (problem,) = problems_of(tmp_path, spec_text(STEPS, top), width=6)

    assert problem.code == "AF305"
    assert problem.message == "width must be a multiple of 4"
    assert "width = 6" in problem.why


def test_defaults_reach_own_blocks_and_a_step_overrides_them(tmp_path: Path) -> None:
    top = (
        "hyperparameters: {pad: same}\n"
        "defaults:\n  Conv2D: {kernel_size: 3, padding: =pad}\n  Pair: {filters: 6}\n"
        "blocks:\n  Pair:\n    arguments: {filters: int}\n    steps:\n"
        "      - {layer: Conv2D, filters: =filters}\n"
        "      - {layer: Conv2D, filters: =filters, padding: valid}\n"
    )

    graph = graph_of(tmp_path, spec_text("  - {block: Pair, name: p}\n" + HEAD, top))

    assert graph.nodes["p.conv2d_1"].shape == (32, 32, 6)
    assert graph.nodes["p.conv2d_2"].shape == (30, 30, 6)


def test_defaults_never_reach_inside_registry_blocks(tmp_path: Path) -> None:
    top = "defaults:\n  Conv2D: {kernel_size: 3, activation: relu}\n"

    graph = graph_of(tmp_path, spec_text("  - {layer: Conv2D, filters: 2}\n" + HEAD, top))

    assert graph.nodes["mask.conv2d_1"].layer.written()["kernel_size"] == (1, 1)


def test_a_length_that_cannot_be_worked_out_is_told_where_nothing_reads_its_levels(
    tmp_path: Path,
) -> None:
    text = spec_text(HEAD, "hyperparameters: {levels: {default: 0.0, each: =dept + 1}}\n")

    problems = problems_of(tmp_path, text)

    assert [problem.code for problem in problems] == ["AF309", "AF120"]
