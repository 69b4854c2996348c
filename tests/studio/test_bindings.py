"""Which word of a spec means what."""

from pathlib import Path

import pytest

from archforge.studio.bindings import Thing, use_at, uses
from archforge.studio.lexing import formula_names, reference_names
from archforge.studio.spans import spans
from tests.studio.files import SPECS, at_cursor

SCOPES = """\
hyperparameters: {filters: 8, depth: 3, unit: Pair}
presets: {small: {filters: 4}}
blocks:
  Pair:
    arguments: {filters: int}
    inputs: [low, high]
    steps:
      - {layer: Add, name: sum, from: [low, high]}
      - {layer: Conv2D, filters: =filters * channels(sum)}
graph:
  - for: {depth: =range(depth), i: [1, 2, 3]}
    name: level@depth
    steps:
      - {layer: Conv2D, name: x@depth@(i - 1), filters: =filters * depth}
  - {block: Pair, name: two, from: [x@0@(depth - 1), prev], filters: =filters}
  - {share: two, name: again, from: [two.sum, x@0@*]}
  - {block: "=unit if depth > 2 else 'Pair'", from: again.sum}
expect:
  - {hyperparameters: {depth: 2}, nodes: {two.sum: [1]}}
"""
LOOP = "/" + str(SCOPES.index("{depth: =range"))


@pytest.mark.parametrize(
    ("words", "thing"),
    [
        ("small: {fil|ters", Thing("value", "", "filters")),
        ("arguments: {fil|ters", Thing("value", "Pair", "filters")),
        ("[low, hi|gh]\n    steps", Thing("node", "Pair", "high")),
        ("from: [low, hi|gh]", Thing("node", "Pair", "high")),
        ("=filters * channels(su|m)", Thing("node", "Pair", "sum")),
        ("=fil|ters * channels", Thing("value", "Pair", "filters")),
        ("for: {dep|th", Thing("value", LOOP, "depth")),
        ("=range(dep|th)", Thing("value", "", "depth")),
        ("level@dep|th", Thing("value", "", "depth")),
        ("name: x@dep|th", Thing("value", LOOP, "depth")),
        ("@(i| - 1)", Thing("value", LOOP, "i")),
        ("=filters * dep|th}", Thing("value", LOOP, "depth")),
        ("x@0@(dep|th - 1)", Thing("value", "", "depth")),
        ("prev], fil|ters:", Thing("value", "Pair", "filters")),
        ("prev], filters: =fil|ters", Thing("value", "", "filters")),
        ("two.su|m, x", Thing("node", "Pair", "sum")),
        ("again.su|m}", Thing("node", "Pair", "sum")),
        ("share: tw|o", Thing("node", "", "two")),
        ("unit: Pa|ir", Thing("block", "", "Pair")),
        ("else 'Pa|ir'", Thing("block", "", "Pair")),
        ("  Pa|ir:", Thing("block", "", "Pair")),
        ("hyperparameters: {dep|th: 2}", Thing("value", "", "depth")),
        ("nodes: {tw|o", Thing("node", "", "two")),
    ],
)
def test_a_word_means_what_its_scope_says(words: str, thing: Thing) -> None:
    tree = spans(SCOPES)
    assert tree is not None
    text, inside = at_cursor(words)
    assert SCOPES.count(text) == 1

    use = use_at(uses(tree), SCOPES.index(text) + inside)

    assert use is not None
    assert use.thing == thing


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_name_stands_where_it_is_said_to(path: Path) -> None:
    text = path.read_text()
    tree = spans(text)
    assert tree is not None

    found = uses(tree)

    assert all(text[use.start : use.end] == use.thing.name for use in found)
    assert len({(use.start, use.end) for use in found}) == len(found)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("=a + min(b, 3) * a2", ["a", "b", "a2"]),
        ("=f@(i-1) if on and not x[0] else 'no'", ["f", "i", "on", "x", "no"]),
        ("=channels(skip@(i-1)) + width(prev)", ["skip", "i", "prev"]),
        ("=min if true else None", ["min"]),
        ("=channels(", []),
        ("='open", ["open"]),
        ("=((", []),
        ("", []),
    ],
)
def test_names_of_a_formula(text: str, names: list[str]) -> None:
    found = list(formula_names(text, 10))

    assert [name.word for name in found] == names
    assert all(text[name.start - 10 : name.end - 10] == name.word for name in found)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("enc@(i + 1).low@2.deep", ["enc", "i", "low", "deep"]),
        ("x@i@*", ["x", "i"]),
        ("x@(", ["x"]),
        ("x@", ["x"]),
        ("9lives", []),
        ("skip[i]", ["skip"]),
    ],
)
def test_names_of_a_reference(text: str, names: list[str]) -> None:
    assert [name.word for name in reference_names(text, 0)] == names
