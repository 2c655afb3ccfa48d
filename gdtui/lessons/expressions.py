"""Expressions in a lesson's texts, such as ``{w:.3f}``, filled in from the run.

An expression is Python's arithmetic and nothing else. It cannot assign, it calls only the
functions of a snapshot, and it reads only the attributes of a snapshot's own parts. So an
expression cannot change a run. This does not protect from a lesson: gdtui runs the scripts that a
lesson names, and the lines that it puts into them, as they are.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from types import CodeType
from typing import Any

import numpy as np

from gdtui.analysis.numerals import DIGITS, numeral
from gdtui.engine.parsing import compile_tree, parse
from gdtui.engine.printable import clean_line
from gdtui.engine.script.settings import shown as quoted
from gdtui.lessons.errors import LessonError

LONGEST = 300
"""The most characters of an expression."""

_MOST_POWER = 10
_MOST_WHOLE = 2**53
"""Larger whole numbers become floats; up to this size float64 is exact."""

_MOST_SHOWN = 64
"""The most numbers of an array that a text shows."""

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
    """Replaces arithmetic and dots by calls of the functions below. With Python's own, a lesson
    could reach the attributes of an object, or compute numbers and texts of a billion digits."""

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
        raise LessonError("a text has no arithmetic")
    if kind == "Pow" and isinstance(left, int):
        left = float(left)
    # Whole numbers of any size, kept and multiplied again, would soon have a billion digits.
    return _OPERATIONS[kind](_within_float(left), _within_float(right))


def _within_float(value: object) -> object:
    return float(value) if isinstance(value, int) and abs(value) > _MOST_WHOLE else value


def _part(whole: object, name: str) -> object:
    if not isinstance(whole, Part):
        raise LessonError(f"it has no part {name!r}")
    try:
        return whole.look_up(name)
    except KeyError:
        raise LessonError(f"{whole.name} has no {name!r}") from None


_GLOBALS = {"__builtins__": {}, "_arithmetic": _arithmetic, "_part": _part}


@dataclass(frozen=True)
class Expression:
    """An expression over the names of a snapshot.

    Attributes:
        text: the expression as the lesson writes it.
        line: its line in the lesson's file.

    Raises:
        LessonError: the expression is not allowed.
    """

    text: str
    line: int = 0

    def __post_init__(self) -> None:
        _ = self._code

    @cached_property
    def _code(self) -> CodeType:
        if len(self.text) > LONGEST:
            raise LessonError(f"an expression has at most {LONGEST} characters", self.line)
        try:
            tree = parse(self.text.strip(), mode="eval")
            for node in ast.walk(tree):
                if reason := _refusal(node):
                    raise LessonError(f"{self.text!r}: {reason}", self.line)
            return compile_tree(ast.fix_missing_locations(_Guarded().visit(tree)), "<lesson>")
        except LessonError:
            raise
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise LessonError(f"{self.text!r} is not an expression", self.line) from None

    def value(self, names: Mapping[str, object]) -> object:
        """The value of the expression.

        Raises:
            LessonError: a name is unknown in the snapshot, or the value cannot be computed.
        """
        try:
            with np.errstate(all="ignore"):
                value = eval(self._code, _GLOBALS, names)
        except LessonError as error:
            raise type(error)(f"{self.text!r}: {error}", self.line) from None
        except NameError as error:
            raise LessonError(
                f"{self.text!r}: {error.name!r} is not defined here", self.line
            ) from None
        except Exception as error:
            raise LessonError(f"{self.text!r} cannot be computed: {error}", self.line) from None
        if not isinstance(value, int | float | str | tuple | np.ndarray | np.generic):
            raise LessonError(f"{self.text!r} is neither a number nor a text", self.line)
        return value

    def number(self, names: Mapping[str, object]) -> float:
        """The value as one number.

        Raises:
            LessonError: as for :meth:`value`, or the value is not one number.
        """
        value = self.value(names)
        try:
            return float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            raise LessonError(f"{self.text!r} is not one number", self.line) from None

    def holds(self, names: Mapping[str, object]) -> bool:
        """Whether the condition is true.

        Raises:
            LessonError: as for :meth:`value`, or the value is neither true nor false.
        """
        value = self.value(names)
        if isinstance(value, bool | np.bool_):
            return bool(value)
        raise LessonError(f"{self.text!r} is neither true nor false", self.line)


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
        return "only the functions of a lesson can be called, without keywords"
    if isinstance(node, ast.Constant) and not isinstance(node.value, int | float | str):
        return f"{node.value!r} is not allowed in an expression"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        power = node.right
        small = isinstance(power, ast.Constant) and isinstance(power.value, int | float)
        if not small or abs(power.value) > _MOST_POWER:  # type: ignore[attr-defined]
            return f"a power is a number of at most {_MOST_POWER}"
    return ""


_BEGINS_BLOCK = re.compile(r"\s*([-*+>|#]|\d+[.)]|```)")
_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


@dataclass(frozen=True)
class Text:
    """A Markdown text with expressions in braces. A literal brace is written twice.

    Attributes:
        source: the text as the lesson writes it.
        line: its first line in the file.

    Raises:
        LessonError: a brace has no partner, or an expression is not allowed.
    """

    source: str
    line: int = 0

    def __post_init__(self) -> None:
        _ = self._parts

    @cached_property
    def _parts(self) -> tuple[str | tuple[Expression, str], ...]:
        """Text, and expressions with their formats."""
        return tuple(self._split())

    def _split(self) -> Iterator[str | tuple[Expression, str]]:
        # A paragraph becomes one line: otherwise a number at the beginning of a line could look
        # like that of a list item.
        source = _with_whole_paragraphs(self.source)
        end = 0
        for match in _PLACE.finditer(source):
            yield source[end : match.start()]
            end = match.end()
            line = self.line + self.source.count("\n", 0, match.start())
            if match[0] in ("{{", "}}"):
                yield match[0][0]
            elif match[1] is None or not match[1].strip():
                raise LessonError(
                    f"{quoted(match[0])} without its partner; write it twice for a brace",
                    line,
                )
            else:
                text, form = _with_format(match[1], line)
                yield Expression(text, line), form
        yield source[end:]

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions in the text, in their order."""
        return tuple(part[0] for part in self._parts if not isinstance(part, str))

    def fill(self, names: Mapping[str, object]) -> str:
        """The text with the values of its expressions.

        Raises:
            LessonError: an expression cannot be computed.
        """
        return "".join(
            part if isinstance(part, str) else _filled(*part, names) for part in self._parts
        ).strip()


def _filled(expression: Expression, form: str, names: Mapping[str, object]) -> str:
    value = expression.value(names)
    try:
        return shown(value, form)
    except (TypeError, ValueError, OverflowError):
        raise LessonError(f"{expression.text!r} cannot be shown", expression.line) from None


def _with_whole_paragraphs(source: str) -> str:
    """A Markdown text of the same length, with a blank for each line break in a paragraph."""
    lines = source.split("\n")
    fenced = False
    text = lines[0]
    for before, line in pairwise(lines):
        is_fence = before.startswith("```")
        fenced ^= is_fence
        breaks = fenced or is_fence or not (before.strip() and line.strip())
        text += "\n" if breaks or _BEGINS_BLOCK.match(line) else " "
        text += line
    return text


def _with_format(inside: str, line: int) -> tuple[str, str]:
    """The content of a pair of braces, as an expression and a format."""
    text, colon, form = (part.strip() for part in inside.rpartition(":"))
    if not colon or re.search("['\"\\])]", form):
        # No colon, or a colon that is part of the expression.
        return inside.strip(), ""
    if not re.fullmatch(r"[+]|[+]?(\.\d{1,2})?[efg%d]", form):
        raise LessonError(f"{quoted(form)} is not a format; one is .3f, .4g, .1%, + or +.2f", line)
    return text, form


def shown(value: object, form: str = "") -> str:
    """A value as text. A number follows the rule for all numbers, with as many digits as ``g``
    requests, or another format. Several numbers have commas between them. A text becomes one line
    that is safe to show."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, str):
        return clean_line(value)
    if isinstance(value, int) and not form:
        return str(value)
    if isinstance(value, np.ndarray | tuple | list):
        values = np.ravel(np.asarray(value))
        cut = ["…"] if len(values) > _MOST_SHOWN else []
        return ", ".join([*(shown(each, form) for each in values[:_MOST_SHOWN].tolist()), *cut])
    number = float(value)  # type: ignore[arg-type]
    if not form.strip("+") or form.endswith("g"):
        text = numeral(number, int(form.strip("+.g") or DIGITS) or 1)
        return f"+{text}" if form.startswith("+") and number > 0 and text != "0" else text
    text = format(int(number) if form == "d" else number, form)
    # No minus before a number that is rounded to 0.
    return text.lstrip("-") if not re.search(r"[1-9]|inf|nan", text) else text
