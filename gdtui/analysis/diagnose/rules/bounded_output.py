"""Can the predictions reach the targets?

Condition: in every batch that was watched, a loss that compares numbers gets predictions that come
out of a function with bounds, such as a sigmoid; at least a tenth of the targets lie beyond these
bounds, and so far that the squared distances are a twentieth of the targets' variance: noise does
not take them there.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

from gdtui.analysis.diagnose.facts.events import Op
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.finding import Finding
from gdtui.analysis.diagnose.mending import without_call

_BOUNDS = {
    "relu": (0.0, inf),
    "softplus": (0.0, inf),
    "exp": (0.0, inf),
    "relu6": (0.0, 6.0),
    "sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hardtanh": (-1.0, 1.0),
}
"""What comes out of a function lies between these."""

_MODULES = {
    "relu": "ReLU",
    "softplus": "Softplus",
    "relu6": "ReLU6",
    "sigmoid": "Sigmoid",
    "softmax": "Softmax",
    "tanh": "Tanh",
    "hardtanh": "Hardtanh",
}

_LOSSES = {"mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"}
_DIFFERENCES = {"sub", "rsub", "__sub__", "__rsub__"}

_SHARE = 0.1
_FAR = 0.05
_ROUNDING = 1e-4


def find(facts: Facts) -> Iterator[Finding]:
    if facts.failure:
        return
    compared = [each for op in facts.ops if op.epoch for each in _compared(facts, op)]
    if not compared:
        return
    makers = [facts.origin(prediction) for prediction, _ in compared]
    kinds = {"" if op is None else op.name.strip("_") for op in makers}
    kind = kinds.pop()
    first = makers[0]
    if kinds or kind not in _BOUNDS or first is None:
        return
    low, high = _BOUNDS[kind]
    beyond = [_share_beyond(target, low, high) for _, target in compared]
    unreached = sum(_squares_beyond(target, low, high) for _, target in compared)
    spread = sum(_squares_from_mean(target) for _, target in compared)
    if min(beyond) < _SHARE or unreached < _FAR * spread:
        return
    targets = [target.detach() for _, target in compared]
    lowest = min(float(each.min()) for each in targets)
    highest = max(float(each.max()) for each in targets)
    share = sum(beyond) / len(beyond)
    reach = f"below {low:g}" if high == inf else f"below {low:g} or above {high:g}"
    line, mend = without_call(facts, first.line, (kind, _MODULES.get(kind, kind)))
    text = (
        f"The predictions come out of a {kind}, which is never {reach}, and the targets go from "
        f"{lowest:.4g} to {highest:.4g}: {share:.0%} of them cannot be reached, so the loss stays "
        f"up. Leave the {kind} out of the last layer, or scale the targets."
    )
    title = f"the {kind} at the end cannot reach the targets"
    evidence = {"made_by": kind, "lowest": lowest, "highest": highest, "beyond": share}
    yield Finding("bounded_output", line, title, text, evidence, mend)


def _compared(facts: Facts, op: Op) -> Iterator[tuple[Any, Any]]:
    """The prediction and the target that an operation compares, if it leads to a loss."""
    if len(op.inputs) < 2 or op.graded[:2].count(True) != 1:
        return
    if op.name in _DIFFERENCES:
        on_the_way = any(id(node) in sent.nodes for sent in facts.backwards for node in op.nodes)
        if not on_the_way or not _is_squared(facts, op):
            return
    elif op.name not in _LOSSES:
        return
    prediction, target = op.inputs[:2] if op.graded[0] else op.inputs[1::-1]
    if prediction.shape == target.shape and target.numel() > 1 and target.is_floating_point():
        yield prediction, target


def _is_squared(facts: Facts, op: Op) -> bool:
    """Whether a difference becomes a square or an absolute value: it is an error."""
    return any(
        each.name.strip("_") in ("pow", "square", "abs", "mul")
        and any(one is op.output for one in each.inputs)
        for each in facts.ops
    )


def _squares_beyond(target: Any, low: float, high: float) -> float:
    values = target.detach().double()
    return float(((values - values.clamp(low, high)) ** 2).sum())


def _squares_from_mean(target: Any) -> float:
    values = target.detach().double()
    return float(((values - values.mean()) ** 2).sum())


def _share_beyond(target: Any, low: float, high: float) -> float:
    values = target.detach().double()
    room = _ROUNDING * max(1.0, float(values.abs().max()))
    out = (values < low - room) | (values > high + room)
    return float(out.double().mean())
