"""Completion, in whole text and in half-written text."""

import pytest

from archforge.blocks import BLOCKS
from archforge.layers import LAYERS
from archforge.studio.completing import completions
from archforge.studio.opened import Opened
from archforge.studio.texts import Text
from tests.studio.files import at_cursor, opened

FILE = """\
archforge: 1
name: example
task: segmentation
hyperparameters:
  filters: 8
  depth: {default: 2, min: 1}
presets:
  small: {filters: 4}
inputs: {image: [32, 32, 1]}
blocks:
  Pair:
    arguments: {width: int}
    steps:
      - {layer: Conv2D, name: first, filters: =width, kernel_size: 1}
      - {layer: Conv2D, filters: =@1, kernel_size: 1}
graph:
  - {block: Pair, name: two, width: =filters}
  - for: {i: =range(depth)}
    steps:
      - {layer: Conv2D, name: x@i, filters: =filters, kernel_size: 1}
@2
  - {block: segmentation_head, name: mask, classes: 1}
"""


def labels(text: str, file: Opened | None = None) -> list[str]:
    whole, offset = at_cursor(text)
    asked = file or opened(FILE.replace("@1", "width").replace("@2\n", ""))
    asked.change(Text(whole))
    return [item.label for item in completions(asked, offset)]


def in_block(words: str) -> list[str]:
    return labels(FILE.replace("@1", words).replace("@2\n", ""))


def in_graph(words: str) -> list[str]:
    return labels(FILE.replace("@1", "width").replace("@2", words))


@pytest.mark.parametrize("close", ["", "}", ", name: y}"])
def test_every_layer_comes_after_layer(close: str) -> None:
    assert in_graph(f"  - {{layer: |{close}") == list(LAYERS)


def test_own_blocks_come_before_those_of_the_registry() -> None:
    assert in_graph("  - {block: |") == ["Pair", *BLOCKS]


def test_nodes_come_after_from_the_last_first_and_later_ones_not() -> None:
    assert in_graph("  - {layer: Add, from: [|") == ["prev", "x@i", "two", "image"]
    assert in_graph("  - {share: |}") == ["prev", "x@i", "two", "image"]
    assert in_graph("  - layer: Add\n    from:\n      - |") == ["prev", "x@i", "two", "image"]


def test_nodes_inside_a_block_come_after_its_dot() -> None:
    assert in_graph("  - {layer: Add, from: [prev, two.|") == ["two.first"]


def test_a_block_sees_its_own_names_only() -> None:
    assert in_block("|")[:2] == ["width", "abs"]
    assert in_block("channels(|")[:3] == ["prev", "input", "first"]


def test_a_formula_sees_loop_variables_then_hyperparameters_then_functions() -> None:
    found = in_graph("  - for: {j: [1]}\n    steps:\n      - {layer: Dense, units: =|")

    assert found[:3] == ["j", "filters", "depth"]
    assert {"min", "range", "channels"} <= set(found)


def test_arguments_come_with_what_must_be_given_first_and_without_what_is_there() -> None:
    found = in_graph("  - {layer: Conv2D, padding: same, |")

    assert found[:2] == ["kernel_size", "filters"]
    assert "padding" not in found
    assert {"name", "from", "if", "repeat"} <= set(found)


def test_arguments_of_an_own_block() -> None:
    assert in_graph("  - {block: Pair, |")[0] == "width"


def test_a_step_in_block_style_knows_the_keys_after_the_cursor() -> None:
    found = in_graph("  - layer: Conv2D\n    |\n    filters: 3")

    assert found[0] == "kernel_size"
    assert "filters" not in found


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("  - {layer: Conv2D, padding: |", ["valid", "same"]),
        ("  - {layer: Conv2D, use_bias: |", ["true", "false"]),
        ("  - {layer: Conv2D, kernel_initializer: he|", ["glorot_normal", "GlorotNormal"]),
        ("  - {layer: Add, from: [prev], align: |", ["strict", "crop", "pad", "resize"]),
        ("  - {layer: Add, |", ["trainable", "dtype"]),
        ("  - |", ["layer", "block"]),
        ("  - {for: {i: [1]}, |", ["name", "from"]),
        ("  - {branches: {a: []}, merge: |", ["Add", "Average"]),
        ("  - {branches: {a: [{layer: |", ["Conv1D", "Conv1DTranspose"]),
        ("  - {architecture: |", ["alexnet"]),
        ("expect:\n  - {preset: |", ["small"]),
        ("expect:\n  - {hyperparameters: {|", ["filters", "depth"]),
        ("outputs: [|", ["prev", "x@i"]),
        ("defaults: {|", ["Pair", "Conv1D"]),
        ("defaults:\n  Conv2D: {|", ["kernel_size", "filters"]),
        ("defaults:\n  Pair:\n    |", ["width"]),
        ("presets:\n  large: {|", ["filters", "depth"]),
        ("hyperparameters: {rate: {|", ["default", "min"]),
        ("sizes: |", ["exact", "pad"]),
        ("|", ["kind", "title"]),
    ],
)
def test_what_may_stand_there(words: str, first: list[str]) -> None:
    assert in_graph(words)[: len(first)] == first


def test_a_word_that_is_begun_is_replaced_whole() -> None:
    whole, offset = at_cursor("graph:\n  - {layer: Conv2D, filters: =fi|")
    (item,) = [one for one in completions(Opened("x", Text(whole)), offset) if one.label == "int"]

    assert item.text_edit is not None
    assert item.text_edit.new_text == "int("
    start = item.text_edit.range.start  # type: ignore[union-attr]  # we send no InsertReplaceEdit
    assert start.character == whole.split("\n")[1].index("=fi") + 1
