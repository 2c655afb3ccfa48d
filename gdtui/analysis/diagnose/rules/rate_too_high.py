"""Is the learning rate too high for the curvature of the loss?

Condition: the loss ends higher than it began, the updates are plain steps against the gradient, or
with momentum, and the learning rate is beyond two over the largest curvature (with a momentum m,
beyond 2 (1 + m) over it). Where the curvature is that of an input with large numbers, it is the
input that has to be scaled.

Source of the limit: B. Polyak, Some methods of speeding up the convergence of iteration methods,
1964. The largest curvature is by Hessian-vector products with autograd, and by finite differences
of the loss along the step without.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

import numpy as np

from gdtui.analysis.diagnose.facts.batch_slopes import known_slopes
from gdtui.analysis.diagnose.facts.events import Created
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.slopes import Slopes
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import replaced
from gdtui.analysis.diagnose.rules.unscaled_input import by_scaling, large_input, unscaled
from gdtui.analysis.diagnose.rules.uphill import is_rising
from gdtui.analysis.diagnose.trial import RATES, losses_of

_BEYOND, _FAR = 10.0, 100.0
"""So many times the highest stable rate is worth a trial, or is proof enough."""


@dataclass(frozen=True)
class Limit:
    """What is known of a learning rate.

    Attributes:
        rate: the learning rate.
        highest: the highest one that is stable.
        curvature: the largest curvature of the loss.
        line: where the rate stands; 0 where that is not known.
    """

    rate: float
    highest: float
    curvature: float
    line: int


def find(facts: Facts) -> Iterator[Finding]:
    if facts.failure or not facts.events:
        return
    if not is_rising(facts):
        yield from _by_far(facts) or _by_trial(facts)
        return
    limit = _of_optimizer(facts) or _by_hand(facts) or _by_formula(facts)
    if limit is None or limit.rate <= limit.highest:
        yield from _by_trial(facts)
        return
    large = large_input(facts, limit.curvature)
    if large is not None and "unscaled_feature" not in facts.found:
        yield unscaled(facts, large, limit.rate, limit.curvature, limit.highest)
    first, last = facts.ends
    place = limit.line or (large[0] if large else 0)
    if not place:
        return
    text = (
        f"The learning rate {limit.rate:g} is beyond 2 / curvature = {limit.highest:.4g}, with the "
        f"largest curvature {limit.curvature:.4g}: every step overshoots further than the one "
        f"before, and the loss grows from {first:.4g} to {last:.4g}. Lower it, for "
        f"example to {_nice(limit.highest / 3):g}."
    )
    evidence = {
        "learning_rate": limit.rate,
        "highest_stable": limit.highest,
        "curvature": limit.curvature,
    }
    title = f"the learning rate {limit.rate:g} is too high: it must be below {limit.highest:.4g}"
    yield Finding("rate_too_high", place, title, text, evidence, _lower(facts, limit))


def _nice(rate: float) -> float:
    """A rate with one digit, rounded down."""
    if rate <= 0 or not isfinite(rate):
        return rate
    power = 10.0 ** np.floor(np.log10(rate))
    return float(f"{np.floor(rate / power + 1e-9) * power:.1g}")


# By trial -----------------------------------------------------------------------------------


def _by_far(facts: Facts) -> list[Finding]:
    """The finding for a large input that makes a rate far too high from the first step on, after
    which a net with dead units may come down again to a worse place."""
    limit = _of_optimizer(facts)
    if limit is None or limit.rate < _BEYOND * limit.highest:
        return []
    large = large_input(facts, limit.curvature)
    if large is None or limit.rate < _FAR * limit.highest:
        return list(by_scaling(facts))
    return [unscaled(facts, large, limit.rate, limit.curvature, limit.highest)]


def _by_trial(facts: Facts) -> Iterator[Finding]:
    """The finding for an optimizer without such a limit: at a hundredth of the rate, and all else
    the same, the loss ends below a third."""
    losses = facts.losses
    step = next((each for each in facts.steps if each.epoch), None)
    if step is None or facts.found or len(losses) < 3 or not losses[0] > 0:
        return
    if not (losses[-1] >= 0.5 * losses[0] or max(losses) >= 10 * losses[0]):
        return
    made = next((each for each in facts.created if each.optimizer is step.optimizer), None)
    rate = float(step.optimizer.param_groups[0]["lr"])
    low = _last_loss(facts, rate / 100)
    if low is None or not low < losses[-1] / 3:
        return
    line = rate_line(facts, rate, made)
    kind = type(step.optimizer).__name__
    text = (
        f"The learning rate {rate:g} is too high for {kind}: the loss is {losses[0]:.4g} after the "
        f"first epoch and {losses[-1]:.4g} after the last, and with {rate / 100:g}, all else the "
        f"same, it ends at {low:.4g}. Its steps overshoot. Lower it."
    )
    evidence = {"learning_rate": rate, "lower": rate / 100, "loss_at_lower": low}
    title = f"the learning rate {rate:g} is too high for {kind}"
    limit = Limit(rate, rate * 3 / 100, float("nan"), line)
    yield Finding("rate_too_high", line, title, text, evidence, _lower(facts, limit))


def _last_loss(facts: Facts, rate: float) -> float | None:
    """The last loss of the script with another learning rate; None where it takes too long, or has
    no rate that can be changed."""
    losses = [each for each in losses_of(facts, facts.script, rate) if isfinite(each)]
    return losses[-1] if losses else None


# The limit ------------------------------------------------------------------------------


def _of_optimizer(facts: Facts) -> Limit | None:
    step = next((each for each in facts.steps if each.epoch), None)
    if step is None or type(step.optimizer).__name__ != "SGD":
        return None
    made = next((each for each in facts.created if each.optimizer is step.optimizer), None)
    groups = step.optimizer.param_groups
    rate = float(groups[0].get("initial_lr", groups[0]["lr"]))
    momentum = float(groups[0].get("momentum", 0.0))
    curvature = _curvature(facts, rate, momentum)
    if curvature is None:
        return None
    return Limit(rate, 2 * (1 + momentum) / curvature, curvature, rate_line(facts, rate, made))


def _by_hand(facts: Facts) -> Limit | None:
    """Where the script itself moves the leaves that backward gives gradients."""
    for op in facts.ops:
        if op.leaf is None or op.before is None or not op.epoch:
            continue
        sent = [each for each in facts.backwards if each.number < op.number]
        later = [e for e in facts.ops if e.number > op.number and e.leaf is op.leaf]
        if not sent or not later or later[0].before is None:
            continue
        gradient = next(
            (
                g
                for leaf, g in zip(sent[-1].leaves, sent[-1].gradients, strict=True)
                if leaf is op.leaf
            ),
            None,
        )
        if gradient is None or not bool(gradient.norm()):
            continue
        step = later[0].before - op.before
        rate = -float((step * gradient).sum() / (gradient * gradient).sum())
        if rate <= 0 or float((step + rate * gradient).norm()) > 1e-3 * float(step.norm()):
            return None
        rate = float(f"{rate:.4g}")
        curvature = _curvature(facts, rate)
        if curvature is None:
            return None
        return Limit(rate, 2 / curvature, curvature, rate_line(facts, rate, None))
    return None


def _curvature(facts: Facts, rate: float, momentum: float = 0.0) -> float | None:
    """The largest one where the run begins; where that leaves the rate stable, the largest one of
    the epochs that were watched. Where a run has come to by its explosion it may be far larger."""
    found = [
        e.curvature for e in facts.backwards if e.epoch and e.curvature and isfinite(e.curvature)
    ]
    first = next((each for each in found if each > 0), None)
    if first is not None and rate * first > 2 * (1 + momentum):
        return first
    return max(found) if found and max(found) > 0 else None


def _by_formula(facts: Facts) -> Limit | None:
    if facts.backwards:
        return None
    slopes = known_slopes(facts)
    if slopes is None:
        return None
    steps = {name: slopes.step(name) for name in slopes.names}
    length = float(np.sqrt(sum((each**2).sum() for each in steps.values())))
    if not length or not isfinite(length):
        return None
    direction = {name: each / length for name, each in steps.items()}
    slope, _, sure = slopes.along(direction)
    # Over a part of the step, where it is larger than what rounding leaves of it.
    _, curvature, _ = slopes.along(direction, max(length / 20, 1e-3))
    if not sure or slope >= 0 or curvature <= 0:
        return None
    # A step of the length `rate` times the slope; along a straight line the loss is a parabola.
    times = -length * curvature / slope
    rate = facts.learning_rate
    if rate is None:
        rate = _written_rate(facts, slopes, length / -slope)
    if rate is None:
        return None
    return Limit(rate, 2 * rate / times, times / rate, rate_line(facts, rate, None))


def _written_rate(facts: Facts, slopes: Slopes, rate: float) -> float | None:
    """The rate as the script writes it, whose gradient may be a half of the slope or twice as much,
    and whose loss the mean of several; None where no such number stands in the script."""
    for share in slopes.shares:
        for factor in (1.0, 2.0, 0.5):
            found = float(f"{rate * factor / share:.6g}")  # as exact as the slope is
            if rate_line(facts, found, None):
                return found
    return None


def rate_line(facts: Facts, rate: float, made: Created | None) -> int:
    """The line where the rate stands as a number."""
    for each in facts.script.settings:
        if _is_about(each.value, rate) and any(word in each.name.lower() for word in RATES):
            return each.line
    constants = [
        node
        for node in ast.walk(facts.script.tree)
        if isinstance(node, ast.Constant) and _is_about(node.value, rate)
    ]
    named = _named_rates(facts)
    for found in ([each for each in constants if each in named], constants):
        if len({each.lineno for each in found}) == 1:
            return found[0].lineno
    return made.line if made is not None else 0


def _named_rates(facts: Facts) -> list[ast.expr]:
    """What is given for an argument or an entry that is called as a rate is."""
    found: list[tuple[str, ast.expr]] = []
    for node in ast.walk(facts.script.tree):
        if isinstance(node, ast.Call):
            found += [(each.arg or "", each.value) for each in node.keywords]
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            found += [(str(getattr(key, "value", "")), value) for key, value in pairs]
    return [value for name, value in found if any(word in name.lower() for word in RATES)]


def _is_about(value: object, rate: float) -> bool:
    return isinstance(value, int | float) and abs(value - rate) <= 1e-3 * abs(rate)


def _lower(facts: Facts, limit: Limit) -> Mend | None:
    return changed_rate(facts, limit.line, limit.rate, _nice(limit.highest / 3))


def changed_rate(facts: Facts, line: int, rate: float, new: float) -> Mend | None:
    """Another learning rate in the place of the one that stands on a line."""
    for each in facts.script.settings:
        if each.line == line and _is_about(each.value, rate):
            changed = facts.script.with_settings({each.name: new})
            return Mend({line: (changed.lines[line - 1],)})
    for node in ast.walk(facts.script.tree):
        if not isinstance(node, ast.Constant) or node.lineno != line:
            continue
        if _is_about(node.value, rate):
            return replaced(facts, node, f"{new:g}")
    return None
