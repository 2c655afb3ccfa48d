"""The diagnosis of a run of which no theory is known: read off its recorded losses, and it says
so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gdtui.analysis.diagnosis import Diagnosis, Verdict, count, percent
from gdtui.analysis.numerals import SHORT, Numerals

FloatArray = npt.NDArray[np.float64]

_WINDOW = 32


def diagnose_losses(
    losses: Sequence[float],
    first: float,
    *,
    because: str,
    curvatures: Sequence[float] = (),
    write: Numerals = SHORT,
) -> Diagnosis:
    """The diagnosis of a run of which no theory is known.

    Args:
        losses: the last recorded losses, 32 of them or fewer, oldest first.
        first: the loss of the first epoch.
        because: why there is no theory, as the end of a sentence.
        curvatures: the curvatures of the loss, where they are known all the same.
        write: writes the numbers.
    """
    with np.errstate(all="ignore"):
        verdict, said = _judge(np.asarray(losses, dtype=np.float64)[-_WINDOW:], first, write)
    whole = f"{said} This is read off the losses, since {because}."
    short = "(By its losses; no exact theory.)"
    return Diagnosis(verdict, (said, short), whole, curvatures=tuple(curvatures))


def _judge(window: FloatArray, first: float, write: Numerals) -> tuple[Verdict, str]:
    last = float(window[-1])
    if not np.isfinite(window).all():
        return Verdict.DIVERGING, "Diverging: the loss is no longer finite."
    steps = np.diff(window)
    over = len(steps)
    span = float(np.max(window) - np.min(window))
    lowest = float(np.min(window))
    if last == 0 or (first > 0 and 0 < last <= 1e-12 * first):
        return Verdict.CONVERGED, f"Converged: the loss is down to {write(last)}."
    if span <= 1e-4 * abs(last):
        return (
            Verdict.STALLED,
            f"Stalled: the loss stays at {write(last)}; whether that is a minimum, losses alone "
            "cannot tell.",
        )
    turns = np.count_nonzero(steps[1:] * steps[:-1] < 0)
    half = len(window) // 2
    if over >= 3 and turns >= 0.9 * (over - 1):
        shrinking = np.ptp(window[half:]) < np.ptp(window[:half])
        if not shrinking and last > 2 * lowest and np.max(window[half:]) > np.max(window[:half]):
            return Verdict.DIVERGING, f"Diverging: the loss swings up, to {write(last)} now."
        how = "but converging" if shrinking else "without settling"
        return Verdict.OSCILLATING, f"Oscillating {how}: the loss goes up and down by turns."
    slowing = half > 1 and last - window[half] < (window[half] - window[0]) / 2
    if last > window[0] and np.count_nonzero(steps > 0) >= 0.7 * over and not slowing:
        return (
            Verdict.DIVERGING,
            f"Diverging: the loss rose from {write(float(window[0]))} to {write(last)} in "
            f"{count(over, 'epoch')}.",
        )
    if last >= window[0]:
        return (
            Verdict.STALLED,
            f"Stalled: the loss has not fallen over {count(over, 'epoch')}; it is {write(last)}.",
        )
    even = "evenly" if np.all(steps < 0) else "unevenly"
    if lowest > 0:
        ratio = (last / float(window[0])) ** (1 / over)
        return (
            Verdict.SMOOTH,
            f"Falling {even}: an epoch leaves {percent(ratio, write)} of the loss, measured over "
            f"{count(over, 'epoch')}.",
        )
    return Verdict.SMOOTH, f"Falling {even}: the loss is {write(last)}."
