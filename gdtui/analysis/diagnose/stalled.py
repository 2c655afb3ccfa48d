"""Why the loss of a run without a theory stays where it is, from what was recorded of its gradients
and parameters."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf, isfinite, sqrt

import numpy as np

from gdtui.analysis.diagnose.diagnosis import SAME_LOSS
from gdtui.analysis.numerals import SHORT, Numerals
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import Column, History, was_there
from gdtui.engine.script.pipeline import has_batches
from gdtui.engine.script.script import Script
from gdtui.engine.script.syntax import last_name

_FLAT = 1e-3
"""A gradient that is down to this share of the largest so far is that of a flat place."""

_LESS = 0.99

_CUT = 0.1
"""A step of less than this share of learning rate times gradient has been cut."""


def explain_stall(
    script: Script,
    history: History,
    epochs: int,
    rate: float | None,
    pulls: Mapping[str, float],
    *,
    plain: bool,
    write: Numerals = SHORT,
) -> str:
    """Why the loss stays where it is, as a clause.

    Args:
        script: the script that runs.
        history: the recorded epochs.
        epochs: the number of epochs that are over.
        rate: the learning rate; None if unknown.
        pulls: what else the optimizer does that holds parameters back, such as
            ``{"weight_decay": 5.0}``.
        plain: whether a step is learning rate times gradient and nothing more.
        write: writes the numbers.
    """
    run = _Course(history, epochs)
    if not run.has_gradients:
        return _without_gradients(script)
    now, most = run.gradient, run.largest_gradient
    if not isfinite(now):
        return "its gradients are not finite"
    of_batch = " of the last batch" if has_batches(script) else ""
    if not now:
        return f"the gradient{of_batch} is 0, so this is a minimum or another flat place"
    if now <= _FLAT * most:
        down = f"the norm of the gradient{of_batch} is down to {write(now)} from {write(most)}"
        return f"{down}, so this is a minimum or another flat place"
    first = f"{write(most)} in the first epoch" if now < _LESS * most else "no more at first"
    steep = f"the norm of the gradient{of_batch} is still {write(now)}, and was {first}"
    if run.step is None:
        return steep
    if run.step == 0:
        return f"{steep}; but no update changes a parameter any more"
    moved = f"the last epoch has moved the parameters by {write(run.step)}"
    pulled = " and ".join(f"{name}={write(value)}" for name, value in pulls.items() if value)
    if pulled:
        return f"{steep}; {moved}: {pulled} pulls them the other way"
    if of_batch:
        return f"{steep}; {moved}"
    if plain and rate is not None and run.step < _CUT * abs(rate) * now:
        whole = f"{write(abs(rate))} x {write(now)} = {write(abs(rate) * now)}"
        return f"{steep}; {moved} only, where learning rate times gradient is {whole}: it is cut"
    if run.gain is not None and 0 < run.gain < SAME_LOSS * max(abs(run.loss), run.gain):
        slow = f" with the learning rate {write(rate)}" if rate is not None else ""
        return f"{steep}; {moved}: such steps{slow} are too short to be seen in the loss"
    if run.gain is not None and run.gain <= 0:
        return f"{steep}; {moved}, and not against the gradient"
    return f"{steep}; {moved}"


def _without_gradients(script: Script) -> str:
    """What is to be said where no gradient was recorded."""
    called = set()
    for node in ast.walk(script.tree):
        if isinstance(node, ast.Expr) and getattr(node.value, "attr", "") == "backward":
            name = ast.unparse(node.value)
            return f"{script.place(node.lineno)} names {name} without calling it, so nothing learns"
        if isinstance(node, ast.Call):
            called.add(last_name(node.func))
    if "torch" in script.text:
        if not called & {"backward", "grad"}:
            return "nothing computes a gradient: there is no call of backward"
        return "backward is called, and no update was seen that uses the gradients"
    return "gdtui knows no gradient of this run that would tell whether this is a minimum"


@dataclass(frozen=True, eq=False)
class _Course:
    """The gradients and the parameters of a run at its last epoch."""

    history: History
    epochs: int

    @property
    def loss(self) -> float:
        return float(self.history.loss[self.epochs - 1])

    @property
    def has_gradients(self) -> bool:
        return any(np.all(was_there(each[self.epochs - 1])) for each in self._gradients.values())

    @property
    def _gradients(self) -> Mapping[str, Column]:
        return self.history.gradients

    @cached_property
    def gradient(self) -> float:
        """The norm of the gradient of the last epoch."""
        return self._norm(self.epochs - 1)

    @property
    def largest_gradient(self) -> float:
        """The larger of that norm and the one of the first epoch. Not all epochs are read: this
        is asked while the run goes on."""
        first = self._norm(0)
        return max(first, self.gradient) if isfinite(first) else self.gradient

    def _norm(self, place: int) -> float:
        total = 0.0
        for column in self._gradients.values():
            numbers = np.ravel(column[place])
            with np.errstate(all="ignore"):
                total += float(np.sum(np.square(numbers[was_there(numbers)])))
        return sqrt(total) if total >= 0 else inf

    @cached_property
    def _moves(self) -> dict[str, FloatArray] | None:
        """How far the last epoch has moved each parameter; None where that is not recorded."""
        columns, last = self.history.parameters, self.epochs - 1
        if last < 1 or any(each.field.norm_of is not None for each in columns.values()):
            return None
        return {name: each[last] - each[last - 1] for name, each in columns.items()}

    @cached_property
    def step(self) -> float | None:
        """How far the last epoch has moved all parameters together."""
        moves = self._moves
        if moves is None:
            return None
        return sqrt(sum(float(np.sum(np.square(move))) for move in moves.values()))

    @cached_property
    def gain(self) -> float | None:
        """By how much the last step should lower the loss, in a straight line down the gradient."""
        moves = self._moves
        if moves is None:
            return None
        total = 0.0
        for name, move in moves.items():
            column = self._gradients.get(name)
            if column is not None and column.field.norm_of is None:
                total -= float(np.sum(np.nan_to_num(column[self.epochs - 1]) * move))
        return total
