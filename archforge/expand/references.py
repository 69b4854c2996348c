"""Names of nodes as people write them: ``skip@i``, ``enc@1.low``, ``x@i@*``."""

import re
from dataclasses import dataclass
from typing import Any

from archforge.expand.evaluate import Names, whole_index
from archforge.expand.formula import parse_formula, split_index
from archforge.expand.operations import FormulaError

_WORD = re.compile(r"[A-Za-z_]\w*")
NAME = re.compile(r"[A-Za-z]\w*\Z")
STAR = "*"


@dataclass(frozen=True)
class Reference:
    """A name taken apart.

    Args:
        text: As written.
        parts: For each part between dots, its word and its indices (formula text or ``*``).
    """

    text: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def many(self) -> bool:
        """Whether it ends in ``@*`` and stands for all members of a family."""
        return self.parts[-1][1][-1:] == (STAR,)

    def resolve(self, names: Names) -> str:
        """The name with every index worked out; a last ``@*`` is left off.

        Raises:
            FormulaError: An index is not a whole number, 0 or more.
        """
        return ".".join(
            "@".join([word, *(str(_index(i, names)) for i in indices if i != STAR)])
            for word, indices in self.parts
        )


def _index(text: str, names: Names) -> int:
    value: Any = int(text) if text.isdigit() else parse_formula(f"={text}").work_out(names)
    return whole_index(value)


def parse_reference(text: object) -> Reference:
    """The reference written ``text``.

    Raises:
        FormulaError: It is not the name of a node or a family.
    """
    if not isinstance(text, str):
        raise FormulaError("AF111", f"'{text}' is not the name of a node")
    parts: list[tuple[str, tuple[str, ...]]] = []
    rest = f".{text}"
    while rest.startswith("."):
        part, rest = _part(rest[1:], text)
        parts.append(part)
    if rest or any(STAR in indices for _, indices in parts[:-1]):
        raise _bad(text, rest)
    return Reference(text, tuple(parts))


def _part(text: str, whole: str) -> tuple[tuple[str, tuple[str, ...]], str]:
    word = _WORD.match(text)
    if word is None:
        raise _bad(whole, text)
    indices, rest = [], text[word.end() :]
    while rest.startswith("@"):
        if rest.startswith("@*"):
            index, rest = STAR, rest[2:]
        else:
            index, rest = split_index(rest[1:])
        indices.append(index)
    return (word.group(), tuple(indices)), rest


def _bad(text: str, rest: str) -> FormulaError:
    fix = "names are letters, digits and `_`; families are written `skip@i`"
    if rest[:1] in "+-*/" and "@" in text:
        head = text[: len(text) - len(rest)]
        base, _, index = head.rpartition("@")
        fix = f"put the sum in brackets: `{base}@({index}{rest})`"
    elif "[" in text:
        fix = "write `skip@i`, not `skip[i]`"
    return FormulaError("AF111", f"'{text}' is not the name of a node", fix=fix)
