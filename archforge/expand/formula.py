"""Formulas: parsed with ``ast`` against a white list, so that a spec from a stranger runs no code.

``@`` is read before the formula: ``f@i-1`` is ``(f@i) - 1``.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from archforge.errors import did_you_mean, listing
from archforge.expand.evaluate import AT, Evaluator, Names, text_of
from archforge.expand.operations import (
    FUNCTIONS,
    SIZES,
    WORDS,
    FormulaError,
    checked,
    lower,
    too_large,
)

MAX_TEXT = 500


@dataclass(frozen=True)
class Formula:
    """One parsed formula.

    Args:
        text: As written, without the leading ``=``.
        body: Its syntax tree, of allowed parts only.
        names: Hyperparameters, loop variables and arguments that it reads.
        nodes: Whether it asks for a node's size.
    """

    text: str
    body: ast.expr
    names: frozenset[str]
    nodes: bool

    def work_out(self, names: Names) -> Any:
        """The value.

        Raises:
            FormulaError: It has none here.
        """
        try:
            return checked(Evaluator(names).visit(self.body))
        except FormulaError:
            raise
        except (ArithmeticError, TypeError, ValueError, IndexError, RecursionError) as error:
            raise FormulaError(
                "AF123", f"`={self.text}` cannot be worked out: {lower(str(error))}"
            ) from error


_FAMILY = re.compile(r"(?<![\w.'\"])[A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)*@")
_PLAIN_INDEX = re.compile(r"\w+")


def _rewrite(text: str) -> str:
    """``skip@i@(j+1)`` as a call that Python's grammar knows: ``at_('skip', i, (j+1))``."""
    match = _FAMILY.search(text)
    if match is None:
        return text
    parts, rest = [repr(match.group()[:-1])], text[match.end() - 1 :]
    while rest.startswith("@"):
        index, rest = split_index(rest[1:])
        parts.append(_rewrite(index))
    return f"{text[: match.start()]}{AT}({', '.join(parts)}){_rewrite(rest)}"


def split_index(text: str) -> tuple[str, str]:
    """What follows an ``@``, and the rest: a name, a number, or an expression in brackets.

    Raises:
        FormulaError: Nothing of the kind follows.
    """
    word = _PLAIN_INDEX.match(text)
    if word:
        return word.group(), text[word.end() :]
    if text.startswith("("):
        depth = 0
        for position, letter in enumerate(text):
            depth += {"(": 1, ")": -1}.get(letter, 0)
            if not depth:
                return text[: position + 1], text[position + 1 :]
    raise FormulaError(
        "AF121",
        "after `@` comes a name, a number or an expression in brackets",
        fix="write it as `skip@i`, `skip@2` or `skip@(i-1)`",
    )


_ALLOWED = (
    ast.Constant,
    ast.Name,
    ast.List,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.Subscript,
    ast.Slice,
    ast.Call,
    ast.Load,
    ast.operator,
    ast.unaryop,
    ast.boolop,
    ast.cmpop,
    ast.Attribute,
)
_REFUSED_OPERATORS = (
    ast.MatMult,
    ast.BitAnd,
    ast.BitOr,
    ast.BitXor,
    ast.LShift,
    ast.RShift,
    ast.Invert,
    ast.Is,
    ast.IsNot,
)


@lru_cache(maxsize=4096)
def parse_formula(text: str) -> Formula:
    """The formula written ``text``, with its leading ``=``.

    Raises:
        FormulaError: It is not one.
    """
    inner = text[1:].strip()
    if len(inner) > MAX_TEXT:
        too_large(f"a formula of {len(inner)} letters", MAX_TEXT)
    try:
        body = ast.parse(_rewrite(inner), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise FormulaError(
            "AF121", f"`={inner}` is not a formula", why=_syntax(error), fix=_syntax_fix(inner)
        ) from error
    names: set[str] = set()
    asks = [_check(node, inner, names) for node in _values(body)]
    return Formula(inner, body, frozenset(names - set(WORDS)), any(asks))


def _syntax(error: BaseException) -> str:
    return lower(error.msg) if isinstance(error, SyntaxError) else "it nests too deep"


def _syntax_fix(text: str) -> str:
    if not text:
        return "write a value after the `=`"
    if re.search(r"(?<![=<>!])=(?!=)", text):
        return "compare with `==`"
    if "&&" in text or "||" in text:
        return "write `and`, `or`, `not`"
    return "formulas are written as in Python: `=filters * 2**i`"


def _values(node: ast.AST) -> Iterator[ast.AST]:
    """Every part that is worked out; the node named in ``channels(node)`` is not."""
    yield node
    for child in _parts(node):
        yield from _values(child)


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call):
        is_size = isinstance(node.func, ast.Name) and node.func.id in SIZES
        for argument in node.args:
            if not is_size:
                yield argument
            elif isinstance(argument, ast.Call):
                yield from argument.args[1:]
        return
    yield from ast.iter_child_nodes(node)


def _check(node: ast.AST, text: str, names: set[str]) -> bool:
    if not isinstance(node, _ALLOWED) or isinstance(node, _REFUSED_OPERATORS):
        raise FormulaError(
            "AF122",
            f"`={text}` uses {_what(node)}, which formulas do not have",
            why="a formula works out a value and can do nothing else",
            fix="use numbers, lists, + - * / // % **, comparisons, `a if c else b`, functions",
        )
    if isinstance(node, ast.Attribute):
        raise FormulaError(
            "AF122",
            f"`={text}` reads inside a value with `.`",
            fix="a node's sizes are read as channels(node), height(node), width(node), in a signal "
            "as length(node), in a volume as planes(node), too",
        )
    if isinstance(node, ast.Constant):
        _check_constant(node, text)
    if isinstance(node, ast.Name):
        names.add(node.id)
    return isinstance(node, ast.Call) and _check_call(node, text, names)


def _what(node: ast.AST) -> str:
    words = {ast.Lambda: "a lambda", ast.ListComp: "a comprehension", ast.Dict: "a mapping"}
    return words.get(type(node), f"'{type(node).__name__}'")


def _check_constant(node: ast.Constant, text: str) -> None:
    if not isinstance(node.value, int | float | str | bool | None):
        raise FormulaError("AF122", f"`={text}` holds {node.value!r}, not a plain value")


def _check_call(node: ast.Call, text: str, names: set[str]) -> bool:
    if not isinstance(node.func, ast.Name) or node.keywords:
        raise FormulaError("AF122", f"`={text}` calls something that is not a formula's function")
    function = node.func.id
    if function == AT:
        names.add(text_of(node.args[0]).split(".", maxsplit=1)[0])
        return False
    if function in SIZES:
        return _check_size(node, text)
    if function not in FUNCTIONS:
        raise FormulaError(
            "AF122",
            f"`={text}` calls '{function}', which formulas do not have",
            fix=did_you_mean(function, [*FUNCTIONS, *SIZES]),
        )
    return False


def _check_size(node: ast.Call, text: str) -> bool:
    arguments = node.args
    named = len(arguments) == 1 and isinstance(arguments[0], ast.Name | ast.Attribute | ast.Call)
    if not named:
        raise FormulaError(
            "AF122",
            f"`={text}`: {listing(SIZES)} take the name of one node",
            fix="write `channels(prev)`, `channels(input)` or `height(skip@i)`",
        )
    return True
