"""What a statement may overwrite, kept from before it.

Nearly all that a statement reads is still there when it has run. Only what a statement both reads
and gives a new value to, such as ``w`` in ``w -= rate * slope``, has to be kept from before.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from gdtui.engine.script.script import Script
from gdtui.engine.workings.bits import copied, holds_numbers, size_of
from gdtui.engine.workings.reading import OwnPropertyError, read_attribute
from gdtui.engine.workings.working import RefusedError

LARGEST = 100_000
"""Arrays of more numbers than this are not kept."""

Kept = Mapping[str, Any]
"""Numbers and arrays by the expression that they stood in, ``w`` or ``self.w``."""

NOTHING_KEPT: Kept = {}


def keep(script: Script, names: Mapping[str, Any]) -> Kept:
    """What the next statement of a script may overwrite, if it is small. Only numbers, arrays and
    tensors are kept, copied and without a graph: nothing of the script lives longer for it."""
    kept = {}
    for path in _paths(script):
        root, _, attribute = path.partition(".")
        value = names.get(root)
        if attribute:
            try:
                value = read_attribute(value, attribute, path)
            except (RefusedError, OwnPropertyError):
                continue
        if holds_numbers(value) and size_of(value) <= LARGEST:
            kept[path] = copied(value)
    return kept


def changed_paths(targets: list[ast.expr]) -> list[str]:
    """The names, and the attributes of names, that targets of an assignment change."""
    return [path for each in targets for path in _targets(each)]


@lru_cache(maxsize=8)
def _paths(script: Script) -> tuple[str, ...]:
    """The names, and the attributes of names, that some statement both reads and changes."""
    found: dict[str, None] = {}
    for node in ast.walk(script.tree):
        if isinstance(node, ast.AugAssign):
            found.update(dict.fromkeys(_path(node.target)))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            given = {path for target in targets for path in _targets(target)}
            read = {path for part in ast.walk(node.value) for path in _path(part)}
            held = {root for each in ast.walk(node.value) for root in _called_on(each)}
            found.update(dict.fromkeys(sorted(given & (read | held))))
    return tuple(found)


def _targets(target: ast.expr) -> list[str]:
    if isinstance(target, ast.Tuple | ast.List):
        return [path for each in target.elts for path in _targets(each)]
    return _path(target)


def _path(node: ast.AST) -> list[str]:
    """``w``, or ``self.w``; of an entry what it is an entry of."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return [f"{node.value.id}.{node.attr}"]
    return []


def _called_on(node: ast.AST) -> list[str]:
    return (
        [node.value.id]
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        else []
    )
