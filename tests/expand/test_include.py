"""One architecture inside another: cut at a node, read inside, shared, frozen, and its refusals."""

from pathlib import Path

import pytest

from archforge.analysis import costs
from archforge.graph import Graph
from tests.specs import HEAD, graph_of, problems_of, spec_text

VGG = "architecture: vgg, preset: vgg16"
ENCODER = f"  - {{{VGG}, name: encoder, until: conv@5, hyperparameters: {{size: 32}}}}\n"
IMAGE = "{image: [32, 32, 3]}"


def kinds(graph: Graph) -> set[str]:
    return {node.kind for node in graph}


def test_an_architecture_is_cut_at_a_node_and_its_dense_layers_are_dropped(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, spec_text(ENCODER + HEAD, inputs=IMAGE))

    assert graph.nodes["encoder.conv@5@3"].shape == (2, 2, 512)
    assert "Dense" not in kinds(graph)
    assert "Flatten" not in kinds(graph)
    assert costs(graph).parameters.total == 14_714_688 + 513  # VGG16 without its top, and the head


def test_a_node_that_is_read_is_kept_though_it_comes_after_the_cut(tmp_path: Path) -> None:
    steps = (
        f"  - {{{VGG}, name: encoder, until: conv@1, hyperparameters: {{size: 32}}}}\n"
        "  - {layer: ResizeLike, from: [encoder.conv@2, encoder.conv@1]}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps, inputs=IMAGE))

    assert "encoder.conv@2@2" in graph.nodes
    assert not [name for name in graph.nodes if name.startswith("encoder.conv@3")]


def test_a_network_is_cut_at_an_image_too_small_for_its_rest(tmp_path: Path) -> None:
    # VGG pools five times: 16 pixels are too few for the whole, and enough up to its third stage.
    steps = f"  - {{{VGG}, name: encoder, until: conv@3, hyperparameters: {{size: 16}}}}\n" + HEAD

    graph = graph_of(tmp_path, spec_text(steps, inputs="{image: [16, 16, 3]}"))

    assert graph.nodes["encoder.conv@3@3"].shape == (4, 4, 256)


def test_without_a_cut_the_included_output_is_the_steps_output(tmp_path: Path) -> None:
    steps = (
        "  - {architecture: unet, preset: tutorial, name: inner, "
        "hyperparameters: {size: 32}}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps, inputs=IMAGE))

    assert graph.nodes["mask.conv2d_1"].inputs == ("inner.mask.conv2d_1",)


def test_a_preset_that_is_a_name_of_the_zoo_names_architecture_and_preset(tmp_path: Path) -> None:
    steps = ENCODER.replace(VGG, "architecture: vgg19") + HEAD

    graph = graph_of(tmp_path, spec_text(steps, inputs=IMAGE))

    assert "encoder.conv@5@4" in graph.nodes
    assert graph.included[0].preset == "vgg19"


def test_defaults_and_hyperparameters_of_the_outer_file_stay_outside(tmp_path: Path) -> None:
    top = "hyperparameters: {convs: 1}\ndefaults: {Conv2D: {use_bias: false}}\n"
    steps = ENCODER + "  - {layer: Conv2D, filters: =convs, kernel_size: 1}\n" + HEAD

    graph = graph_of(tmp_path, spec_text(steps, top, inputs=IMAGE))

    assert costs(graph).parameters.total == 14_714_688 + 512 + 2
    assert graph.hyperparameters == {"convs": 1}


def test_a_formula_gives_a_hyperparameter_and_reads_an_inner_node(tmp_path: Path) -> None:
    top = "hyperparameters: {size: 32}\n"
    steps = (
        ENCODER.replace("{size: 32}", "{size: =size}")
        + "  - {layer: Conv2D, filters: =channels(encoder.conv@2), kernel_size: 1}\n"
        + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps, top, inputs=IMAGE))

    assert graph.nodes["conv2d_1"].shape == (2, 2, 128)


def test_the_name_of_an_architecture_may_be_a_hyperparameter(tmp_path: Path) -> None:
    top = "hyperparameters: {encoder: {default: vgg16, one_of: [vgg16, vgg19]}}\n"
    text = spec_text(ENCODER.replace(VGG, "architecture: =encoder") + HEAD, top, inputs=IMAGE)

    small, large = (graph_of(tmp_path, text, given={"encoder": e}) for e in ("vgg16", "vgg19"))

    assert len(large.nodes) - len(small.nodes) == 3


def test_untrainable_keeps_every_weight_inside_and_leaves_the_rest(tmp_path: Path) -> None:
    steps = ENCODER.replace("name: encoder", "name: encoder, trainable: false") + HEAD

    counted = costs(graph_of(tmp_path, spec_text(steps, inputs=IMAGE))).parameters

    assert counted.trainable == 513
    assert counted.non_trainable == 14_714_688


def test_sharing_an_architecture_uses_its_weights_twice(tmp_path: Path) -> None:
    steps = (
        ENCODER.replace("name: encoder", "name: f_before, from: before")
        + "  - {share: f_before, name: f_after, from: after}\n"
        + "  - {layer: Subtract, from: [f_before, f_after]}\n"
        + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps, inputs="{before: [32, 32, 3], after: [32, 32, 3]}"))

    assert costs(graph).parameters.total == 14_714_688 + 513
    assert graph.nodes["f_after.conv@5@3"].shares == "f_before.conv@5@3"


def test_a_layer_read_only_in_the_shared_copy_keeps_its_weights(tmp_path: Path) -> None:
    # conv@2 is needed in the second use alone; the first use, which owned its weights, drops it.
    steps = (
        f"  - {{{VGG}, name: a, from: image, until: conv@1, hyperparameters: {{size: 32}}}}\n"
        "  - {share: a, name: b, from: image}\n"
        "  - {layer: ResizeLike, from: [b.conv@2, a]}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps, inputs=IMAGE))

    assert graph.nodes["b.conv@2@1"].shares is None
    assert graph.nodes["b.conv@2@1"].parameters.total == 73_856
    assert graph.nodes["b.conv@1@1"].shares == "a.conv@1@1"


def test_a_path_is_followed_from_the_file_that_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "stem.yaml").write_text(
        spec_text("  - {layer: Conv2D, name: low, filters: 4, kernel_size: 3}\n" + HEAD)
    )

    graph = graph_of(
        tmp_path, spec_text("  - {architecture: parts/stem.yaml, name: s, until: low}\n" + HEAD)
    )

    assert graph.nodes["s.low"].shape == (30, 30, 4)


def test_architectures_nest(tmp_path: Path) -> None:
    (tmp_path / "inner.yaml").write_text(spec_text(ENCODER + HEAD, inputs=IMAGE))

    graph = graph_of(
        tmp_path, spec_text("  - {architecture: inner.yaml, name: outer}\n" + HEAD, inputs=IMAGE)
    )

    assert "outer.encoder.conv@5@3" in graph.nodes
    assert [frame.kind for frame in graph.nodes["outer.encoder.conv@5@3"].within][:2] == [
        "architecture",
        "architecture",
    ]


@pytest.mark.parametrize(
    ("steps", "code", "words"),
    [
        (ENCODER.replace(", hyperparameters: {size: 32}", ""), "AF141", "224x224x3"),
        (ENCODER.replace("conv@5,", "conv@6,"), "AF110", "conv@6"),
        (ENCODER.replace("conv@5,", "conv@*,"), "AF111", "not a family"),
        (ENCODER.replace("size: 32", "sise: 32"), "AF301", "sise"),
        (ENCODER.replace("size: 32", "size: wide"), "AF303", "whole number"),
        (ENCODER.replace("vgg16", "vgg61"), "AF302", "vgg61"),
        (ENCODER.replace("architecture: vgg", "architecture: vg"), "AF008", "vg"),
        (ENCODER.replace("name:", "nam:"), "AF101", "nam"),
        (ENCODER.replace("until:", "weights: imagenet, until:").replace("vgg16", "vgg11"),
         "AF145", "vgg11"),
        (ENCODER.replace("until:", "weights: imagenet, until:"), "AF146", "caffe"),
        (ENCODER.replace("until:", "weights: nowhere.keras, until:"), "AF144", "nowhere.keras"),
        (ENCODER.replace("until:", "trainable: 3, until:"), "AF104", "true or false"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_include_is_said_at_its_place(
    steps: str, code: str, words: str, tmp_path: Path
) -> None:
    problems = problems_of(tmp_path, spec_text(steps + HEAD, inputs=IMAGE))

    assert [(one.code, one.mark and one.mark.line) for one in problems] == [(code, 6)]
    assert words in problems[0].message + problems[0].why


def test_the_size_that_would_fit_is_the_fix(tmp_path: Path) -> None:
    steps = ENCODER.replace(", hyperparameters: {size: 32}", "") + HEAD

    (problem,) = problems_of(tmp_path, spec_text(steps, inputs=IMAGE))

    assert problem.fix == "write `hyperparameters: {size: 32}`"


def test_a_problem_inside_says_how_it_was_reached(tmp_path: Path) -> None:
    (tmp_path / "inner.yaml").write_text(spec_text("  - {layer: Conv2D, filters: 4}\n" + HEAD))

    (problem,) = problems_of(
        tmp_path, spec_text("  - {architecture: inner.yaml, name: s}\n" + HEAD)
    )

    assert problem.mark is not None
    assert problem.mark.file.endswith("inner.yaml")
    assert "line 6" in problem.trail[-1]


def test_what_is_wrong_in_dropped_steps_is_told_when_they_are_read(tmp_path: Path) -> None:
    steps = (
        f"  - {{{VGG}, name: encoder, until: conv@3, hyperparameters: {{size: 8}}}}\n"
        "  - {layer: ResizeLike, from: [encoder.conv@5, encoder.conv@1]}\n" + HEAD
    )

    problems = problems_of(tmp_path, spec_text(steps, inputs="{image: [8, 8, 3]}"))

    assert [problem.code for problem in problems] == ["AF203"]


@pytest.mark.parametrize("way", ["include", "extend"])
def test_a_circle_of_files_is_refused_by_their_names(way: str, tmp_path: Path) -> None:
    def text(other: str) -> str:
        if way == "extend":
            return f"archforge: 1\nname: example\nextends: {other}\n"
        return spec_text(f"  - {{architecture: {other}, name: s}}\n" + HEAD)

    (tmp_path / "one.yaml").write_text(text("two.yaml"))
    (tmp_path / "two.yaml").write_text(text("spec.yaml"))

    (problem,) = problems_of(tmp_path, text("one.yaml"))

    assert problem.code == "AF140"
    assert all(name in problem.why for name in ("one.yaml", "two.yaml", "spec.yaml"))


def test_an_include_that_nothing_reads_reaches_no_output(tmp_path: Path) -> None:
    steps = ENCODER + "  - {block: segmentation_head, name: mask, from: image, classes: 1}\n"

    (problem,) = problems_of(tmp_path, spec_text(steps, inputs=IMAGE))

    assert problem.code == "AF117"
    assert "'encoder'" in problem.message


def test_an_include_skipped_by_if_does_not_exist(tmp_path: Path) -> None:
    steps = ENCODER.replace("until:", "if: false, until:") + HEAD.replace(
        "name: mask", "name: mask, from: encoder"
    )

    (problem,) = problems_of(tmp_path, spec_text(steps, inputs=IMAGE))

    assert problem.code == "AF112"


def test_a_spec_does_not_choose_what_file_is_opened(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("password: hunter2\n")

    (problem,) = problems_of(
        tmp_path, spec_text("  - {architecture: ./secret.txt, name: s}\n" + HEAD)
    )

    assert problem.code == "AF008"
    assert "hunter2" not in str(problem)


def test_other_image_sizes_are_accepted_though_the_include_declares_one(tmp_path: Path) -> None:
    from archforge.catalog import read_architecture

    file = tmp_path / "spec.yaml"
    file.write_text(spec_text(ENCODER + HEAD, inputs=IMAGE))
    found = read_architecture(str(file))

    sizes = found.sizes(found.graph())

    assert sizes["image"].minimum == (16, 16)
