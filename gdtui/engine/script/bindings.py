"""What a loop may do to the names of its script, read off the text.

Whoever watches the values of names every epoch has to know which of them can change at all.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from gdtui.engine.script.syntax import base_name, in_order, last_name, names, stored_names

_REACH_ANY_NAME = {"eval", "exec", "globals", "locals", "vars"}
_THAWING = {"requires_grad", "requires_grad_"}
_CHANGE_IN_PLACE = {"append", "extend", "fill", "insert", "setdefault", "update"}
_ARITHMETIC = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Constant, ast.JoinedStr)


@dataclass(frozen=True)
class Bindings:
    """What a loop, and the functions and classes of its script, may do to the script's names.

    Attributes:
        bound: names that may get another value.
        mentioned: names whose values they may change, for they use them at all.
        given: names that the loop reads and neither assigns nor changes in place: its data, its
            settings, its functions.
        computed: those of ``bound`` whose values are always results of arithmetic, turns of a
            ``range`` or what ``backward`` is called on. A result is no parameter.
        thaws: whether anything is said about which tensors require a gradient.
        any_name: whether names are reached in a way that the text does not show.
    """

    bound: frozenset[str]
    mentioned: frozenset[str]
    given: frozenset[str]
    computed: frozenset[str]
    thaws: bool
    any_name: bool

    def may_bind(self, name: str) -> bool:
        """Whether a name may get another value."""
        return self.any_name or name in self.bound

    def may_use(self, name: str) -> bool:
        """Whether the value of a name may be changed in place."""
        return self.any_name or name in self.mentioned


def find_bindings(loop: ast.stmt, others: Iterable[ast.AST]) -> Bindings:
    """What a loop does, and what ``others``, the functions and classes it may call, do."""
    elsewhere = list(others)
    code = [loop, *elsewhere]
    called = {
        node.func.id
        for part in code
        for node in in_order(part)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    attributes = {
        node.attr for part in code for node in in_order(part) if isinstance(node, ast.Attribute)
    }
    of_functions = {
        name
        for part in elsewhere
        for node in in_order(part)
        if isinstance(node, ast.Global)
        for name in node.names
    }
    return Bindings(
        bound=frozenset(stored_names(loop) | of_functions),
        mentioned=frozenset(name for part in code for name in names(part)),
        given=_given(loop),
        computed=_computed(loop) - of_functions,
        thaws=bool(attributes & _THAWING),
        any_name=bool(called & _REACH_ANY_NAME),
    )


def changes_owner(function: ast.expr) -> bool:
    """Whether a call changes what it is a method of, as ``log.append`` and ``w.zero_`` do."""
    return isinstance(function, ast.Attribute) and (
        function.attr in _CHANGE_IN_PLACE or function.attr.endswith("_")
    )


def _given(loop: ast.stmt) -> frozenset[str]:
    read: set[str] = set()
    changed: set[str] = set()
    for node in in_order(loop):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else changed).add(node.id)
        elif isinstance(node, ast.Subscript | ast.Attribute):
            if not isinstance(node.ctx, ast.Load):
                changed.add(base_name(node))
        elif isinstance(node, ast.Call) and changes_owner(node.func):
            changed.add(base_name(node.func))
    return frozenset(read - changed)


def _computed(loop: ast.stmt) -> frozenset[str]:
    sure: set[str] = set()
    sent_back: set[str] = set()
    # How often each name is bound in a way that is none of those below.
    others: Counter[str] = Counter(_bound_without_a_node(loop))
    for node in (loop, *in_order(loop)):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            others[node.id] += 1
        elif isinstance(node, ast.Assign) and isinstance(node.value, _ARITHMETIC):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    sure.add(target.id)
                    others[target.id] -= 1
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            sure.add(node.target.id)
            others[node.target.id] -= 1
        elif isinstance(node, ast.For):
            counter = _counter(node)
            if counter:
                sure.add(counter)
                others[counter] -= 1
        elif isinstance(node, ast.Call) and last_name(node.func) == "backward":
            receiver = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            if isinstance(receiver, ast.Name):
                sent_back.add(receiver.id)
    return frozenset({name for name in sure if not others[name]} | sent_back)


def _counter(node: ast.For) -> str:
    """The name that counts the turns of a ``for``; empty where none does."""
    target = node.target
    if not isinstance(node.iter, ast.Call):
        return ""
    counts = last_name(node.iter.func)
    if counts == "enumerate" and isinstance(target, ast.Tuple):
        target = target.elts[0]
    elif counts not in ("range", "trange"):
        return ""
    return target.id if isinstance(target, ast.Name) else ""


def _bound_without_a_node(loop: ast.stmt) -> frozenset[str]:
    """The names that an import, a definition or a pattern binds."""
    named = {
        node.id
        for node in in_order(loop)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    return stored_names(loop) - named
