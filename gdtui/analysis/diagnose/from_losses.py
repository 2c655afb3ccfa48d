"""The diagnosis of a run without a theory, from its recorded losses.

The text says that it rests on losses alone. There is no verdict before the losses have changed by
more than they jump from epoch to epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gdtui.analysis.diagnose.diagnosis import SAME_LOSS, Diagnosis, Verdict, count, percent
from gdtui.analysis.numerals import SHORT, Numerals
from gdtui.engine.arrays import FloatArray

WINDOW = 32
"""The number of last losses that count."""

FEWEST = 5
"""The fewest epochs that allow a verdict from losses alone."""

_SURE = 16
"""The number of epochs over which alternating ups and downs are not chance."""

_BEYOND = 2.4
"""The least size of a trend, in standard deviations of a series without a trend. Noise exceeds it
in fewer than one run of fifty."""

_ROUNDING = 1e-6

_CLEAR = 0.05
"""The share by which a loss must rise to count as diverging."""


def diagnose_losses(
    losses: Sequence[float],
    first: float,
    *,
    because: str,
    curvatures: Sequence[float] = (),
    name: str = "loss",
    moving: bool = False,
    why_stalled: Callable[[], str] = lambda: "",
    write: Numerals = SHORT,
) -> Diagnosis:
    """The diagnosis of a run without a theory.

    Args:
        losses: up to 32 of the last recorded losses, oldest first. Losses that are not finite are
            ignored.
        first: the loss of the first epoch.
        because: why there is no theory, as the end of a sentence.
        curvatures: the curvatures of the loss, if they are known nevertheless.
        name: what the script calls the loss.
        moving: whether the parameters moved in the last epoch. At a loss of 0, its minimum, no
            gradient moves them.
        why_stalled: says why the loss would stay where it is, as a clause; empty if that is
            unknown. It is asked where the loss does.
        write: writes the numbers.
    """
    window = np.asarray(losses, dtype=np.float64)[-WINDOW:]
    case = _LossCase(window[np.isfinite(window)], first, name, moving, write)
    with np.errstate(all="ignore"):
        verdict, said = _judge(case)
    why = why_stalled() if verdict is Verdict.STALLED and case.stays else ""
    if why:
        said = f"{said.removesuffix('.')}; {why}."
    whole = f"{said} This is based on {'its records' if why else 'the losses alone'}, "
    whole += f"because {because}."
    short = f"(By {'its records' if why else 'its losses'}; no exact theory.)"
    return Diagnosis(verdict, (said, short), whole, curvatures=tuple(curvatures))


@dataclass(frozen=True, eq=False)
class _LossCase:
    """The losses, and what follows from them."""

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
    def stays(self) -> bool:
        """Whether the losses are the same but for a tiny share."""
        return float(np.ptp(self.losses)) <= SAME_LOSS * abs(self.last)

    @property
    def over(self) -> int:
        """The number of epochs between the first loss and the last."""
        return len(self.losses) - 1

    @property
    def steps(self) -> FloatArray:
        return np.diff(self.losses)

    @property
    def has_trend(self) -> bool:
        """Whether the losses rise or fall by more than noise explains: the number of rising pairs
        minus that of falling pairs, in standard deviations of a series without a trend.

        Source: Mann, "Nonparametric tests against trend", 1945.
        """
        count = len(self.losses)
        more = np.sum(np.sign(self.losses[np.newaxis] - self.losses[:, np.newaxis])[_pairs(count)])
        return bool(abs(more) > _BEYOND * np.sqrt(count * (count - 1) * (2 * count + 5) / 18))

    @property
    def swings(self) -> bool:
        """Whether the losses alternate up and down, and not by chance: over many epochs, or with
        swings that only grow or only shrink."""
        steps = self.steps
        if np.count_nonzero(steps[1:] * steps[:-1] < 0) < 0.9 * (self.over - 1):
            return False
        sizes = np.diff(np.abs(steps))
        slack = _ROUNDING * float(np.max(np.abs(steps)))
        return len(self.losses) >= _SURE or bool(np.all(sizes <= slack) or np.all(sizes >= -slack))


def _pairs(count: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The indices of all pairs of ``count`` values, the earlier value first."""
    earlier, later = np.triu_indices(count, 1)
    return earlier, later


def _judge(case: _LossCase) -> tuple[Verdict, str]:
    losses, write = case.losses, case.write
    if not len(losses):
        return Verdict.UNKNOWN, "No loss is finite, so there is no diagnosis."
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
            f"Too early to tell after {count(len(losses), 'epoch')} by losses alone, which need "
            f"{FEWEST} epochs: the loss went {went}.",
        )
    if case.stays:
        return Verdict.STALLED, f"Stalled: the loss stays at {write(last)}."
    if case.swings:
        return _swinging(case)
    if not case.has_trend:
        return _without_trend(case)
    return _moving(case)


def _swinging(case: _LossCase) -> tuple[Verdict, str]:
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
    return Verdict.OSCILLATING, f"Oscillating {how}: the loss alternates up and down."


def _without_trend(case: _LossCase) -> tuple[Verdict, str]:
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


def _moving(case: _LossCase) -> tuple[Verdict, str]:
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
