"""Does an update go down the slope of the loss?

Conditions: the loss ends higher than it began, and each update of a parameter by hand moves it
along its gradient instead of against it. With autograd the gradient is that of backward, or of
``torch.autograd.grad``; where it is a formula of the script's own, it is the slope of the loss by
finite differences.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import isfinite
from typing import Any

import numpy as np

from gdtui.analysis.diagnose.facts.batch_slopes import known_slopes
from gdtui.analysis.diagnose.facts.events import Backward, Op
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.slopes import Slopes
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import indent

_MANY = 3.0
"""A loss that is never below zero has grown where it is so many times what it was."""


def find(facts: Facts) -> Iterator[Finding]:
    if facts.failure or not is_rising(facts) or not _is_running_away(facts):
        return
    if facts.backwards or facts.asked:
        yield from _by_autograd(facts)
        return
    slopes = known_slopes(facts)
    if slopes is not None:
        yield from _by_formula(facts, slopes)


def is_rising(facts: Facts) -> bool:
    """Whether the loss of a run ends higher than it began."""
    first, last = facts.ends
    return bool(facts.losses) and isfinite(first) and not last <= first


def _is_running_away(facts: Facts) -> bool:
    """Whether what is called a loss rises as fast in the second half of a run as in the first; what
    is to be as large as possible, such as a likelihood, slows down. So does a loss of clipped
    probabilities, but the parameters go on as fast as at first."""
    losses = facts.losses
    if min(losses) >= 0 and losses[-1] >= _MANY * losses[0] and not _slows_down(facts):
        return True
    middle = losses[len(losses) // 2]
    if not isfinite(losses[-1]) or not isfinite(middle):
        return True
    return losses[-1] - middle >= 0.5 * (middle - losses[0])


def _slows_down(facts: Facts) -> bool:
    """Whether the last updates are less than half as long as the first ones."""
    first = last = 0.0
    for each in facts.history.parameters.values():
        steps = np.diff(np.array(each[:], dtype=np.float64), axis=0)
        if not len(steps) or not np.isfinite(steps).all():
            return True
        first += float((steps[0] ** 2).sum())
        last += float((steps[-1] ** 2).sum())
    return not last >= first / 4 > 0


def _by_autograd(facts: Facts) -> Iterator[Finding]:
    made = next((e for e in facts.created if _option(e.optimizer, "maximize")), None)
    if made is not None and any(step.optimizer is made.optimizer for step in facts.steps):
        text = (
            f"The optimizer of line {made.line} has maximize=True, so each step goes up the slope "
            f"and the loss grows. Leave that out."
        )
        title = "the optimizer maximizes the loss"
        old = facts.text(made.line)
        new = old.replace(", maximize=True", "")
        mend = Mend({made.line: (new,)}) if new != old else None
        yield Finding("uphill", made.line, title, text, {"maximize": True}, mend)
        return
    signs = []
    last: dict[int, Any] = {}
    lines = []
    for each in facts.events:
        if type(each) is Backward:
            for leaf, gradient in zip(each.leaves, each.gradients, strict=True):
                last[id(leaf)] = gradient
        elif type(each) is Op and each.name == "grad" and not each.error:
            asked = each.inputs[1:]
            if len(asked) == len(each.outputs):
                last |= {id(a): g.detach() for a, g in zip(asked, each.outputs, strict=True)}
        elif type(each) is Op and each.leaf is not None and each.epoch:
            gradient = last.pop(id(each.leaf), None)
            if gradient is None or each.before is None:
                continue
            change = _change(facts, each)
            if change is None:
                continue
            signs.append(float((change * gradient).sum()))
            lines.append(each.line)
    if signs and all(each > 0 for each in signs):
        yield _finding(facts, lines[0], sorted(set(lines)), "each update adds")


def _change(facts: Facts, op: Op) -> Any:
    """How far an operation in place has moved a leaf: from before it to before the next one."""
    for each in facts.ops:
        if each.number > op.number and each.leaf is op.leaf and each.before is not None:
            return each.before - op.before
    return None


def _option(optimizer: object, name: str) -> bool:
    groups = getattr(optimizer, "param_groups", [])
    return any(bool(group.get(name)) for group in groups)


def _by_formula(facts: Facts, slopes: Slopes) -> Iterator[Finding]:
    steps = {name: slopes.step(name) for name in slopes.names}
    length = float(np.sqrt(sum((each**2).sum() for each in steps.values())))
    if not length or not isfinite(length):
        return
    rising = []
    for name, step in steps.items():
        size = float(np.linalg.norm(step))
        if not size:
            continue
        slope, _, sure = slopes.along({name: step / size})
        if not sure:
            return
        rising.append((name, slope))
    if not rising or any(slope <= 0 for _, slope in rising):
        return
    name = rising[0][0]
    gradient = slopes.gradient(name)
    found = slopes.slope(name)
    if gradient is not None and found is not None and np.all(found.by_script * found.by_loss < 0):
        line = found.line or slopes.update_line(name)
        text = (
            f"The gradient of {name} in line {line} has the wrong sign: it is "
            f"{found.by_script[0]:.4g} where the slope of the loss is {found.by_loss[0]:.4g}, so "
            f"the update climbs the loss instead of going down."
        )
        title = f"the gradient of {name} has the wrong sign, so the update goes uphill"
        evidence = {"gradient": float(found.by_script[0]), "slope": float(found.by_loss[0])}
        yield Finding("uphill", line, title, text, evidence, None)
        return
    lines = sorted({slopes.update_line(each) for each, _ in rising} - {0})
    if lines:
        yield _finding(facts, lines[0], lines, "each update adds", dict(rising))


def _finding(
    facts: Facts, line: int, lines: list[int], what: str, slopes: dict[str, float] | None = None
) -> Finding:
    first, last = facts.ends
    text = (
        f"The update in line {line} adds the gradient instead of taking it away, so it climbs the "
        f"loss: each step goes up the slope, and the loss grows from {first:.4g} to "
        f"{last:.4g}. Subtract learning rate times gradient."
    )
    evidence: dict[str, object] = {"first_loss": first, "last_loss": _plain(last)}
    if slopes:
        evidence["slope_along_step"] = slopes
    title = "the update has the wrong sign and goes uphill"
    return Finding("uphill", line, title, text, evidence, _mend(facts, lines))


def _plain(value: float) -> object:
    return value if isfinite(value) else str(value)


def _mend(facts: Facts, lines: list[int]) -> Mend | None:
    """``w += lr * dw`` becomes ``w -= lr * dw``."""
    new: dict[int, tuple[str, ...]] = {}
    for line in lines:
        statement = facts.statement(line)
        if statement is None or statement.line != statement.end_line:
            return None
        node, old = statement.node, facts.text(line)
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
            new[line] = (old.replace("+=", "-=", 1),)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
            if not isinstance(node.value.op, ast.Add):
                return None
            left, right = ast.unparse(node.value.left), ast.unparse(node.value.right)
            targets = " = ".join(map(ast.unparse, node.targets))
            new[line] = (f"{indent(old)}{targets} = {left} - {right}",)
        elif isinstance(node, ast.Expr) and ".add_(" in old:
            new[line] = (old.replace(".add_(", ".sub_(", 1),)
        else:
            return None
    return Mend(new)
