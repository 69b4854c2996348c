"""Wording that every room's messages share."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that ``word`` was most likely meant to be, or ``None``."""
    names = list(known)
    folded: dict[str, str] = {}
    for name in names:
        folded.setdefault(name.lower(), name)
    close = get_close_matches(word.lower(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A fix for an unknown name: the nearest known one, else the list of them."""
    names = sorted(set(known))
    near = nearest(word, names)
    if near is not None:
        return f"did you mean '{near}'?"
    return f"use one of: {listing(names)}" if names else ""


def printable(text: str) -> str:
    """A text of a file from anybody, as a terminal may have it: nothing moves its cursor."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def series(names: Iterable[str]) -> str:
    """Names in a sentence: ``A, B and C``."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def listing(names: Iterable[str], *, most: int = 12) -> str:
    """Names in a row, the tail counted where there are many."""
    row = list(names)
    if len(row) <= most:
        return ", ".join(row)
    return f"{', '.join(row[:most])} and {len(row) - most} more"
