"""The slopes of the loss of a batch, for scripts that move their parameters once for each batch.

The loss of an epoch has that of its last batch in it, as a part of a sum or a mean or as itself. So
parameters that are moved a little before the last batch change it by the slope of that batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from gdtui.analysis.diagnose.facts.events import Ran
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.holding import held_by
from gdtui.analysis.diagnose.facts.shifter import Shifter
from gdtui.analysis.diagnose.facts.slopes import Slopes
from gdtui.engine.arrays import FloatArray


def known_slopes(facts: Facts) -> Slopes | None:
    """The slopes of the loss of an epoch, or else of a batch; None where neither can be taken."""
    whole = Slopes(facts)
    if whole.is_known:
        return whole
    of_batch = BatchSlopes(facts)
    return of_batch if of_batch.is_known else None


class BatchSlopes(Slopes):
    """The slopes of the loss of the last batch of an epoch."""

    @cached_property
    def is_known(self) -> bool:
        """Whether slopes can be taken: the script works by hand and moves each parameter once in
        each of several batches, and goes the same way whenever it is run."""
        facts, history = self.facts, self.facts.history
        if facts.backwards or facts.steps or facts.failure or not facts.moment.batch:
            return False
        if len(history) <= self.epoch or not self.names or facts.epochs < self.epoch:
            return False
        losses = self._losses
        if len(losses) <= self.epoch or not np.isfinite(losses[: self.epoch + 1]).all():
            return False
        if any(each.field.norm_of is not None for each in history.parameters.values()):
            return False
        if self._start is None or set(self._updates) != set(self.names):
            return False
        still = {name: np.zeros_like(self.value(name)) for name in self.names}
        return self.loss(still) == self.base

    @cached_property
    def shares(self) -> tuple[int, ...]:
        """Of how many batches the recorded loss may be the mean."""
        return 1, len(next(iter(self._moved.values())))

    @cached_property
    def is_late(self) -> bool:
        return False

    def value(self, name: str) -> FloatArray:
        """A parameter before the last batch."""
        return _numbers(self._updates[name].before, name)

    def step(self, name: str) -> FloatArray:
        """How far the last batch moves it."""
        return _numbers(self._updates[name].after, name) - self.value(name)

    def shifter(self, moves: Mapping[str, FloatArray]) -> Shifter:
        start = self._start
        assert start is not None
        times = sum(e.index == start.index and e.number <= start.number for e in self.facts.ran)
        line = self.facts.watched[start.index].line
        return Shifter(moves, times, line, self._read, before=True)

    @cached_property
    def _moved(self) -> dict[str, list[Ran]]:
        """The statements that have moved each parameter in the epoch, in order."""
        found: dict[str, list[Ran]] = {}
        for name in self.names:
            for each in super()._ran(self.epoch):
                old, new = (next(held_by(held, name), None) for held in (each.before, each.after))
                if old is not None and new is not None and not np.array_equal(old, new):
                    found.setdefault(name, []).append(each)
        return found

    @cached_property
    def _start(self) -> Ran | None:
        """The first statement of the last batch, in the function that moves the parameters; None
        where not all are moved as often, or only once."""
        counts = {len(each) for each in self._moved.values()}
        if len(self._moved) != len(self.names) or len(counts) != 1 or counts == {1}:
            return None
        end = max(each[-2].number for each in self._moved.values())
        first = min((each[-1] for each in self._moved.values()), key=lambda each: each.number)
        watched = self.facts.watched
        inside = watched[first.index].function
        return next(
            (
                each
                for each in super()._ran(self.epoch)
                if end < each.number <= first.number and watched[each.index].function == inside
            ),
            None,
        )

    def _ran(self, epoch: int) -> list[Ran]:
        start = self._start
        return [] if start is None else [e for e in super()._ran(epoch) if e.number >= start.number]


def _numbers(held: Mapping[str, object], name: str) -> FloatArray:
    return np.atleast_1d(np.array(next(held_by(held, name)), dtype=np.float64))
