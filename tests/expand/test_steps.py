"""Steps: what each one makes, what it is called, and what `prev` is after it."""

from pathlib import Path

import pytest

from archforge.expand.network import MAX_NODES
from tests.specs import HEAD, graph_of, problems_of, spec_text

CONV = "{layer: Conv2D, filters: 4, kernel_size: 3, padding: same"


def test_unnamed_steps_are_called_by_their_class_counted_and_by_their_loop_positions(
    tmp_path: Path,
) -> None:
    steps = (
        f"  - {CONV}}}\n"
        "  - for: {i: [5, 6]}\n"
        "    steps:\n"
        f"      - {CONV}}}\n"
        "      - for: {j: [0, 1]}\n"
        "        steps:\n"
        f"          - {CONV}}}\n"
        f"  - {CONV}, repeat: 2}}\n"
        f"  - {CONV}, name: last}}\n"
    )

    graph = graph_of(tmp_path, spec_text(steps))

    assert list(graph.nodes) == [
        "image",
        "conv2d_1",
        "conv2d_2@0",
        "conv2d_3@0@0",
        "conv2d_3@0@1",
        "conv2d_2@1",
        "conv2d_3@1@0",
        "conv2d_3@1@1",
        "conv2d_4@1",
        "conv2d_4@2",
        "last",
    ]


def test_a_block_makes_a_path_and_its_name_is_its_last_step(tmp_path: Path) -> None:
    top = (
        "blocks:\n  Pair:\n    arguments: {filters: int}\n    steps:\n"
        "      - {layer: Conv2D, name: low, filters: =filters, kernel_size: 3, padding: same}\n"
        "      - {layer: Conv2D, filters: =filters, kernel_size: 3, padding: same}\n"
    )
    steps = (
        "  - {block: Pair, name: enc@1, filters: 4}\n"
        "  - {layer: Add, name: sum, from: [enc@1.low, enc@1]}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps, top))

    assert graph.nodes["sum"].inputs == ("enc@1.low", "enc@1.conv2d_2")
    assert graph.aliases["enc@1"] == "enc@1.conv2d_2"
    assert graph.outputs == {"mask": "mask.conv2d_1"}


def test_columns_of_a_loop_are_read_in_step(tmp_path: Path) -> None:
    steps = (
        "  - for: {filters: [4, 8], kernel: [3, 5]}\n"
        "    steps:\n"
        "      - {layer: Conv2D, filters: =filters, kernel_size: =kernel}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps))

    assert [graph.nodes[f"conv2d_1@{i}"].shape for i in (0, 1)] == [(30, 30, 4), (26, 26, 8)]


def test_a_loop_variable_hides_an_outer_name_until_the_loop_ends(tmp_path: Path) -> None:
    top = "hyperparameters: {n: 2}\n"
    steps = (
        "  - for: {n: [5, 6]}\n    steps:\n"
        "      - {layer: Conv2D, filters: =n, kernel_size: 1}\n"
        "  - {layer: Conv2D, filters: =n, kernel_size: 1}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps, top))

    assert [node.shape[-1] for node in graph][1:-1] == [5, 6, 2]


def test_every_branch_starts_at_the_same_tensor_and_an_empty_one_is_identity(
    tmp_path: Path,
) -> None:
    steps = (
        "  - {layer: Conv2D, name: stem, filters: 4, kernel_size: 1}\n"
        "  - branches:\n"
        "      one: []\n"
        "      two:\n"
        "        - {layer: Conv2D, filters: =channels(prev), kernel_size: 3, padding: same}\n"
        "    merge: Add\n"
        "    name: joined\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps))

    assert graph.nodes["joined"].inputs == ("stem", "conv2d_2")
    assert graph.nodes["conv2d_2"].inputs == ("stem",)


def test_a_step_skipped_by_if_makes_nothing_and_prev_stays(tmp_path: Path) -> None:
    top = "hyperparameters: {drop: 0.0}\n"
    steps = f"  - {CONV}, name: a}}\n  - {{layer: Dropout, rate: =drop, if: =drop > 0}}\n" + HEAD

    without = graph_of(tmp_path, spec_text(steps, top))
    with_dropout = graph_of(tmp_path, spec_text(steps, top), given={"drop": 0.5})

    assert "dropout_1" not in without.nodes
    assert without.nodes["mask.conv2d_1"].inputs == ("a",)
    assert with_dropout.nodes["mask.conv2d_1"].inputs == ("dropout_1",)


def test_two_steps_with_opposite_conditions_may_carry_one_name(tmp_path: Path) -> None:
    top = "hyperparameters: {wide: false}\n"
    steps = (
        "  - if: =wide\n    steps:\n"
        "      - {layer: Conv2D, name: x, filters: 8, kernel_size: 1}\n"
        "    else:\n"
        "      - {layer: Conv2D, name: x, filters: 4, kernel_size: 1}\n"
        "  - {layer: Identity, from: x}\n" + HEAD
    )

    assert graph_of(tmp_path, spec_text(steps, top)).nodes["x"].shape[-1] == 4
    assert graph_of(tmp_path, spec_text(steps, top), given={"wide": True}).nodes["x"].shape[-1] == 8


def test_reading_a_skipped_step_says_that_it_was_skipped(tmp_path: Path) -> None:
    top = "hyperparameters: {wide: false}\n"
    steps = (
        "  - {layer: Conv2D, name: x, filters: 8, kernel_size: 1, if: =wide}\n"
        "  - {layer: Identity, from: x}\n" + HEAD
    )

    (problem,) = problems_of(tmp_path, spec_text(steps, top))

    assert problem.code == "AF112"
    assert "skipped by `if:`" in problem.message


def test_repeat_chains_copies_with_weights_of_their_own(tmp_path: Path) -> None:
    steps = f"  - {CONV}, name: conv, repeat: 3}}\n" + HEAD

    graph = graph_of(tmp_path, spec_text(steps))

    assert [graph.nodes[f"conv@{i}"].inputs for i in (1, 2, 3)] == [
        ("image",),
        ("conv@1",),
        ("conv@2",),
    ]
    assert graph.nodes["mask.conv2d_1"].inputs == ("conv@3",)
    assert all(graph.nodes[f"conv@{i}"].shares is None for i in (1, 2, 3))


def test_repeat_zero_and_a_loop_without_turns_pass_their_input_on_under_their_name(
    tmp_path: Path,
) -> None:
    steps = (
        f"  - {CONV}, name: a}}\n"
        f"  - {CONV}, name: none, repeat: 0}}\n"
        "  - for: {i: []}\n    name: empty\n    steps:\n      - {layer: Identity}\n"
        "  - {layer: Add, name: sum, from: [none, empty]}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps))

    assert graph.nodes["sum"].inputs == ("a", "a")


def test_a_star_reads_the_members_made_before_this_point_in_the_order_made(
    tmp_path: Path,
) -> None:
    steps = (
        "  - for: {i: [2, 0, 1]}\n    steps:\n"
        "      - {layer: Conv2D, name: x@i, from: image, filters: =i + 1, kernel_size: 1}\n"
        "  - {layer: Concatenate, name: all, from: [x@*]}\n"
        "  - {layer: Conv2D, name: x@9, filters: 1, kernel_size: 1}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps))

    assert graph.nodes["all"].inputs == ("x@2", "x@0", "x@1")


def test_members_of_a_family_of_families_are_those_one_level_below(tmp_path: Path) -> None:
    steps = (
        "  - {layer: Conv2D, name: x@0@0, from: image, filters: 1, kernel_size: 1}\n"
        "  - {layer: Conv2D, name: x@0@1, from: image, filters: 1, kernel_size: 1}\n"
        "  - {layer: Conv2D, name: x@1@0, from: image, filters: 1, kernel_size: 1}\n"
        "  - {layer: Concatenate, name: a, from: [x@0@*]}\n"
        "  - {layer: Concatenate, name: b, from: [a, x@1@*]}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps))

    assert graph.nodes["a"].inputs == ("x@0@0", "x@0@1")
    assert graph.nodes["b"].inputs == ("a", "x@1@0")


def test_the_member_before_the_first_is_an_error_and_never_the_last(tmp_path: Path) -> None:
    steps = (
        "  - for: {i: [0, 1]}\n    steps:\n"
        f"      - {CONV}, name: x@i}}\n"
        "      - {layer: Add, from: [prev, x@(i-1)]}\n" + HEAD
    )

    problems = problems_of(tmp_path, spec_text(steps))

    assert problems[0].code == "AF125"
    assert "not -1" in problems[0].message
    assert problems[0].trail == ("the loop with i = 0",)


def test_a_sum_after_at_without_brackets_is_told_where_brackets_go(tmp_path: Path) -> None:
    steps = f"  - for: {{i: [1]}}\n    steps:\n      - {CONV}, name: x@i-1}}\n" + HEAD

    problems = problems_of(tmp_path, spec_text(steps))

    assert problems[0].code == "AF111"
    assert "x@(i-1)" in problems[0].fix


def test_outputs_may_name_a_whole_family(tmp_path: Path) -> None:
    steps = (
        "  - for: {i: [1, 2]}\n    steps:\n"
        f"      - {CONV}}}\n"
        "      - {block: segmentation_head, name: mask@i, classes: 1}\n"
    )

    graph = graph_of(tmp_path, spec_text(steps, "outputs: [mask@*]\n"))

    assert graph.outputs == {"mask@1": "mask@1.conv2d_1", "mask@2": "mask@2.conv2d_1"}


MASKS = (
    "  - for: {j: [1, 2]}\n    steps:\n"
    "      - {block: segmentation_head, name: mask@j, from: image, classes: 1}\n"
)


def test_outputs_may_say_what_their_losses_count(tmp_path: Path) -> None:
    top = "hyperparameters: {low: 0.25}\noutputs: {mask@2: 1, mask@1: =low}\n"

    graph = graph_of(tmp_path, spec_text(MASKS, top))

    assert list(graph.outputs) == ["mask@2", "mask@1"]
    assert graph.loss_weights == {"mask@2": 1.0, "mask@1": 0.25}


def test_every_member_of_a_family_has_its_weight(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, spec_text(MASKS, "outputs: {mask@*: 0.5}\n"))

    assert graph.loss_weights == {"mask@1": 0.5, "mask@2": 0.5}


@pytest.mark.parametrize("weight", ["=0 - 1", "='much'"])
def test_a_loss_cannot_count_less_than_nothing(weight: str, tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, spec_text(MASKS, f'outputs: {{mask@*: "{weight}"}}\n'))

    assert problem.code == "AF105"
    assert "the weight of the loss of 'mask@*' cannot be" in problem.message
    assert problem.mark is not None
    assert problem.mark.line == 4


def test_an_expansion_without_end_is_stopped_and_said_in_one_line(tmp_path: Path) -> None:
    for repeat in ("=10**9", "=10**12"):
        steps = f"  - {CONV}, repeat: {repeat}}}\n" + HEAD

        (problem,) = problems_of(tmp_path, spec_text(steps))

        assert problem.code == "AF130"
        assert f"{MAX_NODES} nodes" in problem.message


def test_loops_in_loops_that_make_nothing_are_stopped_too(tmp_path: Path) -> None:
    steps = (
        "  - for: {i: =range(5000)}\n    steps:\n"
        "      - for: {j: =range(5000)}\n        steps:\n"
        "          - {layer: Identity, if: false}\n" + HEAD
    )

    (problem,) = problems_of(tmp_path, spec_text(steps))

    assert problem.code == "AF130"


def test_what_hangs_on_a_bad_step_stays_silent_and_the_rest_is_still_checked(
    tmp_path: Path,
) -> None:
    steps = (
        "  - {layer: Conv2D, name: bad, filters: 4, kernel_size: 99}\n"
        "  - {layer: Conv2D, name: after, filters: =channels(bad), kernel_size: 1}\n"
        "  - {layer: Conv2D, name: other, from: image, filters: 4, kernel_size: 98}\n"
        "  - {layer: Add, from: [after, other]}\n" + HEAD
    )

    problems = problems_of(tmp_path, spec_text(steps))

    assert [(problem.code, problem.mark.line if problem.mark else 0) for problem in problems] == [
        ("AF203", 6),
        ("AF203", 8),
    ]


def test_inside_blocks_and_loops_the_trail_says_how_the_place_was_reached(tmp_path: Path) -> None:
    top = "blocks:\n  Deep:\n    steps:\n      - {layer: Conv2D, filters: 4, kernel_size: 99}\n"
    steps = "  - for: {i: [3]}\n    steps:\n      - {block: Deep}\n" + HEAD

    (problem,) = problems_of(tmp_path, spec_text(steps, top))

    assert problem.trail == ("Deep (line 6), used at line 12 with i = 3",)
