"""The recorded epochs: which of them, and which columns, a page has room for."""

from __future__ import annotations

from typing import Any

import numpy as np

from gdtui.analysis.values import flat
from gdtui.engine.arrays import FloatArray
from gdtui.engine.printable import clean_line
from gdtui.engine.record.history import Column, History, Kind
from gdtui.engine.record.summary import Summary
from gdtui.export.page.encoding import number, numbers

MOST_NUMBERS = 200
"""The most numbers of an epoch that a page has."""

NUMBER_BYTES = 26
"""The most bytes that a number takes: those of ``-2.2250738585072014e-308``, of quotes or a comma,
and a few."""

_OF_INTERVAL = 3
"""The epochs that are kept of an interval: its first one, and those of the smallest and the largest
loss."""

_LONGEST_NAME = 200


def page_columns(history: History) -> tuple[list[Column], list[Column]]:
    """The columns that a page has, and those that it has no room for: losses come first, then
    metrics, parameters and gradients."""
    kept: list[Column] = []
    left_out: list[Column] = []
    room = MOST_NUMBERS
    for kind in (Kind.LOSS, Kind.METRIC, Kind.PARAMETER, Kind.GRADIENT):
        for each in history.columns(kind).values():
            if each.field.width <= room:
                room -= each.field.width
                kept.append(each)
            else:
                left_out.append(each)
    return kept, left_out


def kept_epochs(losses: FloatArray, detailed: int, most: int) -> list[int]:
    """The epochs that a page has, counted from 1, in order.

    All of them if they are no more than ``most``. Of more, the first ``detailed``, whose statements
    the page has; of the others, cut into intervals of equal length, the first of each interval and
    those with its smallest and its largest loss, so that no peak is lost; and the last.

    Args:
        losses: the loss of each epoch, shape (epochs,).
        detailed: the epochs from the first that are kept in any case.
        most: how many may be kept, 4 or more.
    """
    count = len(losses)
    if count <= most:
        return list(range(1, count + 1))
    detailed = min(detailed, most - 1 - _OF_INTERVAL)
    intervals = (most - detailed - 1) // _OF_INTERVAL
    ends = np.linspace(detailed, count, intervals + 1).astype(int)
    kept = {*range(detailed), count - 1}
    for start, stop in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        kept.add(start)
        finite = np.where(np.isfinite(losses[start:stop]), losses[start:stop], np.nan)
        if not np.isnan(finite).all():
            kept |= {start + int(np.nanargmin(finite)), start + int(np.nanargmax(finite))}
    return [each + 1 for each in sorted(kept)]


def column_object(
    column: Column, history: History, epochs: list[int], start: object
) -> dict[str, Any]:
    """A column as a JSON object: its kind, its name and its shape; ``values``, the numbers of the
    epochs one after another; and ``start``, those before the first epoch, None where there were
    none. ``norm_of`` is the shape of an array whose norm the column holds, else None.
    """
    what = column.field
    name = history.loss_names.get(what.name, what.name) if what.kind is Kind.LOSS else what.name
    values = column[:][np.array(epochs, dtype=int) - 1]
    return {
        "kind": str(what.kind),
        "name": clean_line(name, _LONGEST_NAME),
        "shape": list(what.shape),
        "norm_of": None if what.norm_of is None else list(what.norm_of),
        "start": _before_first(column, start),
        "values": numbers(values),
    }


def _before_first(column: Column, start: object) -> list[float | str] | None:
    if column.field.norm_of is not None and isinstance(start, Summary):
        return [number(start.norm)]
    begun = flat(start)
    if begun is None:
        return None
    if column.field.norm_of is not None:
        with np.errstate(all="ignore"):
            return [number(float(np.linalg.norm(begun)))]
    return [number(each) for each in begun.tolist()] if len(begun) == column.field.width else None
