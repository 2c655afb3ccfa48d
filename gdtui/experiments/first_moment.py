"""The first moment of a run at which a condition holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from typing import Any

import numpy as np

from gdtui.engine.record.history import Column, History, Kind, Table, was_there
from gdtui.engine.run.moment import Moment
from gdtui.engine.run.present import Present
from gdtui.engine.run.status import Status
from gdtui.engine.run.timeline import Timeline
from gdtui.experiments.condition import Condition, MissingError, look_up, parameter_of

_SLICE = 0.05
"""Seconds of running before the epochs that have come are looked at."""


def first_moment(
    timeline: Timeline, condition: Condition, *, every_statement: bool = False
) -> Moment | None:
    """Go to the first moment of a run at which a condition holds, and return it; None where it
    never does, and then the run is at its end.

    An epoch is looked into if its own numbers meet the condition: the loss of the epoch, the
    parameters after it, and the gradients that its update used, as they are recorded. Any other
    name counts as it is at the epoch's end. In the first such epoch, the moment is that after the
    first statement with which the condition holds, and the end of the epoch where it holds at no
    statement before. With ``every_statement`` no epoch is passed over, which takes as long as
    stepping through the run.

    Raises:
        ConditionError: the condition names what the script does not have, or is no condition.
    """
    return Search(timeline, condition, every_statement=every_statement).run()


class Search:
    """A search for the first moment at which a condition holds.

    Attributes:
        interrupted: whether :meth:`Timeline.interrupt` has cut it short.
    """

    def __init__(
        self, timeline: Timeline, condition: Condition, *, every_statement: bool = False
    ) -> None:
        self._timeline = timeline
        self._condition = condition
        self._every_statement = every_statement
        self._epochs = EpochEnds(timeline, condition)
        self.interrupted = False

    def run(self) -> Moment | None:
        """As :func:`first_moment`."""
        timeline, condition = self._timeline, self._condition
        timeline.seek(0)
        if condition.is_met(timeline.present):
            condition.refuse_unknown(timeline.script, timeline.present)
            return timeline.moment
        self._epochs.begin()
        if self._every_statement:
            return self._look_at_all()
        if not len(timeline.history):
            going = timeline.run_for(inf, until_epoch=1)
            if not len(timeline.history):
                self.interrupted = going
                return self._broken_epoch()
        condition.refuse_unknown(timeline.script, timeline.present)
        found = self._by_rows() if self._epochs.are_recorded else self._by_running()
        if found is not None:
            return self._look_into(found)
        return None if self.interrupted else self._broken_epoch()

    def _by_rows(self) -> int | None:
        """The first epoch whose numbers meet the condition, by what is recorded; None for none."""
        timeline, history = self._timeline, self._timeline.history
        checked = 0
        while True:
            for epoch in range(checked + 1, len(history) + 1):
                if self._epochs.meets(epoch):
                    return epoch
            checked = len(history)
            if timeline.epoch < checked:
                timeline.seek(checked)
            going = timeline.outcome is None and timeline.run_for(_SLICE)
            if len(history) == checked:
                self.interrupted = going
                return None

    def _by_running(self) -> int | None:
        """The same where not all of it is recorded: each epoch is looked at as it ends."""
        timeline, epochs = self._timeline, self._epochs
        timeline.seek(0)
        epochs.begin()
        if timeline.run_until(lambda: epochs.meets(timeline.epoch)):
            return timeline.epoch
        self.interrupted = timeline.outcome is None
        return None

    def _look_into(self, epoch: int) -> Moment | None:
        """The first moment in an epoch whose numbers meet the condition."""
        timeline = self._timeline
        timeline.seek(epoch - 1)
        timeline.step_until(lambda: self._condition.is_met(timeline.present))
        self.interrupted = timeline.epoch != epoch
        return None if self.interrupted else timeline.moment

    def _broken_epoch(self) -> Moment | None:
        """The first moment in an epoch in which the script has failed, and which has no numbers."""
        timeline = self._timeline
        if timeline.outcome is not Status.FAILED or timeline.between_epochs:
            return None
        timeline.seek(timeline.epoch - 1)
        holds = timeline.step_until(lambda: self._condition.is_met(timeline.present))
        return timeline.moment if holds else None

    def _look_at_all(self) -> Moment | None:
        timeline, condition, epochs = self._timeline, self._condition, self._epochs

        def holds() -> bool:
            present = timeline.present
            return epochs.meets(present.epoch) if present.epoch_over else condition.is_met(present)

        while timeline.outcome is None:
            at = timeline.epoch
            if timeline.step_until(holds):
                return timeline.moment
            if timeline.epoch == at:
                self.interrupted = timeline.outcome is None
                break
            condition.refuse_unknown(timeline.script, timeline.present)
        return None


class EpochEnds:
    """Says of epochs that have run whether their numbers meet a condition."""

    def __init__(self, timeline: Timeline, condition: Condition) -> None:
        self._timeline = timeline
        self._condition = condition
        self._rows = _Rows(timeline.history)
        self._before: dict[str, object] = {}
        self._last = 0

    @property
    def are_recorded(self) -> bool:
        """Whether every name of the condition is recorded, so that an epoch that has run can be
        told of without going to it."""
        return all(self._rows.has(name) for name in self._condition.names)

    def begin(self) -> None:
        """The present moment is the one before the next epoch that is asked for."""
        self._last = self._timeline.epoch
        self._before = self._watched(_At(self._rows, self._last, self._timeline.present))

    def meets(self, epoch: int) -> bool:
        """Whether an epoch meets the condition. Unless all is recorded, it is the one that the run
        is at the end of. Epochs are asked for in their order."""
        here = self._timeline.epoch == epoch and self._timeline.between_epochs
        now = _At(self._rows, epoch, self._timeline.present if here else None)
        before = self._before if epoch == self._last + 1 else {}
        met = self._condition.is_met(now, before)
        self._last, self._before = epoch, self._watched(now)
        return met

    def _watched(self, now: _At) -> dict[str, object]:
        found = {}
        for name in self._condition.watched:
            try:
                found[name] = look_up(name, now)
            except MissingError:
                continue
        return found


class _Rows:
    """What is recorded of a run, read by the column and kept: a condition asks for one number of
    each epoch."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._read: dict[tuple[str, str], list[Any]] = {}
        # What the present table has, and what it has not. New fields make a new table.
        self._table: Table | None = None
        self._parameters: tuple[str, ...] = ()
        self._lacks: set[tuple[str, str]] = set()

    def has(self, name: str) -> bool:
        """Whether all of what a name means is recorded."""
        try:
            look_up(name, _At(self, max(1, len(self._history)), None))
        except MissingError:
            kind = "gradient" if name.endswith(".grad") else "parameter"
            found = parameter_of(name.removesuffix(".grad"), self.parameters)
            return found is not None and self._column(kind, found) is not None
        return True

    @property
    def parameters(self) -> Iterable[str]:
        """The names of the parameters that are recorded."""
        self._look_at_table()
        return self._parameters

    def value(self, kind: str, name: str, epoch: int) -> object:
        """A recorded value at the end of an epoch; None where it was not there.

        Raises:
            KeyError: no such thing is recorded, or nothing but its norm.
        """
        self._look_at_table()
        if (kind, name) in self._lacks:
            raise KeyError(name)
        values = self._read.setdefault((kind, name), [])
        if not 1 <= epoch <= len(values):
            column = self._column(kind, name)
            if column is None:
                self._lacks.add((kind, name))
            if column is None or not 1 <= epoch <= len(column):
                raise KeyError(name)
            numbers = column[len(values) :]
            flat = numbers.reshape(len(numbers), -1)
            there = np.all(was_there(flat), axis=1)
            each: list[Any] = flat[:, 0].tolist() if flat.shape[1] == 1 else list(numbers)
            values += [one if known else None for one, known in zip(each, there, strict=True)]
        return values[epoch - 1]

    def _look_at_table(self) -> None:
        if self._table is not self._history.table:
            self._table = self._history.table
            self._parameters = tuple(self._history.parameters)
            self._lacks.clear()

    def _column(self, kind: str, name: str) -> Column | None:
        history = self._history
        if kind == "loss":
            column = history.losses.get(name) if name else history.loss
        else:
            column = history.columns(Kind(kind)).get(name)
        return None if column is None or column.field.norm_of is not None else column


class _At:
    """The values of a run at the end of an epoch: those recorded, and else the present ones, where
    the run is there."""

    def __init__(self, rows: _Rows, epoch: int, present: Present | None) -> None:
        self._rows = rows
        self._present = present
        self.epoch = epoch

    @property
    def loss(self) -> float | None:
        loss: float | None = self._read("loss", "", lambda now: now.loss)
        return loss

    @property
    def parameters(self) -> Iterable[str]:
        # To find those of the script once more takes longer than an epoch of a small one.
        recorded = self._rows.parameters
        return recorded if recorded or self._present is None else self._present.parameters

    def parameter(self, name: str) -> object:
        return self._read("parameter", name, lambda now: now.parameter(name))

    def gradient(self, name: str) -> object:
        return self._read("gradient", name, lambda now: now.gradient(name))

    def variable(self, name: str) -> object:
        for kind in ("loss", "metric"):
            try:
                return self._rows.value(kind, name, self.epoch)
            except KeyError:
                continue
        return self._now.variable(name)

    def variable_gradient(self, name: str) -> object:
        return self._now.variable_gradient(name)

    @property
    def _now(self) -> Present:
        if self._present is None:
            raise KeyError
        return self._present

    def _read(self, kind: str, name: str, now: Callable[[Present], Any]) -> Any:
        try:
            return self._rows.value(kind, name, self.epoch)
        except KeyError:
            return now(self._now)
