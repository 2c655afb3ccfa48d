"""Does the loss apply a softmax or a sigmoid to what has been through one already?

Conditions: cross entropy, which applies log-softmax itself, gets rows that are probabilities in
every batch: none below 0, each with the sum 1. Or the binary one with logits, which applies the
sigmoid itself, gets the result of a sigmoid or of a softmax. Or the loss takes the logarithm of a
sigmoid of a sigmoid; in NumPy a function that gives a sigmoid is given its own result, and all that
comes out is between 0.5 and 0.7311, the sigmoid of 1. Or cross entropy gets one class only, whose
loss is always 0, or the targets in the place of the predictions.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from math import exp, log
from typing import Any

import numpy as np

from gdtui.analysis.diagnose.facts.events import Op
from gdtui.analysis.diagnose.facts.facts import VIEWS, Facts
from gdtui.analysis.diagnose.finding import Finding
from gdtui.analysis.diagnose.mending import without_call
from gdtui.engine.kinds import is_a
from gdtui.engine.program.observing import Watched
from gdtui.engine.script.syntax import last_name

_PLAIN = ("log10", "log2", "binary_cross_entropy")

_SHIFTS = ("clamp", "clip", "clamp_min", "clamp_max", "add", "rsub", "sub", "__rsub__", "__radd__")

_TIMES = 3
"""So often at least a name has to hold what was squashed twice."""

_DEEPEST = 8

_LOGITS = {"binary_cross_entropy_with_logits", "multilabel_soft_margin_loss"}


def find(facts: Facts) -> Iterator[Finding]:
    entropies = [
        op for op in facts.ops if op.epoch and op.name == "cross_entropy" and any(op.graded)
    ]
    if entropies and all(op.graded[:2] == (False, True) for op in entropies):
        yield _swapped(entropies[0])
    elif entropies and all(_is_probable(op.inputs[0]) for op in entropies):
        yield _softmax(facts, entropies[0])
    elif entropies and all(
        op.inputs[0].dim() == 2 and op.inputs[0].shape[1] == 1 for op in entropies
    ):
        yield _one_class(facts, entropies[0])
    likelihoods = [op for op in facts.ops if op.epoch and op.name == "nll_loss" and any(op.graded)]
    if likelihoods and all(_is_probable(op.inputs[0]) for op in likelihoods):
        yield _no_logarithm(likelihoods[0])
    binary = [op for op in facts.ops if op.epoch and op.name in _LOGITS and any(op.graded)]
    makers = [_squasher(facts, op.inputs[0]) for op in binary]
    if binary and all(each is not None for each in makers):
        assert makers[0] is not None
        yield _sigmoid(
            facts, binary[0], makers[0], binary[0].line, "the loss applies a sigmoid itself"
        )
        return
    plain = [op for op in facts.ops if op.epoch and any(op.graded) and op.name in ("log", *_PLAIN)]
    for op in plain:
        outer = _squasher(facts, _without_shift(facts, op.inputs[0]))
        inner = _squasher(facts, outer.inputs[0]) if outer is not None else None
        if outer is not None and inner is not None:
            yield _sigmoid(facts, op, inner, outer.line, f"line {outer.line} applies another one")
            return
    if not facts.failure and not facts.backwards:
        yield from _by_own_function(facts)


def _is_probable(tensor: Any) -> bool:
    """Whether each row of a tensor is a set of probabilities."""
    if tensor.dim() < 2 or tensor.shape[1] < 2 or not tensor.is_floating_point():
        return False
    values = tensor.detach()
    sums = values.sum(1)
    return bool((values >= 0).all()) and bool(((sums - 1).abs() < 1e-4).all())


def _squasher(facts: Facts, tensor: Any) -> Op | None:
    """The sigmoid or softmax that a tensor is the result of; None where it is of none."""
    op = facts.maker(tensor)
    for _ in range(20):
        if op is None or op.name not in VIEWS or not op.inputs:
            break
        op = facts.maker(op.inputs[0])
    if op is None:
        return None
    if op.name in ("sigmoid", "sigmoid_", "softmax", "special_expit", "expit"):
        return op
    return op if _is_by_hand(facts, op) else None


def _without_shift(facts: Facts, tensor: Any) -> Any:
    """A probability before it was kept away from 0 and 1, or taken from 1."""
    for _ in range(20):
        op = facts.maker(tensor)
        if op is None or op.name not in _SHIFTS or not op.inputs:
            break
        tensor = op.inputs[-1]
    return tensor


def _by_own_function(facts: Facts) -> Iterator[Finding]:
    """The finding for arrays that a function of the script has squashed twice."""
    highest = 1 / (1 + exp(-1.0))
    held: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for each in facts.ran:
        if each.epoch:
            for path, value in each.after.items():
                if is_a(value, np.ndarray) and value.dtype.kind == "f" and value.size > 1:
                    held[each.index, path].append(value)
    for (index, path), values in held.items():
        statement = facts.watched[index]
        name = _calls_itself(facts, statement)
        inside = all(bool((v >= 0.5).all()) and bool((v <= highest).all()) for v in values)
        if not name or len(values) < _TIMES or not inside or float(np.ptp(values[-1])) == 0:
            continue
        text = (
            f"{path} of line {statement.line} is {name} of what {name} has given already, so all "
            f"of it is between 0.5 and 0.731, and the loss cannot come down. Apply it once."
        )
        evidence = {"lowest": float(values[-1].min()), "highest": float(values[-1].max())}
        title = "a sigmoid is applied twice"
        yield Finding("squashed_logits", statement.line, title, text, evidence)
        return


def _calls_itself(facts: Facts, statement: Watched) -> str:
    """The function of the script that a statement gives a result of itself; empty for none."""
    call = getattr(statement.node, "value", None)
    if not isinstance(call, ast.Call) or len(call.args) != 1:
        return ""
    name = last_name(call.func)
    own = any(isinstance(e, ast.FunctionDef) and e.name == name for e in _walk(facts))
    return name if own and _is_result(facts, call.args[0], name, statement.function, 0) else ""


def _is_result(facts: Facts, value: ast.expr, name: str, function: str, depth: int) -> bool:
    """Whether an expression in a function is what the function ``name`` has given."""
    if depth > _DEEPEST:
        return False
    if isinstance(value, ast.Call):
        called = last_name(value.func)
        if called == name:
            return True
        found = [e for e in _walk(facts) if isinstance(e, ast.FunctionDef) and e.name == called]
        ends = [e.value for f in found for e in ast.walk(f) if isinstance(e, ast.Return)]
        return bool(ends) and all(
            each is not None and _is_result(facts, each, name, called, depth + 1) for each in ends
        )
    if isinstance(value, ast.Name | ast.Attribute):
        given = [
            each.node.value
            for each in facts.watched
            if each.function == function
            and isinstance(each.node, ast.Assign)
            and each.targets[:1] == (ast.unparse(value),)
        ]
        return bool(given) and all(
            _is_result(facts, each, name, function, depth + 1) for each in given
        )
    return False


def _walk(facts: Facts) -> Iterator[ast.AST]:
    return ast.walk(facts.script.tree)


def _is_by_hand(facts: Facts, op: Op) -> bool:
    """Whether an operation is the last one of ``1 / (1 + exp(-x))``."""
    if op.name not in ("reciprocal", "div", "true_divide", "rdiv", "__rtruediv__", "__rdiv__"):
        return False
    added = facts.maker(op.inputs[-1])
    if added is None or added.name not in ("add", "__radd__") or not added.inputs:
        return False
    powered = facts.maker(added.inputs[-1])
    return powered is not None and powered.name == "exp" and 1.0 in added.numbers


def _softmax(facts: Facts, op: Op) -> Finding:
    floor = _floor(int(op.inputs[0].shape[1]))
    line, mend = without_call(facts, op.line, ("softmax", "Softmax", "Softmax2d"))
    text = (
        f"The input of cross_entropy in line {op.line} has been through a softmax: its rows are "
        f"probabilities with the sum 1. cross_entropy applies log-softmax again, which flattens "
        f"the gradients, and the loss cannot fall below {floor:.4g}. Give it the raw logits."
    )
    evidence = {"rows_sum_to_1": True, "lowest_loss": floor, "loss_line": op.line}
    title = "cross_entropy gets the result of a softmax instead of logits"
    return Finding("squashed_logits", line, title, text, evidence, mend)


def _floor(classes: int) -> float:
    """The cross entropy of the best probabilities, 1 for the class and 0 for the others, taken for
    logits."""
    return log(exp(1.0) + classes - 1) - 1.0


def _swapped(op: Op) -> Finding:
    text = (
        f"cross_entropy in line {op.line} gets the targets first and the predictions second: what "
        f"stands first takes part in no graph, and what stands second is learned. So the loss has "
        f"no lowest value. The predictions come first."
    )
    title = "cross_entropy gets its arguments the wrong way round"
    return Finding("squashed_logits", op.line, title, text, {"first_requires_grad": False})


def _one_class(facts: Facts, op: Op) -> Finding:
    text = (
        f"cross_entropy in line {op.line} gets one class only, of the shape "
        f"{tuple(op.inputs[0].shape)}: the probability of the only class is 1, so the loss is 0 "
        f"and so are the gradients. Use binary_cross_entropy_with_logits for one output, or two "
        f"outputs."
    )
    title = "cross_entropy of a single class is always 0"
    evidence = {"shape": list(op.inputs[0].shape)}
    return Finding("squashed_logits", op.line, title, text, evidence)


def _no_logarithm(op: Op) -> Finding:
    text = (
        f"nll_loss in line {op.line} gets probabilities, rows with the sum 1, and takes them for "
        f"their logarithms, so the loss is below 0 and no likelihood. Give it the result of "
        f"log_softmax, or the logits to cross_entropy."
    )
    title = "nll_loss gets probabilities instead of their logarithms"
    return Finding("squashed_logits", op.line, title, text, {"rows_sum_to_1": True})


def _sigmoid(facts: Facts, op: Op, maker: Op, at: int, again: str) -> Finding:
    line, mend = without_call(facts, at, ("sigmoid", "Sigmoid", "softmax", "Softmax", "expit"))
    text = (
        f"The input of {op.name} in line {op.line} is the result of a {maker.name.strip('_')}, and "
        f"{again}: the loss sees values between 0.5 and 0.731 only, and the gradients are flat. "
        f"Give it the raw logits, or use BCELoss on the one sigmoid."
    )
    evidence = {"made_by": maker.name, "made": maker.line, "loss_line": op.line}
    title = "a sigmoid is applied twice"
    return Finding("squashed_logits", line, title, text, evidence, mend)
