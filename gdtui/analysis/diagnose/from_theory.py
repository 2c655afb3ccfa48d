"""The diagnosis of a linear model with a known update rule: exact, in closed form."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gdtui.analysis.diagnose.diagnosis import Diagnosis, Verdict, count, percent
from gdtui.analysis.linear.descent import Descent
from gdtui.analysis.linear.problem import LinearProblem
from gdtui.analysis.linear.theory import Curvatures, best_rate, factor, largest_stable_rate, swings
from gdtui.analysis.numerals import SHORT, Numerals, rounding
from gdtui.engine.arrays import FloatArray

_AT_MINIMUM = 1e-6
"""The share of the first error at which a run has converged: the precision of float32."""

_ONE_STEP = 1e-3
_STALLED = 1e-5
_EXCITED = 1e-9
_SAME = 1e-9
"""The relative difference up to which a learning rate is its limit."""

_MOST_DIGITS = 12
_FLOAT32 = float(np.finfo(np.float32).eps)


def diagnose_linear(
    problem: LinearProblem,
    descent: Descent,
    start: FloatArray,
    now: FloatArray,
    epochs: int,
    write: Numerals = SHORT,
) -> Diagnosis:
    """The diagnosis of a linear model with a known update rule.

    Args:
        problem: the model and its samples.
        descent: the update rule.
        start: the parameters at the start, shape (parameters,).
        now: the present parameters, shape (parameters,).
        epochs: the number of epochs since the start.
        write: writes the numbers.
    """
    case = _Case.of(problem, descent, start, now, epochs, write)
    if not case.curvatures:
        return _flat(problem, write)
    verdict = case.verdict
    short, long = _WORDS[verdict](case)
    limits = case.limits
    sentences = [short, *([limits[0]] if limits else [])]
    whole = [long, *case.causes, *([limits[1]] if limits else [])]
    return Diagnosis(
        verdict=verdict,
        sentences=tuple(sentences),
        text=" ".join(whole),
        shrink_per_epoch=abs(case.slowest),
        curvatures=case.curvatures,
        largest_stable_learning_rate=case.stable,
        best_learning_rate=case.best,
    )


@dataclass(frozen=True, eq=False)
class _Case:
    """What theory says about a run."""

    problem: LinearProblem
    descent: Descent
    epochs: int
    curvatures: tuple[float, ...]
    factors: tuple[float, ...]
    excited: tuple[int, ...]
    left: float
    write: Numerals

    @classmethod
    def of(
        cls,
        problem: LinearProblem,
        descent: Descent,
        start: FloatArray,
        now: FloatArray,
        epochs: int,
        write: Numerals,
    ) -> _Case:
        found = Curvatures.of(problem)
        curvatures = tuple(float(each) * descent.scale for each in found.values)
        with np.errstate(all="ignore"):
            first = np.abs(found.along(start - problem.best))
            last = np.abs(found.along(now - problem.best))
            size = max(float(np.max(first, initial=0.0)), 1e-300)
            # The precision of float32 along a direction depends on the size of the parameters
            # there.
            sizes = np.abs(found.directions) @ np.maximum(np.abs(start), np.abs(problem.best))
            tiny = np.maximum(_EXCITED * size, _FLOAT32 * sizes)
            factors = tuple(_factor(descent, each) for each in curvatures)
            # A growing error may have begun as a rounding error.
            grown = (last > tiny) & (np.abs(factors) > 1)
            excited = tuple(int(each) for each in np.flatnonzero((first > tiny) | grown))
            shares = last / np.maximum(np.maximum(first, sizes), 1e-300)
            left = float(np.max(shares, initial=0.0))
        case = cls(
            problem,
            descent,
            epochs,
            curvatures,
            factors,
            excited or tuple(range(len(curvatures))),
            left,
            write,
        )
        return replace(case, write=case.telling_apart) if curvatures else case

    @property
    def telling_apart(self) -> Numerals:
        """The format with as many more digits as it takes to see on which side of its limit the
        learning rate is: close to it, both would look alike."""
        pairs = [(self.descent.rate, self.stable or 0.0)]
        if self.slowest < 0:
            pairs.append((abs(self.slowest), 1.0))
        differ = [(a, b) for a, b in pairs if abs(a - b) > _SAME * max(abs(a), abs(b))]
        write = self.write
        while write.digits is not None and write.digits < _MOST_DIGITS:
            if all(write(a) != write(b) for a, b in differ):
                break
            write = Numerals(write.digits + 1)
        return write

    @property
    def slowest_at(self) -> int:
        """The index of the direction that dominates in the long run."""
        return max(self.excited, key=lambda each: abs(self.factors[each]))

    @property
    def slowest(self) -> float:
        return self.factors[self.slowest_at]

    @property
    def stable(self) -> float | None:
        return largest_stable_rate(self.curvatures[0], self.descent.momentum)

    @property
    def best(self) -> float | None:
        return best_rate(self.curvatures[0], self.curvatures[-1], self.descent.momentum)

    @property
    def swings(self) -> bool:
        return any(
            swings(self.descent.rate, self.curvatures[each], self.descent.momentum)
            and abs(self.factors[each]) > _ONE_STEP
            for each in self.excited
        )

    @property
    def verdict(self) -> Verdict:
        size = abs(self.slowest)
        if size > 1 + 1e-12:
            return Verdict.DIVERGING
        if size < _ONE_STEP:
            return Verdict.ONE_STEP
        if self.left <= _AT_MINIMUM:
            return Verdict.CONVERGED
        if self.swings:
            return Verdict.OSCILLATING
        return Verdict.STALLED if size > 1 - _STALLED else Verdict.SMOOTH

    @property
    def several(self) -> bool:
        """Whether directions shrink at different speeds."""
        sizes = [abs(self.factors[each]) for each in self.excited]
        return max(sizes) - min(sizes) > 1e-12

    @property
    def arithmetic(self) -> str:
        """The terms of the factor, in brackets."""
        if self.descent.momentum:
            return f" (momentum {self.write(self.descent.momentum)})"
        curvature = self.write(self.curvatures[self.slowest_at])
        rate = self.descent.rate
        why = ": a sum, not a mean" if self.adds_up or self.sums_loss else ""
        return f" (1 {'-' if rate >= 0 else '+'} {self.write(abs(rate))} x {curvature}{why})"

    @property
    def adds_up(self) -> bool:
        """Whether the loss is a mean over the samples, and the update uses the sum of its
        gradients."""
        return self.descent.scale == self.problem.samples > 1 and not self.problem.form.summed

    @property
    def sums_loss(self) -> bool:
        """Whether the loss is a sum over the samples, and the update uses its gradient."""
        return self.descent.scale == 1 and self.problem.form.summed and self.problem.samples > 1

    @property
    def causes(self) -> list[str]:
        """Sentences about the causes."""
        found = []
        rate, momentum = self.descent.rate, self.descent.momentum
        curvature = self.curvatures[self.slowest_at]
        if self.descent.accumulates:
            found.append(
                "Each holds all those before it, which moves the parameters as a momentum of 1 "
                "does. Zero them in every epoch."
            )
        elif momentum:
            found.append(
                f"The update keeps {percent(momentum, self.write)} of the last one, its momentum."
            )
        else:
            sign = "-" if rate >= 0 else "+"
            # For a factor above 0 the percentage says the same.
            result = f" = {self.write(self.slowest)}" if self.slowest < 0 else ""
            found.append(
                f"That is 1 {sign} learning rate x curvature = "
                f"1 {sign} {self.write(abs(rate))} x {self.write(curvature)}{result}."
            )
        if self.several:
            steep, flat = self.curvatures[0], self.curvatures[-1]
            last = len(self.curvatures) - 1
            slow = self.slowest_at == last or (not momentum and self.slowest > 0)
            decides = "The slow direction is the cause" if slow else "The steep direction decides"
            found.append(
                f"{decides}: the curvatures go from {self.write(steep)} down to "
                f"{self.write(flat)}, {_ratio(steep / flat, self.write)} times flatter."
            )
        if self.adds_up:
            plain = self.curvatures[self.slowest_at] / self.descent.scale
            found.append(
                f"The script adds up the gradients of its {self.problem.samples} samples and does "
                f"not divide by their number: a sum, not a mean, so the curvature is "
                f"{self.problem.samples} x {self.write(plain)} = {self.write(curvature)}."
            )
        elif self.sums_loss:
            plain = self.curvatures[self.slowest_at] / self.problem.samples
            found.append(
                f"The loss adds up the squared errors of its {self.problem.samples} samples: a "
                f"sum, not a mean, so the curvature is {self.problem.samples} x "
                f"{self.write(plain)} = {self.write(curvature)}."
            )
        elif self.descent.scale != 1:
            found.append(
                f"The update takes {self.write(self.descent.scale)} times the gradient of the "
                "loss; that is part of the curvature here."
            )
        return found

    @property
    def limits(self) -> tuple[str, str] | None:
        if self.stable is None or self.best is None:
            return None
        # Rounded alike, so that their order stays right.
        stable, best = self.write(self.stable), self.write(self.best)
        one = ", in one step" if len(self.curvatures) == 1 and not self.descent.momentum else ""
        turned = "With the right sign it" if self.descent.rate < 0 else "It"
        if stable == best:
            best = "just below it"
        return (
            f"Stable below {stable}, best {best}.",
            f"{turned} converges with a learning rate below {stable}; the best is {best}{one}.",
        )


def _smooth(case: _Case) -> tuple[str, str]:
    left = percent(abs(case.slowest), case.write)
    slow = case.several and case.slowest_at == len(case.curvatures) - 1
    if slow:
        return (
            f"Smooth, slowed down by the flat direction: an epoch leaves {left} of the error.",
            f"Smooth: in the long run an epoch leaves {left} of the error.",
        )
    return (
        f"Smooth: an epoch leaves {left} of the error{case.arithmetic}.",
        f"Smooth: each epoch leaves {left} of the error.",
    )


def _oscillating(case: _Case) -> tuple[str, str]:
    if case.descent.accumulates:
        said = "Oscillating for ever: gradients that are never zeroed pile up."
        return said, said
    size = abs(case.slowest)
    if size > 1 - _SAME:
        return (
            f"Oscillating for ever: the error keeps its size{case.arithmetic}.",
            "Oscillating for ever: each epoch leaves the error as large as it was.",
        )
    left = percent(size, case.write)
    if case.slowest > 0 and not case.descent.momentum:
        return (
            "Oscillating but converging, slowed down by the flat direction: an epoch leaves "
            f"{left} of the error.",
            f"Oscillating but converging: in the long run an epoch leaves {left} of the error, by "
            "the flat direction, which does not oscillate.",
        )
    return (
        f"Oscillating but converging: an epoch leaves {left} of the error{case.arithmetic}.",
        f"Oscillating but converging: in the long run an epoch leaves {left} of the error.",
    )


def _diverging(case: _Case) -> tuple[str, str]:
    if case.descent.rate < 0:
        return (
            "Diverging: the update goes up the slope; its sign is wrong.",
            "Diverging: the update has the wrong sign and goes up the slope, so each epoch "
            f"multiplies the error by {case.write(abs(case.slowest))}.",
        )
    said = f"Diverging: an epoch multiplies the error by {case.write(abs(case.slowest))}"
    if case.descent.accumulates:
        said += ", for gradients that are never zeroed pile up"
        return f"{said}.", f"{said}."
    # Shorter for the line, so that the limits fit as well.
    short = f"Diverging: an epoch makes the error x {case.write(abs(case.slowest))}"
    return f"{short}{case.arithmetic}.", f"{said}, in the long run."


def _one_step(case: _Case) -> tuple[str, str]:
    said = "One step: the first epoch takes all of the error"
    return f"{said}{case.arithmetic}.", f"{said}: the learning rate is 1 divided by the curvature."


def _stalled(case: _Case) -> tuple[str, str]:
    if not case.descent.rate:
        said = "Stalled: the learning rate is 0, so nothing moves."
        return said, said
    left = percent(abs(case.slowest), case.write)
    curvature = case.curvatures[case.slowest_at]
    if case.best and abs(factor(case.best, curvature, case.descent.momentum)) > 1 - _STALLED:
        return (
            f"Stalled in the flat direction: an epoch leaves {left} of the error.",
            f"Stalled: in the flat direction an epoch leaves {left} of the error, and with no "
            "learning rate that converges would it be much less.",
        )
    return (
        f"Stalled: an epoch leaves {left} of the error{case.arithmetic}.",
        f"Stalled: the learning rate is far too small here, an epoch leaves {left} of the error.",
    )


def _converged(case: _Case) -> tuple[str, str]:
    after = count(case.epochs, "epoch")
    left = percent(abs(case.slowest), case.write)
    swinging = ", oscillating" if case.swings else ""
    return (
        f"Converged{swinging}: an epoch left {left} of the error{case.arithmetic}.",
        f"Converged{swinging}: after {after} the error is down to rounding; in the long run an "
        f"epoch left {left} of it.",
    )


_WORDS = {
    Verdict.SMOOTH: _smooth,
    Verdict.OSCILLATING: _oscillating,
    Verdict.DIVERGING: _diverging,
    Verdict.ONE_STEP: _one_step,
    Verdict.STALLED: _stalled,
    Verdict.CONVERGED: _converged,
}


def _flat(problem: LinearProblem, write: Numerals) -> Diagnosis:
    said = (
        "Stalled: every input is 0, so the parameters change nothing; "
        f"the loss stays at {write(problem.least_loss)}."
    )
    return Diagnosis(Verdict.STALLED, (said,), said)


def _factor(descent: Descent, curvature: float) -> float:
    """The factor by which an update multiplies the error along a direction; 0 if it is 0 within
    rounding."""
    found = factor(descent.rate, curvature, descent.momentum)
    return 0.0 if abs(found) <= rounding(1 + abs(descent.rate) * curvature) else found


def _ratio(value: float, write: Numerals) -> str:
    """A ratio with three digits, or with more where three digits would need a power of ten."""
    return (write.at_most(3) if value < 1000 else write)(value)
