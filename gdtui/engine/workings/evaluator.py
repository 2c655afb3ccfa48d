"""Works out expressions, and goes through the bodies of the script's functions for that.

A function of the script is not called: its statements are worked out as well, and it may do no more
than to compute.
"""

from __future__ import annotations

import ast
from types import FunctionType
from typing import Any

from gdtui.engine.workings.calling import Callee, arguments_of
from gdtui.engine.workings.expressions import Expressions, Names, elements, short
from gdtui.engine.workings.working import RefusedError

_DEEPEST = 20


class _Returned(Exception):  # noqa: N818 - no error: it is how a function comes to its end
    """A function has come to its end; ``args[0]`` is its value."""


class Evaluator(Expressions):
    """Works out expressions of a script, those that call its functions as well."""

    def own_call(
        self, node: ast.expr, callee: Callee, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> Any:
        function = callee.function
        body = _body_of(self.tree, function)
        if self.depth >= _DEEPEST:
            raise RefusedError(f"{function.__name__} calls itself too often")
        own = arguments_of(callee, arguments, keywords)
        names = Names(own, self.globals)
        self.depth += 1
        outer, self.parts = self.parts, {}
        try:
            if isinstance(body, ast.expr):
                return self.line(short(node), body, names, call=node, function="a function")
            try:
                self._run(body, names, node, function.__name__)
            except _Returned as returned:
                return returned.args[0]
            return None
        finally:
            self.parts = outer
            self.depth -= 1

    def _run(self, body: list[ast.stmt], names: Names, call: ast.expr, function: str) -> None:
        for each in body:
            self.left -= 1
            self._statement(each, names, call, function)

    def _statement(self, node: ast.stmt, names: Names, call: ast.expr, function: str) -> None:
        match node:
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                pass
            case ast.Return(value=None):
                raise _Returned(None)
            case ast.Return(value=ast.expr() as given):
                left = short(call)
                raise _Returned(self.line(left, given, names, call=call, function=function))
            case ast.Assign(targets=[target], value=value):
                made = self.line(short(target), value, names, function=function)
                self.assign(target, made, names)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                made = self.line(short(target), value, names, function=function)
                self.assign(target, made, names)
            case ast.AugAssign(target=ast.Name(id=name), op=sign, value=value):
                held = ast.copy_location(ast.Name(name, ast.Load()), node)
                whole = ast.copy_location(ast.BinOp(held, sign, value), node)
                names.own[name] = self.augmented(whole, names)
            case ast.If(test=test, body=body, orelse=otherwise):
                is_so = self.is_true(self.value(test, names), test)
                self._run(body if is_so else otherwise, names, call, function)
            case ast.For(target=target, iter=iterable, body=body, orelse=[]):
                for each in elements(self.value(iterable, names), iterable):
                    self.assign(target, each, names)
                    self._run(body, names, call, function)
            case ast.With(items=[ast.withitem(context_expr=ast.Call(args=[]) as around)]) if (
                ast.unparse(around.func).rsplit(".", 1)[-1] in ("no_grad", "enable_grad")
            ):
                self._run(node.body, names, call, function)
            case _:
                raise RefusedError(f"{function}() does more than to compute: {short(node)}")


def _body_of(tree: ast.Module, function: FunctionType) -> list[ast.stmt] | ast.expr:
    """The body of a function of the script: statements, or the expression of a lambda.

    Raises:
        RefusedError: it is not one that is run from its start to its end, or was not found.
    """
    line, name = function.__code__.co_firstlineno, function.__name__
    found: list[ast.FunctionDef | ast.Lambda] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            decorators = [each.lineno for each in node.decorator_list]
            if min([node.lineno, *decorators]) == line:
                found.append(node)
        elif isinstance(node, ast.Lambda) and name == "<lambda>" and node.lineno == line:
            found.append(node)
    if len(found) != 1:
        raise RefusedError(f"gdtui did not find the text of {name}")
    if isinstance(found[0], ast.Lambda):
        return found[0].body
    for node in ast.walk(found[0]):
        if isinstance(node, ast.Yield | ast.YieldFrom | ast.Global | ast.Nonlocal):
            raise RefusedError(f"{name}() does more than to compute: {short(node)}")
    return found[0].body
