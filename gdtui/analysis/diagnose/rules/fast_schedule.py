"""Is a schedule that counts epochs stepped with every batch?

Condition: a scheduler whose settings count epochs is stepped as often as its optimizer, several
times an epoch, and because of it the rate is next to nothing from the middle of the run on; or the
steps pass by far what the schedule was made for. Stepped once an epoch, it would not be so.
Schedules that are for batches, such as ``OneCycleLR``, do not count, nor those by a function.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gdtui.analysis.diagnose.facts.events import Stepped
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import is_whole_line

_NOTHING = 1e-3
"""A rate is next to nothing below this share of the first one."""

_MUCH = 1e-2

_FAR = 3
"""A schedule is passed by far at so many times its length."""


def find(facts: Facts) -> Iterator[Finding]:
    changes = [each for each in facts.of(Stepped) if each.epoch]
    if facts.failure or not changes or facts.epochs < 1:
        return
    change = changes[0]
    same = [each for each in changes if each.scheduler is change.scheduler]
    steps = [e for e in facts.steps if e.epoch and e.optimizer is change.optimizer]
    watched = [e for e in same if e.epoch <= facts.epochs]
    each_epoch = len(watched) / facts.epochs
    if len({e.line for e in same}) != 1 or each_epoch < 2 or abs(len(same) - len(steps)) > 1:
        return
    epochs = len(facts.history)
    total = round(each_epoch * epochs)
    kind = type(change.scheduler).__name__
    length = _length(change.scheduler)
    if length is not None:
        if length > epochs or total < _FAR * length:
            return
        how = f"it is made for {length} steps, and gets {total}"
    else:
        middle, wanted = (_share(change.scheduler, count) for count in (total // 2, epochs))
        if middle is None or wanted is None or middle >= _NOTHING or wanted < _MUCH:
            return
        how = (
            f"by the middle of the run the rate is down to {middle:.2g} of the first one, and with "
            f"a step an epoch it would end at {wanted:.2g} of it"
        )
    text = (
        f"Line {change.line} steps {kind} with every batch, {each_epoch:.4g} times an epoch, while "
        f"its settings count epochs: {how}. Step it once an epoch, behind the loop over the "
        f"batches."
    )
    evidence = {"steps_an_epoch": each_epoch, "steps": total, "epochs": epochs}
    title = f"{kind} counts epochs and is stepped with every batch"
    yield Finding("fast_schedule", change.line, title, text, evidence, _mend(facts, change.line))


def _length(scheduler: Any) -> int | None:
    """The number of steps that a schedule with an end was made for; None for one without."""
    kind = type(scheduler).__name__
    name = {
        "CosineAnnealingLR": "T_max",
        "PolynomialLR": "total_iters",
        "LinearLR": "total_iters",
    }.get(kind, "")
    falls = kind != "LinearLR" or scheduler.end_factor < _NOTHING
    found = getattr(scheduler, name, None) if name and falls else None
    return found if type(found) is int else None


def _share(scheduler: Any, steps: int) -> float | None:
    """By how much a schedule without an end has multiplied the rate after some steps; None for
    others."""
    kind = type(scheduler).__name__
    if kind == "StepLR":
        return float(scheduler.gamma ** (steps // scheduler.step_size))
    if kind == "ExponentialLR":
        return float(scheduler.gamma**steps)
    if kind == "MultiStepLR":
        passed = sum(n for at, n in scheduler.milestones.items() if at <= steps)
        return float(scheduler.gamma**passed)
    return None


def _mend(facts: Facts, line: int) -> Mend | None:
    """The line behind the loop in which it stands."""
    import ast

    for node in ast.walk(facts.script.tree):
        if isinstance(node, ast.For | ast.While) and any(e.lineno == line for e in node.body):
            last = node.end_lineno or line
            if not is_whole_line(facts, line) or node is facts.script.loop.node:
                return None
            outside = " " * node.col_offset + facts.text(line).strip()
            if last == line:
                return Mend({line: (outside,)})
            return Mend({line: (), last: (facts.text(last), outside)})
    return None
