"""The diagnosis of logistic regression: by its exact loss, minimum, and curvature here and now.

The loss is convex but no parabola: its curvature changes with the parameters, so no factor is the
same in every epoch. What is said of the course of a run is measured from its path; what is said of
learning rates follows from the curvature.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gdtui.analysis.diagnose.diagnosis import Diagnosis, Verdict, count, percent
from gdtui.analysis.linear.descent import Descent
from gdtui.analysis.linear.theory import largest_stable_rate
from gdtui.analysis.logistic.problem import LogisticProblem
from gdtui.analysis.numerals import SHORT, Numerals
from gdtui.engine.arrays import FloatArray

_AT_MINIMUM = 1e-9
"""The share of the first loss above the minimum at which a run has converged."""

_STALLED = 1e-5
_CLEAR = 0.05
"""The share by which the loss must rise to count as diverging."""


def diagnose_logistic(
    problem: LogisticProblem,
    descent: Descent | None,
    start: FloatArray,
    path: FloatArray,
    *,
    because: str = "",
    write: Numerals = SHORT,
) -> Diagnosis:
    """The diagnosis of logistic regression.

    Args:
        problem: the model and its samples.
        descent: the update rule; None if theory does not cover it.
        start: the parameters before the first epoch, shape (parameters,).
        path: the parameters at the ends of the last epochs, oldest first, the present ones last,
            shape (epochs, parameters); at least two.
        because: why there is no update rule, as the end of a sentence.
        write: writes the numbers.
    """
    case = _Case(problem, descent, start, path, because, write)
    verdict, said = case.judge()
    return Diagnosis(
        verdict=verdict,
        sentences=(said, case.short),
        text=" ".join([said, *case.causes()]),
        curvatures=tuple(float(each) for each in case.curvatures),
    )


@dataclass(frozen=True, eq=False)
class _Case:
    """What is known of a run."""

    problem: LogisticProblem
    descent: Descent | None
    start: FloatArray
    path: FloatArray
    because: str
    write: Numerals

    @property
    def over(self) -> int:
        """The number of epochs of the path."""
        return len(self.path) - 1

    @property
    def scale(self) -> float:
        """The multiple of the gradient of the loss that the updates use."""
        return 1.0 if self.descent is None else self.descent.scale

    @property
    def curvatures(self) -> FloatArray:
        """The curvatures at the present parameters that the updates follow, largest first."""
        return self.scale * self.problem.curvatures(self.path[-1])

    @property
    def limit(self) -> float | None:
        """The learning rate above which the run is unstable at the present parameters; None if
        there is none, or if it is unknown."""
        if self.descent is None or self.descent.rate < 0:
            return None
        return largest_stable_rate(float(self.curvatures[0]), self.descent.momentum)

    @property
    def turns(self) -> bool:
        """Whether the last steps each go back against the one before."""
        steps = np.diff(self.path, axis=0)[-4:]
        back = np.sum(steps[1:] * steps[:-1], axis=1) < 0
        return len(back) > 0 and bool(back.all())

    def judge(self) -> tuple[Verdict, str]:
        """The verdict, and what the path shows."""
        write, problem = self.write, self.problem
        least = problem.least_loss or 0.0
        begun, then, now = (
            problem.loss(each) - least for each in (self.start, self.path[0], self.path[-1])
        )
        loss = write(problem.loss(self.path[-1]))
        if self.descent is not None and self.descent.rate < 0:
            return Verdict.DIVERGING, "Diverging: the update goes up the slope; its sign is wrong."
        if problem.minimum is not None and now <= _AT_MINIMUM * max(begun, _AT_MINIMUM):
            return Verdict.CONVERGED, f"Converged: the loss is at its minimum, {loss}."
        over = count(self.over, "epoch")
        if self.turns:
            if now < then:
                return (
                    Verdict.OSCILLATING,
                    f"Oscillating: each step turns back; the loss has fallen to {loss}.",
                )
            return (
                Verdict.OSCILLATING,
                f"Oscillating: each step turns back, and the loss, {loss}, is no lower than "
                f"{over} ago.",
            )
        if now > (1 + _CLEAR) * then:
            return (
                Verdict.DIVERGING,
                f"Diverging: the loss rose to {loss} within {over}.",
            )
        if now >= then:
            return Verdict.STALLED, f"Stalled: the loss, {loss}, is no lower than {over} ago."
        share = (now / then) ** (1 / self.over)
        what = "the loss" if problem.minimum is None else "what the loss is above its minimum"
        left = f"an epoch leaves {percent(share, write)} of {what}"
        if share > 1 - _STALLED:
            return Verdict.STALLED, f"Stalled: {left}."
        return Verdict.SMOOTH, f"Falling: {left}."

    @property
    def short(self) -> str:
        """The curvature in a short sentence."""
        curvature = self.write(float(self.curvatures[0]))
        if self.limit is None:
            return f"Curvature {curvature} here."
        return f"Curvature {curvature} here: stable below {self.write(self.limit)}."

    def causes(self) -> Iterator[str]:
        """Sentences about minimum, curvature and learning rate."""
        yield self._minimum()
        curvature = self.write(float(self.curvatures[0]))
        if len(self.curvatures) > 1:
            curvature = f"the largest is {curvature}, the smallest "
            curvature += self.write(float(self.curvatures[-1]))
        else:
            curvature = f"it is {curvature}"
        yield f"The curvature changes with the parameters; at the present ones {curvature}."
        if self.descent is None:
            yield f"Which learning rates are stable is not known, because {self.because}."
            return
        if self.descent.rate > 0:
            yield from self._rates(self.descent)

    def _minimum(self) -> str:
        problem, write = self.problem, self.write
        if problem.minimum is not None and problem.least_loss is not None:
            best = problem.best_parameters().items()
            where = ", ".join(f"{name} = {write(value)}" for name, value in best)
            return f"The loss is convex, with one minimum: {write(problem.least_loss)} at {where}."
        if problem.is_separable:
            return (
                "The loss is convex, and the samples can be separated without a mistake: it falls "
                "towards 0 while the parameters grow without end."
            )
        return "The loss is convex; no single finite minimum was found."

    def _rates(self, descent: Descent) -> Iterator[str]:
        write, limit = self.write, self.limit
        if limit is None:
            return
        if descent.scale == self.problem.samples > 1 and not self.problem.form.summed:
            yield (
                f"That is {self.problem.samples} times the curvature of the loss, for the script "
                "adds up the gradients of its samples and does not divide by their number."
            )
        before = f"2 x {write(1 + descent.momentum)}" if descent.momentum else "2"
        relation = "below" if descent.rate < limit else "not below"
        best = self.problem.minimum
        yield (
            f"So a learning rate is stable here below {before} / {write(float(self.curvatures[0]))}"
            f" = {write(limit)}; the present one, {write(descent.rate)}, is {relation} that."
        )
        if best is not None:
            steepest = self.scale * float(self.problem.curvatures(best)[0])
            there = largest_stable_rate(steepest, descent.momentum)
            if there is not None:
                settles = "" if descent.rate < there else ", so the run does not settle there"
                yield f"At the minimum the limit is {write(there)}{settles}."
        largest = self.scale * self.problem.largest_curvature
        everywhere = largest_stable_rate(largest)
        if not descent.momentum and everywhere is not None and best is not None:
            yield (
                f"Nowhere is the curvature larger than {write(largest)}, so every learning rate "
                f"below {write(everywhere)} converges, from any start."
            )
