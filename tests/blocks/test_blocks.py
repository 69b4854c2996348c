"""What blocks do, worked by hand; what every block owes stands in ``tests/contracts``."""

from pathlib import Path

import pytest

from archforge.blocks.heads import activation_for
from tests.specs import graph_of, spec_text


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
