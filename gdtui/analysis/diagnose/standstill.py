"""The diagnosis of a run whose parameters do not move, if the cause is visible."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

import numpy as np

from gdtui.analysis.diagnose.diagnosis import Diagnosis, Verdict
from gdtui.analysis.numerals import SHORT, Numerals
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import History
from gdtui.engine.script.loop import Phase
from gdtui.engine.script.pipeline import find_jobs
from gdtui.engine.script.script import Script


def diagnose_standstill(
    script: Script,
    history: History,
    start: Mapping[str, object],
    rate: float | None,
    epochs: int,
    *,
    plain: bool = True,
    write: Numerals = SHORT,
) -> Diagnosis | None:
    """The diagnosis of a run whose parameters are still those of the start; None for a run that has
    moved, or if the cause is not visible.

    Args:
        script: the script that runs.
        history: the recorded epochs.
        start: the parameters before the first epoch, by name.
        rate: the learning rate; None if unknown.
        epochs: the number of epochs that are over.
        plain: whether a step is learning rate times gradient and nothing more.
        write: writes the numbers.
    """
    losses, parameters = history.loss, history.parameters
    if not parameters or epochs < 2:
        return None
    for name, column in parameters.items():
        first = start.get(name)
        for row in (column[0], column[epochs - 2], column[epochs - 1]):
            if first is None or not np.array_equal(first, row):  # type: ignore[arg-type]
                return None
    why = _cause(script, history, rate if plain or rate == 0 else None, epochs, write)
    if not why:
        return None
    loss = float(losses[epochs - 1])
    stays = f"; the loss stays at {write(loss)}" if isfinite(loss) else ""
    said = f"Stalled: {why}, so nothing moves{stays}."
    return Diagnosis(Verdict.STALLED, (said,), said)


def _cause(
    script: Script, history: History, rate: float | None, epochs: int, write: Numerals
) -> str:
    """Why nothing moves, as a clause; empty if the cause is not visible."""
    gradients = history.gradients
    if rate == 0:
        return "the learning rate is 0"
    if not gradients:
        return ""
    if _clears_before_update(script):
        return "the gradient is zeroed before the update uses it"
    if all(not np.any(column[epochs - 1]) for column in gradients.values()):
        return "the gradient is 0"
    lost = None if rate is None else _lost_step(history, rate, epochs)
    if lost is None:
        return ""
    name, gradient, kind = lost
    step = f"{write(abs(rate or 0.0))} x {write(abs(gradient))}"
    return f"a step of {step} is too small for {kind} to change {name}"


def _clears_before_update(script: Script) -> bool:
    """Whether the script clears its gradients between computing and using them."""
    lines = {job.phase: job.lines for job in find_jobs(script)}
    made, cleared, used = (lines[each] for each in (Phase.GRADIENT, Phase.ZERO, Phase.UPDATE))
    return any(
        gradient < zero < update for gradient in made[:1] for zero in cleared for update in used[:1]
    )


def _lost_step(history: History, rate: float, epochs: int) -> tuple[str, float, str] | None:
    """The parameter with the largest gradient, that gradient, and the type whose rounding loses its
    step; None unless rounding loses all steps."""
    found = None
    kinds = []
    for name, column in history.gradients.items():
        values = history.parameters.get(name)
        if values is None or column.field.norm_of is not None:
            return None
        gradient, value = np.ravel(column[epochs - 1]), np.ravel(values[epochs - 1])
        kind = _type_that_loses(np.abs(rate * gradient), np.abs(value))
        if gradient.shape != value.shape or kind is None:
            return None
        kinds.append(kind)
        largest = float(gradient[int(np.argmax(np.abs(gradient)))])
        if found is None or abs(largest) > abs(found[1]):
            found = name, largest
    if found is None:
        return None
    return (*found, "float32" if "float32" in kinds else "float64")


def _type_that_loses(steps: FloatArray, values: FloatArray) -> str | None:
    """The type in which rounding to nearest loses steps on values of these sizes; None if the steps
    count."""
    with np.errstate(all="ignore"):
        if (steps <= np.spacing(values) / 2).all():
            return "float64"
        single = values.astype(np.float32)
        is_single = (single == values).all()
        return "float32" if is_single and (steps <= np.spacing(single) / 2).all() else None
