"""Syntax trees are made and compiled by one thread at a time.

CPython counts how deep it is in a tree in one place for all threads. Where two of them convert
trees at once, as the app and its worker may, one of them fails with a ``SystemError``, though
nothing is wrong with what it converts. Libraries and scripts convert trees as well, and ask nobody.
"""

from __future__ import annotations

import ast
import threading
import warnings
from collections.abc import Callable
from types import CodeType
from typing import Final, Literal, TypeVar, overload

Made = TypeVar("Made")

_LOCK: Final = threading.RLock()
_DISTURBED = "recursion depth mismatch"
_TRIES = 20


def alone(convert: Callable[[], Made]) -> Made:
    """What a conversion of trees makes, without another of ours beside it; made again where one
    of somebody else has disturbed it. The conversion must have no other effect."""
    with _LOCK:
        for _ in range(_TRIES):
            try:
                return convert()
            except SystemError as error:
                if _DISTURBED not in str(error):
                    raise
        return convert()


@overload
def parse(source: str, path: str = ..., mode: Literal["exec"] = ...) -> ast.Module: ...


@overload
def parse(source: str, path: str = ..., *, mode: Literal["eval"]) -> ast.Expression: ...


def parse(source: str, path: str = "<unknown>", mode: str = "exec") -> ast.AST:
    """The tree of a text. Python repeats its warnings when the text runs, if they matter there,
    so here there are none.

    Raises:
        SyntaxError, ValueError, OverflowError, RecursionError, MemoryError: as ``ast.parse`` does.
    """
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return alone(lambda: ast.parse(source, path, mode))


def compile_tree(tree: ast.Module | ast.Expression, path: str, *, warns: bool = False) -> CodeType:
    """The code of a tree. What there is to warn of, such as ``is`` with a literal, is said where
    ``warns`` asks for it.

    Raises:
        SyntaxError, ValueError, RecursionError: as ``compile`` does.
    """
    mode = "eval" if isinstance(tree, ast.Expression) else "exec"

    def convert() -> CodeType:
        code: CodeType = compile(tree, path, mode, dont_inherit=True)
        return code

    if warns:
        return alone(convert)
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return alone(convert)


def literal(source: str | ast.expr) -> object:
    """The value of a literal.

    Raises:
        SyntaxError, ValueError, TypeError, RecursionError, MemoryError: as ``ast.literal_eval``
            does.
    """
    value: object = alone(lambda: ast.literal_eval(source))
    return value
