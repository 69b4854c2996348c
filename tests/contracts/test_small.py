"""Nearly every network has a preset ``small``: one to try on images of 96 x 96 or 64 x 64 pixels.

They are there to be compared: the same image in, a mask of its size or four classes out, and costs
of one order, so that a CPU trains each in minutes.
"""

from typing import Any

import pytest

from archforge.analysis import costs
from archforge.catalog import read_architecture, shipped
from archforge.cli import PROBLEMS, run
from archforge.data import VALUES
from archforge.graph import Graph

FLAT = [
    name
    for name, path in shipped().items()
    if path.parent.name == "segmentation" and name != "unet_3d"
]
EVERY = [*FLAT, "unet_3d"]
# Those two need 75 pixels at least, and their filters are numbers of a table.
CLASSIFIERS = [
    name
    for name, path in shipped().items()
    if path.parent.name == "classification" and name not in {"inception_v3", "inception_v4"}
]
# These are written for three colours; grey images are repeated.
COLOURED = {"vgg", "efficientnet_b0", "convnext_tiny"}


def small(name: str, **given: Any) -> Graph:
    return read_architecture(name).graph("small", given)


def answers(graph: Graph) -> list[tuple[int | None, ...]]:
    return [graph.nodes[node].shape for node in graph.outputs.values()]


@pytest.mark.parametrize("name", FLAT)
def test_an_image_of_96_pixels_gives_one_mask_of_its_size(name: str) -> None:
    graph = small(name)

    assert [node.shape for node in graph.inputs.values()] == [(96, 96, 3)]
    assert answers(graph) == [(96, 96, 1)]
    assert not [node.name for node in graph if node.kind.startswith("Cropping")]


def test_a_volume_gives_one_mask_of_its_size() -> None:
    graph = small("unet_3d")

    assert [node.shape for node in graph.inputs.values()] == [(64, 64, 64, 1)]
    assert answers(graph) == [(64, 64, 64, 1)]


@pytest.mark.parametrize("name", EVERY)
def test_the_mask_of_one_class_is_a_sigmoid(name: str) -> None:
    graph = small(name)

    (mask,) = (graph.nodes[node].layer.written() for node in graph.outputs.values())

    assert graph.hyperparameters.get("classes") == 1
    assert mask["activation"] == "sigmoid"


@pytest.mark.parametrize("name", FLAT)
def test_it_costs_about_what_the_others_cost(name: str) -> None:
    total = costs(small(name))

    assert 100_000 < total.parameters.total < 2_000_000
    assert total.macs < 500_000_000


@pytest.mark.parametrize("name", [*EVERY, *CLASSIFIERS])
def test_what_it_costs_and_gives_stands_in_the_spec(name: str) -> None:
    (stated,) = (one for one in read_architecture(name).spec.expect if one.preset == "small")

    assert stated.facts.plain.keys() >= {"parameters", "macs", "outputs"}


@pytest.mark.parametrize("name", EVERY)
def test_one_size_number_of_classes_and_of_filters_goes_for_all(name: str) -> None:
    graph = small(name, size=64, classes=3, filters=8)

    (image,) = graph.inputs.values()
    assert set(image.shape[:-1]) == {64}
    assert answers(graph) == [(*image.shape[:-1], 3)]


@pytest.mark.parametrize("name", ["unet_vgg16", "unet_vgg19", "unet_resnet50", "deeplab_v3_plus"])
def test_a_narrow_encoder_does_not_start_from_imagenets_weights(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--preset", "small", "--set", "weights=imagenet", "--set", "values=caffe"]

    assert run(["check", name, *given]) == PROBLEMS

    assert "AF305 ImageNet's weights fit an encoder with 64 filters" in capsys.readouterr().out


def test_a_decoder_may_be_narrower_than_an_encoder_with_imagenets_weights() -> None:
    graph = read_architecture("unet_vgg16").graph("imagenet", {"decoder": [4, 2, 1, 0.5]})

    assert graph.nodes["up@1"].shape == (512, 512, 32)


def test_a_padded_fcn_refuses_sizes_that_would_not_come_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["check", "fcn", "--preset", "small", "--set", "size=100"]) == PROBLEMS

    assert "AF305 with `padding: same` size must be a multiple of 32" in capsys.readouterr().out


@pytest.mark.parametrize("strides", [8, 16, 32])
def test_a_padded_fcn_gives_the_size_of_its_image_at_every_stride(strides: int) -> None:
    assert answers(small("fcn", strides=strides)) == [(96, 96, 1)]


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_an_image_of_64_pixels_gives_one_of_four_classes(name: str) -> None:
    graph = small(name)

    assert [node.shape for node in graph.inputs.values()] == [(64, 64, 3)]
    assert answers(graph) == [(4,)]


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_costs_about_what_the_others_cost(name: str) -> None:
    total = costs(small(name))

    assert 100_000 < total.parameters.total < 1_000_000
    assert total.macs < 110_000_000


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_takes_grey_images_and_any_number_of_classes(name: str) -> None:
    given = {} if name in COLOURED else {"channels": 1}
    graph = small(name, classes=2, **given)

    (image,) = graph.inputs.values()
    assert image.shape == (64, 64, 3 if name in COLOURED else 1)
    assert VALUES[image.layer.written().get("values", "unit")].channels in {0, image.shape[-1]}
    assert answers(graph) == [(2,)]
