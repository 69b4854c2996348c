"""What does not fit is told before Keras is imported."""

import pytest

from archforge.catalog import read_architecture
from archforge.errors import ProblemError
from archforge.expand import expand
from archforge.graph import Graph
from archforge.spec import parse_spec, read_text
from archforge.train import check_fits

SPEC = """
archforge: 1
name: small
task: %s
inputs: {%s}
graph:
%s
"""
IMAGE = "image: [8, 8, 1]"


def graph_of(steps: str, inputs: str = IMAGE, task: str = "segmentation") -> Graph:
    text = SPEC % (task, inputs, steps)
    return expand(parse_spec(read_text(text, "small.yaml"), "small.yaml"))


def refused(graph: Graph, classes: int, task: str = "segmentation") -> list[tuple[str, str]]:
    with pytest.raises(ProblemError) as caught:
        check_fits(graph, classes, task)
    return [(problem.code, problem.message) for problem in caught.value.problems]


def conv(filters: int, activation: str) -> str:
    arguments = f"filters: {filters}, kernel_size: 1, activation: {activation}"
    return f"  - {{layer: Conv2D, name: mask, {arguments}}}"


def classifier(units: int, activation: str) -> Graph:
    head = f"{{layer: Dense, name: class, units: {units}, activation: {activation}}}"
    return graph_of(f"  - {{layer: GlobalAveragePooling2D}}\n  - {head}", task="classification")


@pytest.mark.parametrize(
    ("steps", "classes"),
    [
        (conv(1, "sigmoid"), 1),
        (conv(4, "softmax"), 4),
        (conv(3, "linear") + "\n  - {layer: Softmax}", 3),
        (conv(1, "linear") + "\n  - {layer: Activation, activation: sigmoid}", 1),
        (conv(1, "sigmoid") + "\n  - {layer: Resizing, height: 6, width: 6}", 1),
    ],
)
def test_heads_that_give_probabilities_fit(steps: str, classes: int) -> None:
    check_fits(graph_of(steps), classes)


def test_a_graph_of_another_number_of_classes_is_refused() -> None:
    assert refused(read_architecture("unet").graph("tutorial"), 3) == [
        ("AF506", "the output 'mask' has 1 channels, the masks hold 3 classes")
    ]


@pytest.mark.parametrize(
    ("steps", "classes", "message"),
    [
        (conv(1, "linear"), 1, "the output 'mask' ends with linear, not sigmoid"),
        (conv(1, "softmax"), 1, "the output 'mask' ends with softmax, not sigmoid"),
        (conv(3, "sigmoid"), 3, "the output 'mask' ends with sigmoid, not softmax"),
        (
            conv(1, "sigmoid") + "\n  - {layer: BatchNormalization, name: last}",
            1,
            "the output 'last' ends with linear, not sigmoid",
        ),
        (
            "  - {layer: UpSampling2D}\n" + conv(1, "sigmoid"),
            1,
            "the output 'mask' is 16x16x1, larger than the image 8x8x1",
        ),
        (
            "  - {layer: GlobalAveragePooling2D, name: mean}",
            1,
            "the output 'mean' is 1, not a mask",
        ),
    ],
)
def test_an_output_that_is_no_mask_is_refused(steps: str, classes: int, message: str) -> None:
    assert refused(graph_of(steps), classes) == [("AF506", message)]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (
            "image: {shape: [8, 8, 1], values: imagenet}",
            "`values: imagenet` is a convention for 3 channels, the input 'image' has 1",
        ),
    ],
)
def test_an_input_that_no_image_can_have_is_refused(inputs: str, message: str) -> None:
    assert refused(graph_of(conv(1, "sigmoid"), inputs), 1) == [("AF506", message)]


def test_a_network_for_signals_is_refused_with_one_problem() -> None:
    steps = conv(1, "sigmoid").replace("2D", "1D")

    found = refused(graph_of(steps, "image: [8, 1]"), 1)

    assert found == [("AF506", "the input 'image' is 8x1, which is no image")]


def test_volumes_and_any_number_of_channels_fit() -> None:
    check_fits(graph_of(conv(1, "sigmoid").replace("2D", "3D"), "image: [8, 8, 8, 1]"), 1)
    check_fits(graph_of(conv(1, "sigmoid"), "image: [8, 8, 5]"), 1)


def test_a_network_of_the_other_task_is_refused() -> None:
    vgg, unet = read_architecture("vgg").graph("vgg11"), read_architecture("unet").graph("tutorial")

    assert refused(vgg, 1) == [
        ("AF507", "'vgg' is a network for classification, the data hold masks")
    ]
    assert refused(unet, 2, "classification") == [
        ("AF507", "'unet' is a network for segmentation, the data hold a class for each image")
    ]


@pytest.mark.parametrize(("filters", "activation"), [(1, "sigmoid"), (2, "softmax")])
def test_two_classes_of_images_may_be_one_score_or_two(filters: int, activation: str) -> None:
    check_fits(classifier(filters, activation), 2, "classification")


def test_classes_of_images_that_are_not_those_of_the_network_are_refused() -> None:
    assert refused(classifier(1, "sigmoid"), 3, "classification") == [
        ("AF506", "the output 'class' is 1, the images have 3 classes")
    ]
    assert refused(classifier(3, "sigmoid"), 3, "classification") == [
        ("AF506", "the output 'class' ends with sigmoid, not softmax")
    ]


def test_a_network_of_two_inputs_is_refused() -> None:
    graph = graph_of(
        "  - {layer: Subtract, from: [a, b]}\n" + conv(1, "sigmoid"), "a: [8, 8, 1], b: [8, 8, 1]"
    )

    assert refused(graph, 1) == [("AF507", "'small' takes 2 inputs")]
