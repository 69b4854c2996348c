"""What every registry block owes, and what the heads do."""

from pathlib import Path

import pytest

from archforge.blocks import BLOCKS
from archforge.blocks.heads import activation_for
from tests.specs import graph_of, spec_text

ARGUMENTS = {"segmentation_head": "classes: 2", "classification_head": "classes: 2, dropout: 0.5"}
NEEDS_TWO = [name for name, block in BLOCKS.items() if block.INPUTS == (2, 2)]


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_names_its_source_and_says_what_it_is(name: str) -> None:
    assert BLOCKS[name].SOURCE
    assert BLOCKS[name].summary().endswith(".")
    assert name == name.lower()


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_expands_under_its_own_path(name: str, tmp_path: Path) -> None:
    inputs = ", from: [pooled, image]" if name in NEEDS_TWO else ""
    arguments = f", {ARGUMENTS[name]}" if name in ARGUMENTS else ""
    steps = (
        "  - {layer: MaxPooling2D, name: pooled}\n" if name in NEEDS_TWO else ""
    ) + f"  - {{block: {name}, name: it{arguments}{inputs}}}\n"
    # A block that cuts to the smaller of two reads only the larger one's values.
    steps = steps.replace("[pooled, image]", "[image, pooled]") if name == "crop_like" else steps

    graph = graph_of(tmp_path, spec_text(steps))

    made = [node for node in graph if node.name.startswith("it.")]
    assert made
    assert all(node.within[-1].name == "it" for node in made)
    assert graph.outputs == {"it": made[-1].name}


@pytest.mark.parametrize(
    ("name", "shape"),
    [("crop_like", (16, 16, 1)), ("pad_like", (32, 32, 1)), ("resize_like", (32, 32, 1))],
)
def test_a_block_gives_the_second_inputs_size(
    name: str, shape: tuple[int, ...], tmp_path: Path
) -> None:
    order = "image, pooled" if name == "crop_like" else "pooled, image"
    steps = (
        "  - {layer: MaxPooling2D, name: pooled}\n"
        f"  - {{block: {name}, name: it, from: [{order}]}}\n"
    )

    graph = graph_of(tmp_path, spec_text(steps))

    assert graph.node("it").shape == shape


@pytest.mark.parametrize(
    ("classes", "activation", "used"),
    [
        (1, "auto", "sigmoid"),
        (2, "auto", "softmax"),
        (1, "softmax", "softmax"),
        (3, "linear", "linear"),
    ],
)
def test_one_class_is_a_yes_or_no_and_several_exclude_each_other(
    classes: int, activation: str, used: str
) -> None:
    assert activation_for(classes, activation) == used
