"""Works out a formula by walking its checked syntax tree; never ``eval``."""

import ast
from typing import Any, Protocol

from archforge.expand.operations import (
    COMPARISONS,
    FUNCTIONS,
    OPERATORS,
    SIZES,
    UNARY,
    WORDS,
    FormulaError,
    checked,
    show,
)
from archforge.graph import AXES, Shape, show_axes

AT = "at_"
"""The call that stands for ``@`` in a formula's syntax tree."""


class Names(Protocol):
    """What a formula may ask of the place where it stands."""

    def value(self, name: str) -> Any:
        """The hyperparameter, loop variable or argument called ``name``."""

    def member(self, name: str, index: int) -> Any:
        """Member ``index`` of the list called ``name``."""

    def shape(self, node: str, function: str) -> Shape:
        """Shape of the node called ``node`` (``skip@2``), of which ``function`` reads one axis."""


class Evaluator:
    """Walks a checked syntax tree.

    Args:
        names: What the place of the formula knows.
    """

    def __init__(self, names: Names) -> None:
        self._names = names

    def visit(self, node: ast.AST) -> Any:
        """The value of one part."""
        return getattr(self, f"_{type(node).__name__.lower()}")(node)

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        return WORDS[node.id] if node.id in WORDS else self._names.value(node.id)

    def _list(self, node: ast.List) -> Any:
        return [self.visit(item) for item in node.elts]

    def _binop(self, node: ast.BinOp) -> Any:
        apply = OPERATORS[type(node.op)]
        return checked(apply(self.visit(node.left), self.visit(node.right)))

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        return UNARY[type(node.op)](self.visit(node.operand))

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
            if not COMPARISONS[type(compare)](left, right):
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
        return checked(FUNCTIONS[node.func.id](*(self.visit(item) for item in node.args)))

    def _at(self, node: ast.Call) -> Any:
        name, *indices = node.args
        value = self._names.member(str(text_of(name)), self._index(indices[0]))
        for part in indices[1:]:
            value = value[self._index(part)]
        return value

    def _index(self, node: ast.AST) -> int:
        return whole_index(self.visit(node))

    def _size(self, function: str, node: str) -> int:
        shape = self._names.shape(node, function)
        names = AXES.get(len(shape), ())
        if function not in (*names, "channels"):
            has = "is a flat vector" if len(shape) == 1 else f"has {show_axes(len(shape))}"
            raise FormulaError("AF126", f"{function}({node}) does not exist: '{node}' {has}")
        size = shape[-1 if function == "channels" else names.index(function)]
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
            return "@".join([text_of(name), *(str(self._index(part)) for part in indices)])
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


def text_of(node: ast.AST) -> str:
    """The text that a part holds."""
    assert isinstance(node, ast.Constant)
    return str(node.value)
