"""Inlay hints: at the end of each step's line, the shape and the parameters of what it makes."""

from collections.abc import Iterator, Sequence

from lsprotocol import types

from archforge.studio.makings import Instance, Makings, shapes, short
from archforge.studio.texts import Kept, Text


def hints(made: Makings, old: Text, text: Text, lines: range) -> Iterator[types.InlayHint]:
    """The hints of some lines of a text.

    Args:
        made: What the steps made.
        old: The text that they were written in.
        text: The text as it stands now; lines that were changed since have no hint.
        lines: Of ``text``, from 0.
    """
    kept = Kept(old, text)
    for line, runs in made.lines.items():
        now = kept.forward(line - 1)
        if now is not None and now in lines:
            place = text.position(text.end(now))
            yield types.InlayHint(place, label(runs), padding_left=True, tooltip=tooltip(runs))


def label(made: Sequence[Instance]) -> str:
    """What a step made: ``-> 128x128x16 .. 16x16x128, 1.2 M in 4``."""
    parameters = sum(one.parameters for one in made)
    counted = f", {short(parameters)}" if parameters else ""
    times = f" in {len(made)}" if len(made) > 1 else ""
    return f"-> {shapes(made)}{counted}{times}"


def tooltip(made: Sequence[Instance]) -> str:
    """Every run of a step on a line of its own, up to a dozen."""
    most = 12
    rows = [f"{one.path}: {shapes([one])}, {one.parameters:,} parameters" for one in made[:most]]
    return "\n".join([*rows, f"and {len(made) - most} more"] if len(made) > most else rows)
