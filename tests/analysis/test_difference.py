"""What two networks do not share: what a person changed, and not what follows from it."""

from dataclasses import replace
from pathlib import Path
from time import perf_counter

from archforge.analysis.difference import Changed, Difference, difference
from archforge.analysis.draw import compose_difference, write_svg
from archforge.analysis.draw.scene import Text, flat
from archforge.catalog import read_architecture
from archforge.graph import Graph, Input, Node
from archforge.layers import LAYERS
from tests.specs import HEAD, graph_of, spec_text

CONV = "  - {layer: Conv2D, %sfilters: %d, kernel_size: 3, padding: same}\n"
BLOCK = """blocks:
  Two:
    arguments: {filters: int}
    steps:
      - {layer: Conv2D, filters: =filters, kernel_size: 3, padding: same}
      - {layer: BatchNormalization}
"""


def between(tmp_path: Path, first: str, second: str, top: str = "") -> Difference:
    one = graph_of(tmp_path, spec_text(first + HEAD, top))
    two = graph_of(tmp_path, spec_text(second + HEAD, top))
    return difference(one, two)


def said(changed: Changed) -> dict[str, tuple[str, str]]:
    return {change.what: (change.before, change.after) for change in changed.changes}


def test_a_network_does_not_differ_from_itself() -> None:
    graph = read_architecture("unet").graph("tutorial")

    found = difference(graph, graph)

    assert found.same
    assert (found.added, found.removed, found.changed, found.renamed) == ((), (), (), ())
    assert (found.shapes, found.hyperparameters) == ((), {})
    assert all(figure.before == figure.after for figure in found.figures)


def test_a_renamed_block_is_renamed_and_nothing_else(tmp_path: Path) -> None:
    block = "  - {block: Two, name: %s, filters: 4}\n"

    found = between(tmp_path, block % "a" + block % "b", block % "a" + block % "middle", BLOCK)

    assert found.same
    assert found.renamed == (
        ("b.conv2d_1", "middle.conv2d_1"),
        ("b.batch_normalization_1", "middle.batch_normalization_1"),
    )
    assert (found.added, found.removed, found.changed) == ((), (), ())


def test_a_changed_argument_is_told_with_both_values(tmp_path: Path) -> None:
    found = between(tmp_path, CONV % ("name: a, ", 2), CONV % ("name: a, ", 3))

    changed = {one.after: one for one in found.changed}
    assert not found.same
    assert said(changed["a"]) == {"filters": ("2", "3"), "shape": ("32x32x2", "32x32x3")}
    assert not changed["a"].follows
    assert set(changed) == {"a"}


def test_a_layer_put_in_front_does_not_make_all_after_it_others(tmp_path: Path) -> None:
    chain = CONV % ("", 2) + CONV % ("", 4) + CONV % ("", 8)

    found = between(tmp_path, chain, CONV % ("", 16) + chain)

    assert found.added == ("conv2d_1",)
    assert found.removed == ()
    assert found.renamed[0] == ("conv2d_1", "conv2d_2")
    assert [one.after for one in found.changed] == ["conv2d_2"]
    assert found.changed[0].follows
    assert said(found.changed[0]) == {"inputs": ("image", "conv2d_1")}


def test_what_is_taken_out_is_told_once_and_its_reader_follows(tmp_path: Path) -> None:
    a, b = CONV % ("name: a, ", 2), CONV % ("name: b, ", 2)

    found = between(tmp_path, a + "  - {layer: Dropout, name: d, rate: 0.1}\n" + b, a + b)

    assert found.removed == ("d",)
    assert [(one.after, one.follows) for one in found.changed] == [("b", True)]


JOIN = "  - {layer: Concatenate, name: j, from: [%s]}\n"


def test_operands_in_another_order_are_a_change(tmp_path: Path) -> None:
    steps = CONV % ("name: a, from: image, ", 2) + CONV % ("name: b, from: image, ", 3)

    found = between(tmp_path, steps + JOIN % "a, b", steps + JOIN % "b, a")

    assert not found.same
    assert [said(one) for one in found.changed] == [{"inputs": ("a, b", "b, a")}]
    assert not found.changed[0].follows


def test_operands_that_are_alike_have_only_changed_their_names(tmp_path: Path) -> None:
    steps = CONV % ("name: a, from: image, ", 2) + CONV % ("name: b, from: image, ", 2)

    found = between(tmp_path, steps + JOIN % "a, b", steps + JOIN % "b, a")

    assert found.same
    assert found.changed == ()
    assert set(found.renamed) == {("a", "b"), ("b", "a")}


def test_weights_that_are_shared_are_a_change(tmp_path: Path) -> None:
    a, b = CONV % ("name: a, from: image, ", 2), CONV % ("name: b, from: image, ", 2)
    share = "  - {share: a, name: b, from: image}\n"

    found = between(tmp_path, a + b + JOIN % "a, b", a + share + JOIN % "a, b")

    assert not found.same
    assert [said(one) for one in found.changed] == [{"weights of": ("its own", "a")}]


def test_another_class_under_the_same_name_is_a_change(tmp_path: Path) -> None:
    pool = "  - {layer: %s, name: p, pool_size: 1}\n"

    found = between(tmp_path, pool % "MaxPooling2D", pool % "AveragePooling2D")

    assert [said(one) for one in found.changed] == [{"layer": ("MaxPooling2D", "AveragePooling2D")}]


def test_the_paper_of_vgg_s_two_best_networks_differ_by_three_convolutions() -> None:
    vgg16, vgg19 = (read_architecture(name).graph() for name in ("vgg16", "vgg19"))

    found = difference(vgg16, vgg19)

    assert found.added == ("conv@3@4", "conv@4@4", "conv@5@4")
    assert found.removed == ()
    assert all(one.follows for one in found.changed)
    figures = {one.name: one for one in found.figures}
    # Simonyan and Zisserman 2014, table 2: 138 and 144 million parameters.
    assert figures["parameters"].after - figures["parameters"].before == 5_309_696
    percent = figures["parameters"].percent
    assert percent is not None
    assert round(percent, 1) == 3.8
    assert found.hyperparameters == {"convs": ([2, 2, 3, 3, 3], [2, 2, 4, 4, 4])}


def test_other_inputs_and_outputs_are_told(tmp_path: Path) -> None:
    one = graph_of(tmp_path, spec_text(HEAD))
    two = graph_of(tmp_path, spec_text(HEAD, inputs="{photo: [64, 64, 1]}"))

    shapes = difference(one, two).shapes

    assert [(change.what, change.before, change.after) for change in shapes] == [
        ("input", "image 32x32x1", "photo 64x64x1"),
        ("output", "mask 32x32x1", "mask 64x64x1"),
    ]


def test_facts_are_plain_and_whole() -> None:
    vgg16, vgg19 = (read_architecture(name).graph() for name in ("vgg16", "vgg19"))

    facts = difference(vgg16, vgg19).facts()

    assert facts["same_network"] is False
    assert facts["figures"]["parameters"] == {
        "before": 138_357_544,
        "after": 143_667_240,
        "difference": 5_309_696,
        "percent": 3.84,
    }
    assert facts["added"][0] == {"name": "conv@3@4", "layer": "Conv2D", "shape": [56, 56, 256]}


def test_the_picture_marks_what_differs_by_signs() -> None:
    graph = read_architecture("unet")
    found = difference(graph.graph("tutorial"), graph.graph("tutorial", {"depth": 3}))

    scene = compose_difference(found)

    signs = [i.text for i in flat(scene.items) if isinstance(i, Text) and i.style == "sign"]
    # Five boxes of the lowest level are gone, the bridge changed; and each legend has its signs.
    assert signs.count("\N{MINUS SIGN}") == 5 + 1
    assert signs.count("~") == 2 + 2
    assert "skip@3 (DoubleConv) 16" in scene.description
    assert ", removed" in scene.description
    assert write_svg(scene).count("<svg") == 1


def test_receptive_fields_are_compared_along_the_axes_that_both_have(tmp_path: Path) -> None:
    steps = "  - {layer: Conv3D, filters: 1, kernel_size: [1, 3, 5], padding: same}\n"
    volume = graph_of(tmp_path, spec_text(steps, inputs="{image: [8, 8, 8, 1]}"))
    plain = graph_of(tmp_path, spec_text(steps.replace("3D", "2D").replace("1, 3, 5", "7, 7")))

    fields = [
        (figure.name, figure.before, figure.after)
        for figure in difference(volume, plain).figures
        if "receptive" in figure.name
    ]

    assert fields == [
        ("receptive field of conv2d_1, height", 3, 7),
        ("receptive field of conv2d_1, width", 5, 7),
    ]


def test_two_small_pictures_stand_beside_each_other_and_two_wide_ones_do_not() -> None:
    small = read_architecture("lenet5").graph()
    wide = read_architecture("unet").graph()

    assert compose_difference(difference(small, small)).width > 2000
    assert compose_difference(difference(wide, wide)).height > 1000


def test_long_networks_without_a_common_name_are_compared_in_seconds() -> None:
    one, two = chain("a", 5000), chain("b", 5001)

    begin = perf_counter()
    found = difference(one, two)

    assert perf_counter() - begin < 10
    assert len(found.added) == 1
    assert not found.removed


def chain(name: str, length: int) -> Graph:
    nodes = {"image": Node("image", Input(declared=(8, 8, 3)), (), (8, 8, 3))}
    before = "image"
    for index in range(length):
        layer = LAYERS["Dropout"].of({"rate": (index % 7) / 10})
        own = f"{name}{index}"
        nodes[own] = Node(own, layer, (before,), (8, 8, 3))
        before = own
    return replace(Graph("chain", "segmentation", nodes, {"end": before}))
