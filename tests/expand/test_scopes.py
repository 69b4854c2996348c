"""Scopes to the last corner: what a name means inside blocks, loops, branches and shared steps."""

from pathlib import Path

import pytest

from archforge.analysis import costs
from tests.specs import HEAD, graph_of, problems_of, spec_text

PAIR = """\
blocks:
  Gate:
    arguments: {filters: int}
    inputs: [skip, gate]
    steps:
      - {layer: Conv2D, name: theta, from: skip, filters: =filters, kernel_size: 1}
      - {layer: Conv2D, name: phi, from: gate, filters: =filters, kernel_size: 1}
      - {layer: Add, name: sum, from: [theta, phi]}
"""
TWO = "{a: [8, 8, 1], b: [8, 8, 2]}"

LADDER = """\
blocks:
  Ladder:
    arguments: {steps_down: 2, filters: 2}
    steps:
      - for: {k: =range(steps_down)}
        steps:
          - {layer: Conv2D, name: low@k, filters: =filters * (k + 1), kernel_size: 1}
      - {layer: Concatenate, name: all, from: [low@*]}
"""


def test_a_block_takes_its_inputs_in_the_order_in_which_it_names_them(tmp_path: Path) -> None:
    steps = "  - {block: Gate, name: gated, from: [a, b], filters: 4}\n"

    graph = graph_of(tmp_path, spec_text(steps + HEAD, PAIR, TWO))

    assert graph.nodes["gated.theta"].inputs == ("a",)
    assert graph.nodes["gated.phi"].inputs == ("b",)
    assert graph.nodes["gated.phi"].parameters.total == (2 + 1) * 4


def test_a_block_with_two_inputs_given_one_says_which_it_wants(tmp_path: Path) -> None:
    steps = "  - {block: Gate, name: gated, from: a, filters: 4}\n"

    problems = problems_of(tmp_path, spec_text(steps + HEAD, PAIR, "{a: [8, 8, 1]}"))

    assert [problem.code for problem in problems] == ["AF201"]
    assert "skip, gate" in problems[0].message
    assert problems[0].fix == "give one node for each, in that order: `from: [skip, gate]`"


def test_the_first_step_of_a_block_with_two_inputs_must_say_which_it_reads(
    tmp_path: Path,
) -> None:
    top = PAIR.replace("name: theta, from: skip,", "name: theta,")

    problems = problems_of(
        tmp_path, spec_text("  - {block: Gate, from: [a, b], filters: 4}\n" + HEAD, top, TWO)
    )

    assert [problem.code for problem in problems] == ["AF115"]
    assert problems[0].fix == "add `from: skip`"
    assert "Gate" in problems[0].trail[-1]


def test_a_block_with_two_inputs_is_shared_on_other_two(tmp_path: Path) -> None:
    steps = (
        "  - {block: Gate, name: one, from: [a, b], filters: 4}\n"
        "  - {share: one, name: two, from: [c, d]}\n"
        "  - {layer: Concatenate, from: [one, two]}\n"
    )
    inputs = "{a: [8, 8, 1], b: [8, 8, 2], c: [8, 8, 1], d: [8, 8, 2]}"

    graph = graph_of(tmp_path, spec_text(steps + HEAD, PAIR, inputs))

    assert graph.nodes["two.phi"].shares == "one.phi"
    assert graph.nodes["two.phi"].inputs == ("d",)
    assert costs(graph).parameters.total == (1 + 1) * 4 + (2 + 1) * 4 + 9


def test_a_member_of_a_family_inside_a_block_is_read_with_a_dot(tmp_path: Path) -> None:
    steps = (
        "  - for: {i: [1, 2]}\n    steps:\n"
        "      - {block: Ladder, name: enc@i, filters: =i}\n"
        "  - {layer: Concatenate, name: picked, from: [enc@1.low@0, enc@2.low@1]}\n"
    )

    graph = graph_of(tmp_path, spec_text(steps + HEAD, LADDER))

    assert graph.nodes["picked"].inputs == ("enc@1.low@0", "enc@2.low@1")
    assert graph.nodes["picked"].shape[-1] == 1 + 4


def test_a_formula_reads_the_channels_of_a_node_inside_a_block(tmp_path: Path) -> None:
    steps = (
        "  - {block: Ladder, name: enc}\n"
        '  - {layer: Conv2D, name: same, filters: "=channels(enc.low@1)", kernel_size: 1}\n'
    )

    graph = graph_of(tmp_path, spec_text(steps + HEAD, LADDER))

    assert graph.nodes["same"].shape[-1] == 4


def test_an_index_that_is_a_loop_variable_reads_inside_a_block(tmp_path: Path) -> None:
    steps = (
        "  - {block: Ladder, name: enc}\n"
        "  - for: {i: [0, 1]}\n    steps:\n"
        "      - {layer: Identity, name: out@i, from: enc.low@i}\n"
        "  - {layer: Concatenate, from: [enc, out@*]}\n"
    )

    graph = graph_of(tmp_path, spec_text(steps + HEAD, LADDER))

    assert graph.nodes["out@1"].inputs == ("enc.low@1",)


def test_blocks_in_blocks_are_read_with_two_dots(tmp_path: Path) -> None:
    top = LADDER + (
        "  Tower:\n    steps:\n      - {block: Ladder, name: inner}\n"
        "      - {layer: Conv2D, name: end, filters: 2, kernel_size: 1}\n"
    )
    steps = "  - {block: Tower, name: t}\n  - {layer: Add, from: [t, t.inner.low@0]}\n"

    graph = graph_of(tmp_path, spec_text(steps + HEAD, top))

    assert graph.nodes["add_1"].inputs == ("t.end", "t.inner.low@0")


def test_a_block_does_not_see_the_names_outside_it(tmp_path: Path) -> None:
    top = "blocks:\n  Body:\n    steps:\n      - {layer: Add, from: [prev, outside]}\n"
    steps = "  - {layer: Identity, name: outside}\n  - {block: Body}\n"

    problems = problems_of(tmp_path, spec_text(steps + HEAD, top))

    assert [problem.code for problem in problems] == ["AF110"]
    assert problems[0].trail == ("Body (line 6), used at line 11",)


def test_a_block_does_not_see_the_hyperparameters_outside_it(tmp_path: Path) -> None:
    top = (
        "hyperparameters: {width: 4}\n"
        "blocks:\n  Body:\n    steps:\n"
        "      - {layer: Conv2D, filters: =width, kernel_size: 1}\n"
    )

    problems = problems_of(
        tmp_path,
        spec_text(
            f"  - {{layer: Dropout, rate: =0.1 * width / 8}}\n  - {{block: Body}}\n{HEAD}", top
        ),
    )

    assert {problem.code for problem in problems} == {"AF120"}
    assert "argument" in problems[0].message


def test_families_inside_a_shared_block_appear_under_the_new_name(tmp_path: Path) -> None:
    steps = (
        "  - {block: Ladder, name: f, from: a}\n"
        "  - {share: f, name: g, from: b}\n"
        "  - {layer: Concatenate, from: [f, g, f.low@1, g.low@1]}\n"
    )

    graph = graph_of(tmp_path, spec_text(steps + HEAD, LADDER, "{a: [8, 8, 2], b: [8, 8, 2]}"))

    assert graph.nodes["g.low@1"].shares == "f.low@1"
    assert graph.nodes["concatenate_1"].inputs[2:] == ("f.low@1", "g.low@1")


def test_a_member_of_a_family_is_shared_by_its_number(tmp_path: Path) -> None:
    steps = (
        "  - for: {i: [0, 1]}\n    steps:\n"
        "      - {layer: Conv2D, name: c@i, filters: 1, kernel_size: 3, padding: same}\n"
        "  - for: {i: [0, 1]}\n    steps:\n      - {share: c@i, name: again@i}\n"
    )

    graph = graph_of(tmp_path, spec_text(steps + HEAD))

    assert [graph.nodes[f"again@{i}"].shares for i in (0, 1)] == ["c@0", "c@1"]


def test_a_shared_block_with_an_if_takes_the_same_way_again(tmp_path: Path) -> None:
    top = (
        "blocks:\n  Body:\n    arguments: {extra: true}\n    steps:\n"
        "      - {layer: Conv2D, name: one, filters: 2, kernel_size: 1}\n"
        "      - {layer: Conv2D, name: two, filters: 2, kernel_size: 1, if: =extra}\n"
    )
    steps = (
        "  - {block: Body, name: f, from: a}\n  - {share: f, name: g, from: b}\n"
        "  - {layer: Add, from: [f, g]}\n"
    )

    graph = graph_of(tmp_path, spec_text(steps + HEAD, top, "{a: [8, 8, 2], b: [8, 8, 2]}"))

    assert graph.nodes["g.two"].shares == "f.two"
    assert graph.nodes["add_1"].inputs == ("f.two", "g.two")


def test_a_block_shared_inside_a_shared_block_has_one_owner_for_all_four_uses(
    tmp_path: Path,
) -> None:
    top = (
        "blocks:\n  Twice:\n    steps:\n"
        "      - {layer: Conv2D, name: cell, filters: 2, kernel_size: 1}\n"
        "      - {share: cell, name: cell_again}\n"
    )
    steps = (
        "  - {block: Twice, name: f, from: a}\n  - {share: f, name: g, from: b}\n"
        "  - {layer: Add, from: [f, g]}\n"
    )

    graph = graph_of(tmp_path, spec_text(steps + HEAD, top, "{a: [8, 8, 2], b: [8, 8, 2]}"))

    owners = [graph.nodes[n].shares for n in ("f.cell", "f.cell_again", "g.cell", "g.cell_again")]
    assert owners == [None, "f.cell", "f.cell", "f.cell"]
    assert costs(graph).parameters.total == 6 + 3


def test_what_a_branch_names_is_read_after_the_merge(tmp_path: Path) -> None:
    steps = (
        "  - branches:\n"
        "      wide: [{layer: Conv2D, name: seen, filters: 4, kernel_size: 3, padding: same}]\n"
        "      same: []\n"
        "    merge: Concatenate\n    name: joined\n"
        "  - {layer: Concatenate, from: [joined, seen]}\n"
    )

    graph = graph_of(tmp_path, spec_text(steps + HEAD))

    assert graph.nodes["concatenate_2"].inputs == ("joined", "seen")


def test_a_name_made_in_one_branch_is_read_in_the_next(tmp_path: Path) -> None:
    steps = (
        "  - branches:\n"
        "      one: [{layer: Conv2D, name: seen, filters: 1, kernel_size: 1}]\n"
        "      two: [{layer: Add, name: both, from: [prev, seen]}]\n"
        "    merge: Add\n"
    )

    graph = graph_of(tmp_path, spec_text(steps + HEAD))

    assert graph.nodes["both"].inputs == ("image", "seen")


def test_two_branches_cannot_make_one_name(tmp_path: Path) -> None:
    steps = (
        "  - branches:\n"
        "      one: [{layer: Identity, name: seen}]\n"
        "      two: [{layer: Identity, name: seen}]\n"
        "    merge: Add\n"
    )

    assert [p.code for p in problems_of(tmp_path, spec_text(steps + HEAD))] == ["AF113"]


def test_the_label_of_a_branch_is_no_name(tmp_path: Path) -> None:
    steps = "  - branches: {one: [], two: []}\n    merge: Add\n  - {layer: Identity, from: one}\n"

    assert [p.code for p in problems_of(tmp_path, spec_text(steps + HEAD))] == ["AF110"]


@pytest.mark.parametrize("deep", ["true", "false"])
def test_a_reader_with_the_same_if_goes_with_the_step_that_it_reads(
    deep: str, tmp_path: Path
) -> None:
    top = f"hyperparameters: {{deep: {deep}}}\n"
    steps = (
        "  - {layer: Conv2D, name: extra, filters: 1, kernel_size: 1, if: =deep}\n"
        "  - {layer: Add, from: [image, extra], if: =deep}\n"
    )

    graph = graph_of(tmp_path, spec_text(steps + HEAD, top))

    assert ("extra" in graph.nodes) == (deep == "true")


def test_a_star_leaves_out_members_that_were_skipped(tmp_path: Path) -> None:
    steps = (
        "  - for: {i: '=range(4)'}\n    steps:\n"
        "      - {layer: Conv2D, name: x@i, from: image, filters: 1, kernel_size: 1, if: =i % 2}\n"
        "  - {layer: Concatenate, name: odd, from: [x@*]}\n"
    )

    graph = graph_of(tmp_path, spec_text(steps + HEAD))

    assert graph.nodes["odd"].inputs == ("x@1", "x@3")


def test_a_step_skipped_inside_a_block_is_told_when_read_from_outside(tmp_path: Path) -> None:
    top = (
        "blocks:\n  Body:\n    arguments: {extra: false}\n    steps:\n"
        "      - {layer: Identity, name: one}\n"
        "      - {layer: Identity, name: two, if: =extra}\n"
    )
    steps = "  - {block: Body, name: b}\n  - {layer: Identity, from: b.two}\n"

    (problem,) = problems_of(tmp_path, spec_text(steps + HEAD, top))

    assert problem.code in ("AF110", "AF112")
    assert "b.two" in problem.message


def test_repeated_copies_of_a_block_are_read_inside_by_their_number(tmp_path: Path) -> None:
    steps = (
        "  - {block: Ladder, name: r, repeat: 2}\n  - {layer: Concatenate, from: [r, r@1.low@0]}\n"
    )

    graph = graph_of(tmp_path, spec_text(steps + HEAD, LADDER))

    assert graph.nodes["concatenate_1"].inputs == ("r@2.all", "r@1.low@0")


def test_a_block_argument_hides_a_hyperparameter_of_its_name(tmp_path: Path) -> None:
    top = "hyperparameters: {filters: 9}\n" + LADDER
    steps = "  - {block: Ladder, name: b, filters: =filters - 6}\n"

    graph = graph_of(tmp_path, spec_text(steps + HEAD, top))

    assert graph.nodes["b.low@0"].shape[-1] == 3


def test_a_block_may_call_its_only_input_as_it_likes(tmp_path: Path) -> None:
    top = (
        "blocks:\n  Body:\n    inputs: [x]\n    steps:\n"
        "      - {layer: Conv2D, name: f, filters: 1, kernel_size: 1}\n"
        "      - {layer: Add, from: [x, f]}\n"
    )

    graph = graph_of(tmp_path, spec_text("  - {block: Body, name: b}\n" + HEAD, top))

    assert graph.nodes["b.add_1"].inputs == ("image", "b.f")


def test_a_step_of_a_block_cannot_take_the_name_of_its_input(tmp_path: Path) -> None:
    top = "blocks:\n  Body:\n    inputs: [x]\n    steps:\n      - {layer: Identity, name: x}\n"

    problems = problems_of(tmp_path, spec_text("  - {block: Body, name: b}\n" + HEAD, top))

    assert [problem.code for problem in problems] == ["AF113"]


def test_a_loop_inside_a_loop_reads_the_outer_familys_members(tmp_path: Path) -> None:
    steps = (
        "  - for: {i: [0, 1]}\n    steps:\n"
        "      - {layer: Conv2D, name: x@i, from: image, filters: =i + 1, kernel_size: 1}\n"
        "      - for: {j: '=range(i + 1)'}\n        steps:\n"
        "          - {layer: Identity, name: y@i@j, from: x@j}\n"
        "  - {layer: Concatenate, name: end, from: [y@0@*, y@1@*]}\n"
    )

    graph = graph_of(tmp_path, spec_text(steps + HEAD))

    assert graph.nodes["end"].inputs == ("y@0@0", "y@1@0", "y@1@1")
