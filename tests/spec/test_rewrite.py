"""Rewriting keeps every letter that is not meant to change."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.catalog import shipped
from archforge.spec import parse_spec, read_text
from archforge.spec.rewrite import (
    EDITOR_LINE,
    for_editors,
    renamed,
    with_defaults,
    without_sections,
)

TEXT = shipped()["unet"].read_text()


def default(text: str, name: str) -> Any:
    return parse_spec(read_text(text, "x"), "x").hyperparameters[name].default


def test_a_default_changes_and_nothing_else_does() -> None:
    changed = with_defaults(TEXT, {"filters": 24, "size": 64})

    assert default(changed, "filters") == 24
    assert default(changed, "size") == 64
    lines = zip(TEXT.splitlines(), changed.splitlines(), strict=True)
    assert [old.split(":")[0].strip() for old, new in lines if old != new] == ["size", "filters"]


def test_names_that_the_spec_does_not_have_are_left_out() -> None:
    assert with_defaults(TEXT, {"unknown": 1}) == TEXT


@given(
    st.sampled_from(["size", "dropout", "padding", "filters"]),
    st.one_of(
        st.integers(-(10**6), 10**6),
        st.floats(0, 1, allow_nan=False),
        st.booleans(),
        st.lists(st.floats(0, 1), max_size=8),
        st.sampled_from(["same", "no", "1e3", "=x", "a: b", "", "null"]),
    ),
)
def test_any_plain_value_comes_back_as_it_was(name: str, value: Any) -> None:
    assert default(with_defaults(TEXT, {name: value}), name) == value


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_spec_survives_being_started_from(name: str) -> None:
    text = shipped()[name].read_text()

    changed = for_editors(renamed(without_sections(text, "expect", "presets"), "mine"))

    spec = parse_spec(read_text(changed, "mine"), "mine")
    assert spec.name == "mine"
    assert not spec.expect
    assert not spec.presets
    assert changed.startswith(EDITOR_LINE)
    assert changed.count("yaml-language-server") == 1
