"""Works out expressions on values that are there.

It is an interpreter of Python's own syntax trees. Each part is done by Python, NumPy or torch, so
that its value is the one that the run has to the last bit; but only what is known to change nothing
is done at all.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Iterator, Mapping, MutableMapping
from types import FunctionType
from typing import Any

from gdtui.engine.kinds import is_one_of
from gdtui.engine.record.freezing import freeze
from gdtui.engine.record.summary import Summaries
from gdtui.engine.workings.bits import copied, is_number, is_numeric, is_plain
from gdtui.engine.workings.calling import Callee, called, forward_of, function_of
from gdtui.engine.workings.reading import OwnPropertyError, read_attribute, read_entry
from gdtui.engine.workings.working import Line, RefusedError

MOST_PARTS = 20_000
"""A statement with more parts to work out, such as a long loop in a function, is left alone."""

MOST_LINES = 24
"""Of a statement that calls functions of the script so many lines are kept."""

_FEW = 100

NOTHING_KEPT: Mapping[str, Any] = {}

_BINARY: dict[type, Any] = {
    ast.Add: (operator.add, operator.iadd),
    ast.Sub: (operator.sub, operator.isub),
    ast.Mult: (operator.mul, operator.imul),
    ast.Div: (operator.truediv, operator.itruediv),
    ast.FloorDiv: (operator.floordiv, operator.ifloordiv),
    ast.Mod: (operator.mod, operator.imod),
    ast.Pow: (operator.pow, operator.ipow),
    ast.MatMult: (operator.matmul, operator.imatmul),
    ast.BitAnd: (operator.and_, operator.iand),
    ast.BitOr: (operator.or_, operator.ior),
    ast.BitXor: (operator.xor, operator.ixor),
}
_UNARY: dict[type, Any] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}
_COMPARED: dict[type, Any] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}


class Names:
    """The names that an expression sees: its own, and then the global ones of its script."""

    def __init__(self, own: MutableMapping[str, Any], others: Mapping[str, Any]) -> None:
        self.own = own
        self._others = others

    def read(self, name: str) -> Any:
        """What a name stands for.

        Raises:
            RefusedError: for nothing.
        """
        if name in self.own:
            return self.own[name]
        if name in self._others:
            return self._others[name]
        built_in = self._others.get("__builtins__", {})
        built_in = built_in if isinstance(built_in, dict) else vars(built_in)
        if name in built_in:
            return built_in[name]
        raise RefusedError(f"{name} is not there")


class Expressions:
    """Works out expressions of a script.

    Attributes:
        lines: the expressions of the functions that were gone through, as they were worked out.
        is_cut: whether there were too many of them to keep.
    """

    def __init__(
        self,
        tree: ast.Module,
        path: str,
        globals_: Mapping[str, Any],
        kept: Mapping[str, Any] = NOTHING_KEPT,
        changed: Mapping[str, Any] = NOTHING_KEPT,
    ) -> None:
        """``globals_`` are the global names of the script, whose functions are in ``tree`` and have
        come from the file ``path``. ``kept`` is what names and attributes, such as ``self.w``,
        stood for before the statement, and ``changed`` are all names after it."""
        self.lines: list[Line] = []
        self.is_cut = False
        self._kept = kept
        # What functions have noted at objects, which these keep alive.
        self._stored: dict[tuple[int, str], tuple[Any, Any]] = {}
        self._changed = changed
        self.tree = tree
        self.path = path
        self.globals = globals_
        self.parts: dict[ast.expr, object] = {}
        self._summaries = Summaries()
        self.left = MOST_PARTS
        self.depth = 0

    def line(
        self,
        left: str,
        expression: ast.expr,
        names: Names,
        *,
        call: ast.expr | None = None,
        function: str = "",
    ) -> Any:
        """Work out an expression that stands for itself, and note it. Returns its value.

        Raises:
            RefusedError: it is not worked out again.
        """
        outer, self.parts = self.parts, {}
        try:
            value = self.value(expression, names)
            if len(self.lines) >= MOST_LINES:
                self.is_cut = True
                del self.lines[MOST_LINES // 2]
            self.lines.append(Line(left, expression, self.parts, call, function))
        finally:
            self.parts = outer
        return value

    def value(self, node: ast.expr, names: Names) -> Any:
        """The value of an expression.

        Raises:
            RefusedError: it is not worked out again.
        """
        self.left -= 1
        if self.left < 0:
            raise RefusedError("it has too many parts")
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise RefusedError(f"gdtui does not work out {short(node)}")
        value = method(node, names)
        if not isinstance(node, ast.Constant) and (is_number(value) or is_few(value)):
            self.parts[node] = freeze(value, self._summaries)
        return value

    def augmented_line(self, left: str, expression: ast.BinOp, names: Names) -> Any:
        """As :meth:`line` for ``w -= x``, with ``expression`` as ``w - x``."""
        outer, self.parts = self.parts, {}
        try:
            value = self.augmented(expression, names)
            self.lines.append(Line(left, expression, self.parts))
        finally:
            self.parts = outer
        return value

    def augmented(self, node: ast.BinOp, names: Names) -> Any:
        """The value that ``w`` gets in ``w -= x``, for ``node`` as ``w - x``. An array keeps its
        type, as when it is changed in place; that is done to a copy."""
        held, other = self.value(node.left, names), self.value(node.right, names)
        _need_plain(node, held, other)
        value = _BINARY[type(node.op)][1](copied(held), other)
        self.parts[node] = freeze(value, self._summaries)
        return value

    # Parts ------------------------------------------------------------------------------

    def _constant(self, node: ast.Constant, names: Names) -> Any:
        return node.value

    def _name(self, node: ast.Name, names: Names) -> Any:
        return names.read(node.id)

    def _attribute(self, node: ast.Attribute, names: Names) -> Any:
        if not self.depth and self._kept:
            if short(node) in self._kept:
                return self._kept[short(node)]
            if isinstance(node.value, ast.Name) and node.attr == "grad":
                # What was kept of the tensor is a copy, which has no gradient.
                return read_attribute(self._changed.get(node.value.id), "grad", short(node))
        value = self.value(node.value, names)
        stored = self._stored.get((id(value), node.attr))
        if stored is not None:
            return stored[1]
        try:
            return read_attribute(value, node.attr, short(node))
        except OwnPropertyError as given:
            function: FunctionType = given.args[0]
            return self.own_call(node, Callee(function, (value,)), (), {})

    def _subscript(self, node: ast.Subscript, names: Names) -> Any:
        value, index = self.value(node.value, names), self.value(node.slice, names)
        return read_entry(value, index, short(node))

    def _slice(self, node: ast.Slice, names: Names) -> Any:
        parts = (node.lower, node.upper, node.step)
        return slice(*(None if each is None else self.value(each, names) for each in parts))

    def _tuple(self, node: ast.Tuple, names: Names) -> Any:
        return tuple(self._several(node.elts, names))

    def _list(self, node: ast.List, names: Names) -> Any:
        return list(self._several(node.elts, names))

    def _dict(self, node: ast.Dict, names: Names) -> Any:
        keys = [each for each in node.keys if each is not None]
        if len(keys) < len(node.keys):
            raise RefusedError(f"gdtui does not work out {short(node)}")
        values = self._several(node.values, names)
        return dict(zip(self._several(keys, names), values, strict=True))

    def _several(self, nodes: list[ast.expr], names: Names) -> Iterator[Any]:
        for each in nodes:
            if isinstance(each, ast.Starred):
                yield from elements(self.value(each.value, names), each)
            else:
                yield self.value(each, names)

    def _binop(self, node: ast.BinOp, names: Names) -> Any:
        left, right = self.value(node.left, names), self.value(node.right, names)
        _need_plain(node, left, right)
        if type(node.op) not in _BINARY or isinstance(left, str):
            raise RefusedError(f"gdtui does not work out {short(node)}")
        return _BINARY[type(node.op)][0](left, right)

    def _unaryop(self, node: ast.UnaryOp, names: Names) -> Any:
        value = self.value(node.operand, names)
        _need_plain(node, value)
        return _UNARY[type(node.op)](value)

    def _boolop(self, node: ast.BoolOp, names: Names) -> Any:
        value: Any = None
        for each in node.values:
            value = self.value(each, names)
            if self.is_true(value, node) != isinstance(node.op, ast.And):
                break
        return value

    def _compare(self, node: ast.Compare, names: Names) -> Any:
        left, value = self.value(node.left, names), True
        for sign, each in zip(node.ops, node.comparators, strict=True):
            right = self.value(each, names)
            if not isinstance(sign, ast.Is | ast.IsNot):
                _need_plain(node, left, right)
            if type(sign) not in _COMPARED:
                raise RefusedError(f"gdtui does not work out {short(node)}")
            value = _COMPARED[type(sign)](left, right)
            if len(node.ops) > 1 and not self.is_true(value, node):
                break
            left = right
        return value

    def _ifexp(self, node: ast.IfExp, names: Names) -> Any:
        is_so = self.is_true(self.value(node.test, names), node)
        return self.value(node.body if is_so else node.orelse, names)

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp, names: Names) -> Any:
        inner = Names(dict(names.own), self.globals)
        outer, self.parts = self.parts, {}  # its parts have a value in each turn
        try:
            return list(self._turns(node.elt, node.generators, inner))
        finally:
            self.parts = outer

    _generatorexp = _listcomp

    def _turns(
        self, element: ast.expr, loops: list[ast.comprehension], names: Names
    ) -> Iterator[Any]:
        if not loops:
            yield self.value(element, names)
            return
        loop, *others = loops
        for each in elements(self.value(loop.iter, names), loop.iter):
            self.assign(loop.target, each, names)
            if all(self.is_true(self.value(test, names), test) for test in loop.ifs):
                yield from self._turns(element, others, names)

    def _call(self, node: ast.Call, names: Names) -> Any:
        text = short(node.func)
        function, method = node.func, ""
        held: Any = None
        if isinstance(function, ast.Attribute):
            held = self.value(function.value, names)
            if is_numeric(held):
                method = function.attr
        callee = held if method else self.value(function, names)
        arguments = tuple(self._several(node.args, names))
        keywords = {}
        for each in node.keywords:
            if each.arg is None:
                raise RefusedError(f"gdtui does not work out {short(node)}")
            keywords[each.arg] = self.value(each.value, names)
        own = None if method else function_of(callee, self.path)
        if own is not None:
            return self.own_call(node, own, arguments, keywords)
        layers = None if method else forward_of(callee)
        if layers is not None:
            return self._through(layers, arguments, text)
        return called(callee, method, arguments, keywords, text)

    def _through(self, layers: list[Any], arguments: tuple[Any, ...], text: str) -> Any:
        """What layers that follow on one another make of a value."""
        for place, layer in enumerate(layers):
            own = function_of(layer, self.path)
            name = f"{text}[{place}]"
            if own is not None:
                node = ast.Call(ast.Name(name), [], [])
                arguments = (self.own_call(node, own, arguments, {}),)
            else:
                arguments = (called(layer, "", arguments, {}, name),)
        return arguments[0]

    def own_call(
        self, node: ast.expr, callee: Callee, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> Any:
        """What a function of the script gives.

        Raises:
            RefusedError: it is not worked out again.
        """
        raise NotImplementedError

    def assign(self, target: ast.expr, value: Any, names: Names) -> None:
        """Give names of a function a value."""
        if isinstance(target, ast.Name):
            names.own[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            values = list(elements(value, target))
            if len(values) != len(target.elts):
                raise RefusedError(f"there are not as many values as in {short(target)}")
            for each, part in zip(target.elts, values, strict=True):
                self.assign(each, part, names)
        elif isinstance(target, ast.Attribute):
            # A function may note something at its object. The object stays as it is.
            holder = self.value(target.value, names)
            self._stored[id(holder), target.attr] = holder, value
        else:
            raise RefusedError(f"{short(target)} would be changed")

    def is_true(self, value: Any, node: ast.expr) -> bool:
        """Whether a value counts as true."""
        _need_plain(node, value)
        return bool(value)


def elements(value: Any, node: ast.AST) -> Iterator[Any]:
    """What is gone through in a list, an array or the like; an iterator would be used up."""
    known = is_one_of(type(value), (dict, list, range, str, tuple)) or is_numeric(value)
    if not known:
        raise RefusedError(f"going through {short(node)} may use it up")
    return iter(value)


def _need_plain(node: ast.expr, *values: Any) -> None:
    if not all(map(is_plain, values)):
        raise RefusedError(f"{short(node)} is computed by a class that gdtui does not know")


def is_few(value: Any) -> bool:
    """Whether a value is a short list of numbers."""
    is_short = is_one_of(type(value), (list, tuple)) and len(value) <= _FEW
    return is_short and all(map(is_number, value))


def short(node: ast.AST) -> str:
    """The text of a part of a script, in one line that may be cut."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else f"{text[:59]}…"
