"""Which loop of a script is its training loop.

It is the one that most surely trains, by itself or in the functions that it calls.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from gdtui.engine.errors import ScriptError
from gdtui.engine.loop import Loop, TrainingLoop
from gdtui.engine.statements import fills_gradient, loss_names, steps_optimizer, updated_names
from gdtui.engine.syntax import children, in_order, last_name

Functions = dict[str, ast.FunctionDef | ast.AsyncFunctionDef]


def find_training_loop(tree: ast.Module) -> TrainingLoop:
    """The one loop at the top level of a script that updates parameters.

    It may stand under ``if __name__ == "__main__":`` or inside another ``if``, ``try`` or
    ``with``. Of nested loops the outermost is the training loop, and its turns are the
    epochs.

    Raises:
        ScriptError: there is no such loop, or more than one.
    """
    functions: Functions = {
        node.name: node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    evidence = _Evidence(functions)
    candidates = [
        (found, node, path)
        for node, path in _outermost_loops(tree.body, ())
        if (found := evidence.of(node))
    ]
    if not candidates:
        raise ScriptError(_no_loop(functions, evidence))
    best = max(found for found, _, _ in candidates)
    chosen = [(node, path) for found, node, path in candidates if found == best]
    if len(chosen) > 1:
        lines = " and ".join(str(node.lineno) for node, _ in chosen)
        raise ScriptError(
            f"there is more than one training loop, at lines {lines}; "
            "a script may have one, at its top level"
        )
    node, path = chosen[0]
    return TrainingLoop(
        node=node,
        path=path,
        loss_names=loss_names(node),
        updated_names=updated_names(node, frozenset(functions))
        or _updated_in_calls(node, functions),
        functions=frozenset(functions),
        steppers=evidence.trained_in(),
        definitions=tuple(_definitions(tree, node)),
    )


def _definitions(tree: ast.Module, loop: Loop) -> Iterator[ast.AST]:
    """The functions, classes and lambdas of a script outside its loop."""
    left: list[ast.AST] = list(tree.body)
    while left:
        node = left.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield node
        elif node is not loop:
            left += ast.iter_child_nodes(node)


# Where the loop is --------------------------------------------------------------------


def _outermost_loops(
    body: list[ast.stmt], path: tuple[ast.stmt, ...]
) -> Iterator[tuple[Loop, tuple[ast.stmt, ...]]]:
    for node in body:
        if isinstance(node, ast.For | ast.While):
            yield node, path
        elif isinstance(node, ast.If | ast.Try | ast.With):
            yield from _outermost_loops(children(node), (*path, node))


class _Evidence:
    """How surely pieces of a script train, by themselves or in the functions that they call."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        self._names = frozenset(functions)
        self._facts: dict[str, _Facts] = {}

    def of(self, part: ast.AST) -> int:
        """3 with autograd or an optimizer, 2 with an update and a loss by hand, 1 with an update
        by hand alone, 0 without any update."""
        here = self._read(part)
        reached = [here]
        seen: set[str] = set()
        for each in reached:  # grows while it is walked: the functions that are called
            new = each.calls - seen
            seen |= new
            reached += [self._of_function(name) for name in sorted(new)]
        if any(each.trains for each in reached):
            return 3
        if any(each.updates for each in reached):
            return 2 if loss_names(part) else 1
        return 0

    def trained_in(self) -> frozenset[str]:
        """The functions that train with autograd or an optimizer when they are called."""
        callers: dict[str, list[str]] = {}
        for name in self._functions:
            for called in self._of_function(name).calls:
                callers.setdefault(called, []).append(name)
        found = {name for name in self._functions if self._of_function(name).trains}
        left = list(found)
        while left:
            new = set(callers.get(left.pop(), ())) - found
            found |= new
            left += new
        return frozenset(found)

    def _of_function(self, name: str) -> _Facts:
        if name not in self._facts:
            self._facts[name] = self._read(self._functions[name])
        return self._facts[name]

    def _read(self, part: ast.AST) -> _Facts:
        called = {last_name(node.func) for node in ast.walk(part) if isinstance(node, ast.Call)}
        return _Facts(
            calls=self._names & called,
            trains=fills_gradient(part) or steps_optimizer(part),
            updates=bool(updated_names(part, self._names)),
        )


@dataclass(frozen=True)
class _Facts:
    """Which of a script's functions a piece of code calls, whether it fills gradients in or steps
    an optimizer, and whether it updates anything by hand."""

    calls: frozenset[str]
    trains: bool
    updates: bool


def _updated_in_calls(loop: Loop, functions: Functions) -> tuple[str, ...]:
    """The names that a loop without updates of its own updates by its calls: ``model.w`` where
    ``model.step(x, y)`` does ``self.w -= ...``, and a global ``w`` where a function does."""
    found: dict[str, None] = {}
    for call in (node for node in in_order(loop) if isinstance(node, ast.Call)):
        function = functions.get(last_name(call.func))
        if function is None:
            continue
        names_there = updated_names(function, frozenset(functions))
        if isinstance(call.func, ast.Attribute) and function.args.args:
            self_name, owner = function.args.args[0].arg, ast.unparse(call.func.value)
            for name in names_there:
                if name.startswith(f"{self_name}."):
                    found[owner + name.removeprefix(self_name)] = None
        globals_there = {
            name
            for node in ast.walk(function)
            if isinstance(node, ast.Global)
            for name in node.names
        }
        found |= {name: None for name in names_there if name in globals_there}
    return tuple(found)


def _no_loop(functions: Functions, evidence: _Evidence) -> str:
    looks = (
        "one is a top-level `for` or `while` that updates parameters, such as "
        "`for epoch in range(epochs):` with `w -= learning_rate * dw` or `optimizer.step()` in it"
    )
    for name, function in functions.items():
        for node in ast.walk(function):
            if isinstance(node, ast.For | ast.While) and evidence.of(node):
                return (
                    f"the training loop is inside the function {name} (line {node.lineno}), where "
                    f"it cannot be stepped yet; {looks}"
                )
    return f"there is no training loop; {looks}"
