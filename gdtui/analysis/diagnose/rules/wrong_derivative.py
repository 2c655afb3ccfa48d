"""Is a gradient by hand the derivative of the loss?

Condition: the script's gradient of one parameter is, up to a factor such as 1, 2 or a half, the
slope of the loss by finite differences, and that of another one is not, by more than the
differences are uncertain; and no term that only grows with the parameter, as a penalty gives,
explains it; where it can be seen, the gradients are functions of the parameters alone, and not of
samples drawn anew, and none is in a target of the loss. A single parameter settles where the loss
still has a slope.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gdtui.analysis.diagnose.facts.batch_slopes import known_slopes
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.repeating import is_read_twice, repeats
from gdtui.analysis.diagnose.facts.slopes import Slope, Slopes
from gdtui.analysis.diagnose.finding import Finding

_USUAL = (1.0, 2.0, 0.5)
_CLOSE = 0.02

_NOTHING = 1e-6
"""A gradient of less than this share of the largest one is 0 but for rounding."""


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
    factors = {each.name: _factor(each) for each in found}
    common = _common(list(factors.values()), slopes.shares)
    if common is None:
        return
    sizes = [np.abs([*each.by_script, *(common * each.by_loss)]).max() for each in found]
    floor = _NOTHING * float(max(sizes))
    wrong = [each for each in found if not _agrees(each, common, floor)]
    if not wrong or len(wrong) == len(found):
        return
    worst = wrong[0]
    if not _is_of_parameters(facts, slopes):
        return
    if _is_penalty(facts, slopes, worst, common) or _is_sequential(slopes, worst, found, common):
        return
    line = worst.line or slopes.update_line(worst.name)
    at = int(np.argmax(np.abs(worst.by_script - common * worst.by_loss)))
    script, loss = float(worst.by_script[at]), float(common * worst.by_loss[at])
    others = ", ".join(each.name for each in found if each not in wrong)
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
    line = slope.line or slopes.update_line(slope.name)
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


def _common(factors: list[float | None], shares: tuple[int, ...]) -> float | None:
    """The factor of those gradients that are right: a usual one, or that of most."""
    known = [each for each in factors if each is not None]
    for usual in [usual * share for share in shares for usual in _USUAL]:
        if any(abs(each - usual) <= _CLOSE * usual for each in known):
            return usual
    for each in known:
        same = [one for one in known if abs(one - each) <= _CLOSE * each]
        if 2 * len(same) > len(factors):
            return each
    return None


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
    """Whether what the gradient has too much is the same multiple of the parameter in two
    epochs."""
    later = type(slopes)(facts, epoch=3)
    other = later.slope(slope.name) if later.is_known else None
    if other is None:
        return False
    shares = []
    for each in (slope, other):
        rest = each.by_script - factor * each.by_loss
        value = each.value.ravel()
        if rest.size != value.size or not value.any():
            return False
        shares.append(float(rest @ value / (value @ value)))
        if np.abs(rest - shares[-1] * value).max() > 0.1 * np.abs(rest).max():
            return False
    return bool(shares[0] > 0 and abs(shares[0] - shares[1]) <= 0.05 * abs(shares[0]))


def _is_sequential(slopes: Slopes, wrong: Slope, found: list[Slope], factor: float) -> bool:
    """Whether a gradient is taken where the parameters before it have been moved already, as by
    coordinate descent."""
    before = {each.name: slopes.step(each.name) for each in found if each.name != wrong.name}
    size = wrong.value.size
    for place in range(min(size, 4)):
        unit = np.zeros(size)
        unit[place] = 1.0
        width = 1e-4
        move = (width * unit).reshape(wrong.value.shape)
        up = slopes.loss({**before, wrong.name: move})
        down = slopes.loss({**before, wrong.name: -move})
        slope = (up - down) / (2 * width)
        if size > 8 or abs(slope * factor - wrong.by_script[place]) > _CLOSE * max(
            abs(slope * factor), abs(wrong.by_script[place])
        ):
            return False
    return True
