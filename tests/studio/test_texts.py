"""Offsets, marks and an editor's positions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from archforge.studio.texts import Kept, Text

LETTERS = st.text("aé\U0001d49e\n\r ", max_size=30)


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 5), ("utf-16", 3), ("utf-32", 2)])
def test_columns_are_units_of_the_encoding(encoding: str, column: int) -> None:
    text = Text("x\n\U0001d49eab", encoding)

    assert text.position(4) == types.Position(1, column)
    assert text.offset(types.Position(1, column)) == 4


@given(LETTERS, st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_every_offset_comes_back_from_its_position(whole: str, encoding: str) -> None:
    text = Text(whole, encoding)

    for offset in range(len(whole) + 1):
        inside_break = whole[offset - 1 : offset + 1] == "\r\n"
        assert inside_break or text.offset(text.position(offset)) == offset


@given(LETTERS, st.integers(0, 50), st.integers(0, 50))
def test_positions_outside_the_text_are_brought_inside(whole: str, line: int, column: int) -> None:
    text = Text(whole)

    assert 0 <= text.offset(types.Position(line, column)) <= len(whole)
    assert 0 <= text.at(line, column) <= len(whole)


def test_lines_before_and_after_a_change_are_kept() -> None:
    kept = Kept(Text("a\nb\nc\nd"), Text("a\nnew\nnewer\nc\nd"))

    assert [kept.forward(line) for line in range(4)] == [0, None, 3, 4]
    assert [kept.back(line) for line in range(5)] == [0, None, None, 2, 3]


def test_a_line_that_was_doubled_is_kept_once() -> None:
    kept = Kept(Text("a\nb\nc"), Text("a\nb\nb\nc"))

    assert [kept.back(line) for line in range(4)] == [0, 1, None, 2]
