"""YAML 1.2 core, read from the parser's events so that marks survive and nothing is guessed.

PyYAML's own conversion reads ``1e-3`` as a string, ``no`` as False, ``010`` as 8 and lets the last
of two equal keys win. Events are also safe where composed nodes are not: depth is counted before it
can hurt, and aliases, which could expand without end, are refused.
"""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from archforge.errors import Mark, Problem, ProblemError, Problems, refuse
from archforge.spec.tree import Items, Mapping, Scalar, Tree

MAX_BYTES = 1_000_000
MAX_DEPTH = 60
MAX_DIGITS = 18

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")


def read_file(path: Path) -> Mapping:
    """The tree of a YAML file.

    Raises:
        ProblemError: It cannot be read, or is not what a spec can be.
    """
    return read_text(file_text(path, str(path)), str(path))


def file_text(path: Path, shown: str) -> str:
    """The text of a file.

    Args:
        path: Where it is.
        shown: What problems call it; as the person wrote it.

    Raises:
        ProblemError: It cannot be read, is too large, or is not text.
    """
    try:
        if path.is_file() and path.stat().st_size > MAX_BYTES:
            _too_large(shown, path.stat().st_size)
        data = path.read_bytes()
    except OSError as error:
        refuse(
            "AF001",
            f"'{shown}' cannot be read: {(error.strerror or str(error)).lower()}",
            mark=Mark(shown),
            fix="check the path and its permissions",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        refuse(
            "AF001",
            f"'{shown}' is not a text file: byte {error.start} is not UTF-8",
            mark=Mark(shown),
            fix="save it as UTF-8 text; an image or a model is not a spec",
        )


def _too_large(shown: str, size: int) -> None:
    refuse(
        "AF004",
        f"'{shown}' has {size / 1e6:.1f} MB, a spec has at most {MAX_BYTES // 10**6}",
        mark=Mark(shown),
        why="the largest architecture in the zoo has some kilobytes",
        fix="is it a spec? write repetition as a loop or a block",
    )


def read_text(text: str, file: str) -> Mapping:
    """The tree of YAML text.

    Args:
        text: At most ``MAX_BYTES``.
        file: What problems call it.

    Raises:
        ProblemError: With every problem of its YAML.
    """
    if len(text) > MAX_BYTES:
        _too_large(file, len(text))
    problems = Problems()
    try:
        tree = _Reader(yaml.parse(text, Loader=_LOADER), file, problems).document()
    except yaml.YAMLError as error:
        problems.add(_not_yaml(error, file, text))
        tree = None
    problems.raise_any()
    if not isinstance(tree, Mapping):
        what = {Items: "a list", Scalar: "a single value"}.get(type(tree), "empty")
        refuse(
            "AF003",
            f"a spec is a mapping of keys, this file is {what}",
            mark=Mark(file, 1, 1),
            fix="start with `archforge: 1` and `name: ...`",
        )
    return tree


class _Reader:
    """Turns the parser's events into a tree; one event is read once."""

    def __init__(self, events: Iterator[Any], file: str, problems: Problems) -> None:
        self._events = events
        self._file = file
        self._problems = problems

    def document(self) -> Tree | None:
        tree: Tree | None = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self._refuse(event, "a second document", "keep one document in a file")
            elif isinstance(event, yaml.NodeEvent):
                tree = self._value(event, 0)
        return tree

    def _mark(self, event: Any) -> Mark:
        return Mark(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse(self, event: Any, what: str, fix: str) -> None:
        message = f"{what} is YAML that specs do not use"
        self._problems.add(Problem("AF007", message, self._mark(event), fix=fix))

    def _value(self, event: Any, depth: int) -> Tree:
        mark = self._mark(event)
        if depth > MAX_DEPTH:
            raise ProblemError([_too_deep(mark)])
        self._plain_yaml(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return Items(tuple(self._items(depth)), mark)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(mark, depth)
        return Scalar(self._scalar(event) if isinstance(event, yaml.ScalarEvent) else None, mark)

    def _plain_yaml(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._refuse(
                event, "an anchor or alias", "use a hyperparameter, `defaults:` or a block"
            )
        elif event.tag is not None:
            self._refuse(event, f"the tag '{event.tag}'", "remove it; a spec is plain data")

    def _items(self, depth: int) -> Iterator[Tree]:
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self._value(event, depth + 1)

    def _mapping(self, mark: Mark, depth: int) -> Mapping:
        entries: dict[str, Tree] = {}
        keys: dict[str, Mark] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, depth)
            value = self._value(next(self._events), depth + 1)
            if key in entries:
                self._twice(key, keys[key], event)
            elif key is not None:
                entries[key], keys[key] = value, self._mark(event)
        return Mapping(entries, keys, mark)

    def _key(self, event: Any, depth: int) -> str | None:
        key = self._value(event, depth + 1)
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse(event, "a list or mapping as a key", "keys are words")
            return None
        assert isinstance(key, Scalar)
        if event.value == "<<":
            self._refuse(event, "the merge key '<<'", "use `defaults:`, `presets:` or `extends:`")
            return None
        return str(event.value)

    def _twice(self, key: str, first: Mark, event: Any) -> None:
        self._problems.add(
            Problem(
                "AF006",
                f"'{key}' stands twice, first on line {first.line}",
                self._mark(event),
                why="YAML would silently keep the last one",
                fix="keep one of them",
            )
        )

    def _scalar(self, event: Any) -> str | int | float | bool | None:
        text = str(event.value)
        if event.style:  # quoted or block text is always a string
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.match(text):
            return self._integer(text, event)
        if _FLOAT.match(text) and math.isfinite(float(text)):
            return float(text)
        if _FLOAT.match(text) or _NOT_FINITE.match(text):
            self._refuse(event, f"the number '{text}'", "give a finite number")
        return text

    def _integer(self, text: str, event: Any) -> int:
        if len(text) > MAX_DIGITS:
            self._refuse(event, f"a number of {len(text)} digits", "give a smaller number")
            return 0
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))


def _too_deep(mark: Mark) -> Problem:
    message = f"the file nests more than {MAX_DEPTH} levels deep"
    return Problem("AF005", message, mark, fix="name the inner parts as blocks")


def _not_yaml(error: yaml.YAMLError, file: str, text: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    if not isinstance(error, yaml.MarkedYAMLError) or mark is None:
        return Problem(
            "AF002",
            "the text holds characters that YAML does not allow",
            Mark(file),
            fix="save it as plain UTF-8 text",
        )
    place = Mark(file, mark.line + 1, mark.column + 1)
    if "nesting depth" in str(error.problem):
        # PyYAML 6.0.4: libyaml looks ahead and gives up at 1,000 levels, before any event of them.
        return _too_deep(place)
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in line[: mark.column + 1]:
        return Problem(
            "AF002",
            "a tab stands where YAML wants spaces",
            place,
            fix="indent with spaces; most editors can convert tabs",
        )
    why = " ".join(part for part in (error.context, error.problem) if part)
    return Problem("AF002", "this is not YAML", place, why=why, fix=_yaml_fix(line))


def _yaml_fix(line: str) -> str:
    if re.search(r"\w\[", line):
        return "families are written with `@`: `skip@i`, not `skip[i]`"
    if "=" in line and re.search(r"=[^\"']*[,\[\]{}:]", line):
        return 'quote a formula that holds a comma, a colon or a bracket: "=min(512, x)"'
    return "look for a missing bracket, quote or space after a colon, here or on the line before"
