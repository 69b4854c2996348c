"""An experiment file to start from: every key with its default and a word about it."""

import json
from collections.abc import Iterator
from typing import Any

from archforge.experiment.schema import experiment_schema
from archforge.schema.fragments import Schema

HEAD = """\
# yaml-language-server: $schema={schema}
# Every key with its default: change a value, or delete what you leave alone. A line behind a #
# is off. Check the file with `archforge check`, use it with train, search or compare.
archforge: 1
kind: experiment
name: {name}
architectures: [{architecture}]{space}# several to compare
hyperparameters: {{}}
"""
# What has no default is shown off, with a value that could stand there.
SAMPLES: dict[str, Any] = {
    "folder": "images",
    "ignore": 255,
    "colours": {"#ff8800": 1},
    "classes": 3,
    "folds": 5,
    "seed": 0,
    "output_weights": {"mask@1": 0.5},
    "trials": 20,
    "timeout": 3600,
    "goal": "val_dice",
    "goals": ["maximize val_dice", "minimize macs"],
    "retrain": {"top": 3, "seeds": 3},
    "limits": {"parameters": "5M", "memory": "6GiB"},
}
SECTIONS = ("data", "train", "search")
# `folder` and `trials` are what every training and every search needs.
ON = ("folder", "trials")
COLUMN = 30


def example_text(name: str, architecture: str, schema: str) -> str:
    """The text of an experiment file.

    Args:
        name: Of the experiment.
        architecture: A name or a path from the file, with ``:PRESET`` behind it where one is meant.
        schema: The name of the schema's file beside it, for editors.
    """
    space = " " * max(2, COLUMN - len(f"architectures: [{architecture}]"))
    head = HEAD.format(name=name, architecture=architecture, schema=schema, space=space)
    rows = [line for section in SECTIONS for line in _section(section)]
    return head + "\n".join(rows) + "\n"


def _section(name: str) -> Iterator[str]:
    yield f"{name}:"
    for key, schema in experiment_schema()["properties"][name]["properties"].items():
        yield from _space() if key == "space" else [_line(key, schema)]


def _line(key: str, schema: Schema) -> str:
    off = "" if "default" in schema or key in ON else "# "
    value = schema.get("default", SAMPLES.get(key))
    written = f"  {off}{key}: {_shown(value)}"
    choices = ", ".join(map(str, schema.get("enum", ())))
    words = f"{schema['description']}: {choices}" if choices else schema["description"]
    return f"{written:{COLUMN}}# {words}"


def _space() -> Iterator[str]:
    yield f"{'  # space:':{COLUMN}}# ranges that narrow or open those of the architecture"
    yield "  #   filters: 8..24:8"
    yield "  #   padding: [same, valid]"


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {_shown(one)}' for key, one in value.items()) + "}"
    return json.dumps(list(value) if isinstance(value, tuple) else value)
