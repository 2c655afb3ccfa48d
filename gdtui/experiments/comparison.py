"""Several runs beside one another.

All runs are timelines of one process. They do not affect each other, and each can go back to the
epoch in which two of them part, to the last bit, whether the script sets a seed or not; a process
of its own would have to send every moment. A script that sets no seed meets the same random numbers
as the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np

from gdtui.analysis.diagnose.diagnosis import Diagnosis
from gdtui.analysis.numerals import SHORT
from gdtui.analysis.study import Study
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import History
from gdtui.engine.record.stopping import NO_RULE, StopRule
from gdtui.engine.run.moment import Moment
from gdtui.engine.run.status import Status
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script
from gdtui.experiments.differences import Difference, first_difference
from gdtui.experiments.matching import Pair, matched, parameter_shapes

LABELS = ascii_uppercase
"""What the runs are called, in their order."""


@dataclass(frozen=True, eq=False)
class ComparedRun:
    """A run among others.

    Attributes:
        label: its letter.
        script: its script.
        end: the run at its end.
        losses: the losses of its epochs, shape (epochs,).
        diagnosis: how it behaves.
    """

    label: str
    script: Script
    end: Moment
    losses: FloatArray
    diagnosis: Diagnosis

    @property
    def epochs(self) -> int:
        return len(self.losses)

    @property
    def failed(self) -> bool:
        """Whether the script failed."""
        return self.end.status is Status.FAILED and self.end.failure is not None


@dataclass(frozen=True)
class LargestDifference:
    """Where the parameters of two runs are farthest apart.

    Attributes:
        pair: the names of the parameter.
        place: the element, such as ``[0][1]``; empty for a single number.
        epoch: the epoch, from 1.
        values: the value in each run.
        is_norm: whether the values are norms of a large array.
    """

    pair: Pair
    place: str
    epoch: int
    values: tuple[float, float]
    is_norm: bool

    @property
    def size(self) -> float:
        return abs(self.values[0] - self.values[1])

    @property
    def text(self) -> str:
        """It in a sentence."""
        if not self.size:
            return "Their parameters are equal to the last bit."
        names = " and ".join(dict.fromkeys(f"{each}{self.place}" for each in self.pair))
        norm = "the norm of " if self.is_norm else ""
        return (
            f"Their parameters are farthest apart in epoch {self.epoch}: {norm}{names} by "
            f"{SHORT(self.size)}."
        )


@dataclass(frozen=True, eq=False)
class ComparedPair:
    """Two of the runs.

    Attributes:
        one, other: the runs.
        pairs: the parameters that belong together.
        first: where they first differ; None if they do not in the epochs that both have.
        largest: where their parameters are farthest apart; None if they share none that is finite.
    """

    one: ComparedRun
    other: ComparedRun
    pairs: list[Pair]
    first: Difference | None
    largest: LargestDifference | None

    @property
    def common_epochs(self) -> int:
        return min(self.one.epochs, self.other.epochs)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Runs beside one another.

    Attributes:
        runs: the runs.
        settings: the names of the settings that not all scripts have with the same value.
        pairs: the first run with each of the others.
    """

    runs: tuple[ComparedRun, ...]
    settings: tuple[str, ...]
    pairs: tuple[ComparedPair, ...]


def compare(scripts: Sequence[Script], stop: StopRule = NO_RULE) -> Comparison:
    """Run scripts to their ends, and set the runs beside one another.

    Raises:
        ScriptError: a script is nested too deeply to be compiled.
    """
    with ExitStack() as stack:
        timelines, starts, runs = [], [], []
        for label, script in zip(LABELS, scripts, strict=False):
            timeline = stack.enter_context(Timeline(script, stop=stop))
            study = Study(script)
            start = timeline.start()
            study.catch_up(start, timeline.history)
            end = timeline.run()
            study.catch_up(end, timeline.history)
            timelines.append(timeline)
            starts.append(start)
            losses = timeline.history.loss[:]
            runs.append(ComparedRun(label, script, end, losses, study.diagnosis))
        pairs = []
        for number in range(1, len(runs)):
            one, other = timelines[0], timelines[number]
            together = matched(*(parameter_shapes(each.history) for each in (one, other)))
            largest = _largest_difference(one.history, other.history, together)
            first = first_difference(one, other, (starts[0], starts[number]), together)
            pairs.append(ComparedPair(runs[0], runs[number], together, first, largest))
    return Comparison(tuple(runs), differing_settings(scripts), tuple(pairs))


def differing_settings(scripts: Sequence[Script]) -> tuple[str, ...]:
    """The names of the settings that not all scripts have with the same value."""
    values = [script.values for script in scripts]
    names = dict.fromkeys(name for each in values for name in each)
    return tuple(
        name
        for name in names
        if len({repr(each[name]) if name in each else None for each in values}) > 1
    )


def _largest_difference(
    one: History, other: History, pairs: list[Pair]
) -> LargestDifference | None:
    common = min(len(one), len(other))
    found = []
    for pair in pairs:
        mine, theirs = one.parameters[pair.one], other.parameters[pair.other]
        if mine.field.width != theirs.field.width or not common:
            continue
        left, right = (each[:common].reshape(common, -1) for each in (mine, theirs))
        with np.errstate(all="ignore"):
            apart = np.abs(left - right)
        apart[~np.isfinite(apart)] = -1.0
        epoch, place = np.unravel_index(int(np.argmax(apart)), apart.shape)
        if apart[epoch, place] < 0:
            continue
        where = np.unravel_index(int(place), mine.field.shape) if mine.field.shape else ()
        values = float(left[epoch, place]), float(right[epoch, place])
        found.append(
            LargestDifference(
                pair,
                "".join(f"[{each}]" for each in where),
                int(epoch) + 1,
                values,
                mine.field.norm_of is not None,
            )
        )
    return max(found, key=lambda each: each.size, default=None)
