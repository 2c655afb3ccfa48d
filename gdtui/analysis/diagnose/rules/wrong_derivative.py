"""Is a gradient by hand the derivative of the loss?

Condition: the script's gradient of one parameter is, up to a factor such as 1, 2 or a half, the
slope of the loss by finite differences, and that of another one is not, by more than the
differences are uncertain; and no term that only grows with the parameter, as a penalty gives,
explains it; where it can be seen, the gradients are functions of the parameters alone, and not of
samples drawn anew, and none is in a target of the loss. A single parameter settles where the loss
still has a slope.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gdtui.analysis.diagnose.facts.batch_slopes import known_slopes
from gdtui.analysis.diagnose.facts.events import Ran
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.holding import read_by
from gdtui.analysis.diagnose.facts.repeating import behind, is_read_twice, repeats
from gdtui.analysis.diagnose.facts.slope import Slope
from gdtui.analysis.diagnose.facts.slopes import Slopes
from gdtui.analysis.diagnose.finding import Finding

_USUAL = (1.0, 2.0, 0.5)
_CLOSE = 0.02

_NOTHING = 1e-6
"""A gradient of less than this share of the largest one is 0 but for rounding."""

_MOVED = 0.3
"""How much of a gradient may be left over beside the slopes, as a share, where it was computed of a
parameter behind its update."""


def find(facts: Facts) -> Iterator[Finding]:
    slopes = known_slopes(facts)
    if slopes is None:
        return
    found = [each for name in slopes.names if (each := slopes.slope(name)) is not None]
    if not found or len(found) < len(slopes.names) or not all(each.is_sure for each in found):
        return
    if len(found) == 1:
        if slopes.shares != (1,) or not slopes.has_gradient(found[0].name):
            return
        yield from _single(facts, slopes, found[0])
        return
    steady = _steady(facts, slopes, found) if slopes.are_steps else {}
    common = max(steady.values(), default=None) if slopes.are_steps else _common(found, slopes)
    if common is None:
        return
    sizes = [np.abs([*each.by_script, *(common * each.by_loss)]).max() for each in found]
    floor = _NOTHING * float(max(sizes))
    wrong = [e for e in found if not _agrees(e, common, floor) and e.name not in steady]
    if not wrong or len(wrong) == len(found):
        return
    worst = wrong[0]
    if not _is_of_parameters(facts, slopes):
        return
    if _is_penalty(facts, slopes, worst, common) or _is_sequential(
        facts, slopes, worst, found, common
    ):
        return
    right = [each for each in found if _agrees(each, common, floor)]
    line = _shared_line(facts, slopes, wrong, right) or _line(slopes, worst)
    at = int(np.argmax(np.abs(worst.by_script - common * worst.by_loss)))
    script, loss = float(worst.by_script[at]), float(common * worst.by_loss[at])
    others = ", ".join(each.name for each in right)
    times = _factor(worst)
    effect = (
        "settles at a wrong value"
        if times is None
        else f"is updated with {times / common:.4g} times the learning rate of the others"
    )
    text = (
        f"The gradient of {worst.name} in line {line} is not the derivative of the loss: the "
        f"formula gives {script:.4g}, and finite differences of the loss give {loss:.4g}; that of "
        f"{others} agrees. So {worst.name} {effect}. Derive it anew: is a factor missing, such as "
        f"the input?"
    )
    evidence = {"parameter": worst.name, "by_formula": script, "by_differences": loss}
    title = f"the gradient of {worst.name} is not the derivative of the loss"
    yield Finding("wrong_derivative", line, title, text, evidence)


def _single(facts: Facts, slopes: Slopes, slope: Slope) -> Iterator[Finding]:
    """The finding for the only parameter of a script."""
    last = Slopes(facts, epoch=len(facts.history) - 1)
    end = last.slope(slope.name) if last.knows_end(slopes) else None
    if end is None or not end.is_sure:
        return
    steep = float(np.abs(end.by_loss).max()) / float(np.abs(slope.by_loss).max() or np.inf)
    left = float(np.abs(end.by_script).max()) / float(np.abs(slope.by_script).max() or np.inf)
    if steep < 0.05 or left > 0.02 * steep:
        return
    line = _line(slopes, slope)
    at = int(np.argmax(np.abs(end.by_loss)))
    text = (
        f"The gradient of {slope.name} in line {line} is not the derivative of the loss: in the "
        f"last epoch the formula gives {end.by_script[at]:.4g}, and finite differences of the "
        f"loss give {end.by_loss[at]:.4g}. So {slope.name} settles where the loss could still "
        f"fall. Derive it anew: is a factor missing, such as the input?"
    )
    evidence = {
        "parameter": slope.name,
        "by_formula": float(end.by_script[at]),
        "by_differences": float(end.by_loss[at]),
    }
    title = f"the gradient of {slope.name} is not the derivative of the loss"
    yield Finding("wrong_derivative", line, title, text, evidence)


def _factor(slope: Slope) -> float | None:
    """By which one factor the script's gradient differs from the slope; None where by several."""
    scale = float(np.abs(slope.by_loss).max())
    if not scale:
        return None
    at = int(np.argmax(np.abs(slope.by_loss)))
    factor = float(slope.by_script[at] / slope.by_loss[at])
    return factor if _agrees(slope, factor) and factor > 0 else None


def _common(found: list[Slope], slopes: Slopes) -> float | None:
    """The factor of those gradients that are right: a usual one, or that of most."""
    known = [factor for each in found if (factor := _factor(each)) is not None]
    for usual in [usual * share for share in slopes.shares for usual in _USUAL]:
        if any(abs(each - usual) <= _CLOSE * usual for each in known):
            return usual
    for each in known:
        same = [one for one in known if abs(one - each) <= _CLOSE * each]
        if 2 * len(same) > len(found):
            return each
    return None


def _steady(facts: Facts, slopes: Slopes, found: list[Slope]) -> dict[str, float]:
    """The factors of those gradients that have the same one in two epochs: it may be a learning
    rate of their own."""
    later = type(slopes)(facts, epoch=slopes.epoch + 1)
    if not later.is_known or facts.calls("clip", "norm", "solve", "inv", "pinv", "lstsq"):
        return {}
    others = [later.slope(each.name) for each in found]
    if not all(each is not None and each.is_sure for each in others):
        return {}
    factors = {
        each.name: (_factor(each), _factor(other))
        for each, other in zip(found, others, strict=True)
        if other is not None
    }
    return {
        name: now
        for name, (now, then) in factors.items()
        if now is not None and then is not None and abs(now - then) <= _CLOSE * now
    }


def _line(slopes: Slopes, slope: Slope) -> int:
    return slope.line or slopes.update_line(slope.name)


def _shared_line(facts: Facts, slopes: Slopes, wrong: list[Slope], right: list[Slope]) -> int:
    """The last statement that all the wrong gradients are computed of, and neither the right ones
    nor the loss are; 0 where there is none. Of a single one only where it is a product of matrices,
    which has little in it that can be wrong."""
    if len(wrong) == 1 and not _is_product(facts, slopes, wrong[0]):
        return 0
    at = slopes.loss_event()
    known = {} if at is None else {each.number: each for each in (at, *behind(slopes, at))}
    for each in right:
        known |= _behind_gradient(facts, slopes, each)
    shared = [_behind_gradient(facts, slopes, each) for each in wrong]
    own = {_line(slopes, each) for each in wrong}
    numbers = set.intersection(*(set(each) for each in shared)) - set(known)
    lines = {
        n: shared[0][n].line for n in numbers if len(wrong) > 1 or shared[0][n].line not in own
    }
    return lines[max(lines)] if lines else 0


def _is_product(facts: Facts, slopes: Slopes, slope: Slope) -> bool:
    """Whether a gradient is a matrix by a product of matrices, and no multiple of the slopes."""
    statement = facts.statement(_line(slopes, slope))
    best = float(slope.by_script @ slope.by_loss / (slope.by_loss @ slope.by_loss or np.inf))
    return (
        statement is not None
        and slope.value.ndim == 2
        and any(isinstance(each, ast.MatMult) for each in ast.walk(statement.node))
        and not _agrees(slope, best)
    )


def _behind_gradient(facts: Facts, slopes: Slopes, slope: Slope) -> dict[int, Ran]:
    """The statements of the epoch that a gradient is computed by, by their number."""
    line = _line(slopes, slope)
    events = [each for each in facts.ran if each.epoch == slopes.epoch and each.line == line]
    if not events:
        return {}
    return {each.number: each for each in (events[-1], *behind(slopes, events[-1]))}


def _agrees(slope: Slope, factor: float, floor: float = 0.0) -> bool:
    """Whether the script's gradient is the slope times a factor; what differs by less than a
    ``floor`` does."""
    scale = max(
        float(np.abs(slope.by_loss).max()) * abs(factor), float(np.abs(slope.by_script).max())
    )
    apart = np.abs(slope.by_script - factor * slope.by_loss).max()
    return bool(apart <= max(_CLOSE * scale, floor))


def _is_of_parameters(facts: Facts, slopes: Slopes) -> bool:
    """Whether gradients and loss depend on the parameters alone, as far as that can be seen."""
    if slopes.is_late or type(slopes) is not Slopes:
        return True
    later = Slopes(facts, epoch=slopes.epoch + 1)
    return not is_read_twice(slopes) and (not later.is_known or repeats(slopes, later))


def _is_penalty(facts: Facts, slopes: Slopes, slope: Slope, factor: float) -> bool:
    """Whether what the gradient has too much is the same multiple of the parameter, or of its
    signs, in two epochs."""
    later = type(slopes)(facts, epoch=3)
    other = later.slope(slope.name) if later.is_known else None
    if other is None:
        return False
    for penalty in (np.array, np.sign):
        shares = []
        for each in (slope, other):
            rest = each.by_script - factor * each.by_loss
            wanted = each.along(penalty(each.value))
            if not wanted.any():
                return False
            share = float(rest @ wanted / (wanted @ wanted))
            if np.abs(rest - share * wanted).max() <= 0.1 * np.abs(rest).max():
                shares.append(share)
        if len(shares) == 2 and shares[0] > 0 and abs(shares[0] - shares[1]) <= 0.05 * shares[0]:
            return True
    return False


def _is_sequential(
    facts: Facts, slopes: Slopes, wrong: Slope, found: list[Slope], factor: float
) -> bool:
    """Whether a gradient is taken where the parameters before it have been moved already, as by
    coordinate descent, or about so, where only a part of it has read one that was moved."""
    before = {each.name: slopes.step(each.name) for each in found if each.name != wrong.name}
    width = 1e-4
    by_loss = []
    for direction in wrong.directions:
        move = (width * direction).reshape(wrong.value.shape)
        up = slopes.loss({**before, wrong.name: move})
        down = slopes.loss({**before, wrong.name: -move})
        by_loss.append((up - down) / (2 * width))
    moved = replace(wrong, by_loss=np.array(by_loss))
    own = _factor(moved) if slopes.are_steps and len(by_loss) > 1 else None
    return _agrees(moved, own or factor) or (
        _reads_moved(facts, slopes, wrong, list(before)) and _left_over(wrong) < _MOVED
    )


def _reads_moved(facts: Facts, slopes: Slopes, wrong: Slope, others: list[str]) -> bool:
    """Whether a gradient is computed of another parameter behind its update."""
    events = _behind_gradient(facts, slopes, wrong).values()
    return any(
        other in read_by(facts.watched[each.index].node)
        and 0 < slopes.update_number(other) < each.number
        for each in events
        for other in others
    )


def _left_over(slope: Slope) -> float:
    """What is left of a gradient beside the best multiple of the slopes, as a share of it."""
    best = float(slope.by_script @ slope.by_loss) / float(slope.by_loss @ slope.by_loss or np.inf)
    rest = np.linalg.norm(slope.by_script - best * slope.by_loss)
    return float(rest / (np.linalg.norm(slope.by_script) or np.inf)) if best > 0 else 1.0
