"""The training loop of a script: where it is, and what each of its statements does.

Everything is read off the syntax tree. No line number is kept by hand, so what is said
here of a script holds for any text, edited or not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from gdtui.engine.bindings import Bindings, changes_owner, find_bindings
from gdtui.engine.errors import ScriptError
from gdtui.engine.statements import (
    LOSS_PART,
    PREDICTION,
    SURELY_GRADIENT,
    UpdatePlace,
    changes_gradient,
    clears_gradient,
    fills_gradient,
    is_report,
    loss_names,
    steps_optimizer,
    update_places,
    updated_names,
    updates,
)
from gdtui.engine.syntax import (
    assigned,
    base_name,
    blocks,
    calls,
    children,
    dotted,
    in_order,
    last_name,
    names,
)

Loop = ast.For | ast.While
# A definition does not do yet what its body says.
_NO_PHASE = (ast.For, ast.While, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Match)
_COMPOUND = (*_NO_PHASE, ast.With, ast.AsyncWith, ast.If, ast.Try, ast.TryStar)
_JUMPS = (ast.Break, ast.Continue, ast.Return, ast.Raise)
Functions = dict[str, ast.FunctionDef | ast.AsyncFunctionDef]


class Phase(StrEnum):
    """What a statement does in the training pipeline."""

    PREDICT = "predict"
    LOSS = "loss"
    GRADIENT = "gradient"
    UPDATE = "update"
    ZERO = "zero"
    REPORT = "report"


@dataclass(frozen=True)
class TrainingLoop:
    """The loop of a script that updates the parameters.

    Attributes:
        node: the loop statement.
        path: the statements around it, outermost first; empty for a top-level loop.
        resumable: whether the loop can be entered anew after any epoch: nothing around it
            but ``if``.
        loss_names: names that may hold the loss, the likeliest first.
        updated_names: names that the loop updates by an assignment such as
            ``w -= learning_rate * dw``; ``model.w`` where that is what stands there, and
            ``w`` for ``w[0]``.
        functions: names of the functions that the script defines.
        steppers: those of them that train when called: they reach ``backward`` or ``step``.
        definitions: the functions and classes around the loop, lambdas included.
    """

    node: Loop
    path: tuple[ast.stmt, ...]
    loss_names: tuple[str, ...]
    updated_names: tuple[str, ...]
    functions: frozenset[str]
    steppers: frozenset[str]
    definitions: tuple[ast.AST, ...] = ()

    @property
    def line(self) -> int:
        return self.node.lineno

    @property
    def resumable(self) -> bool:
        return all(isinstance(node, ast.If) for node in self.path)

    def update_places(self, node: ast.stmt) -> list[UpdatePlace]:
        """What a statement of the loop updates by hand."""
        names_here = self.updated_names
        return [
            each
            for each in update_places(node, self.functions)
            if each.by_grad or any(n == each.path or n.startswith(each.base) for n in names_here)
        ]

    @property
    def updates_by_hand(self) -> bool:
        """Whether a statement of the loop updates by hand with what autograd has computed."""
        return any(
            place.by_grad
            for node in ast.walk(self.node)
            if isinstance(node, ast.stmt)
            for place in update_places(node, self.functions)
        )

    @cached_property
    def paths_updated_by_hand(self) -> frozenset[str]:
        """The dotted names that statements of the loop update by hand."""
        return frozenset(
            place.path
            for node in in_order(self.node)
            if isinstance(node, ast.stmt)
            for place in self.update_places(node)
        )

    @property
    def keeps_gradients(self) -> bool:
        """Whether the gradients that an update used are still there when the epoch is over: they
        are computed by hand, in the same block as the update and before it, nothing jumps over
        it, and nothing clears them."""
        statements = [node for node in ast.walk(self.node) if isinstance(node, ast.stmt)]
        if any(fills_gradient(node) or self.phase(node) is Phase.ZERO for node in statements):
            return False
        computing = {
            id(node)
            for node in statements
            if not isinstance(node, _COMPOUND)
            and (self.phase(node) is Phase.GRADIENT or self._changes_gradient(node))
        }
        updating = {id(node) for node in statements if self.update_places(node)}
        if not computing or not updating:
            return True
        for block in _untried_blocks(self.node.body):
            places = {id(node): place for place, node in enumerate(block)}
            if (computing | updating) <= places.keys():
                first, last = min(places[n] for n in computing), max(places[n] for n in updating)
                between = (node for each in block[first:last] for node in ast.walk(each))
                return max(places[n] for n in computing) < min(
                    places[n] for n in updating
                ) and not any(isinstance(node, _JUMPS) for node in between)
        return False

    def _changes_gradient(self, node: ast.stmt) -> bool:
        """Whether a statement gives what may be a gradient by hand, or a part of it, a value."""
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            function = node.value.func
            targets = [function.value] if changes_owner(function) else []  # type: ignore[attr-defined]
        else:
            return False
        flat = [
            part
            for target in targets
            for part in (target.elts if isinstance(target, ast.Tuple | ast.List) else [target])
        ]
        gradients = {g for name in self.updated_names for g in self.gradient_names(name)}
        return any(dotted(each) in gradients for each in flat if base_name(each))

    @cached_property
    def bindings(self) -> Bindings:
        """What the loop, and what it may call, do to the names of the script."""
        return find_bindings(self.node, self.definitions)

    def gradient_names(self, parameter: str) -> tuple[str, ...]:
        """Names under which a script may keep the gradient of one of its parameters.

        For ``model.w`` these are ``model.dw`` and the like, then ``dw`` and the like.
        """
        owner, _, name = parameter.rpartition(".")
        plain = [f"d{name}", f"grad_{name}", f"d_{name}", f"{name}_grad"]
        plain += [f"d{loss}_d{name}" for loss in ("J", "L", "l", "loss")]
        if len(self.updated_names) == 1:
            plain += ["grad", "gradient", "grads", "gradients", "g"]
        owned = [f"{owner}.{each}" for each in plain] if owner else []
        return tuple(owned + plain)

    def phase(self, node: ast.stmt) -> Phase | None:
        """What a statement of the loop does; None where it belongs to no phase."""
        if isinstance(node, ast.With | ast.AsyncWith | ast.If | ast.Try):
            return self._compound_phase(node)
        if isinstance(node, _NO_PHASE):
            return None
        return self._simple_phase(node)

    def _compound_phase(self, node: ast.stmt) -> Phase | None:
        inner = [self.phase(each) for each in children(node)]
        known = [phase for phase in inner if phase]
        return known[0] if known and (len(set(known)) == 1 or isinstance(node, ast.With)) else None

    def _simple_phase(self, node: ast.stmt) -> Phase | None:
        targets = assigned(node)
        gradients = {g for name in self.updated_names for g in self.gradient_names(name)}
        if calls(node, "zero_grad") or clears_gradient(node, gradients):
            return Phase.ZERO
        named = targets & gradients or any(map(SURELY_GRADIENT.fullmatch, targets))
        if named or fills_gradient(node) or changes_gradient(node):
            return Phase.GRADIENT
        updated = {name for name, _ in updates(node, self.functions)} & set(self.updated_names)
        if updated or steps_optimizer(node) or calls(node, *self.steppers):
            return Phase.UPDATE
        if targets & set(self.loss_names[:1]) or any(map(LOSS_PART.fullmatch, targets)):
            return Phase.LOSS
        if is_report(node):
            return Phase.REPORT
        if targets and self._is_prediction(node, targets):
            return Phase.PREDICT
        return None

    def _is_prediction(self, node: ast.stmt, targets: set[str]) -> bool:
        if any(map(PREDICTION.fullmatch, targets)):
            return True
        value = getattr(node, "value", None)
        return (
            value is not None
            and bool(targets & self._feeds_loss)
            and bool(names(value) & set(self.updated_names))
        )

    @cached_property
    def _feeds_loss(self) -> set[str]:
        """The names that the loss is computed from, directly or through other names."""
        needed = set(self.loss_names[:1])
        for node in reversed([n for n in ast.walk(self.node) if isinstance(n, ast.Assign)]):
            if assigned(node) & needed:
                needed |= names(node.value)
        return needed


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
    candidates = [
        (evidence, node, path)
        for node, path in _outermost_loops(tree.body, ())
        if (evidence := _evidence(node, functions))
    ]
    if not candidates:
        raise ScriptError(_no_loop(functions))
    best = max(evidence for evidence, _, _ in candidates)
    chosen = [(node, path) for evidence, node, path in candidates if evidence == best]
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
        steppers=frozenset(n for n, each in functions.items() if _evidence(each, functions) == 3),
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


def _untried_blocks(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """The lists of statements in a loop that nothing can be raised out of unseen."""
    yield body
    for node in body:
        if isinstance(node, ast.For | ast.While | ast.If | ast.With):
            for block in blocks(node):
                yield from _untried_blocks(block)


def _evidence(part: ast.AST, functions: Functions) -> int:
    """How surely a piece of code trains: 3 with autograd or an optimizer, 2 with an update
    and a loss by hand, 1 with an update by hand alone, 0 without any update."""
    reached = [part]
    seen: set[str] = set()
    for each in reached:  # grows while it is walked: the functions that are called
        for call in (node for node in ast.walk(each) if isinstance(node, ast.Call)):
            name = last_name(call.func)
            if name in functions and name not in seen:
                seen.add(name)
                reached.append(functions[name])
    if any(fills_gradient(each) or steps_optimizer(each) for each in reached):
        return 3
    if any(updated_names(each, frozenset(functions)) for each in reached):
        return 2 if loss_names(part) else 1
    return 0


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


def _no_loop(functions: Functions) -> str:
    looks = (
        "one is a top-level `for` or `while` that updates parameters, such as "
        "`for epoch in range(epochs):` with `w -= learning_rate * dw` or `optimizer.step()` in it"
    )
    for name, function in functions.items():
        for node in ast.walk(function):
            if isinstance(node, ast.For | ast.While) and _evidence(node, functions):
                return (
                    f"the training loop is inside the function {name} (line {node.lineno}), where "
                    f"it cannot be stepped yet; {looks}"
                )
    return f"there is no training loop; {looks}"
