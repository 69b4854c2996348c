"""Formulas: parsed with ``ast`` against a white list and worked out by walking the tree.

Never ``eval``. Limits on text, exponents, numbers and lists keep a hostile formula from hanging or
filling memory. ``@`` is read before the formula: ``f@i-1`` is ``(f@i) - 1``.
"""

import ast
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import floor, isfinite
from math import log2 as exact_log2
from typing import Any, NoReturn, Protocol

from archforge.errors import did_you_mean
from archforge.graph import Shape

MAX_TEXT = 500
MAX_LIST = 10_000
MAX_NUMBER = 2**53
MAX_EXPONENT = 64


class FormulaError(Exception):
    """A formula cannot be read or worked out; ``code`` is a key of ``CODES``."""

    def __init__(self, code: str, message: str, *, why: str = "", fix: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.why = why
        self.fix = fix


class Names(Protocol):
    """What a formula may ask of the place where it stands."""

    def value(self, name: str) -> Any:
        """The hyperparameter, loop variable or argument called ``name``."""

    def member(self, name: str, index: int) -> Any:
        """Member ``index`` of the list called ``name``."""

    def shape(self, node: str) -> Shape:
        """Shape of the node called ``node``, families written out (``skip@2``)."""


def _range(*values: int) -> list[int]:
    numbers = range(*values)
    if len(numbers) > MAX_LIST:
        _too_large(f"a range of {len(numbers)} numbers", MAX_LIST)
    return list(numbers)


def _log2(value: float) -> int | float:
    result = exact_log2(value)
    return int(result) if result.is_integer() else result


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "ceil": lambda value: -floor(-value),
    "float": float,
    "floor": floor,
    "int": int,
    "len": len,
    "log2": _log2,
    "max": max,
    "min": min,
    "range": _range,
    "reversed": lambda values: list(reversed(values)),
    "round": round,
    "sum": sum,
}
SIZES: dict[str, int] = {"height": -3, "width": -2, "channels": -1}
"""Functions of a node: which axis of its shape they give."""

_WORDS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}


def _power(base: float, exponent: float) -> Any:
    if abs(exponent) > MAX_EXPONENT:
        _too_large(f"the exponent {exponent}", MAX_EXPONENT)
    return base**exponent


def _times(left: Any, right: Any) -> Any:
    for sequence, count in ((left, right), (right, left)):
        if isinstance(sequence, list | str) and isinstance(count, int):
            if len(sequence) * count > MAX_LIST:
                _too_large(f"a list of {len(sequence) * count} members", MAX_LIST)
            return sequence * count
    return left * right


_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: _times,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: lambda left, right: _number(left) % _number(right),
    ast.Pow: lambda left, right: _power(_number(left), _number(right)),
}
_COMPARISONS: dict[type, Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
_UNARY: dict[type, Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}


def _number(value: Any) -> Any:
    if isinstance(value, int | float):
        return value
    raise TypeError(f"a number was expected, not {show(value)}")


def _too_large(what: str, limit: int) -> NoReturn:
    raise FormulaError("AF124", f"{what} is too large for a formula", why=f"the limit is {limit}")


def show(value: Any) -> str:
    """A value as a spec would write it."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, list | tuple):
        return f"[{', '.join(show(item) for item in value)}]"
    return f"'{value}'" if isinstance(value, str) else f"{value}"


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
            return _checked(_Evaluator(names).visit(self.body))
        except FormulaError:
            raise
        except (ArithmeticError, TypeError, ValueError, IndexError, RecursionError) as error:
            raise FormulaError(
                "AF123", f"`={self.text}` cannot be worked out: {_lower(str(error))}"
            ) from error


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _checked(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not isfinite(value) or abs(value) > MAX_NUMBER:
            _too_large("a number", MAX_NUMBER)
    elif isinstance(value, list | str) and len(value) > MAX_LIST:
        _too_large(f"a list of {len(value)} members", MAX_LIST)
    elif not isinstance(value, list | str | bool | None):
        raise TypeError(f"the result is not a number, a string or a list: {value!r}")
    return value


class _Evaluator:
    """Walks a checked syntax tree."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def visit(self, node: ast.AST) -> Any:
        return getattr(self, f"_{type(node).__name__.lower()}")(node)

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        return _WORDS[node.id] if node.id in _WORDS else self._names.value(node.id)

    def _list(self, node: ast.List) -> Any:
        return [self.visit(item) for item in node.elts]

    def _binop(self, node: ast.BinOp) -> Any:
        apply = _OPERATORS[type(node.op)]
        return _checked(apply(self.visit(node.left), self.visit(node.right)))

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        return _UNARY[type(node.op)](self.visit(node.operand))

    def _boolop(self, node: ast.BoolOp) -> Any:
        stop = isinstance(node.op, ast.Or)
        value: Any = None
        for part in node.values:
            value = self.visit(part)
            if bool(value) is stop:
                break
        return value

    def _compare(self, node: ast.Compare) -> Any:
        left = self.visit(node.left)
        for compare, part in zip(node.ops, node.comparators, strict=True):
            right = self.visit(part)
            if not _COMPARISONS[type(compare)](left, right):
                return False
            left = right
        return True

    def _ifexp(self, node: ast.IfExp) -> Any:
        return self.visit(node.body if self.visit(node.test) else node.orelse)

    def _subscript(self, node: ast.Subscript) -> Any:
        return self.visit(node.value)[self.visit(node.slice)]

    def _slice(self, node: ast.Slice) -> slice:
        parts = (node.lower, node.upper, node.step)
        return slice(*(None if part is None else self.visit(part) for part in parts))

    def _call(self, node: ast.Call) -> Any:
        assert isinstance(node.func, ast.Name)
        if node.func.id == AT:
            return self._at(node)
        if node.func.id in SIZES:
            return self._size(node.func.id, self.reference(node.args[0]))
        return _checked(FUNCTIONS[node.func.id](*(self.visit(item) for item in node.args)))

    def _at(self, node: ast.Call) -> Any:
        name, *indices = node.args
        value = self._names.member(str(_text(name)), self._index(indices[0]))
        for part in indices[1:]:
            value = value[self._index(part)]
        return value

    def _index(self, node: ast.AST) -> int:
        return whole_index(self.visit(node))

    def _size(self, function: str, node: str) -> int:
        shape = self._names.shape(node)
        axis = SIZES[function]
        if len(shape) < -axis:
            raise FormulaError(
                "AF126", f"{function}({node}) does not exist: '{node}' is a flat vector"
            )
        size = shape[axis]
        if size is None:
            raise FormulaError(
                "AF126",
                f"{function}({node}) is not known: the input's size is open",
                fix="give the input a fixed size, or write the network without it",
            )
        return size

    def reference(self, node: ast.AST) -> str:
        """The node's name with families written out."""
        if isinstance(node, ast.Attribute):
            return f"{self.reference(node.value)}.{node.attr}"
        if isinstance(node, ast.Call):
            name, *indices = node.args
            return "@".join([_text(name), *(str(self._index(part)) for part in indices)])
        assert isinstance(node, ast.Name)
        return node.id


def whole_index(value: Any) -> int:
    """``value`` as what may follow ``@``.

    Raises:
        FormulaError: It is not a whole number, 0 or more.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise FormulaError(
            "AF125",
            f"what follows `@` is a whole number, 0 or more, not {show(value)}",
            why="`@-1` does not mean the last member",
            fix="guard it with `if:`, or start the loop later",
        )
    return value


def _text(node: ast.AST) -> str:
    assert isinstance(node, ast.Constant)
    return str(node.value)


AT = "at_"
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
        _too_large(f"a formula of {len(inner)} letters", MAX_TEXT)
    try:
        body = ast.parse(_rewrite(inner), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise FormulaError(
            "AF121", f"`={inner}` is not a formula", why=_syntax(error), fix=_syntax_fix(inner)
        ) from error
    names: set[str] = set()
    asks = [_check(node, inner, names) for node in _values(body)]
    return Formula(inner, body, frozenset(names - set(_WORDS)), any(asks))


def _syntax(error: BaseException) -> str:
    return _lower(error.msg) if isinstance(error, SyntaxError) else "it nests too deep"


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
            fix="a node's sizes are read as channels(node), height(node), width(node)",
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
        names.add(_text(node.args[0]).split(".", maxsplit=1)[0])
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
            f"`={text}`: height, width and channels take the name of one node",
            fix="write `channels(prev)`, `channels(input)` or `height(skip@i)`",
        )
    return True
