"""The diagnosis of a run with a value that is not finite: where it first appeared."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gdtui.analysis.diagnose.diagnosis import Diagnosis, Verdict
from gdtui.analysis.numerals import SHORT, Numerals
from gdtui.engine.record.history import Column, History
from gdtui.engine.record.nonfinite import Origin, first_nonfinite, has_grown
from gdtui.engine.run.moment import Moment
from gdtui.engine.run.status import Status


def diagnose_nonfinite(
    moment: Moment, history: History, write: Numerals = SHORT
) -> Diagnosis | None:
    """The diagnosis of a run that ended because its loss is not finite; None for any other run.

    The run diverges if the loss had grown before. If not, the diagnosis names the first value that
    was not finite, with its index and its epoch.
    """
    if moment.status is not Status.DIVERGED:
        return None
    origin = moment.origin
    if has_grown(history) and (origin is None or origin.kind != "data"):
        return _diverging(moment, history, write)
    first = f"{_loss(history)}." if origin is None else _first(origin, moment, history)
    said = f"Not finite: {first}"
    return Diagnosis(Verdict.NOT_FINITE, (said,), said)


def _diverging(moment: Moment, history: History, write: Numerals) -> Diagnosis:
    losses = history.loss[:]
    known = np.isfinite(losses)
    last = int(np.flatnonzero(known)[-1])
    # The last minimum before the loss rose.
    lowest = last - int(np.argmin(losses[: last + 1][known[: last + 1]][::-1]))
    end = _said(losses[-1]) if not known[-1] else write(float(losses[-1]))
    since = f" since epoch {lowest + 1}" if last > lowest else ""
    said = f"Diverging: the loss grew{since}, from {write(float(losses[lowest]))} to {end}."
    origin = moment.origin
    more = ""
    if origin is not None and origin.kind in ("gradient", "parameter"):
        what = "the gradient of " if origin.kind == "gradient" else ""
        more = (
            f" The first value that is not finite is in {what}{_named(origin)}, in epoch "
            f"{origin.epoch}."
        )
    return Diagnosis(Verdict.DIVERGING, (said,), said + more)


def _first(origin: Origin, moment: Moment, history: History) -> str:
    name = _named(origin)
    if origin.kind == "data":
        return f"{name} is {_value_in_data(origin, moment)}; {_loss(history)}."
    if origin.kind == "gradient":
        value = _value_in(history.gradients, origin)
        where = f"in epoch {origin.epoch} while the loss is finite"
        return f"the gradient of {name} is {value} {where}."
    if origin.kind == "parameter":
        value = _value_in(history.parameters, origin)
        if not origin.epoch:
            return f"{name} is {value} before the first epoch."
        return (
            f"{name} is {value} after epoch {origin.epoch}, though its recorded gradient is finite."
        )
    return f"{_loss(history)}, and no gradient or parameter was before."


def _loss(history: History) -> str:
    """The first loss that was not finite, with its epoch. There must be one."""
    losses = history.loss[:]
    epoch = int(np.argmin(np.isfinite(losses))) + 1
    return f"the loss is {_said(losses[epoch - 1])} in epoch {epoch}"


def _named(origin: Origin) -> str:
    index = f"[{', '.join(map(str, origin.index))}]" if origin.index else ""
    return origin.name + index


def _value_in_data(origin: Origin, moment: Moment) -> str:
    variable = moment.loop_variable(origin.name)
    value = variable.value if variable is not None else None
    try:
        found = np.asarray(value, dtype=np.float64)[origin.index or ()]
    except (TypeError, ValueError, IndexError, OverflowError):
        return "not finite"
    return _said(found) if not np.isfinite(found) else "not finite"


def _value_in(columns: Mapping[str, Column], origin: Origin) -> str:
    column = columns.get(origin.name)
    if column is None or not origin.epoch or origin.epoch > len(column):
        return "not finite"
    row = column[origin.epoch - 1]
    place = origin.index if origin.index is not None else first_nonfinite(row)
    value = float(np.asarray(row)[place or ()]) if np.ndim(row) == len(place or ()) else np.nan
    return _said(value)


def _said(value: float) -> str:
    return str(float(value))
