"""The curvature of a script, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from gdtui.analysis.curvature.curve import CurvatureCurve, CurvaturePoint
from gdtui.analysis.curvature.differences import curvature_by_differences, joined
from gdtui.analysis.curvature.measuring import measured_limit, rate_of_step
from gdtui.analysis.curvature.refining import epochs_between, even_epochs
from gdtui.analysis.diagnose.hessian import curvature_of_loss
from gdtui.analysis.linear.problem import LinearProblem
from gdtui.analysis.linear.theory import Curvatures
from gdtui.analysis.study import Study
from gdtui.engine.arrays import FloatArray
from gdtui.engine.errors import ScriptError
from gdtui.engine.record.quantities import is_tensor
from gdtui.engine.record.stopping import NO_RULE, StopRule
from gdtui.engine.run.rates import UpdateRule
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.pipeline import has_batches
from gdtui.engine.script.script import Script

EVEN, MORE = 17, 16
"""How many epochs are looked at that are evenly spread, and how many where the curve changes."""


def trace_curvature(
    script: Script,
    stop: StopRule = NO_RULE,
    epochs: int | None = None,
    counts: tuple[int, int] = (EVEN, MORE),
) -> Iterator[CurvatureCurve]:
    """The curve of the largest curvature, with one more point each time.

    For a model that theory covers the curvature is exact. Otherwise PyTorch differentiates the loss
    twice, or where the script computes its gradients by hand, differences of these are taken.

    Args:
        script: the script.
        stop: when its run stops before the script would end it.
        epochs: how many epochs of the run are looked through; None for all.
        counts: how many epochs are looked at, evenly spread and where the curve changes.

    Raises:
        ScriptError: no curvature can be told; the text says why.
    """
    with Timeline(script, stop=stop) as timeline:
        tracer = _Tracer(timeline, epochs)
        first, more = counts
        last = tracer.last
        planned = min(last, first + more)
        points: list[CurvaturePoint] = []
        for count in (first, more):
            known = [each.epoch for each in points]
            chosen = even_epochs(last, count) if not known else _between(points, count)
            for epoch in chosen:
                point = tracer.point(epoch)
                if point is None:
                    planned -= 1
                    continue
                points = sorted([*points, point])
                yield tracer.curve(points, planned)
        if not points:
            raise ScriptError(f"no curvature is known: {tracer.why_none}")
        yield tracer.curve(points, len(points))


def _between(points: Sequence[CurvaturePoint], count: int) -> list[int]:
    largest = np.array([each.largest for each in points])
    limits = np.array([np.nan if each.limit is None else each.limit for each in points])
    return epochs_between([each.epoch for each in points], [largest, limits], count)


class _Heard(NamedTuple):
    """What an epoch has shown of its loss.

    Attributes:
        largest: the largest curvature; None if it is not known.
        gradient: the gradient, shape (size,), of the parameters of these names.
        names: their names.
        rules: those of the optimizers at that time.
    """

    largest: float | None
    gradient: FloatArray
    names: list[str]
    rules: list[UpdateRule]


class _Tracer:
    """Goes to epochs of a run and looks at their loss.

    Attributes:
        last: the last epoch.
        why_none: why an epoch had no curvature.
    """

    def __init__(self, timeline: Timeline, epochs: int | None) -> None:
        self._timeline = timeline
        self._study = Study(timeline.script)
        self._study.catch_up(timeline.start(), timeline.history)
        if epochs is None:
            timeline.run()
        elif epochs > 0:
            timeline.run_for(float("inf"), until_epoch=epochs)
        self._study.catch_up(timeline.moment, timeline.history)
        recorded = len(timeline.history)
        self.last = recorded if epochs is None else min(recorded, epochs)
        if not self.last:
            raise ScriptError("no curvature is known: no epoch has ended")
        if len(timeline.history.losses) > 1:
            raise ScriptError("no curvature is known: the script sends back several losses")
        # Kept, for the study follows the run no further.
        self._losses = timeline.history.loss[: self.last]
        self._sent = 1
        # Whether steps by hand have been those of gradient descent, and whether one was another.
        self._is_plain, self._is_other = False, False
        self._rules: list[UpdateRule] = []
        self._times = 1.0
        self.why_none = "the loss is not finite"

    def curve(self, points: Sequence[CurvaturePoint], planned: int) -> CurvatureCurve:
        """What is known by now."""
        other = next((each.type_name for each in self._rules if each.type_name != "SGD"), "")
        model = ""
        if self._study.is_proved:
            is_linear = isinstance(self._study.problem, LinearProblem)
            model = "linear" if is_linear else "logistic"
        return CurvatureCurve(
            points=tuple(each._replace(limit=None) if self._is_other else each for each in points),
            epochs=self.last,
            planned=planned,
            other_rule=other,
            of_last=self._sent > 1,
            model=model,
            times=self._times,
        )

    def point(self, epoch: int) -> CurvaturePoint | None:
        """The curvature in an epoch; None if it is not known."""
        timeline = self._timeline
        loss = float(self._losses[epoch - 1])
        if not np.isfinite(loss):
            return None
        timeline.seek(epoch - 1)
        before = timeline.parameter_values()
        heard = self._hear(epoch, list(before)) or self._differ(epoch)
        if heard is None:
            return None
        timeline.seek(epoch)
        after = timeline.parameter_values()
        if heard.largest is None or not np.isfinite(heard.largest):
            self.why_none = "it takes too long, or the derivatives are not finite"
            return None
        self._rules = heard.rules
        measured = None
        if self._sent <= 1 and all(name in after for name in heard.names):
            values = joined(before, heard.names)
            measured = rate_of_step(joined(after, heard.names) - values, heard.gradient, values)
        limit, momentum = self._limit(heard.rules, measured)
        return CurvaturePoint(epoch, loss, heard.largest, limit, momentum)

    def _limit(self, rules: list[UpdateRule], measured: float | None) -> tuple[float | None, float]:
        if not rules:
            # By hand, only a step shows that the updates are those of gradient descent.
            self._is_plain |= bool(measured)
            self._is_other |= measured == 0
            if not self._is_plain:
                return None, 0.0
        return measured_limit(rules, self._study.learning_rate, measured)

    def _hear(self, epoch: int, names: list[str]) -> _Heard | None:
        """Run an epoch and look at the last loss that it sends back; None if it sends none, or one
        without a second derivative. The run is between two epochs, the one before just over."""
        timeline, found, sent = self._timeline, [], 0
        exact = self._by_theory(epoch)

        def hear(loss: Any, parameters: Sequence[Any]) -> None:
            nonlocal sent
            sent += 1
            if sent != self._sent:
                return
            of_loss = curvature_of_loss(loss, parameters, wanted=exact is None)
            if of_loss is not None and len(parameters) == len(names):
                learning = [
                    name
                    for name, each in zip(names, parameters, strict=True)
                    if is_tensor(each) and each.requires_grad
                ]
                largest = of_loss[0] if exact is None else exact
                found.append(_Heard(largest, of_loss[1], learning, timeline.update_rules()))

        for _ in range(2):
            found.clear()
            sent = 0
            timeline.hear_losses(hear)
            try:
                timeline.seek(epoch)
            finally:
                timeline.hear_losses(None)
            if sent in (0, self._sent):
                break
            # Not as many as in the epochs before: then once more, to meet the last.
            self._sent = sent
            timeline.seek(epoch - 1)
        if sent:
            self.why_none = "PyTorch cannot differentiate the loss twice, or the model is too large"
        return found[0] if found else None

    def _differ(self, epoch: int) -> _Heard | None:
        """What differences of gradients show of an epoch, in a script by hand."""
        timeline = self._timeline
        timeline.seek(epoch - 1)
        if has_batches(timeline.script):
            self.why_none = "the script takes batches, and sends no loss back by PyTorch"
            return None
        if timeline.outcome is not None:
            return None
        times = self._scale
        exact = self._by_theory(epoch) if times else None
        found = curvature_by_differences(timeline, wanted=exact is None)
        if found is None:
            self.why_none = (
                "the script sends no loss back by PyTorch, and its own gradients are not those of "
                "all parameters at the end of an epoch"
            )
            return None
        self._times = times or 1.0
        largest, gradient, names = found
        return _Heard(largest if exact is None else times * exact, gradient, names, [])

    @property
    def _scale(self) -> float:
        """The multiple of the gradient of the loss that a script by hand uses, such as the number
        of samples where it takes the sum; 0 if it is not known."""
        descent = self._study.descent
        return self._study.scale if descent is None else descent.scale

    def _by_theory(self, epoch: int) -> float | None:
        """The curvature of the loss of a linear or logistic model; None for another."""
        study, problem = self._study, self._study.problem
        vector = study.parameters_at(epoch - 1)
        if problem is None or not study.is_proved or vector is None:
            return None
        if isinstance(problem, LinearProblem):
            return float(max(Curvatures.of(problem).values, default=0.0))
        return float(problem.curvatures(vector)[0])
