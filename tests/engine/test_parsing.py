"""Syntax trees are made and compiled by one thread at a time."""

from __future__ import annotations

import ast
from pathlib import Path

import gdtui

FROM_TEXT = {"reading.py"}
"""Where ``compile`` gets a text: no tree of Python's objects is made."""


def _converts(node):
    if not isinstance(node, ast.Call):
        return False
    function = ast.unparse(node.func)
    return function in ("ast.parse", "compile")


def test_every_conversion_of_a_tree_holds_the_lock():
    found, bare = 0, []
    for path in Path(gdtui.__file__).parent.rglob("*.py"):
        if path.name in FROM_TEXT or "stages" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        guarded = {
            id(each)
            for node in ast.walk(tree)
            if isinstance(node, ast.With)
            and any(ast.unparse(item.context_expr) == "PARSING" for item in node.items)
            for each in ast.walk(node)
        }
        for node in filter(_converts, ast.walk(tree)):
            found += 1
            if id(node) not in guarded:
                bare.append(f"{path.name}:{node.lineno}")
    assert found >= 6
    assert not bare
