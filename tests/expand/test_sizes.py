"""Sizes that do not fit: what is said, what would fit, and what `align:` and `sizes: pad` do."""

from pathlib import Path

import pytest

from archforge.catalog import read_architecture
from archforge.layers import LAYERS
from tests.specs import HEAD, graph_of, problems_of, spec_text

UNET = (
    "  - for: {i: =range(depth)}\n    steps:\n"
    "      - {layer: Conv2D, name: skip@i, filters: 4, kernel_size: 3, padding: same}\n"
    "      - {layer: MaxPooling2D}\n"
    "  - for: {i: =reversed(range(depth))}\n    steps:\n"
    "      - {layer: UpSampling2D}\n"
    "      - {layer: Concatenate, name: join@i, from: [prev, skip@i]}\n" + HEAD
)
TOP = "hyperparameters: {size: 130, depth: {default: 4, min: 1}}\n"
IMAGE = "{image: [=size, =size, 1]}"


def test_a_unet_at_130_pixels_says_which_sizes_and_which_depth_would_fit(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, spec_text(UNET, TOP, IMAGE))

    assert problem.code == "AF204"
    assert problem.message == (
        "the inputs of Concatenate differ in size: prev is 64x64x12, skip@1 is 65x65x4"
    )
    assert problem.why.startswith("130 is not a multiple of 16")
    assert problem.fix == "use 128 or 144 pixels, or `align: crop` on the merge, or depth 1"
    assert problem.trail == ("the loop with i = 1",)


@pytest.mark.parametrize("size", [128, 144])
def test_the_sizes_that_are_suggested_do_build(size: int, tmp_path: Path) -> None:
    assert problems_of(tmp_path, spec_text(UNET, TOP, IMAGE), size=size) == ()


def test_accepted_sizes_are_the_multiples_of_two_to_the_depth(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text(spec_text(UNET, TOP, IMAGE))
    found = read_architecture(str(file))

    for depth in (1, 3, 4):
        sizes = found.sizes(found.graph(given={"size": 96, "depth": depth}))["image"]
        assert (sizes.minimum, sizes.step) == ((2**depth,) * 2, (2**depth,) * 2)


@pytest.mark.parametrize(("align", "size"), [("crop", 64), ("pad", 65), ("resize", 65)])
def test_align_brings_inputs_to_one_size(align: str, size: int, tmp_path: Path) -> None:
    steps = (
        "  - {layer: Conv2D, name: a, filters: 2, kernel_size: 2, strides: 1}\n"
        "  - {layer: Concatenate, name: both, from: [a, image], align: " + align + "}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps, inputs="{image: [65, 65, 1]}"))

    assert graph.nodes["both"].shape == (size, size, 3)


def test_align_does_nothing_where_sizes_agree(tmp_path: Path) -> None:
    steps = (
        "  - {layer: Conv2D, name: a, filters: 2, kernel_size: 3, padding: same}\n"
        "  - {layer: Concatenate, name: both, from: [a, image], align: crop}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps))

    assert list(graph.nodes) == ["image", "a", "both", "mask.conv2d_1"]


def test_in_all_merges_but_concatenate_a_side_of_one_is_stretched(tmp_path: Path) -> None:
    steps = (
        "  - {layer: GlobalAveragePooling2D, name: one, keepdims: true}\n"
        "  - {layer: Multiply, name: gate, from: [image, one], align: crop}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps))

    assert graph.nodes["gate"].shape == (32, 32, 1)
    assert graph.nodes["gate"].inputs == ("image", "one")


def test_sizes_pad_takes_any_size_and_gives_it_back(tmp_path: Path) -> None:
    text = spec_text(UNET, TOP + "sizes: pad\n", IMAGE)

    for size in (1, 16, 97, 130):
        graph = graph_of(tmp_path, text, given={"size": size})
        assert graph.nodes[graph.outputs["mask"]].shape == (size, size, 1)


@pytest.mark.parametrize("shape", [[97], [11, 6, 21]])
def test_signals_and_volumes_are_padded_too(shape: list[int], tmp_path: Path) -> None:
    steps = UNET.replace("2D", f"{len(shape)}D")
    top = "hyperparameters: {depth: 2}\nsizes: pad\n"

    graph = graph_of(tmp_path, spec_text(steps, top, f"{{image: {[*shape, 1]}}}"))

    padded = graph.nodes["image_padded"]
    assert padded.shape == (*(-(-side // 4) * 4 for side in shape), 1)
    assert graph.nodes[graph.outputs["mask"]].shape == (*shape, 1)


@pytest.mark.parametrize(
    ("shape", "fix"), [([10], "use 8 or 12 positions"), ([10, 10, 10], "use 8 or 12 voxels")]
)
def test_sizes_of_signals_and_volumes_are_suggested(
    shape: list[int], fix: str, tmp_path: Path
) -> None:
    steps = UNET.replace("2D", f"{len(shape)}D")

    (problem,) = problems_of(
        tmp_path, spec_text(steps, "hyperparameters: {depth: 2}\n", f"{{image: {[*shape, 1]}}}")
    )

    assert problem.fix.startswith(fix)


@pytest.mark.parametrize(("align", "size"), [("crop", 7), ("pad", 9)])
@pytest.mark.parametrize("axes", [1, 3])
def test_align_brings_signals_and_volumes_to_one_size(
    align: str, size: int, axes: int, tmp_path: Path
) -> None:
    steps = (
        f"  - {{layer: Conv{axes}D, name: a, filters: 2, kernel_size: 3}}\n"
        f"  - {{layer: Concatenate, name: both, from: [a, image], align: {align}}}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps, inputs=f"{{image: {[9] * axes + [1]}}}"))

    assert graph.nodes["both"].shape == (*[size] * axes, 3)


def test_sizes_pad_adds_no_parameters(tmp_path: Path) -> None:
    plain = graph_of(tmp_path, spec_text(UNET, TOP, IMAGE), given={"size": 128})
    padded = graph_of(tmp_path, spec_text(UNET, TOP + "sizes: pad\n", IMAGE))

    counts = [sum(node.parameters.total for node in graph) for graph in (plain, padded)]
    assert counts[0] == counts[1]
    assert isinstance(padded.nodes["image_padded"].layer, LAYERS["PadToStep"])


def test_sizes_pad_leaves_other_problems_as_they_are(tmp_path: Path) -> None:
    text = spec_text(UNET.replace("filters: 4", "filters: =0"), TOP + "sizes: pad\n", IMAGE)

    problems = problems_of(tmp_path, text)

    assert {problem.code for problem in problems} == {"AF105"}
