"""What editors underline and what `check` refuses is the same, but for what is listed here."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator

from archforge.blocks import BLOCKS
from archforge.errors import ProblemError
from archforge.graph import Described
from archforge.layers import LAYERS
from archforge.schema import check_form, choices, inheritance_problems, language_schema
from archforge.spec import Mapping, read_text
from tests.contracts.test_pages import SPEC_CODES, examples
from tests.studio.files import SPECS

SCHEMA = Draft7Validator(language_schema())
DIFFER = {
    "AF143": "keys that exclude each other, which `check` words itself",
    "AF111": "names of blocks and arguments, which a schema could refuse but not explain",
}
"""Codes of form that only `check` tells, with the reason."""

WRONG: tuple[Any, ...] = ("word", -1.5, 0, [1, 2, 3, 4, 5], {"a": 1}, True, None, [], 10**6, "=f")
"""Values to put in the place of every argument; some of them are right for some."""


def told(tree: Mapping) -> list[str]:
    """The codes of form that `check` tells."""
    return [problem.code for problem in (*check_form(tree).problems, *inheritance_problems(tree))]


def underlined(plain: object) -> list[str]:
    """What an editor underlines."""
    return [
        f"{error.message} at {list(error.absolute_path)}" for error in SCHEMA.iter_errors(plain)
    ]


def agree(tree: Mapping) -> bool:
    codes = [code for code in told(tree) if code not in DIFFER]
    return bool(codes) == bool(underlined(tree.plain))


@pytest.mark.parametrize("code", SPEC_CODES)
@pytest.mark.parametrize("title", ["Wrong", "Right"])
def test_they_agree_on_the_example_of_every_page(code: str, title: str) -> None:
    try:
        tree = read_text(examples(code)[title][1], "spec.yaml")
    except ProblemError:
        return  # no YAML: an editor's parser tells that, not the schema

    assert agree(tree), (told(tree), underlined(tree.plain))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_they_find_nothing_in_a_sound_spec(path: Any) -> None:
    tree = read_text(path.read_text(), path.name)

    assert told(tree) == []
    assert underlined(tree.plain) == []


def sound_value(schema: dict[str, Any]) -> Any:
    """A value that a fragment of the schema accepts."""
    words = choices(schema)
    if words:
        return words[0]
    kinds = schema["type"]
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "array":
        return [sound_value(dict(schema["items"]))] * int(schema.get("minItems", 1))
    return {"integer": 1, "number": 0.5, "string": "x"}[kind]


def sound_step(kind: str, name: str, record: type[Described]) -> dict[str, Any]:
    """A step with the arguments that must be given."""
    required = record.required()
    given = {key: sound_value(dict(record.arguments()[key].schema)) for key in required}
    return {kind: name, **given}


def spoilt(kind: str, name: str, record: type[Described]) -> Iterator[dict[str, Any]]:
    """The step spoilt in every way: a key too many, too few, and every value another."""
    step = sound_step(kind, name, record)
    yield step
    yield {**step, "unknown": 1}
    yield {**step, "steps": []}
    yield {**step, "align": "crop"}
    yield {**step, "interpolation": "nearest"}
    for key in step:
        yield {other: value for other, value in step.items() if other != key}
    for key in (*record.arguments(), "name", "from", "if", "repeat"):
        for value in WRONG:
            yield {**step, key: value}


def whole(step: Any) -> Mapping:
    """A spec with this step in its graph, in a branch and in a block."""
    graph = [step, {"branches": {"a": [step], "b": []}, "merge": "Add"}]
    return _spec(graph=graph, blocks={"Own": {"steps": [step]}})


def _spec(**sections: Any) -> Mapping:
    head = {"archforge": 1, "name": "x", "task": "segmentation", "inputs": {"image": [8, 8, 1]}}
    return read_text(json.dumps({**head, **sections}), "spec.yaml")


TABLES = [("layer", name) for name in LAYERS] + [("block", name) for name in BLOCKS]


@pytest.mark.parametrize(("kind", "name"), TABLES)
def test_they_agree_on_every_spoilt_step(kind: str, name: str) -> None:
    record = LAYERS[name] if kind == "layer" else BLOCKS[name]

    for step in spoilt(kind, name, record):
        tree = _spec(graph=[step])
        assert agree(tree), (step, told(tree), underlined(tree.plain))


def any_of(*values: Any) -> tuple[Any, ...]:
    """Values of several kinds."""
    return values


GROUPS: list[Any] = [
    *(
        {"for": columns, "steps": []}
        for columns in any_of({}, {"i": 3}, {"i": "=x"}, {"i": [1]}, [], None)
    ),
    *({"for": {"i": [1]}, "steps": steps} for steps in any_of(None, {}, [3], [{}], [[]], "=x")),
    {"for": {"i": [1]}},
    {"for": {"i": [1]}, "steps": [], "layer": "ReLU"},
    {"for": {"i": [1]}, "steps": [], "else": []},
    {"for": {"i": [1]}, "steps": [], "if": "=x"},
    {"if": "=x", "steps": []},
    {"if": "=x", "steps": [], "else": [{"layer": "ReLU"}]},
    {"if": "=x", "steps": [], "else": {}},
    {"if": "x", "steps": []},
    {"if": "=x", "steps": [], "repeat": 2},
    {"if": "=x"},
    {"branches": {"a": []}},
    {"branches": {}, "merge": "Add"},
    {"branches": {"a": []}, "merge": "Add", "steps": []},
    {"branches": {"a": {}}, "merge": "Add"},
    {"branches": {"a": []}, "merge": {"layer": "Concatenate", "align": "crop"}},
    {"branches": {"a": []}, "merge": {"layer": "Concatenate", "align": "cut"}},
    {"branches": {"a": []}, "merge": {"layer": "Concatenate", "aligned": 1}},
    {"branches": {"a": []}, "merge": {"layer": "Concat"}},
    {"branches": {"a": []}, "merge": {}},
    {"branches": {"a": []}, "merge": "Concat"},
    {"branches": {"a": []}, "merge": "segmentation_head"},
    {"branches": {"a": []}, "merge": 3},
    {"share": "x"},
    {"share": 3},
    {"share": "x", "repeat": 2},
    {"architecture": "vgg"},
    {"architecture": "vgg", "until": 3},
    {"architecture": 3},
    {"architecture": "vgg", "hyperparameters": {"size": "=x"}},
    {"architecture": "vgg", "hyperparameters": [1]},
    {"block": "Own"},
    {"block": "=x", "anything": [1]},
    {"block": "own"},
    {"block": 3},
    {"layer": "=x", "anything": [1]},
    {"layer": "Own"},
    {"layer": 3},
    {"layer": "ReLU", "block": "Own"},
    {"name": "x"},
    {"steps": []},
    {"merge": "Add"},
    {},
    [],
    "ReLU",
    3,
    None,
]


@pytest.mark.parametrize("step", GROUPS, ids=str)
def test_they_agree_on_steps_of_other_kinds(step: Any) -> None:
    tree = whole(step)

    assert agree(tree), (told(tree), underlined(tree.plain))


SECTIONS: list[dict[str, Any]] = [
    *({"hyperparameters": {"x": value}} for value in any_of(1, "a", [1], None, {}, {"default": 1})),
    {"hyperparameters": {"x": {"default": 1, "min": "a"}}},
    {"hyperparameters": {"x": {"default": 1, "search": {"int": [1]}}}},
    {"hyperparameters": {"x": {"default": 1, "search": {"int": [1, 2], "step": 0}}}},
    {"hyperparameters": {"x": {"default": 1, "each": 3}}},
    {"hyperparameters": [1]},
    *({"presets": value} for value in any_of({}, None, {"a": None}, {"a": {}}, {"a": 3}, [1])),
    *(
        {"inputs": value}
        for value in any_of({}, None, {"a": []}, {"a": [1, 2, 3, 4, 5]}, {"a": [0]})
    ),
    {"inputs": {"a": {"shape": [1, None, "=x"], "values": "byte"}}},
    {"inputs": {"a": {"shape": [1], "values": "bytes"}}},
    {"inputs": {"a": {"values": "byte"}}},
    *(
        {"defaults": {"Conv2D": value}}
        for value in any_of({}, None, {"padding": "same"}, {"pad": 1}, 3)
    ),
    {"defaults": {"Own": {"width": 3}}},
    {"defaults": {"Conv2D": {"padding": "sam"}}},
    *(
        {"blocks": {"B": value}}
        for value in any_of({}, {"steps": []}, {"steps": [], "more": 1}, None, 3)
    ),
    {"blocks": {"B": {"steps": [], "inputs": ["a b"]}}},
    {"blocks": {"B": {"steps": [], "arguments": {"f": "int"}}}},
    *({"outputs": value} for value in any_of("a", ["a"], [], 3, None, {"a": 1})),
    *(
        {"require": value}
        for value in any_of([], [{"that": "=x", "say": "y"}], [{"that": "x"}], {})
    ),
    *(
        {"expect": value}
        for value in any_of([{}], [{"parameters": 1}], [{"parameters": "x"}], [{"p": 1}])
    ),
    *({"sizes": value} for value in any_of("pad", "exact", "crop", 3)),
    *({"archforge": value} for value in any_of(1, 2, "1", None)),
    *({"name": value} for value in any_of("a.b-c", "1a", "", 3)),
    *({"kind": value} for value in any_of("architecture", "experiment")),
    {"year": "1998"},
    {"task": "detection"},
    {"nonsense": 1},
]


@pytest.mark.parametrize("section", SECTIONS, ids=str)
def test_they_agree_on_the_sections_of_a_file(section: dict[str, Any]) -> None:
    plain = {**whole({"layer": "ReLU"}).plain, **section}
    plain["blocks"] = {"Own": {"arguments": {"width": 1}, "steps": []}, **section.get("blocks", {})}
    tree = read_text(json.dumps(plain), "spec.yaml")

    assert agree(tree), (told(tree), underlined(tree.plain))
