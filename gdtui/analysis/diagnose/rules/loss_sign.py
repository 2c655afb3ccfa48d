"""Is what the script sends back to be small?

Condition: there is one optimizer, what it makes smaller ends below zero and falls at least half as
fast in the second half of the run as in the first, and by the operations behind it, it is a
positive share of logarithms of probabilities, or a negative share of a loss of torch or of the
squares or sizes of differences to data. Or, by whatever operations, it falls ever faster to far
below zero, and its largest curvature is a negative one, so that it has no lowest value. What
changes the inputs of a model that it does not train, to mislead it, is none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import isfinite
from typing import Any

from gdtui.analysis.diagnose.facts.events import Backward, Op
from gdtui.analysis.diagnose.facts.facts import VIEWS, Facts
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import replaced
from gdtui.engine.kinds import is_a
from gdtui.engine.libraries import imported

_SHARES = VIEWS | {"mean", "sum", "gather", "diagonal", "diag", "take_along_dim", "masked_select"}
"""What gives some of its numbers, or their sum or mean."""

_LOGS = ("log_softmax", "logsigmoid", "log_sigmoid")
_PROBABILITIES = ("softmax", "sigmoid", "clamp", "clip", "clamp_min", "add", "rsub", "__rsub__")
_LOSSES = {
    *("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "cross_entropy", "nll_loss"),
    *("binary_cross_entropy", "binary_cross_entropy_with_logits", "kl_div"),
}
_SIZES = {"pow", "__pow__", "square", "abs"}
_DEEPEST = 40

_FAR = 100.0
"""A loss that is so many times its first size below zero is far below."""


def find(facts: Facts) -> Iterator[Finding]:
    sent = [each for each in facts.backwards if each.epoch]
    losses = _sent_losses(facts, sent)
    if facts.failure or len(losses) < 3 or not _sinks(losses):
        return
    optimizers = {id(each.optimizer): each.optimizer for each in facts.steps if each.epoch}
    if len(optimizers) != 1:
        return
    (optimizer,) = optimizers.values()
    if any(group.get("maximize") for group in optimizer.param_groups):
        return
    if not sent or _misleads(facts, sent[0].root):
        return
    kinds = {_kind(facts, each.root, 1, 0) for each in sent}
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is None and not _has_no_floor(losses, sent):
        return
    line = _place(facts, sent[0])
    what = {
        "log": "a mean or a sum of logarithms of probabilities, which is to be large",
        None: "curved downwards, as the negative of a loss is",
    }.get(kind, f"the negative of {kind}, which is to be small")
    text = (
        f"The optimizer makes the loss of line {line} smaller, and that is {what}: it falls from "
        f"{losses[0]:.4g} to {losses[-1]:.4g} and has no lowest value, so the model learns the "
        f"opposite. Turn its sign round."
    )
    evidence = {"first_loss": losses[0], "last_loss": losses[-1] if isfinite(losses[-1]) else None}
    title = "the loss has the wrong sign"
    yield Finding("loss_sign", line, title, text, evidence, _mend(facts, line))


def _sent_losses(facts: Facts, sent: list[Backward]) -> list[float]:
    """The losses that are sent back: where these are the negatives of those recorded, these."""
    losses = facts.losses
    first = [each.value for each in sent if each.epoch == 1]
    if not first or not losses:
        return losses
    near = 1e-3 * abs(losses[0])
    is_turned = any(abs(each + losses[0]) <= near for each in (first[-1], sum(first) / len(first)))
    return [-each for each in losses] if is_turned and losses[0] else losses


def _has_no_floor(losses: list[float], sent: list[Backward]) -> bool:
    """Whether losses fall ever faster to far below zero, and are curved downwards."""
    curvatures = [each.curvature for each in sent if each.curvature is not None]
    first, middle, last = losses[0], losses[len(losses) // 2], losses[-1]
    faster = not isfinite(last) or middle - last >= 2 * (first - middle)
    return (
        len(curvatures) > 1
        and all(each < 0 for each in curvatures)
        and faster
        and last < -_FAR * max(1.0, abs(first))
    )


def _sinks(losses: list[float]) -> bool:
    """Whether losses fall below zero without slowing down much."""
    first, middle, last = losses[0], losses[len(losses) // 2], losses[-1]
    return isfinite(first) and last < min(first, 0) and middle - last >= 0.5 * (first - middle)


def _misleads(facts: Facts, root: Any) -> bool:
    """Whether parameters of a model lie behind a loss that no optimizer holds."""
    nn = imported("torch.nn")
    return nn is not None and any(
        is_a(each, nn.Parameter) and id(each) not in facts.held
        for op in facts.behind(root)
        for each in op.inputs
    )


def _kind(facts: Facts, tensor: Any, sign: int, depth: int) -> str | None:
    """What a number is that wants the other sign: ``log``, or the name of a loss of torch; None for
    anything else."""
    op = facts.maker(tensor)
    if op is None or depth > _DEEPEST or not op.inputs:
        return None
    graded = [each for each, has in zip(op.inputs, op.graded, strict=True) if has]
    if op.name in _LOGS or (op.name == "log" and _is_probability(facts, op.inputs[0])):
        return "log" if sign > 0 else None
    if op.name in _LOSSES:
        return op.name if sign < 0 else None
    if _is_size(facts, op):
        return "the size of a difference" if sign < 0 else None
    if op.name in ("neg", "__neg__", "negative"):
        return _kind(facts, op.inputs[0], -sign, depth + 1)
    if op.name in ("mul", "__mul__", "__rmul__", "div", "__truediv__") and len(graded) == 1:
        others = [each for each in op.inputs if each is not graded[0]]
        if any(bool((each < 0).any()) for each in others):
            return None
        turn = -1 if any(each < 0 for each in op.numbers) else 1
        return _kind(facts, graded[0], sign * turn, depth + 1)
    if op.name in ("add", "__add__", "__radd__", "stack", "cat"):
        kinds = {_kind(facts, each, sign, depth + 1) for each in graded}
        return kinds.pop() if len(kinds) == 1 else None
    return _kind(facts, op.inputs[0], sign, depth + 1) if op.name in _SHARES else None


def _is_size(facts: Facts, op: Op) -> bool:
    """Whether an operation gives squares or sizes of differences to data."""
    squares = op.name in ("mul", "__mul__") and len(op.inputs) == 2 and op.inputs[0] is op.inputs[1]
    if not squares and (op.name not in _SIZES or any(each % 2 for each in op.numbers)):
        return False
    made = facts.maker(op.inputs[0])
    while made is not None and made.name in VIEWS and made.inputs:
        made = facts.maker(made.inputs[0])
    differs = made is not None and made.name in ("sub", "__sub__", "rsub", "__rsub__")
    return differs and made is not None and sum(made.graded) == 1 and len(made.inputs) == 2


def _is_probability(facts: Facts, tensor: Any) -> bool:
    for _ in range(_DEEPEST):
        op: Op | None = facts.maker(tensor)
        if op is None or not op.inputs:
            return False
        if op.name in ("softmax", "sigmoid"):
            return True
        if op.name not in _PROBABILITIES and op.name not in VIEWS | {"gather"}:
            return False
        tensor = next(each for each in op.inputs if each.requires_grad or each is op.inputs[-1])
    return False


def _place(facts: Facts, backward: Backward) -> int:
    """The line of the function that sends the loss back where it was computed."""
    op = facts.maker(backward.root)
    around = {each.function for each in backward.spots}
    spots = op.spots if op is not None else ()
    return next((each.line for each in spots if each.function in around), backward.line)


def _mend(facts: Facts, line: int) -> Mend | None:
    """``loss = a.mean()`` becomes ``loss = -a.mean()``, and ``loss = -a`` becomes ``loss = a``."""
    found = facts.statement(line)
    if found is None or not isinstance(found.node, ast.Assign):
        return None
    value = found.node.value
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
        return replaced(facts, value, ast.unparse(value.operand))
    said = ast.unparse(value)
    simple = isinstance(value, ast.Call | ast.Name | ast.Attribute | ast.Subscript)
    return replaced(facts, value, f"-{said}" if simple else f"-({said})")
