"""The calls of the probe that do not belong to the training loop itself: for imports, and for what
the functions of a script do.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gdtui.engine.program.probe_calls import (
    call_probe,
    is_call_of_probe,
    metric_calls,
    update_calls,
)
from gdtui.engine.script.flow import UsedName
from gdtui.engine.script.losses import name_of_loss, sends_back, sent_back
from gdtui.engine.script.metrics import MetricPlaces
from gdtui.engine.script.statements import changes_gradient, fills_gradient, update_places
from gdtui.engine.script.syntax import Function, Place, block_fields, names, start_of


def show_values(tree: ast.Module, shown: Sequence[ast.Expr]) -> None:
    """Let expressions at the top level print their values, as a notebook does."""
    places = {id(node): node for node in shown}
    tree.body[:] = [
        call_probe("show", node, places[id(node)].value) if id(node) in places else node
        for node in tree.body
    ]


@dataclass(frozen=True)
class FunctionReads:
    """What is read in the functions of a script.

    Attributes:
        metrics: the metrics of those that evaluate.
        used: the gradients that those keep to themselves which make a step with them.
    """

    metrics: MetricPlaces
    used: Mapping[Place, UsedName]


def add_reports(
    holder: ast.AST,
    handled: set[int],
    reads: FunctionReads,
    function: Function | None = None,
) -> None:
    """Add to the statements below the calls that do not belong to the training loop itself.

    The engine imports each library, just before the script's own ``import`` of it asks for it.
    Not earlier: what the script sets in its environment before has to hold.

    And functions report that gradients have been filled in, and that they are about to be used.
    A training step kept in a function may fill, use and clear the gradients in one call, so the
    statement that calls it is too late to look. What else ``reads`` says is read there.
    """
    function = holder if isinstance(holder, ast.FunctionDef) else function
    for field in block_fields(holder):
        held = getattr(holder, field)
        for each in held:
            add_reports(each, handled, reads, function)
        held[:] = [new for each in held for new in _with_reports(each, handled, reads, function)]


def _with_reports(
    node: ast.stmt, handled: set[int], reads: FunctionReads, function: Function | None
) -> Iterator[ast.stmt]:
    """A statement and all calls around it."""
    in_function = function is not None and id(node) not in handled
    if in_function:
        yield from _use_calls(node, reads.used)
    yield from _reported(node, handled, function)
    if in_function:
        yield from metric_calls(node, reads.metrics)


def _use_calls(node: ast.stmt, used: Mapping[Place, UsedName]) -> Iterator[ast.stmt]:
    """The call before a statement of a function that makes a step with a gradient."""
    found = used.get(start_of(node)) if used and isinstance(node, ast.stmt) else None
    is_report = isinstance(node, ast.Expr) and is_call_of_probe(node.value)
    if found is not None and found.parameter and not is_report:
        value = ast.Name(found.name, ast.Load())
        yield call_probe("used", node, ast.Constant(found.parameter), value)


def _reported(node: ast.stmt, handled: set[int], function: Function | None) -> list[ast.stmt]:
    """A statement and the calls around it."""
    before = _imports(node)
    in_function = function is not None and id(node) not in handled
    if not (block_fields(node) or _is_literal(node)) and _sends_loss(node, function):
        plain, node = node, _Sending().visit(copy.deepcopy(node))
        if in_function and isinstance(node, ast.Expr | ast.Assign | ast.AugAssign):
            return [*before, node, call_probe("gradient", plain)]
        return [*before, node]
    if not in_function or not isinstance(node, ast.Expr | ast.Assign | ast.AugAssign):
        return [*before, node]
    if fills_gradient(node) or changes_gradient(node):
        return [*before, node, call_probe("gradient", node)]
    places = [each for each in update_places(node, frozenset()) if each.by_grad]
    return [*before, *update_calls(node, places), node]


def _sends_loss(node: ast.stmt, function: Function | None) -> bool:
    """Whether a statement sends a loss back. The ``backward`` of an autograd of the script's own
    passes on what it has been sent; a loss that such a method is given is one."""
    if function is None or function.name != "backward":
        return sends_back(node)
    given = {each.arg for each in function.args.args} - {"self"}
    return any(
        place is not None and bool(names(place[0]) & given)
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        for place in [sent_back(call)]
    )


def _is_literal(node: ast.stmt) -> bool:
    """Whether what a statement gives is a literal, which may have a hundred thousand parts."""
    value = getattr(node, "value", None)
    return isinstance(value, ast.List | ast.Tuple | ast.Dict | ast.Set | ast.Constant | ast.Name)


class _Sending(ast.NodeTransformer):
    """Lets what is sent back report itself: ``loss.backward()`` becomes
    ``PROBE.sent("loss", loss).backward()``. What is sent is evaluated where it was, and once."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        place = sent_back(node)
        if place is None:
            return node
        holder, field, at = place
        held = getattr(holder, field)
        value = held if at is None else held[at]
        report = call_probe("sent", value, ast.Constant(name_of_loss(value)), value).value
        if at is None:
            setattr(holder, field, report)
        else:
            held[at] = report
        return self._asking(node) if holder is node and field == "args" else node

    @staticmethod
    def _asking(node: ast.Call) -> ast.Call:
        """``autograd.grad(loss, parameters)`` keeps no gradient anywhere but returns it, so it
        becomes ``PROBE.given(autograd.grad(loss, PROBE.asked(parameters)))``."""
        if not isinstance(node.func, ast.Attribute) or node.func.attr != "grad":
            return node
        if len(node.args) > 1 and not isinstance(node.args[1], ast.Starred):
            node.args[1] = call_probe("asked", node.args[1], node.args[1]).value
        else:
            for keyword in node.keywords:
                if keyword.arg == "inputs":
                    keyword.value = call_probe("asked", keyword.value, keyword.value).value
        given = call_probe("given", node, node).value
        assert isinstance(given, ast.Call)
        return given


def _imports(node: ast.AST) -> list[ast.stmt]:
    if isinstance(node, ast.Import):
        return [_bring(each.name, node) for each in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [_bring(node.module, node)] if node.module != "__future__" else []
    return []


def _bring(module: str, place: ast.stmt) -> ast.stmt:
    return call_probe("bring", place, ast.Constant(module))
