"""Calls for an observer between all statements of a script, in its functions as well.

A run that is watched this closely is slow, so only what asks for it is compiled in this way::

    PROBE.about(3)
    error = PROBE.difference(prediction, target)
    PROBE.seen(3)
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass

from gdtui.engine.parsing import parse
from gdtui.engine.program.probe_calls import PROBE, probe_attribute
from gdtui.engine.script.script import Script
from gdtui.engine.script.syntax import Place, block_fields, start_of, statements_in

_LONGEST_LITERAL = 200
"""A list of more entries than this is a table of data, in which nothing is computed."""


@dataclass(frozen=True)
class Watched:
    """A statement that is reported before it runs and after.

    Attributes:
        index: its number, by which it is reported.
        line: its first line, from 1.
        end_line: its last line.
        targets: what it gives values to, as expressions: ``w``, ``self.slope``, ``losses``.
        node: the statement itself; do not change it.
        function: the function in which it stands; empty at the top level.
    """

    index: int
    line: int
    end_line: int
    targets: tuple[str, ...]
    node: ast.stmt
    function: str


@dataclass(frozen=True)
class ShiftPlace:
    """Where an observer may move a variable.

    Attributes:
        path: the variable, as an expression.
        line: the line of the statement before or after which it is moved; 0 for the start of each
            turn of the training loop.
        after: whether it is moved after that statement.
    """

    path: str
    line: int = 0
    after: bool = False


class Observing:
    """Puts the calls into a copy of a script's tree whose lists of statements are its own."""

    def __init__(self, script: Script, shifts: tuple[ShiftPlace, ...] = ()) -> None:
        self.watched: list[Watched] = []
        self._shifts = shifts
        self._loop: Place = start_of(script.loop.node)
        self._own = {start_of(node) for node in statements_in(script.tree)}

    def observe(self, holder: ast.AST, function: str = "") -> None:
        """Put the calls into all lists of statements below a node."""
        if isinstance(holder, ast.FunctionDef | ast.AsyncFunctionDef):
            function = holder.name
        for field in block_fields(holder):
            held = getattr(holder, field)
            for each in held:
                self.observe(each, function)
            if not isinstance(holder, ast.ClassDef) and field != "handlers" and field != "cases":
                held[:] = [new for each in held for new in self._around(each, function)]
        if isinstance(holder, ast.For | ast.While) and start_of(holder) == self._loop:
            holder.body[:0] = self._shifting(holder, 0)

    def _around(self, node: ast.stmt, function: str) -> list[ast.stmt]:
        if not isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr):
            if isinstance(node, ast.Return) and node.value is not None:
                given = copy.deepcopy(node.value)
                node = copy.copy(node)
                node.value = _Differences().visit(given)
            return [node]
        value = node.value
        if value is None or (isinstance(node, ast.Expr) and not _is_watched(value)):
            return [node]
        index = len(self.watched)
        targets = tuple(_targets(node))
        line, end = node.lineno, node.end_lineno or node.lineno
        self.watched.append(Watched(index, line, end, targets, node, function))
        if not _is_large(value):
            node = _Differences().visit(copy.deepcopy(node))
        before = self._shifting(node, node.lineno, after=False)
        after = self._shifting(node, node.lineno, after=True)
        return [*before, _call("about", index, node), node, _call("seen", index, node), *after]

    def _shifting(self, place: ast.stmt, line: int, *, after: bool = False) -> list[ast.stmt]:
        """``try: w = PROBE.shifted("w", w)`` for each variable that is to be moved here."""
        return [
            _shift(each.path, place)
            for each in self._shifts
            if (each.line, each.after) == (line, after)
        ]


class _Differences(ast.NodeTransformer):
    """Lets each difference say what it is taken of."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Sub):
            return node
        call = ast.Call(probe_attribute("difference"), [node.left, node.right], [])
        return ast.fix_missing_locations(ast.copy_location(call, node))


def _shift(path: str, place: ast.stmt) -> ast.stmt:
    tried = parse(f"try:\n    {path} = 0\nexcept Exception:\n    pass").body[0]
    assert isinstance(tried, ast.Try)
    assign = tried.body[0]
    assert isinstance(assign, ast.Assign)
    read = parse(path, mode="eval").body
    assign.value = ast.Call(probe_attribute("shifted"), [ast.Constant(path), read], [])
    for node in ast.walk(tried):
        if isinstance(node, ast.expr | ast.stmt | ast.excepthandler):
            node.lineno = node.end_lineno = place.lineno
            node.col_offset, node.end_col_offset = 0, 1
    return tried


def _is_watched(value: ast.expr) -> bool:
    """Whether an expression that stands alone does something, and is none of the engine's calls."""
    if isinstance(value, ast.Constant):
        return False
    function = value.func if isinstance(value, ast.Call) else None
    return not (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Constant)
        and function.value.value == PROBE
    )


def _is_large(value: ast.expr) -> bool:
    return any(place > _LONGEST_LITERAL for place, _ in enumerate(ast.walk(value)))


def _targets(node: ast.stmt) -> list[str]:
    """The names, attributes and entries that a statement gives values to."""
    if isinstance(node, ast.Assign):
        given = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        given = [node.target]
    else:
        return _receiver(node)
    flat = [
        part
        for target in given
        for part in (target.elts if isinstance(target, ast.Tuple | ast.List) else [target])
    ]
    found = [_whole(each) for each in flat]
    # With an entry what holds it as well, which may be an array.
    found += [each.value for each in found if isinstance(each, ast.Subscript)]
    return [ast.unparse(each) for each in found if _is_plain(each)]


def _receiver(node: ast.stmt) -> list[str]:
    """What a call that stands alone may change: ``losses`` in ``losses.append(loss)``."""
    call = getattr(node, "value", None)
    function = call.func if isinstance(call, ast.Call) else None
    if isinstance(function, ast.Attribute) and _is_plain(function.value):
        return [ast.unparse(function.value)]
    return []


def _whole(target: ast.expr) -> ast.expr:
    """Of ``w[1:]`` the whole ``w``; an entry that a constant names stays itself."""
    while isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Constant):
        target = target.value
    return target.value if isinstance(target, ast.Starred) else target


def _is_plain(node: ast.expr) -> bool:
    """Whether an expression can be evaluated once more without doing anything."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant):
            return False
        node = node.value
    return isinstance(node, ast.Name)


def _call(method: str, index: int, place: ast.stmt) -> ast.stmt:
    report = ast.Expr(ast.Call(probe_attribute(method), [ast.Constant(index)], []))
    for node in ast.walk(report):
        if isinstance(node, ast.expr | ast.stmt):
            node.lineno = node.end_lineno = place.lineno
            node.col_offset, node.end_col_offset = 0, 1
    return report
