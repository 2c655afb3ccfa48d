"""Expressions over the names of a run, as lessons and conditions have them.

An expression is Python's arithmetic and nothing else. It cannot assign, it calls only the
functions among the names that it is given, and it reads only the attributes of a :class:`Part`. So
an expression cannot change a run.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import CodeType
from typing import Any, ClassVar

import numpy as np

from gdtui.analysis.expression_error import ExpressionError
from gdtui.engine.parsing import compile_tree, parse

LONGEST = 300
"""The most characters of an expression."""

_MOST_POWER = 10
_MOST_WHOLE = 2**53
"""Larger whole numbers become floats; up to this size float64 is exact."""

_OPERATIONS: Mapping[str, Callable[[Any, Any], object]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "Div": operator.truediv,
    "FloorDiv": operator.floordiv,
    "Mod": operator.mod,
    "Pow": operator.pow,
}
_ALLOWED = (
    *(ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call),
    *(ast.Name, ast.Constant, ast.Subscript, ast.Attribute, ast.Load),
    *(ast.operator, ast.unaryop, ast.boolop, ast.cmpop),
)
_FORBIDDEN = (
    *(ast.LShift, ast.RShift, ast.MatMult, ast.BitAnd, ast.BitOr, ast.BitXor, ast.Invert),
    *(ast.Is, ast.IsNot),
)


class Part:
    """The name before a dot in an expression, such as ``before`` in ``before.loss``."""

    def __init__(self, name: str, look_up: Callable[[str], object]) -> None:
        """``look_up`` raises a KeyError for an unknown name."""
        self.name = name
        self.look_up = look_up


class _Guarded(ast.NodeTransformer):
    """Replaces arithmetic and dots by calls of the functions below. With Python's own, an
    expression could reach the attributes of an object, or compute numbers and texts of a billion
    digits."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.Call:
        self.generic_visit(node)
        kind = ast.Constant(type(node.op).__name__)
        return _call("_arithmetic", kind, node.left, node.right)

    def visit_Attribute(self, node: ast.Attribute) -> ast.Call:
        self.generic_visit(node)
        return _call("_part", node.value, ast.Constant(node.attr))


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


def _arithmetic(kind: str, left: object, right: object) -> object:
    if isinstance(left, str) or isinstance(right, str):
        raise ExpressionError("a text has no arithmetic")
    if kind == "Pow" and isinstance(left, int):
        left = float(left)
    # Whole numbers of any size, kept and multiplied again, would soon have a billion digits.
    return _OPERATIONS[kind](_within_float(left), _within_float(right))


def _within_float(value: object) -> object:
    return float(value) if isinstance(value, int) and abs(value) > _MOST_WHOLE else value


def _part(whole: object, name: str) -> object:
    if not isinstance(whole, Part):
        raise ExpressionError(f"it has no part {name!r}")
    try:
        return whole.look_up(name)
    except KeyError:
        raise ExpressionError(f"{whole.name} has no {name!r}") from None


_GLOBALS = {"__builtins__": {}, "_arithmetic": _arithmetic, "_part": _part}


@dataclass(frozen=True)
class Expression:
    """An expression over the names of a run.

    Attributes:
        text: the expression as it is written.
        line: its line in the file that it is in; 0 for none.
        error: what is raised, by a room that has an error of its own.

    Raises:
        ExpressionError: the expression is not allowed.
    """

    text: str
    line: int = 0
    error: ClassVar[type[ExpressionError]] = ExpressionError

    def __post_init__(self) -> None:
        _ = self._code

    @cached_property
    def _code(self) -> CodeType:
        try:
            return compile_tree(
                ast.fix_missing_locations(_Guarded().visit(self._tree())), "<expression>"
            )
        except ExpressionError:
            raise
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise self.error(f"{self.text!r} is not an expression", self.line) from None

    def _tree(self) -> ast.Expression:
        """The syntax tree, all of whose nodes are allowed."""
        if len(self.text) > LONGEST:
            raise self.error(f"an expression has at most {LONGEST} characters", self.line)
        tree = self._prepared(parse(self.text.strip(), mode="eval"))
        for node in ast.walk(tree):
            if reason := _refusal(node):
                raise self.error(f"{self.text!r}: {reason}", self.line)
        return tree

    def _prepared(self, tree: ast.Expression) -> ast.Expression:
        """The tree in the words that are allowed, for a kind of expression that has more."""
        return tree

    def value(self, names: Mapping[str, object]) -> object:
        """The value of the expression.

        Raises:
            ExpressionError: a name is unknown, or the value cannot be computed.
        """
        try:
            with np.errstate(all="ignore"):
                value = eval(self._code, _GLOBALS, names)
        except ExpressionError as error:
            # An error of the room's own stays what it is.
            kind = type(error) if isinstance(error, self.error) else self.error
            raise kind(f"{self.text!r}: {error}", self.line) from None
        except NameError as error:
            raise self.error(
                f"{self.text!r}: {error.name!r} is not defined here", self.line
            ) from None
        except Exception as error:
            raise self.error(f"{self.text!r} cannot be computed: {error}", self.line) from None
        if not isinstance(value, int | float | str | tuple | np.ndarray | np.generic):
            raise self.error(f"{self.text!r} is neither a number nor a text", self.line)
        return value

    def number(self, names: Mapping[str, object]) -> float:
        """The value as one number.

        Raises:
            ExpressionError: as for :meth:`value`, or the value is not one number.
        """
        value = self.value(names)
        try:
            return float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            raise self.error(f"{self.text!r} is not one number", self.line) from None

    def holds(self, names: Mapping[str, object]) -> bool:
        """Whether the condition is true.

        Raises:
            ExpressionError: as for :meth:`value`, or the value is neither true nor false.
        """
        value = self.value(names)
        if isinstance(value, bool | np.bool_):
            return bool(value)
        raise self.error(f"{self.text!r} is neither true nor false", self.line)


def _refusal(node: ast.AST) -> str:
    """The reason why a part of an expression is not allowed; empty if it is allowed."""
    if not isinstance(node, _ALLOWED) or isinstance(node, _FORBIDDEN):
        return f"{type(node).__name__} is not allowed in an expression"
    if isinstance(node, ast.Attribute) and (
        not isinstance(node.value, ast.Name) or node.attr.startswith("_")
    ):
        return "a dot is allowed only as in before.loss"
    if isinstance(node, ast.Name) and node.id.startswith("_"):
        return f"{node.id} is not allowed"
    if isinstance(node, ast.Call) and (node.keywords or not isinstance(node.func, ast.Name)):
        return "only functions can be called, by their names and without keywords"
    if isinstance(node, ast.Constant) and not isinstance(node.value, int | float | str):
        return f"{node.value!r} is not allowed in an expression"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        power = node.right
        small = isinstance(power, ast.Constant) and isinstance(power.value, int | float)
        if not small or abs(power.value) > _MOST_POWER:  # type: ignore[attr-defined]
            return f"a power is a number of at most {_MOST_POWER}"
    return ""
