"""What a training loop needs and does not have: a phase without which it cannot train as it is
meant to.

What is said to be missing is surely missing: where a script may do it in a way that cannot be read
off its text, nothing is said.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator

from gdtui.engine.script.loop import Phase, TrainingLoop
from gdtui.engine.script.statements import PREDICTION, fills_gradient
from gdtui.engine.script.syntax import assigned, attributes, last_name, names

_CLEARING = ("zero_grad", "zero_", "fill_", "detach_", "zeros_like", "set_to_none")
_MOVING = ("step", "update", "apply_gradients", "add_", "sub_", "mul_", "copy_", "addcdiv_", "set_")


class LoopCode:
    """All that a training loop runs: its statements, and the bodies of the script's functions
    that they call. ``without`` are nodes that never run.

    Attributes:
        nodes: every node of them, in no order.
        loop: the training loop.
        tree: the script.
    """

    def __init__(
        self, loop: TrainingLoop, tree: ast.Module, without: Collection[ast.AST] = ()
    ) -> None:
        self.loop, self.tree = loop, tree
        functions: dict[str, list[ast.AST]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                functions.setdefault(node.name, []).append(node)
        parts: list[ast.AST] = list(loop.node.body)
        seen: set[str] = set()
        for part in parts:  # grows while it is walked
            for name in _called(part):
                if name in functions and name not in seen:
                    seen.add(name)
                    parts += functions[name]
        self.nodes = [node for part in parts for node in ast.walk(part) if node not in without]

    def calls(self, *functions: str) -> bool:
        """Whether a function or method of one of these names is called."""
        return any(
            isinstance(node, ast.Call) and last_name(node.func) in functions for node in self.nodes
        )


def is_missing(phase: Phase, code: LoopCode) -> bool:
    """Whether a loop lacks a phase that it needs. Asked of phases that no statement of the loop
    belongs to."""
    check = _CHECKS.get(phase)
    return check is not None and check(code)


def needs_no_zeroing(code: LoopCode) -> bool:
    """Whether the gradients of a loop surely need not be set back: each epoch makes them anew, or
    the parameters, or nothing comes on top of anything."""
    if _fills(code):
        return _makes_parameters(code)
    if _gradient(code):
        return False
    kept = _gradient_names(code)
    return not any(isinstance(node, ast.AugAssign) and assigned(node) & kept for node in code.nodes)


def zeroes(code: LoopCode) -> bool:
    """Whether anything that a loop runs, its functions included, may set gradients back."""
    return code.calls(*_CLEARING) or _assigns_gradient(code)


# What is missing ----------------------------------------------------------------------


def _zero(code: LoopCode) -> bool:
    if not _fills(code):
        return _piles_up_by_hand(code)
    return _moves(code) and not zeroes(code) and not _makes_parameters(code)


def _update(code: LoopCode) -> bool:
    has_gradient = any(map(fills_gradient, _statements(code)))
    return has_gradient and not _moves(code)


def _gradient(code: LoopCode) -> bool:
    """Autograd's gradients are used and never filled in."""
    if any(map(fills_gradient, _statements(code))) or code.calls("backward", "grad", "closure"):
        return False
    steps = any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "step"
        and not node.args
        and not node.keywords
        and "opt" in ast.unparse(node.func.value).lower()
        for node in code.nodes
    )
    reads = any(
        isinstance(node, ast.Attribute) and node.attr == "grad" and isinstance(node.ctx, ast.Load)
        for node in code.nodes
    )
    return (steps or reads) and not _assigns_gradient(code)


def _predict(code: LoopCode) -> bool:
    """The prediction of before the loop is compared with the targets in every epoch."""
    made = {name for node in code.nodes for name in assigned(node)}
    before = {
        name
        for node in ast.walk(code.tree)
        if isinstance(node, ast.Assign) and node not in code.nodes
        for name in assigned(node)
        if any(isinstance(each, ast.Call | ast.BinOp) for each in ast.walk(node.value))
    }
    losses = set(code.loop.loss_names[:1])
    return any(
        PREDICTION.fullmatch(name) and name in before and name not in made
        for node in code.nodes
        if isinstance(node, ast.Assign) and assigned(node) & losses
        for name in names(node.value)
    )


_CHECKS = {
    Phase.PREDICT: _predict,
    Phase.GRADIENT: _gradient,
    Phase.UPDATE: _update,
    Phase.ZERO: _zero,
}


# Readings -----------------------------------------------------------------------------


def _called(part: ast.AST) -> Iterator[str]:
    """The names of what is called, or handed on to be called, as in ``optimizer.step(closure)``."""
    for node in ast.walk(part):
        if isinstance(node, ast.Call):
            yield last_name(node.func)
            yield from (last_name(each) for each in node.args)


def _statements(code: LoopCode) -> Iterator[ast.stmt]:
    return (node for node in code.nodes if isinstance(node, ast.stmt))


def _fills(code: LoopCode) -> bool:
    """Whether ``backward`` adds to what is in ``grad``. ``autograd.grad`` returns it."""
    return code.calls("backward")


def _moves(code: LoopCode) -> bool:
    """Whether anything in it may be an update."""
    return (
        bool(code.loop.updated_names)
        or code.calls(*_MOVING)
        or any(
            isinstance(target, ast.Attribute) and target.attr == "data"
            for node in code.nodes
            for target in _targets(node)
        )
        or any(map(_uses_gradient(code), code.nodes))
    )


def _uses_gradient(code: LoopCode) -> Callable[[ast.AST], bool]:
    """Tells whether a value is made of what autograd has filled in or returned, as in
    ``w = (w - rate * w.grad).detach()``."""
    returned = {
        name for node in _statements(code) if fills_gradient(node) for name in assigned(node)
    }

    def uses(node: ast.AST) -> bool:
        if not isinstance(node, ast.Assign | ast.AugAssign) or fills_gradient(node):
            return False
        return "grad" in attributes(node.value) or bool(names(node.value) & returned)

    return uses


def _assigns_gradient(code: LoopCode) -> bool:
    """Whether it gives a ``grad`` a value, or takes it away."""
    return any(
        isinstance(target, ast.Attribute) and target.attr == "grad"
        for node in code.nodes
        for target in _targets(node)
    )


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign | ast.Delete):
        return [each for target in node.targets for each in ast.walk(target)]  # type: ignore[misc]
    if isinstance(node, ast.AugAssign | ast.AnnAssign):
        return [node.target]
    return []


def _makes_parameters(code: LoopCode) -> bool:
    """Whether every tensor whose ``grad`` is used is another one in every epoch, as in
    ``w = (w - rate * w.grad).detach().requires_grad_()``. What is new has no gradient yet."""
    used = {
        ast.unparse(node.value)
        for node in code.nodes
        if isinstance(node, ast.Attribute) and node.attr == "grad"
    }
    made = {
        name
        for node in code.nodes
        if isinstance(node, ast.Assign)
        for name in assigned(node)
        if not isinstance(node.value, ast.Name)
    }
    return bool(used) and used <= made


def _gradient_names(code: LoopCode) -> set[str]:
    loop = code.loop
    return {each for name in loop.updated_names for each in loop.gradient_names(name)}


def _piles_up_by_hand(code: LoopCode) -> bool:
    """Whether a gradient by hand is only ever added to: ``dw += ...`` and no ``dw = ...``."""
    kept = _gradient_names(code)
    added = {
        name
        for node in code.nodes
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub)
        for name in assigned(node) & kept
    }
    made = {
        name
        for node in code.nodes
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for name in assigned(node)
    }
    return bool(added - made)
