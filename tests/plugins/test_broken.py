"""A plug-in that cannot be used is one clear problem that names its package (AF118)."""

import re
from pathlib import Path

import pytest

from archforge.catalog import check
from archforge.cli import PROBLEMS, run
from archforge.errors import Problem, page
from archforge.layers import PLUGINS, known_layers
from archforge.plugins import faults
from tests.plugins.packages import metadata, on_path
from tests.specs import HEAD, problems_of, spec_text

IMPORTS = """
from typing import ClassVar
from archforge.blocks import Maker, Recipe
from archforge.graph import Argument, Layer, Parameters, ShapeError, arg, record
from archforge.layers import LAYERS
"""
GOOD = '''
@record
class It(Layer):
    """Its input, as it is."""
    NAME: ClassVar[str] = "sick/It"
    KERAS: ClassVar[str] = "keras.layers:Identity"
'''
BLOCK = '''
@record
class It(Recipe):
    """Its input, as it is."""
    SOURCE: ClassVar[str] = "a test"
'''


def without(line: str, text: str = GOOD) -> str:
    return "\n".join(row for row in text.split("\n") if line not in row)


def method(code: str, text: str = GOOD) -> str:
    return f"{text}\n    {code}\n"


COOK = "def cook(self, make: Maker, inputs: list[str]) -> str:"
LAYER_FAULTS = {
    "no module": (None, "it cannot be imported, ModuleNotFoundError"),
    "raises": ("raise RuntimeError('no luck')", "it cannot be imported, RuntimeError: no luck"),
    "exits": ("import sys; sys.exit(3)", "it cannot be imported, SystemExit: 3"),
    "no such class": ("", "it cannot be imported, AttributeError"),
    "no class": ("It = 3", "3 is no subclass of archforge.graph.Layer"),
    "another class": ("class It: pass", "is no subclass of archforge.graph.Layer"),
    "a block": (method(f"{COOK} return inputs[0]", BLOCK), "no subclass of archforge.graph.Layer"),
    "no record": (without("@record"), "the class It lacks `@record`"),
    "no docstring": (without('"""'), "the class It has no docstring"),
    "no name": (without("NAME"), "must say its name: `NAME = 'sick/It'`, not ''"),
    "no Keras class": (without("KERAS"), "must say where its Keras class is"),
    "a bare field": (method("size: int = 3"), "'size' does not say what it accepts"),
    "a step key": (method("repeat: int = arg(Argument({}), 3)"), "may not be called 'repeat'"),
    "no JSON Schema": (
        method("size: int = arg(Argument({'type': 'count'}), 3)"),
        "its class is not one that archforge can read, SchemaError",
    ),
    "sides": (method("SIDES = ('size',)"), "names 'size' in SIDES or CHANNELS"),
    "inputs": (method("INPUTS = 2"), "INPUTS of the class It must be (fewest, most), not 2"),
    "sides raise": (
        method("@classmethod\n    def sides(cls): return 1 / 0"),
        "its class is not one that archforge can read, ZeroDivisionError",
    ),
    "a list is kept": (
        method("size: list = arg(Argument({}, lambda value: [value] if value < 3 else 3), 3)"),
        "its arguments cannot be read, TypeError: unhashable",
    ),
    "shape raises": (method("def shape(self, inputs): return inputs[7]"), "shape() fails, Index"),
    "shape is a list": (method("def shape(self, inputs): return [1]"), "shape() gives [1]"),
    "shape is odd": (method("def shape(self, inputs): return (8, 8, 2.5)"), "shape() gives (8"),
    "weights raise": (method("def weights(self, inputs): return 1 / 0"), "weights() fails, Zero"),
    "weights are a number": (method("def weights(self, inputs): return 3"), "weights() gives 3"),
    "an unknown code": (
        method("def shape(self, inputs): raise ShapeError('SICK1', 'no')"),
        "shape() fails with the unknown code 'SICK1'",
    ),
    "conversion raises": (
        method("size: int = arg(Argument({}, lambda value: 12 // (value - 1)), 3)"),
        "its arguments cannot be read, ZeroDivisionError",
    ),
}
BLOCK_FAULTS = {
    "a layer": (GOOD, "is no subclass of archforge.blocks.Recipe"),
    "no recipe": (BLOCK, "has no `cook` of its own"),
    "no source": (method(f"{COOK} return inputs[0]", without("SOURCE", BLOCK)), "say its source"),
    "cook raises": (method(f"{COOK} return inputs[4]", BLOCK), "cook() fails, IndexError"),
    "cook returns nothing": (method(f"{COOK} return None", BLOCK), "cook() gives None"),
    "no such node": (method(f"{COOK} return 'x'", BLOCK), "cook() gives 'x', which is no node"),
    "a layer of its own": (
        method(f"{COOK} return make.add(Own(), *inputs)", BLOCK)
        + '\n@record\nclass Own(Layer):\n    """Mine."""\n',
        "it adds a layer 'Own' that no package offers",
    ),
    "a node that is not": (
        method(f"{COOK} return make.add(LAYERS['Add'].of({{}}), 'x', 'y')", BLOCK),
        "cook() fails, KeyError",
    ),
}
CASES = [("layer", fault, *rest) for fault, rest in LAYER_FAULTS.items()]
CASES += [("block", fault, *rest) for fault, rest in BLOCK_FAULTS.items()]


def install(folder: Path, kind: str, code: str | None, module: str = "broken_sick") -> str:
    """A package `sick` whose one entry is `It`."""
    metadata(folder, "sick", {f"archforge.{kind}s": {"It": f"{module}:It"}})
    if code is not None:
        (folder / f"{module}.py").write_text(IMPORTS + code)
    return str(folder)


@pytest.mark.parametrize(("kind", "fault", "code", "message"), CASES, ids=lambda one: str(one)[:20])
def test_what_is_wrong_is_said_at_the_step_that_names_it(
    kind: str, fault: str, code: str | None, message: str, tmp_path: Path
) -> None:
    argument = ", size: 1" if fault in ("conversion raises", "a list is kept") else ""
    text = spec_text(f"  - {{{kind}: sick/It{argument}}}\n{HEAD}")

    with on_path(install(tmp_path / "site", kind, code)):
        found = problems_of(tmp_path, text)

    assert [problem.code for problem in found] == ["AF118"], found
    assert found[0].message.startswith("'sick/It' cannot be used: ")
    assert message in found[0].message
    assert "'sick'" in found[0].fix
    assert found[0].mark is not None
    assert found[0].mark.line == 6


@pytest.mark.parametrize("method_of_analysis", ["macs", "reads"])
def test_what_fails_behind_the_check_is_one_line_too(
    method_of_analysis: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = {"macs": "inputs, output", "reads": "span, axis, inputs"}[method_of_analysis]
    code = method(f"def {method_of_analysis}(self, {arguments}): raise OSError('gone')")
    file = tmp_path / "spec.yaml"
    file.write_text(spec_text(f"  - {{layer: sick/It}}\n{HEAD}"))

    with on_path(install(tmp_path / "site", "layer", code)):
        status = run(["show", str(file)])

    told = capsys.readouterr().err
    assert status == PROBLEMS
    assert f"AF118 'sick/It' cannot be used: {method_of_analysis}() fails, OSError: gone" in told
    assert "bug" not in told


KERAS_FAULTS = {
    "keras.layers:Nothing": "its Keras class 'keras.layers:Nothing' cannot be imported, Attribute",
    "broken_gone:It": "its Keras class 'broken_gone:It' cannot be imported, ModuleNotFound",
    "os:getcwd": "'os:getcwd' is no Keras layer",
    "broken_sick:Plain": 'must be registered: `@keras.saving.register_keras_serializable("sick")`',
    "broken_sick:Renamed": "'broken_sick:Renamed' is made in",
    "broken_sick:Raises": "its Keras layer cannot be made, ValueError: no",
    "broken_sick:Fails": "its Keras layer cannot be called, ZeroDivisionError",
    "keras.layers:Flatten": "its record says 32x32x1, its Keras class gives 1024",
    "keras.layers:BatchNormalization": "its record says 0 parameters, its Keras class has 4",
}
KERAS = """
import keras

class Plain(keras.layers.Layer):
    pass

Renamed = Plain

@keras.saving.register_keras_serializable("sick", name="It")
class Raises(keras.layers.Layer):
    def __init__(self, **kwargs):
        raise ValueError("no")

@keras.saving.register_keras_serializable("sick", name="It")
class Fails(keras.layers.Layer):
    def call(self, inputs):
        return 1 / 0
"""


@pytest.mark.keras
@pytest.mark.parametrize("keras_class", KERAS_FAULTS)
def test_a_keras_class_that_cannot_be_used_is_said_when_it_is_built(
    keras_class: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, site = tmp_path / "spec.yaml", tmp_path / "site"
    file.write_text(spec_text(f"  - {{layer: sick/It, name: it}}\n{HEAD}"))
    code = GOOD.replace("keras.layers:Identity", keras_class)

    with on_path(install(site, "layer", KERAS + code)):
        status = run(["build", str(file), "-o", str(tmp_path / "it.keras")])

    told = capsys.readouterr().err
    assert status == PROBLEMS
    assert KERAS_FAULTS[keras_class] in told
    assert not (tmp_path / "it.keras").exists()


def test_a_name_that_a_package_offers_twice_or_as_both_is_refused(tmp_path: Path) -> None:
    site = tmp_path / "site"
    entries = {"archforge.layers": {"It": "broken_sick:It"}}
    metadata(site, "sick", entries | {"archforge.blocks": {"It": "broken_sick:It"}})
    metadata(site, "ill", {"archforge.layers": {"It": "broken_ill:It\nIt = broken_ill:Other"}})
    steps = "  - {layer: sick/It}\n  - {layer: ill/It}\n"

    with on_path(str(site)):
        found = problems_of(tmp_path, spec_text(steps + HEAD))

    assert [problem.code for problem in found] == ["AF118", "AF118"]
    assert "a layer and a block of that name" in found[0].message
    assert "two of that name" in found[1].message


def test_list_prints_what_works_and_says_what_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with on_path(install(tmp_path / "site", "layer", "raise RuntimeError('no luck')")):
        status = run(["list", "layers"])
        schema = run(["schema", "-o", str(tmp_path / "schema.json")])
        known = known_layers()

    captured = capsys.readouterr()
    assert (status, schema) == (PROBLEMS, 0)
    assert "Conv2D" in captured.out
    assert "AF118 'sick/It' cannot be used" in captured.err
    assert "sick/It" not in known
    assert "sick/It" not in (tmp_path / "schema.json").read_text()


def test_a_broken_plug_in_that_no_spec_names_is_in_nobodys_way(tmp_path: Path) -> None:
    with on_path(install(tmp_path / "site", "layer", "raise RuntimeError('no luck')")):
        assert check("unet").outputs


@pytest.mark.parametrize("title", ["Wrong", "Right"])
def test_the_page_tells_wrong_from_right(title: str, tmp_path: Path) -> None:
    code = re.findall(rf"## {title}\n\n```python\n(.*?)```", page("AF118"), re.DOTALL)[0]
    site = tmp_path / "site"
    metadata(site, "lab", {"archforge.layers": {"Swirl": "broken_lab:Swirl"}})
    (site / "broken_lab.py").write_text(code)

    with on_path(str(site)):
        found: list[Problem] = faults(PLUGINS)

    assert [problem.code for problem in found] == (["AF118"] if title == "Wrong" else [])
