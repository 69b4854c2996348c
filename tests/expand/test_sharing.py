"""`share:` runs a step again with the same weights; only what owns weights counts them."""

from pathlib import Path

import pytest

from archforge.analysis import costs
from tests.specs import HEAD, graph_of, problems_of, spec_text

TWO = "{left: [32, 32, 3], right: [32, 32, 3]}"


def test_a_shared_layer_uses_the_weights_of_the_first(tmp_path: Path) -> None:
    steps = (
        "  - {layer: Conv2D, name: f_left, from: left, filters: 4, kernel_size: 3}\n"
        "  - {share: f_left, name: f_right, from: right}\n"
        "  - {layer: Subtract, from: [f_left, f_right]}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps, inputs=TWO))

    assert graph.nodes["f_right"].shares == "f_left"
    assert graph.nodes["f_right"].inputs == ("right",)
    assert costs(graph).parameters.total == 3 * 3 * 3 * 4 + 4 + 4 + 1
    assert graph.macs(graph.nodes["f_right"]) == graph.macs(graph.nodes["f_left"])


def test_a_shared_block_shares_every_layer_inside_under_the_new_name(tmp_path: Path) -> None:
    top = (
        "blocks:\n  Pair:\n    steps:\n"
        "      - for: {i: [0, 1]}\n        steps:\n"
        "          - {layer: Conv2D, name: c@i, filters: 3, kernel_size: 3, padding: same}\n"
    )
    steps = (
        "  - {block: Pair, name: a, from: left}\n"
        "  - {share: a, name: b, from: right}\n"
        "  - {layer: Add, from: [b.c@0, a]}\n"
        "  - {layer: Add, from: [prev, b]}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps, top, TWO))

    assert [graph.nodes[f"b.c@{i}"].shares for i in (0, 1)] == ["a.c@0", "a.c@1"]


def test_a_shared_block_that_shares_inside_leads_to_the_one_owner(tmp_path: Path) -> None:
    top = (
        "blocks:\n  Twice:\n    steps:\n"
        "      - {layer: Conv2D, name: once, filters: 3, kernel_size: 3, padding: same}\n"
        "      - {share: once, name: again}\n"
    )
    steps = (
        "  - {block: Twice, name: a, from: left}\n"
        "  - {share: a, name: b, from: right}\n"
        "  - {layer: Add, from: [a, b]}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps, top, TWO))

    shares = {name: graph.nodes[name].shares for name in ("a.again", "b.once", "b.again")}
    assert shares == {"a.again": "a.once", "b.once": "a.once", "b.again": "a.once"}


def test_what_was_shared_may_be_shared_again(tmp_path: Path) -> None:
    steps = (
        "  - {layer: Conv2D, name: a, filters: 1, kernel_size: 3, padding: same}\n"
        "  - {share: a, name: b}\n"
        "  - {share: b, name: c}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps))

    assert (graph.nodes["b"].shares, graph.nodes["c"].shares) == ("a", "a")


@pytest.mark.parametrize("what", ["for: {i: [0]}", "if: true"])
def test_a_loop_or_a_choice_cannot_be_shared(what: str, tmp_path: Path) -> None:
    steps = (
        f"  - {what}\n    name: group\n    steps:\n"
        "      - {layer: Conv2D, filters: 1, kernel_size: 3, padding: same}\n"
        "  - {share: group}\n" + HEAD
    )

    (problem,) = problems_of(tmp_path, spec_text(steps))

    assert problem.code == "AF114"
    assert "block" in problem.fix


def test_weights_made_for_other_channels_cannot_be_shared(tmp_path: Path) -> None:
    steps = (
        "  - {layer: Conv2D, name: a, from: left, filters: 4, kernel_size: 3}\n"
        "  - {share: a, name: b, from: right}\n"
        "  - {layer: Add, from: [a, b]}\n" + HEAD
    )

    (problem,) = problems_of(
        tmp_path, spec_text(steps, inputs="{left: [32, 32, 3], right: [32, 32, 1]}")
    )

    assert problem.code == "AF232"
    assert "3 channels, this input has 1" in problem.message
