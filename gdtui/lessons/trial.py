"""Trying a mended script: it is run, and compared with the script that never had the bug."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gdtui.analysis.diagnosis import number
from gdtui.engine.history import Column, History
from gdtui.engine.moment import Moment
from gdtui.engine.script import Script
from gdtui.engine.timeline import Timeline

_LONGEST = 10.0
"""Seconds after which a trial ends, if it comes to the end of an epoch."""

_CLOSE = 1e-4
"""How far two recorded numbers may be apart, relative to the largest in the column: float32
sums differ by less in another order."""


@dataclass(frozen=True)
class Verdict:
    """What a trial showed.

    Attributes:
        healed: whether the script now runs as the one without the bug.
        text: what there is to say of it.
    """

    healed: bool
    text: str


@dataclass(frozen=True)
class Trial:
    """A script to be tried.

    Attributes:
        script: the script as the learner has it.
        healthy: the script without the bug.
        named: the number of the line that the learner named, if they did not mend it.
    """

    script: Script
    healthy: Script
    named: int | None = None

    def run(self) -> Verdict:
        """Run both, and compare what was recorded. Takes up to twenty seconds."""
        moment, history = _run(self.script)
        _, expected = _run(self.healthy)
        fault = _fault(moment, history, expected)
        if self.named is not None:
            if fault:
                return Verdict(False, f"Line {self.named} is as it was meant to be.")
            return Verdict(True, f"Right: line {self.named}. Without the bug {_course(expected)}.")
        if fault:
            return Verdict(False, f"Tried: {fault}.")
        return Verdict(True, f"Right: with your mend {_course(history)}, as without the bug.")


def _run(script: Script) -> tuple[Moment, History]:
    with Timeline(script) as timeline:
        timeline.run_for(_LONGEST)
        return timeline.moment, timeline.history


def _course(history: History) -> str:
    losses = history.loss
    return f"the loss goes from {number(losses[0])} to {number(losses[-1])} in {len(losses)} epochs"


def _fault(moment: Moment, history: History, expected: History) -> str:
    """In what a run differs from the one that is meant; empty where in nothing."""
    if moment.failure is not None:
        where = f" in line {moment.line}" if moment.line else ""
        return f"it fails{where}: {moment.message}"
    for what, one, other in _columns(history, expected):
        if one is None or other is None:
            return f"{what} is not recorded"
        count = min(len(one), len(other))
        for epoch in range(count):
            if not _agree(one[epoch], other[epoch], other):
                return (
                    f"{what} of epoch {epoch + 1} is {_shown(one[epoch])}; "
                    f"without the bug it is {_shown(other[epoch])}"
                )
    if len(history) != len(expected):
        return f"it ran {len(history)} epochs, not {len(expected)}"
    return ""


def _columns(
    history: History, expected: History
) -> Iterator[tuple[str, Column | None, Column | None]]:
    if expected.loss_column is not None:
        yield "the loss", history.loss_column, expected.loss_column
    for name, column in expected.parameters.items():
        yield name, history.parameters.get(name), column


def _agree(one: object, other: object, column: Column) -> bool:
    mine, theirs = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    with np.errstate(all="ignore"):
        size = float(np.nanmax(np.abs(column[:]), initial=1e-12))
        close = mine.shape == theirs.shape and np.allclose(
            mine, theirs, rtol=_CLOSE, atol=_CLOSE * size, equal_nan=True
        )
    return bool(close)


def _shown(value: object) -> str:
    array = np.ravel(np.asarray(value, dtype=float))
    return number(float(array[0])) if len(array) == 1 else f"[{', '.join(map(number, array[:4]))}]"
