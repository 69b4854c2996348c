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
    assert known["vgg"]["presets"] == ["vgg11", "vgg13", "vgg16", "vgg19"]
