"""``archforge list``: what there is, with what it costs."""

import json

import pytest

from archforge.catalog import shipped
from archforge.cli import OK, run
from archforge.cli.list import short


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (61_706, "61.7 k"),
        (416_520, "417 k"),
        (1_941_105, "1.94 M"),
        (25_636_712, "25.6 M"),
        (150_428_424_448, "150 G"),
        (2_000_000_000_000, "2.00 T"),
    ],
)
def test_counts_are_told_in_three_digits(number: int, text: str) -> None:
    assert short(number) == text


def test_every_architecture_has_a_line_with_its_costs_and_source(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["list", "architectures"]) == OK

    head, *lines = capsys.readouterr().out.split("\n")
    assert head.split() == ["name", "task", "year", "parameters", "MACs", "source"]
    assert [line.split()[0] for line in lines[: len(shipped())]] == list(shipped())
    (unet,) = (line for line in lines if line.startswith("unet "))
    columns = [part.strip() for part in unet.split("  ") if part]
    assert columns[:5] == ["unet", "segmentation", "2015", "31.0 M", "150 G"]
    assert "Ronneberger" in columns[5]


def test_presets_have_lines_of_their_own_below(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--presets"]) == OK

    lines = capsys.readouterr().out.split("\n")
    below = lines.index(next(line for line in lines if line.startswith("vgg ")))
    assert lines[below + 1].split() == ["vgg11", "133", "M", "7.61", "G"]


def test_json_has_exact_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--json"]) == OK

    known = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert known["lenet5"]["parameters"] == 61_706
    assert known["lenet5"]["macs"] == 416_520
    assert (known["lenet5"]["task"], known["lenet5"]["year"]) == ("classification", 1998)
    assert known["vgg"]["presets"] == ["vgg11", "vgg13", "vgg16", "vgg19", "small"]


def lines_of(kind: str, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    assert run(["list", kind]) == OK
    return {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}


def test_losses_and_augmentations_are_told_with_arguments_and_defaults(
    capsys: pytest.CaptureFixture[str],
) -> None:
    losses = lines_of("losses", capsys)
    augmentations = lines_of("augmentations", capsys)

    assert "(gamma=2, alpha, label_smoothing=0)  [Lin et al. 2017" in losses["focal"]
    assert "(shift=4, spacing=32, probability=0.1)  [Simard" in augmentations["elastic"]
    assert augmentations["light"].endswith("flips+turns+brightness+contrast")


def test_metrics_of_both_tasks_are_told_under_their_task(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["list", "metrics"]) == OK

    text = capsys.readouterr().out
    masks, images = text.split("for classification\n")
    assert masks.startswith("for segmentation\ndice ")
    assert "\npq_pooled " in masks
    assert "balanced_accuracy " in images


def test_optimizers_and_schedules_are_those_of_a_training(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert lines_of("optimizers", capsys)["adamw"].endswith("[keras.optimizers.AdamW]")
    assert "arXiv:1608.03983" in lines_of("schedules", capsys)["cosine"]


def test_json_of_a_table_has_arguments_and_task(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "losses", "--json"]) == OK
    losses = json.loads(capsys.readouterr().out)
    assert run(["list", "metrics", "--json"]) == OK
    metrics = json.loads(capsys.readouterr().out)

    (focal,) = (one for one in losses if one["name"] == "focal")
    assert focal["arguments"] == {"gamma": 2.0, "alpha": None, "label_smoothing": 0.0}
    assert {one["task"] for one in metrics} == {"segmentation", "classification"}
