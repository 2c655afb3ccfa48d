"""Runs a mended script, and compares it with the one without the bug."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gdtui.analysis.diagnose.diagnosis import count
from gdtui.analysis.numerals import numeral
from gdtui.analysis.study import Study
from gdtui.engine.play.time_limit import run_within
from gdtui.engine.record.history import Column, History
from gdtui.engine.run.moment import Moment
from gdtui.engine.run.status import Status
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script
from gdtui.lessons.errors import LessonError
from gdtui.lessons.expressions import Expression
from gdtui.lessons.kinds.kind import Check, CheckResult
from gdtui.lessons.snapshot import Snapshot

_LONGEST = 10.0
"""The time limit of a run in seconds. A run that is cut off is compared as far as it came."""

_CLOSE = 1e-4
"""The difference allowed between two recorded numbers, relative to the largest in the column: a
float32 sum in another order differs by less."""


@dataclass(frozen=True)
class MendResult(CheckResult):
    """The result of a check.

    Attributes:
        healed: whether the script runs as the one without the bug.
        text: the feedback.
    """

    healed: bool
    text: str


@dataclass(frozen=True)
class MendCheck(Check):
    """A learner's script to run and to compare.

    Attributes:
        script: the script with the mend.
        healthy: the script without the bug.
        named: the line number that the learner named, if they did not type a mend.
        is_off: whether nothing is wrong with that line, so that no run is needed.
        healed: the condition that is enough at the end of a run that differs from the healthy one;
            None if it must not differ.
    """

    script: Script
    healthy: Script
    named: int | None = None
    is_off: bool = False
    healed: Expression | None = None

    def run(self) -> MendResult:
        """Run both scripts, and compare their records. Takes up to twenty seconds."""
        if self.is_off:
            return MendResult(False, f"Line {self.named} is correct.")
        with warnings.catch_warnings():
            # The learner has seen the warnings in the run on the screen.
            warnings.simplefilter("ignore")
            tried, hung = _run(self.script)
            meant, _ = _run(self.healthy)
        cut_off = Status.PAUSED in (tried.moment.status, meant.moment.status)
        fault = hung or _fault(tried.moment, tried.history, meant.history, cut_off=cut_off)
        if self.named is not None:
            if fault:
                return MendResult(False, f"Line {self.named} is correct.")
            course = _course(meant.history)
            return MendResult(True, f"Right: line {self.named}. Without the bug {course}.")
        if fault and not self._is_healed(tried):
            if self.healed is not None and tried.moment.failure is None and not hung:
                fault = f"{_course(tried.history)}, which is not yet right"
            return MendResult(False, f"Tried: {fault.rstrip('.')}.")
        same = ", as without the bug" if not fault else ""
        text = f"Right: with your mend {_course(tried.history)}{same}."
        return MendResult(True, text, script=self.script)

    def _is_healed(self, tried: Snapshot) -> bool:
        if self.healed is None or tried.moment.failure is not None:
            return False
        try:
            return self.healed.holds(tried.names)
        except LessonError:
            return False


def _run(script: Script) -> tuple[Snapshot, str]:
    """Run a script. Returns a snapshot of where it came to, and why it had to be ended there; empty
    if it came to the end of the script or of an epoch."""
    with Timeline(script) as timeline:
        study = Study(script)
        history = timeline.history
        came = run_within(timeline, _LONGEST, lambda start: study.catch_up(start, history))
        moment = timeline.moment
        study.catch_up(moment, history)
        epoch = f"epoch {moment.epoch}" if moment.epoch else "the part before the training loop"
        where = f" (it was in {moment.place})" if moment.place else ""
        fault = "" if came else f"{epoch} does not end: {_LONGEST:g} seconds are over{where}"
        return Snapshot.of(study, ""), fault


def _course(history: History) -> str:
    losses = history.loss[:]
    if not len(losses):
        return "no epoch is completed"
    if np.isnan(losses).all():
        return f"it runs {count(len(losses), 'epoch')}"
    ends = f"from {numeral(losses[0])} to {numeral(losses[-1])}"
    return f"the loss goes {ends} in {count(len(losses), 'epoch')}"


def _fault(moment: Moment, history: History, expected: History, *, cut_off: bool) -> str:
    """The first difference between a run and the one without the bug; empty for none."""
    if moment.failure is not None:
        where = f" in {moment.place}" if moment.place else ""
        return f"it fails{where}: {moment.message}"
    for what, one, other in _columns(history, expected):
        if one is None or other is None:
            return f"{what} is not recorded"
        for epoch in range(min(len(one), len(other))):
            if not _agree(one[epoch], other[epoch], other):
                return (
                    f"{what} of epoch {epoch + 1} is {_shown(one[epoch])}; "
                    f"without the bug it is {_shown(other[epoch])}"
                )
    if not cut_off and len(history) != len(expected):
        return f"it ran {count(len(history), 'epoch')}, not {len(expected)}"
    return ""


def _columns(
    history: History, expected: History
) -> Iterator[tuple[str, Column | None, Column | None]]:
    yield "the loss", history.loss, expected.loss
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
    return (
        numeral(float(array[0])) if len(array) == 1 else f"[{', '.join(map(numeral, array[:4]))}]"
    )
