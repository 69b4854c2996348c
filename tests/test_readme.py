"""The README is true where a test can tell."""

import re
from pathlib import Path

import pytest

from archforge.catalog import check
from archforge.cli import COMMANDS

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text()


YAML = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)

# A step on its own stands in the README without the file around it.
AROUND = """\
archforge: 1
name: around
task: segmentation
hyperparameters: {size: 64}
inputs: {image: {shape: [=size, =size, 3], values: caffe}}
graph:
"""
HEAD = "  - {block: segmentation_head, name: mask, classes: 1}\n"


@pytest.mark.parametrize("text", YAML, ids=range(len(YAML)))
def test_every_yaml_is_a_spec_without_a_problem(text: str, tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text(text if "archforge: 1" in text else f"{AROUND}{text}{HEAD}")

    graph = check(str(file))

    assert graph.outputs == {"mask": "mask.conv2d_1"}


@pytest.mark.parametrize(
    "word", re.findall(r"archforge (\w+)", " ".join(re.findall(r"`([^`]*)`", TEXT)))
)
def test_every_command_that_is_named_exists(word: str) -> None:
    assert word in COMMANDS


def test_every_room_is_on_the_map_and_every_room_of_the_map_exists() -> None:
    rooms = {path.name for path in (ROOT / "archforge").iterdir() if path.is_dir()} - {
        "__pycache__"
    }
    files = {"files"}
    table = TEXT.split("## The rooms")[1].split("Imports go down only")[0]
    named = {
        name
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }

    assert named == rooms | files


def test_nothing_is_left_to_fill_in() -> None:
    assert "@@" not in TEXT


def test_both_commands_for_a_fresh_machine_exist() -> None:
    rules = (ROOT / "Makefile").read_text()

    for rule in ("demo", "test", "test-slow", "soak", "bench"):
        assert re.search(rf"^{rule}:", rules, re.MULTILINE)
        assert f"make {rule}" in TEXT
