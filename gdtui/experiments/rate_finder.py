"""A learning rate for a script, found in one run in which the rate grows.

The rate begins low and grows by the same factor with every batch, or with every epoch in a script
without batches. The loss after each update shows what the rate of that update does: at first
nothing, then the loss falls, and when the rate is too high it grows.

Source: Smith, "Cyclical learning rates for training neural networks", 2017, section 3.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

import numpy as np

from gdtui.engine.arrays import FloatArray
from gdtui.engine.run.moment import Moment
from gdtui.engine.run.rates import RateError
from gdtui.engine.run.status import Status
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import EPOCHS, MAX_EPOCHS
from gdtui.experiments.theory import Rates, rates_by_theory

TOO_HIGH, FIRST = 4.0, 10
"""The run ends once the loss, of batches the mean of the last ones, is so many times the largest of
the first ones."""

_SMOOTH = 0.8
"""The share of the losses before in the mean that is drawn for batches: they differ by their
samples."""


@dataclass(frozen=True, eq=False)
class RateSearch:
    """What a run with a growing learning rate has shown.

    Attributes:
        script: the script.
        rates: the rates, shape (updates,), the lowest first.
        losses: the loss after the update with each of them, shape (updates,); of batches the mean
            of the last ones.
        by_batch: whether the rate grew with every batch, not with every epoch.
        planned: how many rates there were to be.
        end: how the run ended: ``highest`` at the highest rate, ``too high`` once the loss had
            grown, ``diverged``, ``failed``, or ``finished`` if the script had no more updates.
        message: why the script failed; empty if it did not.
        theory: what theory says of the script's rates.
    """

    script: Script
    rates: FloatArray
    losses: FloatArray
    by_batch: bool
    planned: int
    end: str
    message: str
    theory: Rates

    @property
    def lowest(self) -> float | None:
        """The rate after which the loss was lowest; None without a finite loss."""
        finite = np.isfinite(self.losses)
        if not finite.any():
            return None
        return float(self.rates[finite][int(np.argmin(self.losses[finite]))])

    @property
    def steepest(self) -> float | None:
        """The rate at which the logarithm of the loss falls fastest, up to the lowest loss; None if
        it does not fall, or if a loss there is not above 0."""
        lowest = self.lowest
        kept = np.isfinite(self.losses)
        if lowest is None:
            return None
        kept &= self.rates <= lowest
        losses, rates = self.losses[kept], self.rates[kept]
        if len(losses) < 3 or losses.min() <= 0:
            return None
        slopes = np.gradient(np.log(losses), np.log(rates))
        at = int(np.argmin(slopes))
        return float(rates[at]) if slopes[at] < 0 else None

    @property
    def grows(self) -> bool:
        """Whether the loss was seen to grow above the rate of the lowest loss."""
        lowest = self.lowest
        if lowest is None:
            return False
        above = self.losses[self.rates > lowest]
        return bool(len(above)) or self.end == "diverged"


def find_rate(
    script: Script,
    low: float,
    high: float,
    count: int,
    *,
    setting: str = "",
    progress: Callable[[int], object] = lambda done: None,
) -> RateSearch:
    """Run a script with a growing learning rate.

    Args:
        script: the script.
        low, high: the lowest and the highest rate, both above 0.
        count: how many rates there are, from the one to the other.
        setting: the script's setting for its rate; empty for the one that looks like it.
        progress: is called with the number of updates so far.

    Raises:
        RateError: the script's learning rate cannot be changed while it runs.
        ScriptError: the script is nested too deeply to be compiled.
    """
    rates = np.geomspace(low, high, count)
    longer = _with_more_epochs(script, count + 1)
    losses: list[float] = []
    with Timeline(longer) as timeline:
        run = _Run(timeline)
        timeline.start()
        end = _end_of(timeline) if timeline.outcome is not None else ""
        while not end:
            # The loss of an update is known by the next one, so there is one more of these.
            rate = float(rates[min(len(losses), count - 1)])
            timeline.set_learning_rate(rate, setting)
            loss = run.update()
            if loss is None:
                end = _end_of(timeline)
                break
            if timeline.outcome is None:
                _check(timeline, rate, setting)
            losses.append(loss)
            progress(len(losses) - 1)
            end = _end_of(timeline)
            if not end and _is_too_high(losses, run.by_batch):
                end = "too high"
            elif not end and len(losses) > count:
                end = "highest"
        moment = timeline.moment
    after = np.array(losses[1:], dtype=float)
    return RateSearch(
        script,
        rates[: len(after)],
        _smoothed(after) if run.by_batch else after,
        run.by_batch,
        count,
        end,
        moment.message if moment.status is Status.FAILED else "",
        rates_by_theory(script),
    )


class _Run:
    """Goes from update to update: by batches, or by epochs if there is one batch in each.

    Attributes:
        by_batch: whether it goes by batches.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.by_batch = False
        self._timeline = timeline
        self._of_epoch: list[float] = []

    def update(self) -> float | None:
        """Run to the end of the next update, and return the loss before it; None if there is no
        other update."""
        timeline = self._timeline
        if timeline.epoch and not self.by_batch:
            before = len(timeline.history)
            timeline.next_epoch()
            return self._of_history() if len(timeline.history) > before else None
        moment = timeline.next_batch()
        if not moment.epoch_over and moment.batch == 1:
            # The epoch has come to its first batch, which has yet to run.
            moment = timeline.next_batch()
        if moment.batch > 1:
            self.by_batch = True
        if moment.epoch_over:
            if len(timeline.history) < timeline.epoch or not timeline.epoch:
                return None
            return self._last_of_epoch(moment)
        if timeline.outcome is not None:
            return None
        loss = float("nan") if moment.loss is None else float(moment.loss)
        self._of_epoch.append(loss)
        return loss

    def _last_of_epoch(self, moment: Moment) -> float:
        """The loss of the last batch of an epoch. If the function that had it has returned, it is
        what is left of the mean of all, which was recorded."""
        before, self._of_epoch = self._of_epoch, []
        if before and moment.loss is not None:
            return float(moment.loss)
        return self._of_history() * (len(before) + 1) - sum(before)

    def _of_history(self) -> float:
        return float(self._timeline.history.loss[-1])


def _is_too_high(losses: list[float], by_batch: bool) -> bool:
    first, rest = losses[:FIRST], losses[FIRST:]
    if not rest:
        return False
    last = float(_smoothed(np.array(losses[-FIRST:]))[-1]) if by_batch else rest[-1]
    return last > TOO_HIGH * max(first) > 0


def _end_of(timeline: Timeline) -> str:
    """How the run has ended; empty if it goes on."""
    return "" if timeline.outcome is None else str(timeline.outcome)


def _check(timeline: Timeline, rate: float, setting: str) -> None:
    """Look whether the rate is still the one that was set.

    Raises:
        RateError: the script has changed it.
    """
    found = timeline.learning_rate(setting)
    if not isfinite(found) or abs(found - rate) > 1e-6 * rate:
        raise RateError(
            f"{timeline.script.name}: the script changes its learning rate itself while it trains, "
            "as by a schedule, so no other can be set"
        )


def _with_more_epochs(script: Script, least: int) -> Script:
    """The script with at least so many epochs, if it has a setting for them."""
    for setting in script.settings:
        if setting.name in EPOCHS and type(setting.value) is int and setting.value < least:
            return script.with_settings({setting.name: min(least, MAX_EPOCHS)})
    return script


def _smoothed(losses: FloatArray) -> FloatArray:
    """The mean of each loss and those before, which count less the longer ago they were."""
    found = np.empty_like(losses)
    mean = 0.0
    for number, loss in enumerate(losses):
        mean = _SMOOTH * mean + (1 - _SMOOTH) * loss
        found[number] = mean / (1 - _SMOOTH ** (number + 1))
    return found
