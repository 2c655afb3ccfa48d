"""The statements that the settings of a script leave out, such as those under ``if use_torch:``."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from gdtui.engine.script.syntax import statements_in


def left_out(tree: ast.Module, values: Mapping[str, object]) -> frozenset[ast.AST]:
    """All nodes of the branches that a script does not take because of a setting: the test is the
    name of a setting that is True or False, or ``not`` such a name, and nothing assigns it again.

    Args:
        tree: the script.
        values: its settings.
    """
    switches = {
        node: switch
        for node in statements_in(tree)
        if isinstance(node, ast.If) and (switch := _switch(node.test))
    }
    decided = _decided(tree, values) if switches else {}
    return frozenset(
        each
        for node, (name, taken_if) in switches.items()
        if name in decided
        for part in (node.orelse if decided[name] is taken_if else node.body)
        for each in ast.walk(part)
    )


def _switch(test: ast.expr) -> tuple[str, bool] | None:
    """The name that a test asks for, and for which of True and False its branch is taken; None for
    any other test."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        found = _switch(test.operand)
        return found and (found[0], not found[1])
    return (test.id, True) if isinstance(test, ast.Name) else None


def _decided(tree: ast.Module, values: Mapping[str, object]) -> dict[str, bool]:
    """The settings that are True or False and are assigned once."""
    made = [
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, bool) and made.count(name) == 1
    }
