"""Which middle of an image an output stands for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.catalog import read_architecture
from archforge.data import centre_crop
from archforge.errors import ProblemError
from archforge.expand import expand
from archforge.graph import Graph
from archforge.predict.region import Region, at_size, find_region, main_output
from archforge.spec import parse_spec, read_text

SPEC = """
archforge: 1
name: small
task: segmentation
inputs: {image: [%s, %s, 1]}
graph:
%s
"""


def graph_of(steps: str, size: str = "32", outputs: str = "") -> Graph:
    text = SPEC % (size, size, steps) + outputs
    return expand(parse_spec(read_text(text, "small.yaml"), "small.yaml"))


def region_of(graph: Graph, size: tuple[int, int] = (32, 32)) -> Region:
    return find_region(graph, graph.outputs[main_output(graph)], size)


HEAD = "  - {block: segmentation_head, name: mask, classes: 1}"


def test_the_paper_s_network_sees_the_middle_388_of_572() -> None:
    region = region_of(read_architecture("unet").graph("paper"), (572, 572))

    assert (region.seen, region.output, region.whole) == ((388, 388), (388, 388), False)
    assert region.edges == (92, 92)
    assert region.box((572, 572)) == (slice(92, 480), slice(92, 480))
    assert region.box((1144, 286)) == (slice(184, 960), slice(46, 240))


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_the_smallest_unpadded_networks_see_what_their_output_has(depth: int) -> None:
    smallest = {1: 18, 2: 44, 3: 92, 4: 188}[depth]
    graph = read_architecture("unet").graph(None, {"depth": depth, "filters": 1, "size": smallest})

    region = region_of(graph, (smallest, smallest))

    assert region.seen == region.output


def test_a_padded_network_sees_all() -> None:
    assert region_of(read_architecture("unet").graph("tutorial"), (128, 128)).whole


def test_an_output_at_half_the_size_stands_for_the_whole_image() -> None:
    pooled = graph_of("  - {layer: MaxPooling2D, pool_size: 2}\n" + HEAD)

    region = region_of(pooled)

    assert (region.whole, region.output) == (True, (16, 16))


def test_a_stride_without_padding_loses_less_than_a_position() -> None:
    strided = graph_of("  - {layer: Conv2D, filters: 2, kernel_size: 3, strides: 2}\n" + HEAD)

    region = region_of(strided)

    assert (region.output, region.seen) == ((15, 15), (30, 30))


def test_a_network_that_comes_up_by_resizing_sees_all() -> None:
    resized = graph_of(
        "  - {layer: MaxPooling2D, pool_size: 4}\n"
        "  - {layer: UpSampling2D, size: 4, interpolation: bilinear}\n" + HEAD
    )

    assert region_of(resized).whole


def test_a_network_that_mixes_all_positions_stands_for_the_whole_image() -> None:
    dense = graph_of(
        "  - {layer: Flatten}\n  - {layer: Dense, units: 64, activation: sigmoid}\n"
        "  - {layer: Reshape, name: mask, target_shape: [8, 8, 1]}"
    )

    region = region_of(dense)

    assert (region.whole, region.output) == (True, (8, 8))


def test_an_open_size_is_that_of_the_data() -> None:
    steps = "  - {layer: Conv2D, filters: 2, kernel_size: 3}\n" + HEAD

    region = region_of(at_size(graph_of(steps, size="null"), (48, 40)), (48, 40))

    assert (region.image, region.seen, region.output) == ((48, 40), (46, 38), (46, 38))


def test_an_open_network_refuses_a_size_that_it_does_not_take() -> None:
    steps = "  - {layer: Conv2D, filters: 2, kernel_size: 9}\n" + HEAD

    with pytest.raises(ProblemError, match="AF506 the network does not take images of 8x8"):
        at_size(graph_of(steps, size="null"), (8, 8))


def test_of_several_outputs_the_last_of_the_largest_is_scored() -> None:
    graph = graph_of(
        "  - {block: segmentation_head, name: a, classes: 1}\n"
        "  - {block: segmentation_head, name: b, from: image, classes: 1}\n"
        "  - {layer: MaxPooling2D, pool_size: 2}\n"
        "  - {block: segmentation_head, name: c, classes: 1}",
        outputs="outputs: [a, b, c]\n",
    )

    assert main_output(graph) == "b"


def test_masks_are_cropped_at_the_centre() -> None:
    masks = np.arange(36, dtype=np.uint8).reshape(1, 6, 6)

    found = Region((6, 6), (3, 2), (3, 2)).masks(masks)

    assert found[0].tolist() == [[8, 9], [14, 15], [20, 21]]


def test_masks_of_a_coarse_output_take_the_nearest_pixel() -> None:
    masks = np.arange(16, dtype=np.uint8).reshape(1, 4, 4)

    found = Region((4, 4), (4, 4), (2, 2)).masks(masks)

    assert found[0].tolist() == [[5, 7], [13, 15]]


@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_the_box_at_the_network_s_own_size_is_the_crop(
    height: int, width: int, data: st.DataObject
) -> None:
    seen = data.draw(st.integers(1, height)), data.draw(st.integers(1, width))
    image = np.arange(height * width, dtype=np.uint16).reshape(height, width).astype(np.uint8)

    box = Region((height, width), seen, seen).box((height, width))

    assert np.array_equal(image[box], centre_crop(image, seen))
