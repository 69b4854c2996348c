"""Finding specs by name, and the way from text to a checked graph."""

from pathlib import Path

import pytest

import archforge
from archforge.catalog import check, named, read_architecture, shipped, summary
from archforge.errors import ProblemError
from tests.specs import HEAD, spec_text


def test_a_name_a_preset_and_a_path_lead_to_the_same_spec() -> None:
    by_name = read_architecture("vgg")
    by_preset = read_architecture("vgg19")
    by_path = read_architecture(str(shipped()["vgg"]))

    assert by_name.text == by_preset.text == by_path.text
    assert by_preset.preset == "vgg19"
    assert by_preset.graph().hyperparameters["convs"] == [2, 2, 4, 4, 4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unet", ("unet", None)),
        ("unet:tutorial", ("unet", "tutorial")),
        ("my/unet.yaml:small", ("my/unet.yaml", "small")),
        ("my:folder/unet.yaml", ("my:folder/unet.yaml", None)),
        ("odd:name.yaml", ("odd:name.yaml", None)),
    ],
)
def test_a_preset_stands_behind_a_colon(text: str, expected: tuple[str, str | None]) -> None:
    assert named(text) == expected


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(ProblemError) as caught:
        read_architecture("unett")

    assert caught.value.problems[0].code == "AF008"
    assert "'unet'" in caught.value.problems[0].fix


def test_a_summary_says_what_list_prints() -> None:
    known = summary(shipped()["unet"])

    assert (known.name, known.task, known.year) == ("unet", "segmentation", 2015)
    assert known.presets == ("paper", "tutorial", "small")


def test_a_presets_name_that_several_have_is_answered_with_every_one_of_them() -> None:
    with pytest.raises(ProblemError) as caught:
        read_architecture("small")

    (problem,) = caught.value.problems
    having = [name for name in shipped() if name not in {"inception_v3", "inception_v4"}]
    assert problem.code == "AF008"
    assert problem.message == f"'small' is a preset of several architectures: {', '.join(having)}"
    assert "unet_vgg19" in having  # it has the preset of its parent
    assert problem.fix == "name the architecture: `alexnet --preset small`"


def test_expectations_are_proven_only_where_the_spec_builds(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text(spec_text(HEAD, "expect:\n  - {parameters: 3}\n"))

    with pytest.raises(ProblemError) as caught:
        check(str(file))

    (problem,) = caught.value.problems
    assert problem.code == "AF306"
    assert problem.message == "parameters is 2, the file expects 3"


def test_the_library_is_one_line_for_each_thing() -> None:
    graph = archforge.load("unet", preset="tutorial", depth=3)

    assert graph.hyperparameters["depth"] == 3
    assert graph.outputs == {"mask": "mask.conv2d_1"}


@pytest.mark.keras
def test_a_model_is_built_from_python_as_often_as_one_likes() -> None:
    graph = archforge.load("lenet5")

    counts = [archforge.build_model(graph).count_params() for _ in range(2)]

    assert counts == [61_706, 61_706]
