"""The training loop of a script: where it is, and what each of its statements does.

Everything is read off the syntax tree. No line number is kept by hand, so what is said
here of a script holds for any text, edited or not.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from gdtui.engine.script.bindings import Bindings, changes_owner, find_bindings
from gdtui.engine.script.flow import NO_FLOW, Flow
from gdtui.engine.script.losses import (
    LOSS_PART,
    collects_loss,
    loss_names,
    losses_sent_back,
    name_of_loss,
)
from gdtui.engine.script.metrics import (
    LEARNING_RATE,
    MetricPlaces,
    changes_rate,
    find_metrics,
    once_a_turn,
)
from gdtui.engine.script.statements import (
    PREDICTION,
    SURELY_GRADIENT,
    UpdatePlace,
    called_stepper,
    changes_gradient,
    clears_gradient,
    fills_gradient,
    gradient_names,
    is_report,
    steps_optimizer,
    update_at,
    update_places,
    updated_names,
    updates,
)
from gdtui.engine.script.syntax import (
    assigned,
    base_name,
    blocks,
    calls,
    children,
    dotted,
    in_order,
    last_name,
    names,
    statements_in,
)

Loop = ast.For | ast.While
# A definition does not do yet what its body says.
_NO_PHASE = (ast.For, ast.While, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Match)
_COMPOUND = (*_NO_PHASE, ast.With, ast.AsyncWith, ast.If, ast.Try, ast.TryStar)
_MOST_STATEMENTS = 1_000
"""In a loop of more, which is generated, no metrics are looked for."""
_JUMPS = (ast.Break, ast.Continue, ast.Return, ast.Raise)


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
        resumable: whether the loop can be entered anew after any epoch: nothing around it in
            its function, or at the top level, but ``if``.
        loss_names: names that may hold the loss, the likeliest first.
        updated_names: names that the loop updates by an assignment such as
            ``w -= learning_rate * dw``; ``model.w`` where that is what stands there, and
            ``w`` for ``w[0]``.
        functions: names of the functions that the script defines.
        steppers: those of them that train when called: they reach ``backward`` or ``step``.
        definitions: the functions and classes around the loop, lambdas included.
        function: the function in which it stands; None at the top level.
        is_inner: whether another training loop calls the function in which it stands.
        entered_at: the line at the top level of the script from where a run comes to it.
        flow: how its data flow, where it trains by hand.
    """

    node: Loop
    path: tuple[ast.stmt, ...]
    loss_names: tuple[str, ...]
    updated_names: tuple[str, ...]
    functions: frozenset[str]
    steppers: frozenset[str]
    definitions: tuple[ast.AST, ...] = ()
    function: ast.FunctionDef | ast.AsyncFunctionDef | None = None
    is_inner: bool = False
    entered_at: int = 0
    flow: Flow = NO_FLOW

    @property
    def line(self) -> int:
        return self.node.lineno

    @property
    def resumable(self) -> bool:
        return all(isinstance(node, ast.If) for node in self.path)

    def update_places(self, node: ast.stmt) -> list[UpdatePlace]:
        """What a statement of the loop updates by hand."""
        if self.flow.grade:
            return [update_at(path) for path in self.flow.moved_at.get(id(node), ())]
        return [
            each
            for each in update_places(node, self.functions)
            if each.by_grad or each.base in self._updated_bases
        ]

    def inside(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> TrainingLoop:
        """The same for the statements of a function that the loop calls to train, which has names
        of its own for what it updates and for the loss."""
        return replace(
            self,
            loss_names=loss_names(function),
            updated_names=updated_names(function, self.functions),
            flow=NO_FLOW,
        )

    @cached_property
    def metrics(self) -> MetricPlaces:
        """Where the loop, and what it calls to evaluate, compute metrics."""
        if len(self.node.body) > _MOST_STATEMENTS:
            return MetricPlaces()
        functions = {
            each.name: each
            for node in self.definitions
            for each in (node, *in_order(node))
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        called = {
            last_name(call.func)
            for node in once_a_turn(self.node.body)
            if isinstance(node, ast.Expr) and self.phase(node) in (None, Phase.REPORT)
            for call in ast.walk(node)
            if isinstance(call, ast.Call)
        }
        evaluates = [functions[name] for name in sorted(called & functions.keys() - self.steppers)]
        losses = {*self.loss_names, *map(name_of_loss, losses_sent_back(self.node))}
        return find_metrics(
            self.node.body, evaluates, self._recorded_names, self.trains, frozenset(losses)
        )

    @cached_property
    def unnamed_loss(self) -> ast.stmt | None:
        """The statement that puts the loss into a list, as ``losses.append(mse(w, x, y))`` does,
        where the loop gives it no name and sends none back; None where there is none."""
        if self.loss_names or next(losses_sent_back(self.node), None) is not None:
            return None
        return next(filter(collects_loss, statements_in(self.node)), None)

    @cached_property
    def changes_rate(self) -> bool:
        """Whether the loop changes the learning rate of an optimizer, and keeps it in no name of
        its own."""
        named = any(map(LEARNING_RATE.fullmatch, self.metrics.names))
        return changes_rate(self.node) and not named

    def trains(self, node: ast.stmt) -> bool:
        """Whether an inner loop goes through batches, rather than through data to evaluate."""
        phases = {self.phase(each) for each in ast.walk(node) if isinstance(each, ast.stmt)}
        return bool(phases & {Phase.GRADIENT, Phase.UPDATE})

    @cached_property
    def _recorded_names(self) -> frozenset[str]:
        """The names of what is recorded as loss, parameter or gradient, or on the way to that."""
        sent = set(map(name_of_loss, losses_sent_back(self.node)))
        targets = names(self.node.target) if isinstance(self.node, ast.For) else set()
        recorded = sent | targets | {*self.loss_names[:1], *self.updated_names} | self._gradients
        # A rate that changes is on the way to the update, and a metric all the same.
        return frozenset(recorded) | {
            n for n in self.flow.on_the_way if not LEARNING_RATE.fullmatch(n)
        }

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
            place.path for node in statements_in(self.node) for place in self.update_places(node)
        )

    @property
    def keeps_gradients(self) -> bool:
        """Whether the gradients that an update used are still there when the epoch is over: they
        are computed by hand, in the same block as the update and before it, nothing jumps over
        it, nothing clears them, and no function keeps them to itself."""
        statements = [self.node, *statements_in(self.node)]
        if (
            self.flow.used_at
            or fills_gradient(self.node)
            or any(self.phase(n) is Phase.ZERO for n in statements)
        ):
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
        both = computing | updating
        for block in _untried_blocks(self.node.body):
            if len(block) < len(both):
                continue
            places = {id(node): place for place, node in enumerate(block)}
            if both <= places.keys():
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
        return any(dotted(each) in self._gradients for each in flat if base_name(each))

    @cached_property
    def bindings(self) -> Bindings:
        """What the loop, and what it may call, do to the names of the script."""
        return find_bindings(self.node, self.definitions)

    def gradient_names(self, parameter: str) -> tuple[str, ...]:
        """Names under which a script may keep the gradient of one of its parameters.

        For ``model.w`` these are ``model.dw`` and the like, then ``dw`` and the like.
        """
        by_flow = self.flow.gradient(parameter)
        owner, _, name = parameter.rpartition(".")
        plain = gradient_names(name)
        if len(self.updated_names) == 1:
            plain += ["grad", "gradient", "grads", "gradients", "g"]
        owned = [f"{owner}.{each}" for each in plain] if owner else []
        return tuple([by_flow] * bool(by_flow) + owned + plain)

    def phase(self, node: ast.stmt) -> Phase | None:
        """What a statement of the loop does; None where it belongs to no phase."""
        if isinstance(node, ast.With | ast.AsyncWith | ast.If | ast.Try):
            return self._compound_phase(node)
        if isinstance(node, _NO_PHASE):
            return None
        known = self._phases.get(id(node))
        if known is None:  # the node is kept as well, so that its id stays its own
            known = self._phases[id(node)] = node, self._simple_phase(node)
        return known[1]

    def _compound_phase(self, node: ast.stmt) -> Phase | None:
        inner = [self.phase(each) for each in children(node)]
        known = [phase for phase in inner if phase]
        return known[0] if known and (len(set(known)) == 1 or isinstance(node, ast.With)) else None

    def _simple_phase(self, node: ast.stmt) -> Phase | None:
        targets = assigned(node)
        if calls(node, "zero_grad") or clears_gradient(node, self._gradients):
            return Phase.ZERO
        named = targets & self._gradients or any(map(SURELY_GRADIENT.fullmatch, targets))
        if named or fills_gradient(node) or changes_gradient(node):
            return Phase.GRADIENT
        updated = self._updated.intersection(name for name, _ in updates(node, self.functions))
        if (
            updated
            or self._is_moved(node, targets)
            or steps_optimizer(node)
            or called_stepper(node, self.steppers)
        ):
            return Phase.UPDATE
        if targets & set(self.loss_names[:1]) or any(map(LOSS_PART.fullmatch, targets)):
            return Phase.LOSS
        if is_report(node):
            return Phase.REPORT
        if targets and self._is_prediction(node, targets):
            return Phase.PREDICT
        return None

    def _is_moved(self, node: ast.stmt, targets: set[str]) -> bool:
        """Whether a statement moves a parameter, or gives it its new value."""
        flow = self.flow
        return flow.grade > 0 and (
            id(node) in flow.moved_at or not targets.isdisjoint(flow.parameters)
        )

    def _is_prediction(self, node: ast.stmt, targets: set[str]) -> bool:
        if any(map(PREDICTION.fullmatch, targets)):
            return True
        value = getattr(node, "value", None)
        return (
            value is not None
            and bool(targets & self._feeds_loss)
            and bool(names(value) & self._updated)
        )

    @cached_property
    def _phases(self) -> dict[int, tuple[ast.stmt, Phase | None]]:
        return {}

    @cached_property
    def _updated(self) -> frozenset[str]:
        return frozenset(self.updated_names)

    @cached_property
    def _updated_bases(self) -> frozenset[str]:
        """The first names of what the loop updates: ``model`` for ``model.layers[0].w``."""
        return frozenset(re.split(r"\W", name, maxsplit=1)[0] for name in self.updated_names)

    @cached_property
    def _gradients(self) -> frozenset[str]:
        """Every name that may be the gradient of something that the loop updates."""
        return frozenset(g for name in self.updated_names for g in self.gradient_names(name))

    @cached_property
    def _feeds_loss(self) -> set[str]:
        """The names that the loss is computed from, directly or through other names."""
        needed = set(self.loss_names[:1])
        for node in reversed([n for n in ast.walk(self.node) if isinstance(n, ast.Assign)]):
            if assigned(node) & needed:
                needed |= names(node.value)
        return needed


def _untried_blocks(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """The lists of statements in a loop that nothing can be raised out of unseen."""
    yield body
    for node in body:
        if isinstance(node, ast.For | ast.While | ast.If | ast.With):
            for block in blocks(node):
                yield from _untried_blocks(block)
