"""The form of a file: slips that are valid YAML, wording, agreement with the editors' schema."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from archforge.blocks import BLOCKS
from archforge.catalog import shipped
from archforge.layers import LAYERS
from archforge.schema import check_form, language_schema
from archforge.spec import read_text
from archforge.spec.steps import ALIGN_KEYS, CALL_KEYS, STEP_KINDS
from tests.specs import HEAD, problems_of, spec_text

SCHEMA = Draft7Validator(language_schema())
CONV = "{layer: Conv2D, filters: 4, kernel_size: 3, padding: same"


@pytest.mark.parametrize(
    ("step", "code", "fix"),
    [
        ('{layer: Conv2D, filters: =min(512, 4), kernel_size: 3}', "AF108", '"=min(512, 4)"'),
        ("{layer: Conv2D, filters: =[1, 2][0], kernel_size: 3}", "AF002", "quote a formula"),
        ("{layer: Conv2D, filters:=4, kernel_size: 3}", "AF107", "`filters: =4`"),
        ("{for: {i: =range(0, 2)}, steps: []}", "AF108", '"=range(0, 2)"'),
        ("{architecture: vgg, hyperparameters: {size: =max(32, 64)}}", "AF108", '"=max(32, 64)"'),
        ("{architecture: vgg, preset:vgg16}", "AF107", "`preset: vgg16`"),
        ("{share: a, from: prev, skip@1}", "AF109", "`from: [prev, skip@1]`"),
        ("{layer: Add, from: prev, image}", "AF109", "`from: [prev, image]`"),
        ("{layer: Add, from: prev, skip@0}", "AF109", "`from: [prev, skip@0]`"),
        ("{layer: Conv2D, filter: 4, kernel_size: 3}", "AF101", "'filters'"),
        ("{layer: Conv2D, filters: 4.0, kernel_size: 3}", "AF104", "`//`"),
        ("{layer: Conv2D, filters: four, kernel_size: 3}", "AF104", "`=four`"),
        ("{layer: Conv2D, filters: 4, kernel_size: 3, padding: sam}", "AF105", "'same'"),
        ("{layer: Conv2D, filters: 4, kernel_size: 3, activation: rellu}", "AF105", "'relu'"),
        ("{layer: Conv2D, filters: 4, kernel_size: 3, kernel_regularizer: {L2: {l3: 1}}}",
         "AF101", "l2"),
        ("{layer: Conv2D, filters: 4, kernel_size: 3, kernel_regularizer: {L3: {}}}",
         "AF101", "use one of: L1"),
        ("{layer: Dropout, rate: 1.0}", "AF105", ""),
        ("{layer: segmentation_head, classes: 1}", "AF103", "block: segmentation_head"),
        ("{block: Conv2D, filters: 4, kernel_size: 3}", "AF103", "layer: Conv2D"),
        ("{layers: Conv2D, filters: 4, kernel_size: 3}", "AF106", "'layer'"),
        ("Conv2D", "AF106", ""),
    ],
)  # fmt: skip
def test_a_slip_is_told_as_what_was_meant(step: str, code: str, fix: str, tmp_path: Path) -> None:
    problems = problems_of(tmp_path, spec_text(f"  - {step}\n" + HEAD))

    assert code in {problem.code for problem in problems}
    assert any(fix in problem.fix for problem in problems if problem.code == code)


def test_every_problem_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    steps = (
        "  - {layer: Conv2D, filters: 4, kernel_siz: 3, padding: sam}\n"
        "  - {layer: Conv2d, filters: 4}\n"
        "  - {layer: Conv2D, from: image, filters: =unknown, kernel_size: 3}\n" + HEAD
    )

    problems = problems_of(tmp_path, spec_text(steps, "taks: segmentation\n"))

    assert {(p.code, p.mark.line if p.mark else 0) for p in problems} == {
        ("AF101", 4),
        ("AF101", 7),
        ("AF105", 7),
        ("AF103", 8),
    }


def test_unknown_keys_come_before_missing_ones(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, "archforge: 1\nnam: x\ntask: segmentation\n")

    codes = [problem.code for problem in problems]
    assert "AF101" in codes
    assert "AF102" in codes


def test_another_version_of_the_language_is_said(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, spec_text(HEAD).replace("archforge: 1", "archforge: 2"))

    assert problems[0].message == "archforge must be 1, not 2"


def test_editors_get_draft_7_without_alternatives_and_every_layer_and_block() -> None:
    text = json.dumps(language_schema())

    assert '"oneOf"' not in text
    assert '"anyOf"' not in text
    Draft7Validator.check_schema(language_schema())
    patterns = {
        rule["if"].get("properties", {}).get(kind, {}).get("pattern")
        for rule in language_schema()["definitions"]["step"]["allOf"]
        for kind in ("layer", "block")
    }
    assert {f"^{name}$" for name in (*LAYERS, *BLOCKS)} <= patterns


@pytest.mark.parametrize("name", shipped())
def test_editors_find_nothing_wrong_with_shipped_specs(name: str) -> None:
    tree = read_text(shipped()[name].read_text(), name)

    assert [error.message for error in SCHEMA.iter_errors(tree.plain)] == []


SPOILT: list[dict[str, Any]] = [
    {"layer": "Conv2D", "filters": 0, "kernel_size": 3},
    {"layer": "Conv2D", "filters": "four", "kernel_size": 3},
    {"layer": "Conv2D", "filters": 4, "kernel_size": [3, 3, 3]},
    {"layer": "Conv2D", "filters": 4, "kernel_size": 3, "padding": "sam"},
    {"layer": "Conv2D", "filters": 4, "kernel_size": 3, "use_bias": 1},
    {"layer": "Conv2D", "filters": 4, "kernel_size": 3, "kernel_initializer": "he"},
    {"layer": "Dropout", "rate": 1.5},
    {"layer": "MaxPooling2D", "pool": 2},
    {"block": "segmentation_head", "clases": 2},
    {"for": {"i": 3}, "steps": []},
    {"branches": {"a": []}},
    {"share": 3},
    {"layer": "Add", "from": 3},
    {"layer": "Add", "from": ["a", "b"], "align": "cut"},
    {"layer": "Conv2D", "filters": 4, "kernel_size": 3, "repeat": -1},
]
SOUND: list[dict[str, Any]] = [
    {"layer": "Conv2D", "filters": "=f", "kernel_size": ["=k", 3]},
    {"layer": "Conv2D", "filters": 4, "kernel_size": 3, "padding": "=p", "if": "=p"},
    {"layer": "Conv2D", "filters": 4, "kernel_size": 3, "kernel_regularizer": {"L2": {"l2": "=x"}}},
    {"layer": "Add", "from": ["a", "b"], "align": "crop"},
    {"block": "segmentation_head", "classes": 2, "name": "mask@i"},
    {"for": {"i": "=range(3)", "j": [1, 2, 3]}, "steps": [{"share": "x"}]},
    {"if": "=x", "steps": [], "else": []},
    {"branches": {"a": [], "b": []}, "merge": {"layer": "Concatenate", "align": "crop"}},
]


def whole(step: dict[str, Any]) -> dict[str, Any]:
    return {
        "archforge": 1,
        "name": "x",
        "task": "segmentation",
        "inputs": {"image": [8, 8, 1]},
        "graph": [step],
    }


@pytest.mark.parametrize("step", SPOILT, ids=str)
def test_what_editors_underline_check_refuses_too(step: dict[str, Any]) -> None:
    spec = whole(step)

    form = check_form(read_text(json.dumps(spec), "spec.yaml"))

    assert list(SCHEMA.iter_errors(spec))
    assert form.problems


@pytest.mark.parametrize("step", SOUND, ids=str)
def test_what_editors_accept_has_a_sound_form(step: dict[str, Any]) -> None:
    spec = whole(step)

    form = check_form(read_text(json.dumps(spec), "spec.yaml"))

    assert [error.message for error in SCHEMA.iter_errors(spec)] == []
    assert form.problems == ()


@pytest.mark.parametrize("name", [*LAYERS, *BLOCKS])
def test_no_argument_is_called_like_a_key_of_a_step(name: str) -> None:
    record = LAYERS.get(name) or BLOCKS[name]

    assert not set(record.arguments()) & {*STEP_KINDS, *CALL_KEYS, *ALIGN_KEYS} - {"interpolation"}
