"""The first statement at which two runs differ.

Two runs are compared phase by phase: the n-th prediction of an epoch with the n-th of the other
run, and so with losses, gradients and updates. So scripts that do the same with other names, or in
more statements, agree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gdtui.analysis.numerals import Numerals
from gdtui.analysis.values import alike, as_array, value_text
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import Column, Kind, was_there
from gdtui.engine.record.summary import Summary
from gdtui.engine.run.moment import Moment
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.loop import Phase
from gdtui.engine.script.names import loop_names
from gdtui.experiments.matching import Pair

TOLERANCE = 1e-5
"""Numbers are alike if they differ by less than this share of the largest so far. Two scripts that
compute the same in float32, or in another order, differ by less at first."""

BoolArray = npt.NDArray[np.bool_]

_PHASES = (Phase.PREDICT, Phase.LOSS, Phase.GRADIENT, Phase.UPDATE)


class Reading(NamedTuple):
    """A quantity of a run after a statement.

    Attributes:
        name: what the script calls it.
        value: its value: a number, an array, or the summary of a large one.
        line: the line of the statement that gave it this value; None where that is not known.
        position: the position of the run right after that statement; None where not known.
    """

    name: str
    value: object
    line: int | None
    position: tuple[int, ...] | None = None

    def text(self, write: Numerals) -> str:
        """The value as text."""
        held = self.value
        return value_text(held if isinstance(held, Summary) else as_array(held), write)


@dataclass(frozen=True)
class Difference:
    """Where two runs first differ.

    Attributes:
        epoch: the epoch, from 1; 0 for the state before the first.
        phase: what the statements do; None before the first epoch.
        readings: the quantities that differ, each in both runs.
    """

    epoch: int
    phase: Phase | None
    readings: tuple[tuple[Reading, Reading], ...]


def first_difference(
    one: Timeline,
    other: Timeline,
    starts: tuple[Moment, Moment],
    pairs: list[Pair],
    phases: Collection[Phase] = _PHASES,
) -> Difference | None:
    """The first difference of two runs in the epochs that both have; None if there is none.

    Both runs have gone to their ends, and are somewhere else afterwards. The epoch is found from
    what was recorded; then both run through that epoch once more, one statement after another.

    Args:
        one, other: the runs.
        starts: both before their first epoch.
        pairs: the parameters that belong together.
        phases: the phases whose results are compared.
    """
    scales = _Scales(one, other, starts, pairs, phases)
    before = _differing(_of_parameters(starts[0], starts[1], pairs), scales, Phase.UPDATE)
    if before and Phase.UPDATE in phases:
        return Difference(0, None, before)
    epoch = scales.first_epoch()
    if epoch is None:
        return None
    for timeline in (one, other):
        timeline.seek(epoch - 1)
    scales.stop = epoch - 1
    ahead: dict[tuple[Phase, int], Group] = {}
    theirs = numbered(groups(other, epoch))
    for key, mine in numbered(groups(one, epoch)):
        while key not in ahead:
            found = next(theirs, None)
            if found is None:
                break
            ahead[found[0]] = found[1]
        if key in ahead and key[0] in phases:
            readings = _differing(mine.beside(ahead[key], pairs), scales, key[0])
            if readings:
                return Difference(epoch, key[0], readings)
    return scales.recorded(epoch)


# What is compared -----------------------------------------------------------------------


Readings = list[tuple[Reading, Reading]]


@dataclass
class Group:
    """Statements of one phase in a row, without those of no phase between them.

    Attributes:
        phase: the phase.
        readings: what they have computed, by name.
        lines: the lines of the statements, from 1, in the order in which they ran.
        end: the moment after the last of them.
    """

    phase: Phase
    readings: dict[str, Reading] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    end: Moment | None = None

    def take(self, moment: Moment, prediction: str) -> None:
        """Take in the moment after one of the statements."""
        self.end = moment
        if moment.line is not None and moment.line not in self.lines:
            self.lines.append(moment.line)
        for name, value in self._values(moment, prediction).items():
            held = self.readings.get(name)
            if value is not None and (held is None or not alike(held.value, value)):
                self.readings[name] = Reading(name, value, moment.line, moment.position)

    def _values(self, moment: Moment, prediction: str) -> Mapping[str, object]:
        if self.phase is Phase.PREDICT:
            held = moment.variable(prediction)
            return {prediction: None if held is None else held.value}
        if self.phase is Phase.LOSS:
            return {moment.loss_name or "loss": moment.loss}
        return moment.gradients if self.phase is Phase.GRADIENT else moment.parameters

    def beside(self, other: Group, pairs: list[Pair]) -> Readings:
        """The readings that both have."""
        mine, theirs = self.readings, other.readings
        if self.phase in (Phase.PREDICT, Phase.LOSS):  # one each, by any name
            return list(zip(mine.values(), theirs.values(), strict=False))
        return [
            (mine[pair.one], theirs[pair.other])
            for pair in pairs
            if pair.one in mine and pair.other in theirs
        ]


def groups(timeline: Timeline, epoch: int) -> Iterator[Group]:
    """The groups of an epoch, which the run is about to begin."""
    prediction = loop_names(timeline.script).prediction
    group: Group | None = None
    moment = timeline.moment
    while True:
        last, moment = moment, timeline.step()
        if moment.epoch != epoch or moment.position == last.position:
            break
        if moment.phase in _PHASES:
            if group is None or group.phase is not moment.phase:
                if group is not None:
                    yield group
                group = Group(moment.phase)
            group.take(moment, prediction)
        if moment.epoch_over:
            break
    if group is not None:
        yield group


def numbered(groups: Iterator[Group]) -> Iterator[tuple[tuple[Phase, int], Group]]:
    """The groups, each with its phase and how many of that phase came before."""
    counts: dict[Phase, int] = {}
    for group in groups:
        counts[group.phase] = counts.get(group.phase, -1) + 1
        yield (group.phase, counts[group.phase]), group


def _of_parameters(one: Moment, other: Moment, pairs: list[Pair]) -> Readings:
    return [
        (
            Reading(pair.one, one.parameters[pair.one], None),
            Reading(pair.other, other.parameters[pair.other], None),
        )
        for pair in pairs
        if pair.one in one.parameters and pair.other in other.parameters
    ]


# How it is compared ---------------------------------------------------------------------


class _Scales:
    """How large the quantities of two runs have been, which says what a difference of them means.

    Attributes:
        stop: the number of epochs that count.
    """

    def __init__(
        self,
        one: Timeline,
        other: Timeline,
        starts: tuple[Moment, Moment],
        pairs: list[Pair],
        phases: Collection[Phase],
    ) -> None:
        mine, theirs = self._histories = one.history, other.history
        columns = [
            (Phase.LOSS, mine.loss, theirs.loss),
            *_paired(Phase.GRADIENT, mine.gradients, theirs.gradients, pairs),
            *_paired(Phase.UPDATE, mine.parameters, theirs.parameters, pairs),
        ]
        self._columns = [each for each in columns if each[0] in phases]
        self._starts = {
            (pair.one, pair.other): _largest(
                _numbers(starts[0].parameters.get(pair.one)),
                _numbers(starts[1].parameters.get(pair.other)),
            )
            for pair in pairs
        }
        self.stop = min(len(mine), len(theirs))

    def first_epoch(self) -> int | None:
        """The first epoch of which something recorded differs; None if there is none."""
        found = [
            int(np.argmax(differ)) + 1
            for phase, one, other in self._columns
            if (differ := self._differ(phase, one, other)).any()
        ]
        return min(found, default=None)

    def recorded(self, epoch: int) -> Difference:
        """The difference in what was recorded of an epoch, where no statement shows it."""
        for wanted in (Phase.LOSS, Phase.GRADIENT, Phase.UPDATE):
            readings = tuple(
                (self._reading(epoch, one, 0), self._reading(epoch, other, 1))
                for phase, one, other in self._columns
                if phase is wanted and self._differ(phase, one, other, epoch)[epoch - 1]
            )
            if readings:
                return Difference(epoch, wanted, readings)
        raise AssertionError("no epoch without a difference is looked at")

    def _reading(self, epoch: int, column: Column, run: int) -> Reading:
        name = column.field.name
        if column.field.kind is Kind.LOSS:
            name = self._histories[run].loss_names.get(name, name)
        return Reading(name, column[epoch - 1], None)

    def of(self, phase: Phase, one: str, other: str) -> float:
        """The largest size that a quantity had so far."""
        for each, mine, theirs in self._columns:
            names = (mine.field.name, theirs.field.name)
            if each is phase and (phase is Phase.LOSS or names == (one, other)):
                start = self._starts.get((one, other), 0.0) if phase is Phase.UPDATE else 0.0
                return max(start, _largest(mine[: self.stop], theirs[: self.stop]))
        return 0.0

    def _differ(
        self, phase: Phase, one: Column, other: Column, stop: int | None = None
    ) -> BoolArray:
        """In which epochs two columns differ, shape (epochs,)."""
        stop = self.stop if stop is None else stop
        mine, theirs = (each[:stop].reshape(stop, each.field.width) for each in (one, other))
        with np.errstate(all="ignore"):
            sizes = np.maximum(_finite(mine), _finite(theirs)).max(axis=1, initial=0.0)
            start = self._starts.get((one.field.name, other.field.name), 0.0)
            sizes = np.maximum.accumulate(np.maximum(sizes, start if phase is Phase.UPDATE else 0))
            differ = _unlike(mine, theirs, sizes[:, None])
        return np.asarray((differ & was_there(mine) & was_there(theirs)).any(axis=1))


def _paired(
    phase: Phase, one: Mapping[str, Column], other: Mapping[str, Column], pairs: list[Pair]
) -> list[tuple[Phase, Column, Column]]:
    return [
        (phase, one[pair.one], other[pair.other])
        for pair in pairs
        if pair.one in one
        and pair.other in other
        and one[pair.one].field.width == other[pair.other].field.width
    ]


def _differing(
    readings: Readings, scales: _Scales, phase: Phase
) -> tuple[tuple[Reading, Reading], ...]:
    """The readings that differ."""
    found = []
    for one, other in readings:
        mine, theirs = _numbers(one.value), _numbers(other.value)
        if mine is None or theirs is None:
            continue
        scale = max(scales.of(phase, one.name, other.name), _largest(mine, theirs))
        if mine.size != theirs.size or _unlike(mine, theirs, scale).any():
            found.append((one, other))
    return tuple(found)


def _unlike(one: FloatArray, other: FloatArray, scale: FloatArray | float) -> BoolArray:
    """Which numbers differ: NaN is like NaN, and an infinity like itself."""
    with np.errstate(all="ignore"):
        alike = (np.abs(one - other) <= TOLERANCE * scale) | (one == other)
    return np.asarray(~(alike | (np.isnan(one) & np.isnan(other))))


def _numbers(value: object) -> FloatArray | None:
    """A value as numbers, shape (numbers,); a large array as its norm."""
    if isinstance(value, Summary):
        return np.array([value.norm])
    array = as_array(value)
    return None if array is None else array.ravel()


def _largest(*arrays: FloatArray | None) -> float:
    """The largest size of finite numbers; 0 where there are none."""
    return max(
        (float(_finite(each).max(initial=0.0)) for each in arrays if each is not None), default=0.0
    )


def _finite(numbers: FloatArray) -> FloatArray:
    """The sizes of numbers, and 0 for those that are not finite."""
    sizes: FloatArray = np.where(np.isfinite(numbers), np.abs(numbers), 0.0)
    return sizes
