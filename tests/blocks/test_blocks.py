"""What blocks do, worked by hand; what every block owes stands in ``tests/contracts``."""

from pathlib import Path

import pytest

from archforge.blocks.heads import activation_for
from archforge.catalog import read_architecture
from archforge.errors import ProblemError
from archforge.expand import trace
from archforge.graph import Graph
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


def block_on(folder: Path, step: str, image: str = "[16, 16, 8]") -> Graph:
    """The graph of one step called ``it``."""
    text = spec_text(f"  - {{{step}, name: it}}\n", inputs=f"{{image: {image}}}")
    return graph_of(folder, text)


def kinds(graph: Graph) -> list[str]:
    return [node.kind for node in graph][1:]


def test_symmetric_padding_is_two_layers_only_where_same_would_differ(tmp_path: Path) -> None:
    conv = "block: conv_norm, filters: 2, kernel_size: 3, padding: symmetric, activation: null"

    plain = block_on(tmp_path, conv)
    strided = block_on(tmp_path, f"{conv}, strides: 2")

    assert kinds(plain) == ["Conv2D", "BatchNormalization"]
    assert plain.nodes["it.conv2d_1"].layer.written()["padding"] == "same"
    assert kinds(strided) == ["ZeroPadding2D", "Conv2D", "BatchNormalization"]
    assert vars(strided.nodes["it.zero_padding2d_1"].layer)["padding"] == ((1, 1), (1, 1))
    assert strided.node("it").shape == (8, 8, 2)


@pytest.mark.parametrize(
    ("step", "projected"),
    [
        ("block: residual, filters: 8", False),
        ("block: residual, filters: 4", True),
        ("block: residual, filters: 8, strides: 2", True),
        ("block: bottleneck, filters: 2", False),
        ("block: bottleneck, filters: 2, strides: [2, 1]", True),
    ],
)
def test_a_shortcut_comes_first_and_is_projected_where_the_shape_changes(
    step: str, projected: bool, tmp_path: Path
) -> None:
    graph = block_on(tmp_path, step)

    shortcut, branch = graph.nodes["it.add_1"].inputs
    assert (shortcut != "image") == projected
    assert graph.nodes[branch].kind == "BatchNormalization"
    assert kinds(graph)[-2:] == ["Add", "Activation"]


@pytest.mark.parametrize(("strided", "sizes"), [("1x1", [8, 8, 8]), ("3x3", [16, 8, 8])])
def test_a_bottleneck_strides_in_its_first_or_in_its_middle_convolution(
    strided: str, sizes: list[int], tmp_path: Path
) -> None:
    step = f"block: bottleneck, filters: 2, strides: 2, strided: {strided}"

    graph = block_on(tmp_path, step)

    assert [graph.nodes[f"it.conv2d_{i}"].shape[0] for i in (1, 2, 3)] == sizes
    assert graph.node("it").shape == (8, 8, 8)


def test_squeeze_and_excitation_counts_from_the_channels_that_enter(tmp_path: Path) -> None:
    step = "block: inverted_residual, filters: 8, squeeze: 0.25, drop_rate: 0.1"

    graph = block_on(tmp_path, step)

    widths = [node.shape[-1] for node in graph if node.kind == "Conv2D"]
    assert widths == [48, 2, 48, 8]
    assert graph.nodes["it.dropout_1"].layer.written()["noise_shape"] == (None, 1, 1, 1)
    assert graph.nodes["it.add_1"].inputs == ("image", "it.dropout_1")


@pytest.mark.parametrize("given", ["filters: 4", "filters: 8, strides: 2"])
def test_an_inverted_residual_adds_nothing_where_the_shape_changes(
    given: str, tmp_path: Path
) -> None:
    graph = block_on(tmp_path, f"block: inverted_residual, {given}, expansion: 1")

    assert kinds(graph) == [
        *("DepthwiseConv2D", "BatchNormalization", "Activation"),
        *("Conv2D", "BatchNormalization"),
    ]


def test_a_block_that_asks_for_channels_refuses_open_ones_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="inverted_residual must know the channels"):
        block_on(tmp_path, "block: inverted_residual, filters: 4", "[16, 16, null]")


@pytest.mark.parametrize(
    "block", ["residual", "bottleneck", "squeeze_excite", "inverted_residual", "inception_v4_b"]
)
def test_a_block_that_asks_for_channels_is_the_same_at_every_size(
    block: str, tmp_path: Path
) -> None:
    arguments = "" if block == "inception_v4_b" else ", filters: 4"
    block_on(tmp_path, f"block: {block}{arguments}")

    traced = trace(read_architecture(str(tmp_path / "spec.yaml")).spec, None, {})

    assert traced.graph is not None
    assert traced.again
