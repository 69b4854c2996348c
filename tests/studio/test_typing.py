"""Whatever stands in the text, every question is answered: half-written text is the normal case."""

import random
from contextlib import suppress
from pathlib import Path

import pytest

from archforge.studio.completing import completions
from archforge.studio.defining import definitions
from archforge.studio.diagnostics import diagnostics
from archforge.studio.hints import hints
from archforge.studio.hovering import hover
from archforge.studio.mending import code_actions
from archforge.studio.opened import Opened, Seen
from archforge.studio.renaming import RefusedError, renamable, rename
from archforge.studio.texts import Text
from tests.studio.files import SPECS

PIECES = (
    *("{", "}", "[", "]", ":", ": ", ", ", "=", "@", "'", '"', "#", "\n", "  - ", "-", "\t", "|"),
    *("\r\n", "é", "\u2028", "\x85", "\x00", "*", "&a ", "!!x ", "<<: ", "%", "? ", "\U0001d49e"),
    *("graph:", "from: ", "{layer: ", "for: {i: ", "=channels(", "x@", "- - ", ".."),
)
TIMES = 18
"""Texts for each spec: with a dozen of specs some two hundred."""


def typed(text: str, chance: random.Random) -> str:
    """A text as it may stand while somebody types: cut off, or with pieces put in and taken out."""
    if chance.random() < 0.4:
        return text[: chance.randrange(len(text))]
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(text))
        piece = chance.choice(PIECES) if chance.random() < 0.7 else ""
        text = text[:place] + piece + text[place + chance.randrange(0, 6) :]
    return text


def ask_everything(file: Opened, offset: int) -> None:
    """Every question that an editor can ask at a place."""
    text = file.text
    drawn = file.drawn
    if drawn is not None:
        list(hints(drawn.made, drawn.text, text, range(len(text.lines))))
    hover(file, offset)
    list(definitions(file, "file:///x", offset))
    completions(file, offset)
    renamable(file, offset)
    list(code_actions(file, "file:///x", offset, offset + 20))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_question_is_answered_in_any_text(path: Path) -> None:
    whole = path.read_text()
    chance = random.Random(path.stem)  # noqa: S311 (the same texts every time)
    file = Opened(str(path), Text(whole))
    file.look()

    for _ in range(TIMES):
        text = Text(typed(whole, chance))
        file.change(text)
        ask_everything(file, chance.randrange(len(text.whole) + 1))  # before anybody looked
        seen = file.look()
        for shown in diagnostics(file, Seen(text, seen.look)):
            assert shown.range.start <= shown.range.end
            assert shown.range.end.line < len(text.lines)
        for _ in range(3):
            ask_everything(file, chance.randrange(len(text.whole) + 1))
        with suppress(RefusedError):
            rename(file, chance.randrange(len(text.whole) + 1), "Fresh")


@pytest.mark.parametrize(
    "text", ["", "\n", "x", "- a", "a: &b c", "\ufeffarchforge: 1", "\x00", "a: |\n  b"]
)
def test_every_question_is_answered_in_a_text_that_is_hardly_one(text: str) -> None:
    file = Opened("spec.yaml", Text(text))

    for offset in range(len(text) + 1):
        ask_everything(file, offset)
    file.look()
    for offset in range(len(text) + 1):
        ask_everything(file, offset)

    assert file.seen is not None
    assert diagnostics(file, file.seen)
