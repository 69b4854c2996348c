"""What a person writes for a loss: as text, or as a mapping in an experiment file.

    sum      = term {"+" term}
    term     = [number "*"] name ["(" argument {"," argument} ")"]
    argument = name "=" number

A grammar of its own and never ``eval``: the text comes from files that others wrote. Here only the
form is read; ``terms`` knows which names and values there are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from archforge.errors import refuse

TOKEN = re.compile(
    r"(?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*)|(?P<sign>\S)"
)
EXAMPLE = "write losses joined by '+', such as '0.5*dice+focal(gamma=1.5)'"


@dataclass(frozen=True)
class Written:
    """One term as it was written, its values not yet checked.

    Args:
        name: Of the loss.
        weight: What stands before the ``*``.
        arguments: What stands in the brackets.
        place: Where it stands, in words; empty where that says nothing.
    """

    name: str
    weight: object = 1.0
    arguments: Mapping[str, object] = field(default_factory=dict)
    place: str = ""


def read_terms(text: str) -> tuple[Written, ...]:
    """The terms of ``text`` in the order they stand there.

    Raises:
        ProblemError: It is no sum of losses; the column of what does not fit is in the message.
    """
    reader = _Reader(text)
    terms = [reader.term()]
    while not reader.at_end:
        reader.sign("+")
        terms.append(reader.term())
    return tuple(terms) if len(terms) > 1 else (replace(terms[0], place=""),)


def mapped_terms(value: Mapping[str, object]) -> tuple[Written, ...]:
    """The terms of a mapping from names to weights, or to ``weight`` and arguments.

    Raises:
        ProblemError: It is empty, or a name is no text.
    """
    if not value or not all(isinstance(name, str) for name in value):
        shown = "nothing" if not value else "names that are no text"
        refuse("AF504", f"a loss cannot be {shown}", fix="write it as '{dice: 1, bce: 0.5}'")
    return tuple(_mapped(name, told) for name, told in value.items())


def _mapped(name: str, told: object) -> Written:
    if not isinstance(told, Mapping):
        return Written(name, told)
    arguments = {str(key): given for key, given in told.items() if key != "weight"}
    return Written(name, told.get("weight", 1.0), arguments)


class _Reader:
    """Takes one token after another."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(TOKEN.finditer(text))
        self._next = 0

    @property
    def at_end(self) -> bool:
        return self._next == len(self._tokens)

    def term(self) -> Written:
        weight: object = 1.0
        if self._is("number"):
            weight = float(self._take("number", "a weight"))
            self.sign("*")
        place = f"it stands at column {self._column} of '{self._text}'"
        name = self._take("name", "a loss")
        return Written(name, weight, self._arguments() if self._is("sign", "(") else {}, place)

    def sign(self, wanted: str) -> None:
        if not self._is("sign", wanted):
            self._refuse(f"'{wanted}'")
        self._next += 1

    def _arguments(self) -> dict[str, object]:
        self.sign("(")
        found = dict([self._argument()])
        while self._is("sign", ","):
            self.sign(",")
            column, (name, value) = self._column, self._argument()
            if name in found:
                self._twice(name, column)
            found[name] = value
        self.sign(")")
        return found

    def _argument(self) -> tuple[str, object]:
        name = self._take("name", "an argument")
        self.sign("=")
        return name, float(self._take("number", "a number"))

    def _is(self, kind: str, text: str = "") -> bool:
        if self.at_end:
            return False
        token = self._tokens[self._next]
        return token.lastgroup == kind and (not text or token.group() == text)

    def _take(self, kind: str, wanted: str) -> str:
        if not self._is(kind):
            self._refuse(wanted)
        self._next += 1
        return self._tokens[self._next - 1].group()

    @property
    def _column(self) -> int:
        return len(self._text) + 1 if self.at_end else self._tokens[self._next].start() + 1

    def _twice(self, name: str, column: int) -> None:
        where = f"at column {column} of '{self._text}'"
        refuse("AF504", f"'{name}' stands twice, again {where}", fix="write each argument once")

    def _refuse(self, wanted: str) -> None:
        here = "it ends" if self.at_end else f"'{self._tokens[self._next].group()}' stands"
        refuse(
            "AF504",
            f"the loss '{self._text}' cannot be read at column {self._column}",
            why=f"{here} where {wanted} should stand",
            fix=EXAMPLE,
        )
