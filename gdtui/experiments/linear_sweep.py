"""Many runs of a linear model with squared errors at once, without running the script.

Plain gradient descent multiplies the error along each direction by the same factor in every epoch
(:mod:`gdtui.analysis.linear.theory`), so the loss after any number of epochs is one expression, in
NumPy for all runs together. Only runs that leave the range of their numbers are made epoch by
epoch, also all together, since the epoch in which they do so is asked for.

What one run shows of the script counts for the others only if the script goes the same way with any
numbers (:mod:`gdtui.experiments.fixed_course`), and if a few runs of the script itself, at the ends
of the sweep and between them, have the very losses that were computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gdtui.analysis.diagnose.diagnosis import Verdict
from gdtui.analysis.diagnose.from_theory import diagnose_linear
from gdtui.analysis.linear.descent import Descent
from gdtui.analysis.linear.problem import LinearProblem
from gdtui.analysis.linear.theory import Curvatures
from gdtui.analysis.study import Study
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import History
from gdtui.engine.run.status import Status
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import EPOCHS
from gdtui.experiments.fixed_course import has_fixed_course
from gdtui.experiments.grid import Axis, Values
from gdtui.experiments.job import Outcome

Type = np.dtype[Any]

LOOKED_FOR = 16
"""The epochs of the script's own run in which a linear problem has to show."""

_PROBES = 5
"""The runs of the script that the computed losses are compared with."""

TOLERANCE = {np.dtype(np.float64): 1e-9, np.dtype(np.float32): 1e-4}
"""The relative difference allowed between a computed loss and that of the script, by the type of
its numbers."""

_ROUNDINGS = 8
"""How many roundings of a prediction may add up."""

_EXCITED = 1e-6
"""The share of the first error below which an error along a direction may come from rounding."""

_LARGE = 1e-8
"""The share of the largest number of a type above which a run is made epoch by epoch."""


@dataclass(frozen=True, eq=False)
class LinearSweep:
    """A linear problem whose runs can be computed.

    Attributes:
        script: the script.
        axes: the settings that differ from run to run.
        problem: the problem.
        descent: its update rule in the script's own run.
        start: the parameters at the start of that run, shape (parameters,).
        places: for each axis the index of the parameter that starts with it, or ``rate`` or
            ``epochs``.
        epochs: the number of epochs of that run.
        rate_type, loss_type: the types of the parameters and of the losses.
        seconds: how long that run took.
    """

    script: Script
    axes: tuple[Axis, ...]
    problem: LinearProblem
    descent: Descent
    start: FloatArray
    places: tuple[int | str, ...]
    epochs: int
    rate_type: Type
    loss_type: Type
    seconds: float

    def outcomes(self, combinations: Sequence[Values]) -> list[Outcome | None]:
        """What comes of the runs with these values, each with its place in the list as its number;
        None for a run that only the script can tell, because rounding decides it."""
        runs = self._runs(combinations)
        curvatures = Curvatures.of(self.problem)
        first = (runs.starts - self.problem.best) @ curvatures.directions.T
        with np.errstate(all="ignore"):
            factors = 1 - runs.rates[:, None] * self.descent.scale * curvatures.values
            before_last = _grown(first, factors, runs.epochs - 1)
            losses = self.problem.least_loss + 0.5 * before_last**2 @ curvatures.values
            ends = (
                runs.starts + (_grown(first, factors, runs.epochs) - first) @ curvatures.directions
            )
        large = ~(np.abs(losses) < _LARGE * np.finfo(self.loss_type).max)
        epochs = runs.epochs.copy()
        if large.any():
            losses[large], epochs[large] = self._made(runs.of(large))
        told = self._is_told(runs, first, factors)
        found: list[Outcome | None] = []
        for number in range(len(combinations)):
            if not told[number]:
                found.append(None)
                continue
            diverged = not np.isfinite(losses[number])
            verdict = self._verdict(runs, number, ends[number], int(epochs[number]))
            status = Status.DIVERGED if diverged else Status.FINISHED
            value = float(losses[number])
            found.append(Outcome(number, status, int(epochs[number]), value, str(verdict)))
        return found

    def agrees(self, computed: Outcome | None, made: Outcome) -> bool:
        """Whether a computed run is what the script has made of it."""
        if computed is None:
            return True
        if (computed.status, computed.epochs) != (made.status, made.epochs):
            # The last steps to infinity depend on the order of a sum.
            both = computed.status == made.status == Status.DIVERGED
            return both and abs(computed.epochs - made.epochs) <= 1
        if computed.status == Status.DIVERGED:
            return True
        return bool(abs(computed.value - made.value) <= self.allowed(made.value))

    def allowed(self, loss: float) -> float:
        """The difference from a loss of the script that counts as none: a share of it, and what the
        rounding of the predictions, which are as large as the targets, makes of it. Near a minimum
        of 0 nothing else is left."""
        share = TOLERANCE[self.loss_type] * abs(loss)
        targets = np.sqrt(self.problem.scale * np.mean(self.problem.y**2))
        unit = _ROUNDINGS * float(np.finfo(self.loss_type).eps) * float(targets)
        return float(share + (2 * abs(loss) ** 0.5 + unit) * unit)

    def probes(self, count: int) -> list[int]:
        """The places, among so many runs, of those that the script is to make itself."""
        return sorted({round(place) for place in np.linspace(0, count - 1, _PROBES)})

    def _runs(self, combinations: Sequence[Values]) -> _Runs:
        count = len(combinations)
        rates = np.full(count, self.descent.rate)
        epochs = np.full(count, self.epochs)
        starts = np.tile(self.start, (count, 1))
        for axis, place in enumerate(self.places):
            values = np.array([float(each[axis]) for each in combinations])  # type: ignore[arg-type]
            if place == "rate":
                rates = np.sign(self.descent.rate) * values
            elif place == "epochs":
                epochs = values.astype(int)
            elif isinstance(place, int):
                starts[:, place] = values.astype(self.rate_type)
        return _Runs(rates.astype(self.rate_type).astype(np.float64), starts, epochs)

    def _is_told(
        self, runs: _Runs, first: FloatArray, factors: FloatArray
    ) -> npt.NDArray[np.bool_]:
        """Which runs do not depend on how an error that is only rounding has grown."""
        with np.errstate(all="ignore"):
            sizes = np.abs(first)
            largest = np.maximum(
                sizes.max(axis=1, initial=0.0), np.abs(runs.starts).max(axis=1, initial=0.0)
            )
            quiet = sizes < _EXCITED * np.maximum(largest, 1e-300)[:, None]
            grown = np.abs(factors) ** runs.epochs[:, None] > 2
        return np.asarray(~(quiet & grown).any(axis=1))

    def _made(self, runs: _Runs) -> tuple[FloatArray, npt.NDArray[np.int_]]:
        """Runs made epoch by epoch, in the script's types: their last losses and how many epochs
        they had."""
        design = self.problem.design.astype(self.loss_type)
        targets = self.problem.y.astype(self.loss_type)
        points = runs.starts.astype(self.rate_type)
        steps = (runs.rates * self.descent.scale).astype(self.rate_type)[:, None]
        of_mean = self.loss_type.type(self.problem.scale)
        of_sum = self.loss_type.type(2 * self.problem.scale / self.problem.samples)
        losses = np.full(len(points), np.nan)
        ran = np.zeros(len(points), dtype=int)
        going = np.ones(len(points), dtype=bool)
        with np.errstate(all="ignore"):
            for epoch in range(1, int(runs.epochs.max()) + 1):
                errors = points.astype(self.loss_type) @ design.T - targets
                losses[going] = (of_mean * np.mean(errors**2, axis=1))[going]
                ran[going] = epoch
                going &= np.isfinite(losses) & (runs.epochs > epoch)
                if not going.any():
                    break
                points = points - steps * (of_sum * (errors @ design)).astype(self.rate_type)
        return losses, ran

    def _verdict(self, runs: _Runs, number: int, end: FloatArray, epochs: int) -> Verdict:
        if epochs < 2:
            return Verdict.TOO_EARLY
        rate, start = float(runs.rates[number]), runs.starts[number]
        if not rate or not self.problem.gradient(start).any():
            return Verdict.STALLED
        descent = replace(self.descent, rate=rate)
        return diagnose_linear(self.problem, descent, start, end, epochs).verdict


@dataclass(frozen=True, eq=False)
class _Runs:
    """Runs to be computed: their learning rates, shape (runs,), their parameters at the start,
    shape (runs, parameters), and how many epochs they have, shape (runs,)."""

    rates: FloatArray
    starts: FloatArray
    epochs: npt.NDArray[np.int_]

    def of(self, chosen: npt.NDArray[np.bool_]) -> _Runs:
        return _Runs(self.rates[chosen], self.starts[chosen], self.epochs[chosen])


def find_linear_sweep(
    script: Script, axes: Sequence[Axis], timeline: Timeline, study: Study, seconds: float
) -> LinearSweep | None:
    """The linear problem of a script, if its runs with other values can be computed; None if not.

    Args:
        script: the script.
        axes: the settings that differ.
        timeline: the script's own run, at its end.
        study: what is known of it.
        seconds: how long it took.
    """
    problem, descent = study.problem, study.descent
    start = problem.vector(study.start) if problem is not None else None
    if (
        not isinstance(problem, LinearProblem)
        or not study.is_proved
        or descent is None
        or descent.momentum
        or start is None
        or not has_fixed_course(script, [axis.name for axis in axes])
    ):
        return None
    epochs = len(timeline.history)
    places = [_place(axis, script, study, problem, start, epochs) for axis in axes]
    if None in places:
        return None
    rate_type, loss_type = _types(problem, timeline.history)
    return LinearSweep(
        script,
        tuple(axes),
        problem,
        descent,
        start,
        tuple(place for place in places if place is not None),
        epochs,
        rate_type,
        loss_type,
        seconds,
    )


def may_be_computed(script: Script, axes: Sequence[Axis]) -> bool:
    """Whether it is worth while to look for a linear problem."""
    return all(axis.is_numeric for axis in axes) and has_fixed_course(
        script, [axis.name for axis in axes]
    )


def _place(
    axis: Axis,
    script: Script,
    study: Study,
    problem: LinearProblem,
    start: FloatArray,
    epochs: int,
) -> int | str | None:
    """What an axis changes: ``rate``, ``epochs``, or the index of a parameter at the start."""
    value = script.value(axis.name)
    if not axis.is_numeric or type(value) not in (int, float):
        return None
    if axis.name == study.names.learning_rate:
        rate = study.descent.rate if study.descent else 0.0
        return "rate" if abs(rate) == abs(float(value)) != 0 else None  # type: ignore[arg-type]
    if axis.name in EPOCHS:
        return "epochs" if value == epochs else None
    for index, name in enumerate(problem.names):
        if name.rpartition(".")[2] == axis.name and np.float32(start[index]) == np.float32(
            value  # type: ignore[arg-type]
        ):
            return index
    return None


def _types(problem: LinearProblem, history: History) -> tuple[Type, Type]:
    """The types of the parameters and of the losses, by their digits."""
    names = [problem.weight] + ([problem.bias] if problem.bias else [])
    columns = [history.parameters[name] for name in names]
    return _type_of(np.hstack([each[:].reshape(len(each), -1) for each in columns])), _type_of(
        history.loss[:]
    )


def _type_of(values: FloatArray) -> Type:
    with np.errstate(all="ignore"):
        single = np.array_equal(values, values.astype(np.float32), equal_nan=True)
    return np.dtype(np.float32 if single else np.float64)


def _grown(first: FloatArray, factors: FloatArray, times: npt.NDArray[np.int_]) -> FloatArray:
    """Errors along directions after so many updates; an error of 0 stays 0."""
    with np.errstate(all="ignore"):
        grown: FloatArray = np.where(first == 0, 0.0, first * factors ** times[:, None])
    return grown
