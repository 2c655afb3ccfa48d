"""Small readings of a Python syntax tree."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Any

Function = ast.FunctionDef | ast.AsyncFunctionDef

Place = tuple[int, int]
"""Where a statement begins: its line and its column. Whoever instruments a script works on a copy,
in which places are the same."""


def start_of(node: ast.stmt) -> Place:
    return node.lineno, node.col_offset


def blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """The lists of statements inside a compound statement or a module."""
    for field in ("body", "orelse", "finalbody"):
        if getattr(node, field, None):
            yield getattr(node, field)
    for handler in getattr(node, "handlers", []):
        yield handler.body


def block_fields(node: ast.AST) -> list[str]:
    """The fields of a node in which there are statements, or what holds statements."""
    fields = ("body", "handlers", "cases", "orelse", "finalbody")
    # The body of a lambda, and of an `if` within an expression, is an expression.
    return [each for each in fields if isinstance(getattr(node, each, None), list)]


def statements_in(holder: ast.AST) -> Iterator[ast.stmt]:
    """The statements below a node, at any depth. Expressions are not looked into: a literal may
    have a hundred thousand parts, and no statement stands in one."""
    for field in block_fields(holder):
        for node in getattr(holder, field):
            if isinstance(node, ast.stmt):
                yield node
            yield from statements_in(node)


def copy_blocks(tree: ast.AST) -> dict[ast.AST, Any]:
    """A tree with lists of statements of its own, which may be changed: for each node that holds
    statements its copy. Simple statements and expressions are shared, for a literal may have a
    hundred thousand of them."""
    copies: dict[ast.AST, Any] = {}

    def copied(node: ast.AST) -> Any:
        fields = block_fields(node)
        if fields:
            new = copies[node] = copy.copy(node)
            for field in fields:
                setattr(new, field, [copied(each) for each in getattr(node, field)])
        return copies.get(node, node)

    copied(tree)
    return copies


def is_main_guard(node: ast.If) -> bool:
    """Whether a statement is ``if __name__ == "__main__":``."""
    return ast.unparse(node.test) in ("__name__ == '__main__'", "'__main__' == __name__")


def children(node: ast.stmt) -> list[ast.stmt]:
    """The statements right inside a compound statement."""
    return [child for block in blocks(node) for child in block]


def in_order(part: ast.AST) -> Iterator[ast.AST]:
    """Every node below, in the order of the text (``ast.walk`` goes level by level)."""
    for child in ast.iter_child_nodes(part):
        yield child
        yield from in_order(child)


def assigned(node: ast.AST) -> set[str]:
    """The plain names to which this one statement gives a value."""
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    else:
        return set()
    return {
        name.id
        for target in targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }


def same_code(one: ast.expr, other: ast.expr) -> bool:
    """Whether two expressions are written alike, whether they are read or assigned to."""
    if type(one) is not type(other):
        return False
    # Most are names, and writing an expression out takes long.
    if isinstance(one, ast.Name) and isinstance(other, ast.Name):
        return one.id == other.id
    return ast.unparse(one) == ast.unparse(other)


def names(node: ast.AST) -> set[str]:
    """Every name in a piece of code."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def argument_names(function: Function) -> list[str]:
    """What a function calls all that it is given, ``*rest`` and ``**options`` included."""
    return [each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)]


def calls(node: ast.AST, *functions: str) -> bool:
    """Whether a function or method of one of these names is called."""
    return any(
        isinstance(each, ast.Call) and last_name(each.func) in functions for each in ast.walk(node)
    )


def last_name(node: ast.expr) -> str:
    """``step`` for ``optimizer.step`` and for ``step``."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def attributes(node: ast.AST) -> set[str]:
    """Every attribute in a piece of code: ``grad`` for ``w.grad``."""
    return {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def dotted(target: ast.expr) -> str:
    """``w`` for ``w``, ``w[0]`` and ``w.data``; ``model.w`` for ``model.w`` and ``model.w[0]``."""
    while isinstance(target, ast.Subscript):
        target = target.value
    return ast.unparse(target).removesuffix(".data")


def base_name(node: ast.expr) -> str:
    """``model`` for ``model.w[0]``; empty where no name stands there."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def stored_names(part: ast.AST) -> frozenset[str]:
    """Every name that a piece of code gives a value: by an assignment, a loop, an import, a
    definition, in whatever it holds."""
    found = set()
    for node in ast.walk(part):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            found.add(node.rest)
    return frozenset(found)
