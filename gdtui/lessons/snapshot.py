"""A run at one moment, with the names that the expressions of a lesson may use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import exp, log, sqrt
from typing import Any

import numpy as np

from gdtui.analysis.expressions import Part
from gdtui.analysis.linear.problem import LinearProblem
from gdtui.analysis.linear.theory import Curvatures, best_rate, largest_stable_rate
from gdtui.analysis.study import Study
from gdtui.engine.record.history import Column, History
from gdtui.engine.record.summary import Summary
from gdtui.engine.run.moment import Moment
from gdtui.engine.script.loop import Phase
from gdtui.engine.script.names import short_name
from gdtui.engine.script.pipeline import find_jobs
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import shown
from gdtui.lessons.errors import LessonError


def _round(value: float, digits: int = 0) -> float:
    if not abs(digits) <= _MOST_DIGITS:
        raise LessonError(f"round takes up to {_MOST_DIGITS} digits")
    return round(float(value), int(digits))


_MOST_DIGITS = 15
_LOOKED_AT = 3
"""The number of epochs that are searched for a gradient that tells a sum from a mean."""

_CLOSE = 1e-3

_FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "abs": np.abs,
    "exp": exp,
    "len": lambda values: int(np.size(values)),
    "log": log,
    "max": lambda *values: np.max(values),
    "mean": np.mean,
    "min": lambda *values: np.min(values),
    "round": _round,
    "sqrt": sqrt,
    "sum": np.sum,
}


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A run at one moment, frozen.

    Attributes:
        script: the script.
        moment: the moment.
        history: the recorded epochs.
        theory: the values of theory, by the names after ``theory.`` in an expression.
        best: the parameters with the smallest loss, by name; empty without a linear model.
        start: the parameters before the first epoch.
        study: what is known of the run. It changes as the run moves, so only the thread that moves
            the run may use it.
        printed: the last line that the script printed.
        before: the run before the last moves of the lesson; None if that was another run.
    """

    script: Script
    moment: Moment
    history: History
    theory: Mapping[str, object]
    best: Mapping[str, object]
    start: Mapping[str, object]
    study: Study
    printed: str = ""
    before: Snapshot | None = None
    kept: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, study: Study, printed: str) -> Snapshot:
        """The snapshot at the present moment of a study."""
        assert study.moment is not None
        problem = study.problem
        return cls(
            study.script,
            study.moment,
            study.history,
            theory=_theory(study),
            best=problem.best_parameters() if problem else {},
            start=dict(study.start),
            study=study,
            printed=printed,
        )

    def keeping(self, kept: Mapping[str, object]) -> Snapshot:
        """The same snapshot with values that earlier steps have kept."""
        return replace(self, kept=dict(kept))

    @property
    def names(self) -> Mapping[str, object]:
        """The meanings of names."""
        return _Names(self)

    # What the names stand for ---------------------------------------------------------

    def look_up(self, name: str) -> object:
        """The value or function of a name.

        Raises:
            LessonError: the name has no value at this moment.
            KeyError: the name is unknown.
        """
        if name in _FUNCTIONS:
            return _FUNCTIONS[name]
        part: Callable[[], object] | None = getattr(self, f"_name_{name}", None)
        if part is not None:
            return part()
        if name in self.kept:
            return self.kept[name]
        parameters = {
            short_name(each, self.moment.parameters): each for each in self.moment.parameters
        }
        if name in parameters:
            return _plain(self.moment.parameters[parameters[name]], name)
        variable = self.moment.variable(name)
        if variable is not None:
            return _plain(variable.value, name)
        if name in {setting.name for setting in self.script.settings}:
            raise LessonError(f"{name} has no value yet")
        raise KeyError(name)

    def _name_loss(self) -> object:
        if self.moment.loss is None:
            raise LessonError("there is no loss yet")
        return self.moment.loss

    def _name_epoch(self) -> object:
        return self.moment.epoch

    def _name_status(self) -> object:
        return str(self.moment.status)

    def _name_message(self) -> object:
        return self.moment.message

    def _name_printed(self) -> object:
        return self.printed

    def _name_line(self) -> object:
        return self.moment.line or 0

    def _name_operations(self) -> object:
        graph = self.moment.graph
        if graph is None:
            raise LessonError("there is no autograd graph")
        return sum(not node.is_leaf for node in graph.nodes)

    def _name_verdict(self) -> object:
        return str(self.theory["verdict"])

    def _name_diagnosis(self) -> object:
        return str(self.theory["text"])

    def _name_before(self) -> object:
        if self.before is None:
            raise LessonError("there is no earlier moment in this run")
        return Part("before", self.before.keeping(self.kept).look_up)

    def _name_start(self) -> object:
        return Part("start", self._among(self.start))

    def _name_best(self) -> object:
        return Part("best", self._among(self.best))

    def _name_grad(self) -> object:
        return Part("grad", self._among(self.moment.gradients))

    def _name_theory(self) -> object:
        return Part("theory", self._of_theory)

    def _name_setting(self) -> object:
        return Part("setting", self.script.value)

    def _name_loss_in(self) -> object:
        return self._loss_in

    def _name_after(self) -> object:
        return self._after

    def _name_gradient_in(self) -> object:
        return lambda epoch, name: self._row(self.history.gradients, epoch, name)

    def _name_line_of(self) -> object:
        return self._line_of

    def _of_theory(self, name: str) -> object:
        value = self.theory[name]
        if value is None:
            raise LessonError(f"theory.{name} is not known for this run")
        return value

    def _among(self, values: Mapping[str, object]) -> Callable[[str], object]:
        short = {short_name(each, values): each for each in values}
        return lambda name: _plain(values[short[name]], name)

    def _loss_in(self, epoch: Any) -> object:
        loss = float(self.history.loss[self._index(epoch)])
        if np.isnan(loss) and self.moment.loss is None:
            raise LessonError("there is no loss yet")
        return loss

    def _after(self, epoch: Any, name: Any) -> object:
        if epoch == 0:
            return self._among(self.start)(name)
        return self._row(self.history.parameters, epoch, name)

    def _row(self, columns: Mapping[str, Column], epoch: Any, name: Any) -> object:
        short = {short_name(each, columns): each for each in columns}
        if name not in short:
            raise LessonError(f"no {shown(name)} is recorded")
        return _plain(columns[short[name]][self._index(epoch)], name)

    def _index(self, epoch: Any) -> int:
        last = len(self.history)
        if not isinstance(epoch, int) or not 1 <= epoch <= last:
            raise LessonError(f"epoch {epoch} is not recorded; there are {last}")
        return epoch - 1

    def _line_of(self, what: Any) -> int:
        found = lines_with(self.script, str(what))
        if not found:
            raise LessonError(f"no line is {shown(what)}")
        return found[0]


def is_taken(name: str) -> bool:
    """Whether a name has a meaning in every snapshot, so that no value can be kept under it."""
    return name in _FUNCTIONS or hasattr(Snapshot, f"_name_{name}")


class _Names(Mapping[str, object]):
    """The names of a snapshot as a mapping, to evaluate an expression."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._scene = snapshot

    def __getitem__(self, name: str) -> object:
        return self._scene.look_up(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def lines_with(script: Script, what: str) -> list[int]:
    """The lines of the training loop that belong to a phase; otherwise the lines of the script that
    begin with this code."""
    if what in set(Phase):
        return [line for job in find_jobs(script) if job.phase == what for line in job.lines]
    code = what.strip()
    return [
        number
        for number, line in enumerate(script.lines, 1)
        if code and line.strip().startswith(code)
    ]


def _plain(value: object, name: str) -> object:
    """A value for an expression: numbers and arrays in float64."""
    if isinstance(value, bool | str) or type(value) is int:
        return value
    if isinstance(value, Summary):
        raise LessonError(
            f"{name} has {value.size} numbers; only the norm, the mean and the range of so many "
            "are kept, so an expression cannot use it"
        )
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise LessonError(f"{name} is not a number at this moment") from None
    if np.ndim(array) == 0 and np.isnan(array):
        raise LessonError(f"{name} is not known at this moment")
    return float(array) if array.ndim == 0 else array


def _theory(study: Study) -> dict[str, object]:
    """The values of theory, None for unknown ones. The curvatures are those that the updates
    follow: for a sum over the samples, as many times those of the mean."""
    found: dict[str, object] = {
        "verdict": study.diagnosis.verdict,
        "text": study.diagnosis.text,
        "curvature": None,
        "curvatures": None,
        "stable_below": None,
        "best_rate": None,
    }
    problem = study.problem
    times = _times_the_slope(study)
    if isinstance(problem, LinearProblem) and times:
        values = Curvatures.of(problem).values * times
        if len(values):
            largest, smallest = float(values[0]), float(values[-1])
            found["curvature"], found["curvatures"] = largest, values
            found["stable_below"] = largest_stable_rate(largest)
            found["best_rate"] = best_rate(largest, smallest)
    return found


def _times_the_slope(study: Study) -> float:
    """The multiple of the gradient of the loss that the script uses: 1, or the number of samples if
    it takes their sum and the loss their mean. 0 before a gradient has been seen."""
    problem = study.problem
    if problem is None:
        return 0
    if study.reduction:
        return study.scale
    for epoch in range(1, min(study.epochs, _LOOKED_AT) + 1):
        held = problem.vector({n: c[epoch - 1] for n, c in study.history.gradients.items()})
        before = study.parameters_at(epoch - 1)
        if held is None or before is None:
            continue
        slope = problem.gradient(before)
        for times in (1, problem.samples):
            if slope.any() and np.allclose(held, times * slope, rtol=_CLOSE):
                return times
    return 0
