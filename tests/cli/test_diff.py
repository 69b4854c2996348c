"""``archforge diff``: short enough to read, the same facts as JSON, a picture of both."""

import json
from pathlib import Path

import pytest

from archforge.catalog import shipped
from archforge.cli import OK, PROBLEMS, USAGE, run


def lines(words: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert run(["diff", *words]) == OK
    return capsys.readouterr().out.splitlines()


def test_two_presets_are_named_behind_a_colon(capsys: pytest.CaptureFixture[str]) -> None:
    shown = lines(["vgg:vgg16", "vgg19"], capsys)

    assert shown[:2] == ["vgg:vgg16 -> vgg19", "  not the same network"]
    assert shown[2].split() == [
        "parameters",
        "138,357,544",
        "->",
        "143,667,240",
        "+5,309,696",
        "(+3.8",
        "%)",
    ]
    assert "+ only in B" in shown
    assert "    3 Conv2D (conv@3@4, conv@4@4, conv@5@4)" in shown


def test_equal_changes_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    shown = lines(["unet:tutorial", "unet:tutorial", "--set-b", "filters=32"], capsys)

    assert (
        "    4 Conv2D (skip@0.conv2d_1, skip@0.conv2d_2, decode@0.conv2d_1, decode@0.conv2d_2): "
        "filters 16 -> 32"
    ) in shown
    assert len(shown) < 25


def test_a_block_that_is_gone_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    shown = lines(["unet:tutorial", "unet:tutorial", "--set-b", "depth=3"], capsys)

    assert "- only in A" in shown
    assert "    skip@3 (DoubleConv, 3 nodes)" in shown
    assert "  depth               4 -> 3" in shown


def test_a_renamed_block_is_the_same_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(shipped()["unet"].read_text().replace("bridge", "middle"))

    shown = lines(["unet:tutorial", f"{file}:tutorial"], capsys)

    assert shown[1:] == [
        "  the same network",
        "= renamed, no difference",
        "    bridge -> middle (3 nodes)",
    ]


def test_long_lists_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    shown = lines(["unet:tutorial", "vgg19"], capsys)

    assert len(shown) < 80


def test_json_has_the_facts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "unet:tutorial", "unet", "--set-a", "depth=3", "--json"]) == OK

    facts = json.loads(capsys.readouterr().out)
    assert facts["same_network"] is False
    assert facts["before"] == {"name": "unet", "preset": "tutorial"}
    assert facts["hyperparameters"]["depth"] == {"before": 3, "after": 4}
    assert {"added", "removed", "changed", "renamed", "figures", "shapes"} <= set(facts)


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_a_picture_of_both_is_written(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"diff.{ending}"

    shown = lines(["vgg16", "vgg19", "-o", str(file)], capsys)

    assert shown[-1] == f"picture  {file}"
    assert file.stat().st_size > 5000


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["unet"], USAGE, "Missing argument 'B'"),
        (["unet", "vgg19", "-o", "x.bmp"], USAGE, ".svg, .png, .pdf"),
        (["unet", "vgg19", "--set-a", "depth"], USAGE, "name=value"),
        (["unet", "vgg99"], PROBLEMS, "did you mean"),
        (["unet:tutrial", "unet"], PROBLEMS, "did you mean 'tutorial'?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_compared_is_said(
    words: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["diff", *words]) == status

    assert said in capsys.readouterr().err


def test_the_readme_shows_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (Path(__file__).parent.parent.parent / "README.md").read_text()

    shown = lines(["vgg16", "vgg19"], capsys)

    assert "\n".join(["$ archforge diff vgg16 vgg19", *shown, "```"]) in readme
