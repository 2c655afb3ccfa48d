"""The calls of the probe, as parts of a syntax tree.

:mod:`gdtui.engine.program.program` says what they are for.
"""

from __future__ import annotations

import ast
import copy
import secrets
from collections.abc import Sequence

from gdtui.engine.script.metrics import MetricPlaces
from gdtui.engine.script.statements import UpdatePlace
from gdtui.engine.script.syntax import start_of

PROBE = f"gdtui {secrets.token_hex(16)}"
"""Stands in an instrumented script for the engine, until :func:`with_probe` puts that there. A
script has no name for it: it sees none that it has not made, and may use any it likes."""

Located = ast.stmt | ast.expr | ast.ExceptHandler | ast.pattern


def probe_attribute(name: str) -> ast.Attribute:
    """A method of the probe."""
    return ast.Attribute(value=ast.Constant(PROBE), attr=name, ctx=ast.Load())


def call_probe(method: str, place: Located, *arguments: ast.expr) -> ast.Expr:
    """A statement that calls a method of the probe, on the lines of a ``place``."""
    call = ast.Call(func=probe_attribute(method), args=list(arguments), keywords=[])
    return placed(ast.Expr(value=call), place)


def header_place(node: ast.For | ast.While, expression: ast.expr) -> ast.expr:
    """A place for calls that stand around the expression in the header of a loop: that header,
    where it stands on one line. Python takes a call on an attribute that spans several lines to
    be on the last of them."""
    start, end = expression.col_offset, expression.col_offset
    if expression.end_lineno == node.lineno:
        start, end = node.col_offset, expression.end_col_offset or end
    return on_line(expression.lineno, start, end + 1)


def on_line(line: int, start: int, end: int) -> ast.expr:
    """A place on one line, from a column to another."""
    return ast.Constant(None, lineno=line, col_offset=start, end_lineno=line, end_col_offset=end)


def placed(statement: ast.Expr, place: Located) -> ast.Expr:
    """A new statement, whose parts without a line get that of a ``place``."""
    for node in ast.walk(statement):
        if not hasattr(node, "lineno"):
            ast.copy_location(node, place)
    return statement


def update_calls(node: Located, places: Sequence[UpdatePlace]) -> list[ast.stmt]:
    """Reports that a statement is about to update something by hand. Only names are looked up
    for them, which the statement itself looks up."""
    calls: list[ast.stmt] = []
    for each in places:
        given: list[ast.expr] = [ast.Constant(each.path), ast.Name(each.base, ast.Load())]
        given.append(ast.Tuple([ast.Constant(step) for step in each.steps], ast.Load()))
        for key in each.keys:
            fresh = ast.Name(key.id, ast.Load()) if isinstance(key, ast.Name) else key
            given.append(copy.copy(fresh))
        calls.append(call_probe("update", node, *given))
    return calls


def metric_calls(node: ast.stmt, metrics: MetricPlaces) -> list[ast.stmt]:
    """The calls after a statement that has computed metrics."""
    place = start_of(node)
    calls: list[ast.stmt] = [
        call_probe("metric", node, ast.Constant(name), ast.Name(name, ast.Load()))
        for name in metrics.after.get(place, ())
    ]
    if place in metrics.collected:
        name, held = metrics.collected[place]
        calls.append(call_probe("collected", node, ast.Constant(name), copy.deepcopy(held)))
    return calls


def with_loss_sent(node: ast.stmt) -> ast.stmt:
    """A statement that puts a loss without a name into a list, which reports the loss as well."""
    new = copy.copy(node)
    if isinstance(new, ast.Expr):
        new.value = call = copy.copy(new.value)
        assert isinstance(call, ast.Call)
        call.args = [call_probe("sent", call.args[0], ast.Constant("loss"), call.args[0]).value]
    elif isinstance(new, ast.Assign):
        new.value = call_probe("sent", new.value, ast.Constant("loss"), new.value).value
    return new


def is_call_of_probe(node: ast.expr) -> bool:
    """Whether it is a call of the probe."""
    return isinstance(node, ast.Call) and is_probe(node.func)


def is_probe(node: ast.expr) -> bool:
    """Whether it is an attribute of the probe."""
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Constant)
        and node.value.value == PROBE
    )
