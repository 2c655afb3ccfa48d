"""The statements that the settings of a script leave out, such as those under ``if use_torch:``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gdtui.engine.script.script import Script


def left_out(script: Script) -> frozenset[ast.AST]:
    """All nodes of the branches that a script does not take because of a setting: the test is the
    name of a setting that is True or False, or ``not`` such a name, and nothing assigns it again.
    Empty for a script with arguments, which may have the last word."""
    if script.arguments:
        return frozenset()
    tests = [node for node in ast.walk(script.tree) if isinstance(node, ast.If)]
    decided = {name: script.value(name) for name in _switches(script)} if tests else {}
    return frozenset(
        each for node in tests for part in _untaken(node, decided) for each in ast.walk(part)
    )


def _switches(script: Script) -> Iterator[str]:
    """The settings that are True or False and are assigned once."""
    made = [
        node.id
        for node in ast.walk(script.tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    for setting in script.settings:
        if isinstance(script.value(setting.name), bool) and made.count(setting.name) == 1:
            yield setting.name


def _untaken(node: ast.If, decided: dict[str, object]) -> list[ast.stmt]:
    test, negated = node.test, False
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, negated = test.operand, True
    if not isinstance(test, ast.Name) or test.id not in decided:
        return []
    return node.orelse if bool(decided[test.id]) is not negated else node.body
