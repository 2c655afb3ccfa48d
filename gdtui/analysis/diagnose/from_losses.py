"""The diagnosis of a run of which no theory is known: read off its recorded losses, and it says
so. Nothing is said before the losses have changed by more than they jump from epoch to epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gdtui.analysis.diagnose.diagnosis import Diagnosis, Verdict, count, percent
from gdtui.analysis.numerals import SHORT, Numerals

FloatArray = npt.NDArray[np.float64]

WINDOW = 32
"""The losses that are looked at, the last ones."""

FEWEST = 5
"""Epochs without which losses alone say nothing."""

_SURE = 16
"""Epochs in which ups and downs by turns are no chance."""

_BEYOND = 2.4
"""How many standard deviations from none a trend has to be. Of noise, fewer than one run in fifty
looks so."""

_ROUNDING = 1e-6

_CLEAR = 0.05
"""The share by which a loss has to rise before that is called diverging."""


def diagnose_losses(
    losses: Sequence[float],
    first: float,
    *,
    because: str,
    curvatures: Sequence[float] = (),
    name: str = "loss",
    moving: bool = False,
    write: Numerals = SHORT,
) -> Diagnosis:
    """The diagnosis of a run of which no theory is known.

    Args:
        losses: the last recorded losses, 32 of them or fewer, oldest first. What is not finite
            is left out.
        first: the loss of the first epoch.
        because: why there is no theory, as the end of a sentence.
        curvatures: the curvatures of the loss, where they are known all the same.
        name: what the script calls the loss.
        moving: whether the parameters moved in the last epoch. At a loss of 0, which cannot get
            any smaller, there is no slope to move them.
        write: writes the numbers.
    """
    window = np.asarray(losses, dtype=np.float64)[-WINDOW:]
    case = _Case(window[np.isfinite(window)], first, name, moving, write)
    with np.errstate(all="ignore"):
        verdict, said = _judge(case)
    whole = f"{said} This is read off the losses, since {because}."
    short = "(By its losses; no exact theory.)"
    return Diagnosis(verdict, (said, short), whole, curvatures=tuple(curvatures))


@dataclass(frozen=True, eq=False)
class _Case:
    """Some losses, and what is to be known of them."""

    losses: FloatArray
    first: float
    name: str
    moving: bool
    write: Numerals

    @property
    def last(self) -> float:
        return float(self.losses[-1])

    @property
    def begun(self) -> float:
        return float(self.losses[0])

    @property
    def over(self) -> int:
        """Over how many epochs they changed."""
        return len(self.losses) - 1

    @property
    def steps(self) -> FloatArray:
        return np.diff(self.losses)

    @property
    def has_trend(self) -> bool:
        """Whether they go one way by more than noise explains: how many more of all pairs rise
        than fall, in standard deviations of what that is without a trend.

        Source: Mann, "Nonparametric tests against trend", 1945.
        """
        count = len(self.losses)
        more = np.sum(np.sign(self.losses[np.newaxis] - self.losses[:, np.newaxis])[_pairs(count)])
        return bool(abs(more) > _BEYOND * np.sqrt(count * (count - 1) * (2 * count + 5) / 18))

    @property
    def swings(self) -> bool:
        """Whether they go up and down by turns, and by more than chance: for long, or with swings
        that only grow or only shrink."""
        steps = self.steps
        if np.count_nonzero(steps[1:] * steps[:-1] < 0) < 0.9 * (self.over - 1):
            return False
        sizes = np.diff(np.abs(steps))
        slack = _ROUNDING * float(np.max(np.abs(steps)))
        return len(self.losses) >= _SURE or bool(np.all(sizes <= slack) or np.all(sizes >= -slack))


def _pairs(count: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The places of all pairs of so many, the earlier one first."""
    earlier, later = np.triu_indices(count, 1)
    return earlier, later


def _judge(case: _Case) -> tuple[Verdict, str]:
    losses, write = case.losses, case.write
    if not len(losses):
        return Verdict.UNKNOWN, "No loss is finite, so nothing can be said of them."
    last = case.last
    if last == 0 and case.moving:
        return (
            Verdict.UNKNOWN,
            f"{case.name} is 0 and the parameters move on, so it may not be what is trained.",
        )
    if len(losses) > 1 and np.min(losses) >= 0 and last <= 1e-12 * max(case.first, 0.0):
        return Verdict.CONVERGED, f"Converged: the loss is down to {write(last)}."
    if len(losses) < FEWEST:
        went = f"from {write(case.begun)} to {write(last)}"
        return (
            Verdict.TOO_EARLY,
            f"Too early to tell after {count(len(losses), 'epoch')} by losses alone, which takes "
            f"{FEWEST}: the loss went {went}.",
        )
    if float(np.ptp(losses)) <= 1e-4 * abs(last):
        return (
            Verdict.STALLED,
            f"Stalled: the loss stays at {write(last)}; whether that is a minimum, losses alone "
            "cannot tell.",
        )
    if case.swings:
        return _swinging(case)
    if not case.has_trend:
        return _without_trend(case)
    return _moving(case)


def _swinging(case: _Case) -> tuple[Verdict, str]:
    losses = case.losses
    half = len(losses) // 2
    shrinking = np.ptp(losses[half:]) < np.ptp(losses[:half])
    grows = np.max(losses[half:]) > np.max(losses[:half])
    if not shrinking and case.last > 2 * float(np.min(losses)) and grows:
        return (
            Verdict.DIVERGING,
            f"Diverging: the loss swings up, to {case.write(case.last)} now.",
        )
    how = "but converging" if shrinking else "without settling"
    return Verdict.OSCILLATING, f"Oscillating {how}: the loss goes up and down by turns."


def _without_trend(case: _Case) -> tuple[Verdict, str]:
    losses, write = case.losses, case.write
    around = f"it goes up and down around {write(float(np.mean(losses)))}"
    if len(losses) < WINDOW:
        return (
            Verdict.TOO_EARLY,
            f"Too early to tell after {count(len(losses), 'epoch')}: the loss has changed by less "
            f"than it jumps from epoch to epoch; {around}.",
        )
    return (
        Verdict.STALLED,
        f"Stalled: over {case.over} epochs the loss has changed by less than it jumps from epoch "
        f"to epoch; {around}.",
    )


def _moving(case: _Case) -> tuple[Verdict, str]:
    losses, steps, write, last = case.losses, case.steps, case.write, case.last
    over = count(case.over, "epoch")
    half = len(losses) // 2
    slowing = last - losses[half] < (losses[half] - losses[0]) / 2
    clear = last - case.begun > _CLEAR * abs(case.begun)
    if clear and np.count_nonzero(steps > 0) >= 0.7 * case.over and not slowing:
        return (
            Verdict.DIVERGING,
            f"Diverging: the loss rose from {write(case.begun)} to {write(last)} in {over}.",
        )
    if last >= case.begun:
        return (
            Verdict.STALLED,
            f"Stalled: the loss has not fallen over {over}; it is {write(last)}.",
        )
    even = "evenly" if np.all(steps < 0) else "unevenly"
    if np.min(losses) > 0:
        ratio = (last / case.begun) ** (1 / case.over)
        return (
            Verdict.SMOOTH,
            f"Falling {even}: an epoch leaves {percent(ratio, write)} of the loss, measured over "
            f"{over}.",
        )
    return Verdict.SMOOTH, f"Falling {even}: the loss is {write(last)}."
