"""Whether a script goes the same way whatever its numbers are.

Only then does one run tell what the others would do. A script that ends its loop early, clips its
gradients or lowers its learning rate once the loss stands still may do so in another run alone.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterator

from gdtui.engine.script.loop import Phase, TrainingLoop
from gdtui.engine.script.script import Script
from gdtui.engine.script.syntax import Function, last_name

_JUMPS = (
    ast.Break,
    ast.Continue,
    ast.Raise,
    ast.Assert,
    ast.Try,
    ast.TryStar,
    ast.While,
    ast.For,
    ast.AsyncFor,
    ast.Match,
    ast.Return,
)
_BENDS = re.compile(r"clip|clamp|scheduler|where|maximum|minimum|^min$|^max$|exit|round")


def has_fixed_course(script: Script, changed: Collection[str]) -> bool:
    """Whether a script makes every turn of one loop, and all its turns alike, as far as its text
    tells; what only reports does not count.

    Args:
        script: the script.
        changed: the settings that differ from run to run.
    """
    loop = script.loop
    if len(script.loops) != 1 or not isinstance(loop.node, ast.For) or loop.node.orelse:
        return False
    settled = _settled(script) - set(changed)
    functions = [node for node in ast.walk(script.tree) if isinstance(node, Function)]
    if any(_bends(node) for node in ast.walk(script.tree)):
        return False
    if any(isinstance(node, _JUMPS) for each in loop.node.body for node in ast.walk(each)):
        return False
    jumps = tuple(each for each in _JUMPS if each is not ast.Return)
    inside = [node for each in functions if each is not loop.function for node in ast.walk(each)]
    if any(isinstance(node, jumps) for node in inside):
        return False
    turn = [node for each in loop.node.body for node in ast.walk(each)]
    return all(
        _names(node.test) <= settled
        or (isinstance(node, ast.If) and _only_reports(node, loop, turn))
        for node in [*turn, *inside]
        if isinstance(node, ast.If | ast.IfExp)
    )


def _settled(script: Script) -> set[str]:
    """The settings that keep their values, and hide no other meaning of their names."""
    stored = Counter(
        node.arg if isinstance(node, ast.arg) else node.id
        for node in ast.walk(script.tree)
        if isinstance(node, ast.arg)
        or (isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load))
    )
    return {each.name for each in script.settings if stored[each.name] == 1}


def _bends(node: ast.AST) -> bool:
    """Whether it calls what may do something else with other numbers."""
    return isinstance(node, ast.Call) and bool(_BENDS.search(last_name(node.func)))


def _only_reports(node: ast.If, loop: TrainingLoop, turn: list[ast.AST]) -> bool:
    """Whether what a condition decides on has no part in the training: it prints, and gives values
    to names that nothing else reads."""
    inside = {id(each) for each in ast.walk(node)}
    stored: set[str] = set()
    for each in _statements(node):
        if isinstance(each, ast.Expr):
            if loop.phase(each) is not Phase.REPORT:
                return False
        elif isinstance(each, ast.Assign):
            targets = [part for target in each.targets for part in _parts(target)]
            if not all(isinstance(part, ast.Name) for part in targets):
                return False
            stored |= {part.id for part in targets if isinstance(part, ast.Name)}
        elif not isinstance(each, ast.Pass):
            return False
    read = {
        each.id
        for each in turn
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load) and id(each) not in inside
    }
    return not stored & (read | set(loop.updated_names))


def _statements(node: ast.If) -> Iterator[ast.stmt]:
    for each in [*node.body, *node.orelse]:
        if isinstance(each, ast.If):
            yield from _statements(each)
        else:
            yield each


def _parts(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            yield from _parts(each)
    else:
        yield target


def _names(node: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} | {
        "" for each in ast.walk(node) if isinstance(each, ast.Call | ast.Attribute)
    }
