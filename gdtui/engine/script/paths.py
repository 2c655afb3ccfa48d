"""Paths to what a script keeps, such as ``model.w``, and which of them a piece of code reads."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from gdtui.engine.script.syntax import blocks, last_name

ITEMS = "[]"
"""Stands in a path for whichever entry of a list or a dict."""

_COPYING = {"array", "clone", "copy", "deepcopy", "dict", "list"}
VIEWS = {"copy", "reshape", "ravel", "T", "data", "values", "items"}


def path_of(node: ast.expr) -> str:
    """``model.w`` for that, ``params[]`` for ``params[0]``; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = path_of(node.value)
        if node.attr in VIEWS:
            return owner
        return f"{owner}.{node.attr}" if owner else ""
    if isinstance(node, ast.Subscript):
        owner = path_of(node.value)
        if not owner or owner.endswith(ITEMS):
            return owner
        whole = isinstance(node.slice, ast.Slice | ast.Tuple) or (
            isinstance(node.slice, ast.Constant) and node.slice.value is Ellipsis
        )
        return owner if whole else owner + ITEMS
    return ""


def copied(value: ast.expr) -> str:
    """The path that a value is, or is a copy of: ``params`` for ``params.copy()``, ``dict(params)``
    and ``params``; empty for anything else."""
    while isinstance(value, ast.Call):
        function = value.func
        if isinstance(function, ast.Attribute) and not value.args and function.attr in _COPYING:
            value = function.value
        elif last_name(function) in _COPYING and len(value.args) == 1:
            value = value.args[0]
        else:
            return ""
    return path_of(value)


def plain(path: str) -> str:
    """A path without what stands for an entry at its end, as in ``params[]``."""
    return path.removesuffix(ITEMS).removesuffix(".data")


def base_of(path: str) -> str:
    return path.replace("[", ".").partition(".")[0]


def touches(one: str, other: str) -> bool:
    """Whether two paths are the same, or one is a part of the other."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and long[len(short)] in ".["


def among(path: str, paths: Iterable[str]) -> bool:
    """Whether a path touches one of others."""
    return any(touches(path, each) for each in paths)


def reads_in(part: ast.AST) -> Iterator[str]:
    """The paths that a piece of code reads. What is called is not one; whose method it is, is."""
    if isinstance(part, ast.Call):
        if isinstance(part.func, ast.Attribute):
            yield from reads_in(part.func.value)
        for each in (*part.args, *(keyword.value for keyword in part.keywords)):
            yield from reads_in(each)
        return
    if isinstance(part, ast.Name):
        if isinstance(part.ctx, ast.Load):
            yield part.id
        return
    if isinstance(part, ast.Attribute | ast.Subscript):
        path = path_of(part)
        if path:
            if isinstance(part.ctx, ast.Load):
                yield path
            for node in ast.walk(part):
                if isinstance(node, ast.Subscript):
                    yield from reads_in(node.slice)
            return
    for child in ast.iter_child_nodes(part):
        yield from reads_in(child)


def own_expressions(node: ast.stmt) -> list[ast.expr]:
    """The expressions of a statement itself, without those of the statements inside."""
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)] + [
        item.context_expr for item in getattr(node, "items", ())
    ]


def calls_in(part: ast.AST) -> list[ast.Call]:
    """The calls of an expression or of a statement itself."""
    parts: Iterable[ast.AST] = own_expressions(part) if isinstance(part, ast.stmt) else [part]
    return [node for each in parts for node in ast.walk(each) if isinstance(node, ast.Call)]


def flat(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block and of those inside, in the order of the text; not those of
    functions and classes that it defines."""
    for node in body:
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for block in blocks(node):
            yield from flat(block)
        for case in getattr(node, "cases", ()):
            yield from flat(case.body)
