"""The names in a formula and in a node's reference, each with its place.

``archforge.expand`` reads formulas to work them out; an editor wants to know where each name stands
in them, also in one that is not finished. What follows ``@`` is a formula again.
"""

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass

from archforge.expand.operations import FUNCTIONS, SIZES, WORDS

_TOKEN = re.compile(
    r"""(?P<text>'[^']*'?|"[^"]*"?) | (?P<name>[A-Za-z_]\w*)
        | (?P<number>\d[\w.]*) | (?P<sign>\S)""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Name:
    """One name.

    Args:
        kind: ``value`` (hyperparameter, argument, loop variable), ``node`` or ``text``.
        word: The name itself.
        start: Where it begins.
        end: Where it ends.
        owners: For a node, the words before its dots, outermost first.
    """

    kind: str
    word: str
    start: int
    end: int
    owners: tuple[str, ...] = ()


def formula_names(text: str, at: int) -> Iterator[Name]:
    """The names in a formula.

    Args:
        text: With or without its ``=``.
        at: Where it begins.
    """
    tokens = list(_TOKEN.finditer(text))
    position = 0
    while position < len(tokens):
        if _asks_size(tokens, position):
            begin = tokens[position + 1].end()
            end = _closing(text, begin)
            yield from reference_names(text[begin:end], at + begin)
            position = next((i for i, t in enumerate(tokens) if t.start() >= end), len(tokens))
            continue
        yield from _plain_name(tokens, position, at)
        position += 1


def _plain_name(tokens: list[re.Match[str]], position: int, at: int) -> Iterator[Name]:
    token = tokens[position]
    if token.lastgroup == "text":
        inner = token.group().strip("'\"")
        yield Name("text", inner, at + token.start() + 1, at + token.start() + 1 + len(inner))
    if token.lastgroup != "name":
        return
    word, called = token.group(), _follows(tokens, position, "(")
    if (called and word in FUNCTIONS) or word in WORDS or keyword.iskeyword(word):
        return
    yield Name("value", word, at + token.start(), at + token.end())


def _asks_size(tokens: list[re.Match[str]], position: int) -> bool:
    return tokens[position].group() in SIZES and _follows(tokens, position, "(")


def _follows(tokens: list[re.Match[str]], position: int, sign: str) -> bool:
    return position + 1 < len(tokens) and tokens[position + 1].group() == sign


def _closing(text: str, begin: int) -> int:
    """Where the bracket that was opened just before ``begin`` closes."""
    depth = 1
    for position in range(begin, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if not depth:
            return position
    return len(text)


def reference_names(text: str, at: int) -> Iterator[Name]:
    """The names in a node's reference, ``enc@(i-1).low``: its words, and those in its indices."""
    owners: tuple[str, ...] = ()
    position = 0
    while word := re.compile(r"\s*([A-Za-z_]\w*)").match(text, position):
        yield Name("node", word.group(1), at + word.start(1), at + word.end(1), owners)
        owners = (*owners, word.group(1))
        position = word.end()
        while text[position : position + 1] == "@":
            end = _index_end(text, position + 1)
            yield from formula_names(text[position + 1 : end], at + position + 1)
            position = end
        if text[position : position + 1] != ".":
            return
        position += 1


def _index_end(text: str, begin: int) -> int:
    if text[begin : begin + 1] == "(":
        return min(_closing(text, begin + 1) + 1, len(text))
    word = re.compile(r"\w+|\*").match(text, begin)
    return word.end() if word else begin
