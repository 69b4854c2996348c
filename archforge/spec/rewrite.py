"""A spec's text with other defaults, its comments and its layout kept.

Works on the text between two marks, so what is not changed stays letter by letter.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")
_NOT_WORDS = ("true", "false", "null")
EDITOR_LINE = "# yaml-language-server: $schema=archforge.schema.json"


def with_defaults(text: str, values: Mapping[str, Any]) -> str:
    """The spec with ``values`` as the defaults of its hyperparameters.

    Args:
        text: A spec whose form is sound.
        values: By name; names that the spec does not have are left out.
    """
    spans = dict(_default_spans(text))
    changes = [(*spans[name], written(value)) for name, value in values.items() if name in spans]
    return _replaced(text, changes)


def renamed(text: str, name: str) -> str:
    """The spec under another name."""
    top = _top(text)
    return _replaced(text, [(*_span(value), written(name)) for key, value in top if key == "name"])


def without_sections(text: str, *sections: str) -> str:
    """The spec without some of its top-level keys."""
    keys = [(key, start) for key, start in _key_starts(text)]
    ends = [start for _, start in keys[1:]] + [len(text)]
    changes = [
        (start, end, "") for (key, start), end in zip(keys, ends, strict=True) if key in sections
    ]
    return _replaced(text, changes).rstrip() + "\n"


def for_editors(text: str) -> str:
    """The spec with the comment that switches editors on as its first line."""
    rest = [line for line in text.split("\n") if not line.startswith("# yaml-language-server:")]
    return "\n".join([EDITOR_LINE, *rest])


def written(value: Any) -> str:
    """A value in YAML's flow style, to be read back by ``archforge.spec.read``.

    JSON is YAML 1.2; a dumper of YAML 1.1 would leave the word ``1e3`` unquoted.
    """
    if isinstance(value, list | tuple):
        return f"[{', '.join(written(item) for item in value)}]"
    if isinstance(value, str) and _WORD.match(value) and value.lower() not in _NOT_WORDS:
        return value
    return json.dumps(value)


def _replaced(text: str, changes: list[tuple[int, int, str]]) -> str:
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _root(text: str) -> Any:
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _top(text: str) -> list[tuple[str, Any]]:
    root = _root(text)
    return [(key.value, value) for key, value in root.value]


def _key_starts(text: str) -> list[tuple[str, int]]:
    root = _root(text)
    return [(key.value, key.start_mark.index) for key, _ in root.value]


def _span(node: Any) -> tuple[int, int]:
    return node.start_mark.index, node.end_mark.index


def _default_spans(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Where the default of each hyperparameter stands."""
    section = next((value for key, value in _top(text) if key == "hyperparameters"), None)
    for key, value in section.value if section is not None else ():
        default = value
        if isinstance(value, yaml.MappingNode):
            default = next(inner for name, inner in value.value if name.value == "default")
        yield key.value, _span(default)
