"""What formulas can compute: functions, operators, and the limits that keep them from hanging."""

import ast
import operator
from collections.abc import Callable
from math import floor, isfinite
from math import log2 as exact_log2
from typing import Any, NoReturn

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


def _range(*values: int) -> list[int]:
    numbers = range(*values)
    if len(numbers) > MAX_LIST:
        too_large(f"a range of {len(numbers)} numbers", MAX_LIST)
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
SIZES = ("length", "planes", "height", "width", "channels")
"""Functions of a node: the size along the axis of that name, as ``archforge.graph.AXES`` has it."""

WORDS: dict[str, bool | None] = {
    "true": True,
    "false": False,
    "null": None,
    "True": True,
    "False": False,
    "None": None,
}


def _power(base: float, exponent: float) -> Any:
    if abs(exponent) > MAX_EXPONENT:
        too_large(f"the exponent {exponent}", MAX_EXPONENT)
    return base**exponent


def _times(left: Any, right: Any) -> Any:
    for sequence, count in ((left, right), (right, left)):
        if isinstance(sequence, list | str) and isinstance(count, int):
            if len(sequence) * count > MAX_LIST:
                too_large(f"a list of {len(sequence) * count} members", MAX_LIST)
            return sequence * count
    return left * right


OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: _times,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: lambda left, right: _number(left) % _number(right),
    ast.Pow: lambda left, right: _power(_number(left), _number(right)),
}
COMPARISONS: dict[type, Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
UNARY: dict[type, Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}


def _number(value: Any) -> Any:
    if isinstance(value, int | float):
        return value
    raise TypeError(f"a number was expected, not {show(value)}")


def too_large(what: str, limit: int) -> NoReturn:
    """Refuse a value beyond a limit.

    Raises:
        FormulaError: Always.
    """
    raise FormulaError("AF124", f"{what} is too large for a formula", why=f"the limit is {limit}")


def show(value: Any) -> str:
    """A value as a spec would write it."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, list | tuple):
        return f"[{', '.join(show(item) for item in value)}]"
    return f"'{value}'" if isinstance(value, str) else f"{value}"


def lower(text: str) -> str:
    """A sentence as a part of ours."""
    return text[:1].lower() + text[1:]


def checked(value: Any) -> Any:
    """``value``, if it is one that a formula may have.

    Raises:
        FormulaError: It is too large.
        TypeError: It is of a kind that specs do not have.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not isfinite(value) or abs(value) > MAX_NUMBER:
            too_large("a number", MAX_NUMBER)
    elif isinstance(value, list | str) and len(value) > MAX_LIST:
        too_large(f"a list of {len(value)} members", MAX_LIST)
    elif not isinstance(value, list | str | bool | None):
        raise TypeError(f"the result is not a number, a string or a list: {value!r}")
    return value
