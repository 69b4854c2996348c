"""The whole-space proof against expanding every combination by force, and its words."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as cases
from hypothesis import settings
from hypothesis import strategies as st

from archforge.analysis import costs, memory
from archforge.analysis.space import Proof, proof_lines, prove, series_words
from archforge.catalog import read_architecture
from archforge.errors import ProblemError
from archforge.expand import trace
from archforge.expand.ranges import with_ranges
from tests.specs import HEAD, spec_text


def proof_of(name: str, *over: str, preset: str | None = None, **fixed: Any) -> Proof:
    read = read_architecture(name)
    spec = with_ranges(read.spec, over, fixed)
    return prove(spec, preset or read.preset, fixed, finder=read.finder)


def proof_of_text(folder: Path, text: str, *over: str, **fixed: Any) -> Proof:
    (folder / "spec.yaml").write_text(text)
    return proof_of(str(folder / "spec.yaml"), *over, **fixed)


def said(proof: Proof) -> dict[tuple[Any, ...], bool]:
    """Every combination, axes first, and whether the proof says that it builds."""
    return {
        (*part.values.values(), *size): why is None
        for part in proof.parts
        for size, why in part.sizes.items()
    }


def builds(name: str, values: dict[str, Any]) -> bool:
    try:
        # As a search expands, which looks for no remedies.
        read_architecture(name).graph(None, values, lambda key, search, default: default)
    except ProblemError:
        return False
    return True


def names(proof: Proof) -> list[str]:
    return [one.name for one in (*proof.axes, *proof.sizes)]


def test_the_unets_answer_is_that_of_building_each_of_a_sample_by_force() -> None:
    proof = proof_of("unet", "depth=1..7", "size=16..320")
    answers = said(proof)

    sample = random.Random(1).sample(sorted(answers), 250)  # noqa: S311 (a sample)

    assert proof.exact
    assert proof.total == proof.tried == 7 * 8 * 2 * 305
    assert len({answers[key] for key in sample}) == 2
    for key in sample:
        values = dict(zip(names(proof), key, strict=True))
        assert builds("unet", values) == answers[key], values


@pytest.mark.parametrize(
    ("name", "over", "count"),
    [
        ("malaria_cnn", ["size=1..40", "filters=8,16", "units=64,128"], 320),
        ("alexnet", ["size=55..75", "units=512"], 84),
        ("unet_vgg16", ["size=16..64"], 49),
    ],
)
def test_every_combination_of_a_small_space_agrees_with_expanding_it(
    name: str, over: list[str], count: int
) -> None:
    proof = proof_of(name, *over)

    answers = said(proof)

    assert proof.exact
    assert len(answers) == count
    for key, answer in answers.items():
        values = dict(zip(names(proof), key, strict=True))
        assert builds(name, values) == answer, values


STEPS = st.lists(
    st.sampled_from(
        [
            "{layer: MaxPooling2D, pool_size: 2}",
            "{layer: MaxPooling2D, pool_size: 3, strides: 2, padding: same}",
            "{layer: Conv2D, filters: =f, kernel_size: 3}",
            "{layer: Conv2D, filters: =f, kernel_size: 5, strides: 2, padding: same}",
            "{layer: UpSampling2D, size: 2}",
            "{layer: Conv2DTranspose, filters: =f, kernel_size: 2, strides: 2}",
            "{layer: Cropping2D, cropping: 2}",
            "{layer: Concatenate, from: [prev, image], align: crop}",
            "{layer: Concatenate, from: [prev, image], align: pad}",
            "{layer: Concatenate, from: [prev, image]}",
            "{layer: Add, from: [prev, prev]}",
            "{layer: Conv2D, filters: '=height(prev)', kernel_size: 1}",
            "{layer: Dropout, rate: 0.1, if: =f > 8}",
        ]
    ),
    min_size=1,
    max_size=7,
)


@settings(max_examples=60)
@cases(steps=STEPS)
def test_whatever_the_steps_the_proof_is_that_of_expanding_each_size(
    steps: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("specs")
    top = "hyperparameters: {size: 24, f: {default: 4, one_of: [4, 12]}}\n"
    body = "".join(f"  - {step}\n" for step in steps)
    text = spec_text(body + HEAD, top, "{image: [=size, =size, 1]}")
    unread = "AF309" if "=f" not in body else ""
    if unread:
        text = text.replace(", f: {default: 4, one_of: [4, 12]}", "")

    proof = proof_of_text(folder, text, "size=1..14")

    for key, answer in said(proof).items():
        values = dict(zip(names(proof), key, strict=True))
        assert builds(str(folder / "spec.yaml"), values) == answer, (text, values)


def test_what_no_shape_reads_is_not_gone_through_but_tried_at_both_ends() -> None:
    proof = proof_of("unet")

    assert names(proof) == ["depth", "filters", "padding"]
    assert [one.name for one in proof.free] == ["dropout", "values"]
    assert proof.failing == ()


def test_an_end_at_which_a_harmless_value_fails_is_told(tmp_path: Path) -> None:
    top = "hyperparameters: {rate: {default: 0.1, search: {float: [0.0, 1.0]}}}\n"
    text = spec_text("  - {layer: Dropout, rate: =rate}\n" + HEAD, top)

    proof = proof_of_text(tmp_path, text)

    assert [point for point, _ in proof.failing] == [{"rate": 1.0}]


def test_a_condition_on_a_layer_that_changes_the_shape_is_gone_through(tmp_path: Path) -> None:
    top = "hyperparameters: {deep: {default: false, one_of: [true, false]}}\n"
    steps = "  - {layer: MaxPooling2D, pool_size: 40, if: =deep}\n"

    proof = proof_of_text(tmp_path, spec_text(steps + HEAD, top))

    assert names(proof) == ["deep"]
    assert (proof.building, proof.tried) == (1, 2)


def test_a_value_that_hides_in_a_blocks_argument_is_found(tmp_path: Path) -> None:
    top = (
        "hyperparameters: {k: {default: 3, search: {int: [1, 40]}}}\n"
        "blocks:\n  Body:\n    arguments: {width: int}\n    steps:\n"
        "      - {layer: Conv2D, filters: 2, kernel_size: =width}\n"
    )

    proof = proof_of_text(tmp_path, spec_text("  - {block: Body, width: =k}\n" + HEAD, top))

    assert names(proof) == ["k"]
    assert proof.building == 32  # the image has 32 pixels


def test_a_hyperparameter_that_only_some_combinations_read_is_gone_through(tmp_path: Path) -> None:
    top = (
        "hyperparameters:\n  kind: {default: a, one_of: [a, b]}\n"
        "  size: {default: 2, search: {int: [2, 40]}}\n"
    )
    steps = (
        "  - {layer: Identity, if: =kind == 'a'}\n"
        "  - {layer: MaxPooling2D, pool_size: =size, if: =kind == 'b'}\n"
    )

    proof = proof_of_text(tmp_path, spec_text(steps + HEAD, top))

    assert sorted(names(proof)) == ["kind", "size"]
    # `a` builds whatever the size; `b` up to the 32 pixels of the image.
    assert (proof.building, proof.tried) == (39 + 31, 78)


def test_a_range_without_steps_that_shapes_read_is_sampled_and_says_so(tmp_path: Path) -> None:
    top = "hyperparameters: {share: {default: 0.5, search: {float: [0.1, 1.0]}}}\n"
    steps = "  - {layer: Conv2D, filters: =int(8 * share) + 1, kernel_size: 1}\n"
    (tmp_path / "spec.yaml").write_text(spec_text(steps + HEAD, top))
    read = read_architecture(str(tmp_path / "spec.yaml"))

    proof = prove(read.spec, seconds=0.2)

    assert not proof.exact
    assert proof.building == 5
    assert "sampled" in next(proof_lines("x", proof))


def test_a_space_too_large_is_sampled_within_its_time() -> None:
    read = read_architecture("unet")
    spec = with_ranges(read.spec, ["size=16..2000", "filters=1..64:1", "depth=1..7"], {})

    proof = prove(spec, None, {}, seconds=0.5)

    assert not proof.exact
    assert proof.seconds < 5
    assert proof.total == 1985 * 64 * 7 * 2
    for key, answer in random.Random(0).sample(sorted(said(proof).items()), 20):  # noqa: S311
        assert builds("unet", dict(zip(names(proof), key, strict=True))) == answer


def test_costs_are_those_of_the_graphs_at_the_ends() -> None:
    proof = proof_of("unet", "depth=1..3", "filters=8,16", "size=32..64", padding="same")

    for name, (low, high) in proof.costs.items():
        for extreme in (low, high):
            graph = read_architecture("unet").graph(None, {**extreme.at, "padding": "same"})
            total = costs(graph)
            expected = {
                "parameters": total.parameters.total,
                "macs": total.macs,
                "memory": memory(graph).training,
            }
            assert expected[name] == extreme.value
    assert proof.costs["parameters"][0].at["filters"] == 8
    assert proof.costs["macs"][1].at == {"depth": 3, "filters": 16, "size": 64}


def test_no_cost_of_any_combination_lies_outside_the_extremes() -> None:
    proof = proof_of("unet", "depth=1..3", "filters=8,16", "size=32..40", padding="same")

    for key in said(proof):
        values = dict(zip(names(proof), key, strict=True))
        graph = read_architecture("unet").graph(None, {**values, "padding": "same"})
        for name, value in (("macs", costs(graph).macs), ("memory", memory(graph).training)):
            low, high = proof.costs[name]
            assert low.value <= value <= high.value


def test_with_padding_to_accepted_sizes_every_size_builds(tmp_path: Path) -> None:
    text = (
        "archforge: 1\nname: child\nextends: unet\nsizes: pad\n"
        "hyperparameters: {padding: same, size: 100, filters: 4}\n"
    )

    proof = proof_of_text(tmp_path, text, "size=30..40", "depth=2..3")

    assert (proof.exact, proof.building) == (True, 22)


@pytest.mark.parametrize(
    ("taken", "words"),
    [
        (range(1, 101), "every size"),
        ([], "no size"),
        (range(64, 101, 64), "64"),
        (range(16, 101, 16), "a multiple of 16"),
        (range(32, 101, 16), "a multiple of 16 from 32 on"),
        (range(44, 101), "44 or more"),
        ([3, 13, 23, 33, 43, 53, 63, 73, 83, 93], "3, 13, 23 and so on in steps of 10"),
        ([2, 3, 4, 9, 50, 51], "2 to 4, 9, 50 to 51"),
        ([*range(1, 30, 4), 31, 57, 99], "1, 5, 9, 13, 17, 21 and 5 more stretches"),
    ],
)
def test_sizes_are_told_by_the_rule_that_holds_for_exactly_these(taken: Any, words: str) -> None:
    assert series_words(list(taken), range(1, 101)) == words


def test_what_a_depth_needs_is_said_beyond_the_sizes_that_were_asked() -> None:
    lines = list(proof_lines("unet", proof_of("unet", "depth=4..6", size=32, padding="same")))

    assert any("depth 4 or 5: builds" in line for line in lines)
    assert any("depth 6: does not build: the image needs 64 or more" in line for line in lines)


def test_a_rule_of_the_architecture_is_the_reason_and_no_size_is(tmp_path: Path) -> None:
    top = (
        "hyperparameters: {depth: {default: 4, search: {int: [4, 6]}}}\n"
        'require: [{that: =depth % 2 == 0, say: "depth must be even"}]\n'
    )
    steps = "  - {layer: Conv2D, filters: =depth, kernel_size: 1}\n"

    lines = list(proof_lines("x", proof_of_text(tmp_path, spec_text(steps + HEAD, top))))

    assert "  depth 4 or 6: builds" in lines
    assert "  depth 5: does not build: depth must be even" in lines


def test_values_that_are_not_evenly_apart_are_told_one_by_one(tmp_path: Path) -> None:
    top = "hyperparameters: {f: {default: 1, search: {choice: [1, 2, 5]}}}\n"
    steps = "  - {layer: Conv2D, filters: =f, kernel_size: 1}\n"

    head = next(proof_lines("x", proof_of_text(tmp_path, spec_text(steps + HEAD, top))))

    assert head.startswith("x over f 1, 2 or 5: 3 of 3")


def test_a_strict_merge_needs_multiples(tmp_path: Path) -> None:
    text = (
        "archforge: 1\nname: child\nextends: unet\nhyperparameters: {padding: same, size: 32}\n"
        "edit:\n  - {replace: join@i, with: [{layer: Concatenate, name: join@i, "
        "from: [prev, skip@i]}]}\n"
    )

    lines = list(proof_lines("x", proof_of_text(tmp_path, text, "depth=4..6", filters=4)))

    assert any("depth 6: does not build: the image needs a multiple of 64" in x for x in lines)


def test_a_traced_expansion_is_the_expansion() -> None:
    read = read_architecture("unet")

    traced = trace(read.spec, "tutorial", {})

    assert traced.graph is not None
    assert traced.graph.nodes == read.graph("tutorial").nodes
    assert traced.again
    assert traced.reads.inputs == {"size", "channels"}


def test_choices_are_told_as_a_spec_writes_them(tmp_path: Path) -> None:
    top = "hyperparameters: {wide: {default: false, one_of: [false, true]}}\n"
    step = "  - {layer: Conv2D, filters: =2 if wide else 1, kernel_size: 1}\n"
    lines = list(proof_lines("example", proof_of_text(tmp_path, spec_text(step + HEAD, top))))

    assert "wide false or true" in lines[0]
