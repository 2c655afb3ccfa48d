"""The slopes of the loss of a script by finite differences: the script itself is run again with
parameters that are moved a little at the start of an epoch, and the loss of that epoch is read.

It is for scripts that compute their gradients by formulas of their own, and move each parameter
once an epoch.
"""

from __future__ import annotations

import ast
import time
import warnings
from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np

from gdtui.analysis.diagnose.facts.events import Ran
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.holding import equals, held_by, numbers_of, rate_in, read_by
from gdtui.analysis.diagnose.facts.places import computed_at, gathered_at, parts_of
from gdtui.analysis.diagnose.facts.shifter import Shifter
from gdtui.analysis.diagnose.facts.slope import Slope
from gdtui.analysis.diagnose.facts.tensors import is_tensor
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import was_there
from gdtui.engine.run.timeline import Timeline

_EPOCH = 2
"""The epoch in which the slopes are taken: in the first one many parameters are 0, where a wrong
formula may give the right number."""

LONGEST = 10.0
"""Seconds after which no further run is made."""

_FEW = 8
"""A parameter of at most so many numbers is moved along each of them; others along some."""


class Slopes:
    """The slopes of the loss of a run.

    Attributes:
        facts: what is known of the run.
        epoch: the epoch in which they are taken.
    """

    def __init__(self, facts: Facts, epoch: int = _EPOCH) -> None:
        self.facts = facts
        self.epoch = epoch
        self._ends = time.monotonic() + LONGEST

    @cached_property
    def is_known(self) -> bool:
        """Whether slopes can be taken: the script works by hand, moves each parameter once an
        epoch, and its losses and parameters are recorded whole."""
        facts, history = self.facts, self.facts.history
        if facts.backwards or facts.steps or facts.failure:
            return False
        if len(history) <= self.epoch or not history.parameters or facts.epochs < self.epoch:
            return False
        losses = self._losses
        if len(losses) <= self.epoch or not np.isfinite(losses[: self.epoch + 1]).all():
            return False
        if any(each.field.norm_of is not None for each in history.parameters.values()):
            return False
        if self._loss_at is None or not self._updates:
            return False
        return not facts.moment.batch or self._moves_once

    def knows_end(self, first: Slopes) -> bool:
        """Whether slopes can be taken in an epoch that was not watched, by what ``first`` has seen
        of its own."""
        losses = self._losses
        if self.epoch < 1 or len(losses) <= self.epoch or not np.isfinite(losses).all():
            return False
        # These are read off the events, and are the same in every epoch.
        self.__dict__ |= {
            "is_late": first.is_late,
            "_updates": first._updates,
            "is_known": first.is_known,
        }
        return True

    @cached_property
    def names(self) -> list[str]:
        return list(self.facts.history.parameters)

    def value(self, name: str) -> FloatArray:
        """A parameter at the start of the epoch, or behind its update where the loss is computed
        there."""
        row = self.epoch - 1 if self.is_late else self.epoch - 2
        return np.atleast_1d(np.array(self.facts.history.parameters[name][row], dtype=np.float64))

    def step(self, name: str) -> FloatArray:
        """How far the next update moves a parameter from there."""
        row = self.epoch if self.is_late else self.epoch - 1
        column = self.facts.history.parameters[name]
        return np.atleast_1d(np.array(column[row], dtype=np.float64)) - self.value(name)

    def gradient(self, name: str) -> FloatArray | None:
        """The script's gradient there; None where it is not known whole."""
        recorded = self.recorded(name)
        if recorded is not None:
            return recorded
        found = self._bound_gradient(name)
        return found[1] if found is not None else self._by_step(name)

    def _by_step(self, name: str) -> FloatArray | None:
        """The gradient by the step of a parameter, by the learning rate that all others show; of
        the only one, and of all where none has a name, a multiple of it."""
        if len(self.names) == 1 or self.are_steps:
            return -self.step(name)
        rates = []
        for other in self.names:
            if other == name or (gradient := self.recorded(other)) is None or not gradient.any():
                continue
            step = self.step(other).reshape(gradient.shape)
            rate = -float(np.sum(step * gradient) / np.sum(gradient**2))
            if np.abs(step + rate * gradient).max() > 1e-6 * np.abs(step).max():
                return None
            rates.append(rate)
        if not rates or max(rates) - min(rates) > 1e-6 * abs(rates[0]) or not rates[0]:
            return None
        return self.step(name) / -rates[0]

    def has_gradient(self, name: str) -> bool:
        """Whether the script's gradient of a parameter is known by a name, not by its steps."""
        return self.recorded(name) is not None or self._bound_gradient(name) is not None

    @cached_property
    def are_steps(self) -> bool:
        """Whether no gradient has a name, and each parameter is moved by one statement that
        subtracts something from it, with the same learning rate in all of them: then the gradients
        are known up to that rate."""
        names = self.names
        if any(self.has_gradient(name) for name in names) or set(self._updates) != set(names):
            return False
        nodes = {name: self.facts.watched[each.index].node for name, each in self._updates.items()}
        rates = {rate_in(node, name) for name, node in nodes.items()}
        return self._moves_once and len(rates) == 1 and "" not in rates

    @property
    def shares(self) -> tuple[int, ...]:
        """Of how many batches the recorded loss may be the mean."""
        return (1,)

    def recorded(self, name: str) -> FloatArray | None:
        column = self.facts.history.gradients.get(name)
        row = self.epoch if self.is_late else self.epoch - 1
        if column is None or column.field.norm_of is not None or row >= len(column):
            return None
        found = np.atleast_1d(np.array(column[row], dtype=np.float64))
        return found if found.size == self.value(name).size and np.isfinite(found).all() else None

    @cached_property
    def base(self) -> float:
        """The loss there."""
        return float(self._losses[self.epoch - 1])

    @cached_property
    def _losses(self) -> list[float]:
        recorded: list[float] = self.facts.history.loss[:].tolist()
        return self.facts.losses if self._read is not None else recorded

    @property
    def _read(self) -> tuple[int, str] | None:
        """The list that holds the losses, where none were recorded."""
        values = self.facts.history.loss[:]
        return self.facts.filled_list if not was_there(values).any() else None

    def loss(self, moves: Mapping[str, FloatArray]) -> float:
        """The loss with parameters moved from there; NaN where it cannot be had."""
        if time.monotonic() > self._ends:
            return float("nan")
        shifter = self.shifter(moves)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            with Timeline(self.facts.script, stop=self.facts.stop, observer=shifter) as timeline:
                timeline.start()
                while timeline.epoch < self.epoch and timeline.outcome is None:
                    if not timeline.run_for(LONGEST, until_epoch=self.epoch):
                        break
                losses = shifter.numbers if self._read is not None else timeline.history.loss
                if shifter.done != len(moves) or len(losses) < self.epoch:
                    return float("nan")
                return float(losses[self.epoch - 1])

    def shifter(self, moves: Mapping[str, FloatArray]) -> Shifter:
        line = self._last_update_line if self.is_late else 0
        return Shifter(moves, self.epoch, line, self._read)

    def along(
        self, moves: Mapping[str, FloatArray], width: float | None = None
    ) -> tuple[float, float, bool]:
        """Slope and curvature of the loss along a direction, by the length of ``moves``, and
        whether two widths, the first of which may be given, agree on the slope."""
        found = []
        wide = width or self._width
        for width in (wide, wide / 2):
            up = self.loss({name: width * each for name, each in moves.items()})
            down = self.loss({name: -width * each for name, each in moves.items()})
            found.append(((up - down) / (2 * width), (up - 2 * self.base + down) / width**2))
        (first, curved), (second, _) = found
        noise = self._noise * max(abs(first), abs(second), 1e-6 * abs(self.base))
        return second, curved, bool(abs(first - second) <= noise)

    def loss_event(self) -> Ran | None:
        """The statement that first has the loss of the epoch; None where none has."""
        return next((each for each in self.facts.ran if each.number == self._loss_at), None)

    def slope(self, name: str) -> Slope | None:
        """A parameter's slopes; None where they cannot be had."""
        gradient, value = self.gradient(name), self.value(name)
        if gradient is None or value.size > 4096:
            return None
        by_script, by_loss = [], []
        sure = True
        directions = tuple(self._directions(gradient))
        for direction in directions:
            slope, _, agree = self.along({name: direction})
            if not np.isfinite(slope):
                return None
            by_script.append(float(np.sum(gradient * direction)))
            by_loss.append(slope)
            sure = sure and agree
        line = self._gradient_line(name, gradient)
        return Slope(name, line, value, directions, np.array(by_script), np.array(by_loss), sure)

    def _directions(self, gradient: FloatArray) -> Iterator[FloatArray]:
        if gradient.size <= _FEW:
            for place in range(gradient.size):
                unit = np.zeros(gradient.size)
                unit[place] = 1.0
                yield unit.reshape(gradient.shape)
            return
        random = np.random.default_rng(0)
        length = float(np.linalg.norm(gradient))
        if length:
            yield gradient / length
        for _ in range(3):
            found = random.normal(size=gradient.shape)
            yield found / np.linalg.norm(found)

    @cached_property
    def _is_single(self) -> bool:
        """Whether the script computes in float32."""
        if self.facts.ops:
            return True
        return any(
            getattr(value, "dtype", None) == np.float32
            for each in self._ran(1)
            for value in each.after.values()
        )

    @property
    def _width(self) -> float:
        largest = max(float(np.abs(self.value(name)).max()) for name in self.names)
        return (3e-3 if self._is_single else 1e-4) * max(1.0, min(largest, 1e3))

    @property
    def _noise(self) -> float:
        return 0.03 if self._is_single else 2e-3

    # Which statements ------------------------------------------------------------------

    @cached_property
    def _loss_at(self) -> int | None:
        """The number of the event that first has the loss of the epoch; None for none."""
        wanted = self.base
        for each in self._ran(self.epoch):
            for value in each.after.values():
                held = value[-1] if type(value) is list and value else value
                if equals(held, wanted):
                    return each.number
        return None

    @cached_property
    def _updates(self) -> dict[str, Ran]:
        """The statement that moves each parameter in the epoch, as far as it is seen."""
        found: dict[str, Ran] = {}
        for name in self.names:
            column = self.facts.history.parameters[name]
            for each in self._ran(self.epoch):
                new = next(held_by(each.after, name), None)
                old = next(held_by(each.before, name), None)
                wanted = column[self.epoch - 1]
                # A tensor that is changed in place is the same object before.
                in_place = new is old and is_tensor(new) and self._augments(each)
                if not in_place and (new is None or not equals(new, wanted) or equals(old, wanted)):
                    continue
                found[name] = each
                break
        return found

    def _augments(self, ran: Ran) -> bool:
        return isinstance(self.facts.watched[ran.index].node, ast.AugAssign)

    @cached_property
    def is_late(self) -> bool:
        """Whether the loss of an epoch is computed behind its updates."""
        assert self._loss_at is not None
        return all(each.number < self._loss_at for each in self._updates.values())

    @property
    def _last_update_line(self) -> int:
        last = max(self._updates.values(), key=lambda each: each.number)
        return self.facts.watched[last.index].line

    def update_line(self, name: str) -> int:
        """The line that moves a parameter, in a function that a statement calls for it where that
        is to be seen; 0 where it is not known."""
        found = self._updates.get(name)
        if found is None:
            return 0
        path = next(
            (
                p
                for p, held in found.after.items()
                if next(held_by({p: held}, name), None) is not None
            ),
            "",
        )
        moved = self.value(name) + self.step(name)
        return computed_at(self.facts, self._ran(found.epoch), found, path, "", moved)

    def update_number(self, name: str) -> int:
        """The number of the event in which a parameter is moved; 0 where it is not known."""
        found = self._updates.get(name)
        return found.number if found is not None else 0

    @cached_property
    def _moves_once(self) -> bool:
        """Whether no parameter is moved twice in the epoch."""
        for name in self.names:
            changes = 0
            for each in self._ran(self.epoch):
                new = next(held_by(each.after, name), None)
                old = next(held_by(each.before, name), None)
                changes += new is not None and not (old is not None and equals(old, new))
            if changes > 1:
                return False
        return True

    def _bound_gradient(self, name: str) -> tuple[int, FloatArray, int] | None:
        """What the update of a parameter reads of the numbers that this epoch has given a name and
        that are as many, with the line and the number of the event that did; None where it is not
        one."""
        ran = self._ran(self.epoch + self.is_late)
        for update in ran:
            old, new = (next(held_by(e, name), None) for e in (update.before, update.after))
            if new is None or (old is not None and equals(old, new)):
                continue
            read = read_by(self.facts.watched[update.index].node)
            found = {}
            for each in ran:
                if each.number >= update.number:
                    break
                for path, value in each.after.items():
                    if path in read and numbers_of(value, self.value(name).size) is not None:
                        found[path] = each.line, value, each.number
            if len(found) == 1:
                line, value, number = next(iter(found.values()))
                numbers = numbers_of(value, self.value(name).size)
                assert numbers is not None
                return line, numbers.reshape(self.value(name).shape), number
        return None

    def _gradient_line(self, name: str, gradient: FloatArray) -> int:
        bound = self._bound_gradient(name)
        is_bound = bound is not None and np.array_equal(bound[1], gradient)
        for each in self._ran(self.epoch + self.is_late):
            if bound is not None and is_bound and each.number != bound[2]:
                continue
            for path, value in each.after.items():
                for key, part in parts_of(value):
                    if equals(part, gradient):
                        events = self._ran(each.epoch)
                        added = gathered_at(self.facts, events, each, path)
                        return added or computed_at(self.facts, events, each, path, key, gradient)
        return bound[0] if bound is not None else 0

    def _ran(self, epoch: int) -> list[Ran]:
        return [each for each in self.facts.ran if each.epoch == epoch]
