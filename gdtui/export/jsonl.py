"""The recorded epochs as JSON objects, one for each epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any

from gdtui.engine.record.history import Field, History, Kind

_GROUPS = {Kind.PARAMETER: "parameters", Kind.GRADIENT: "gradients", Kind.METRIC: "metrics"}


def epoch_objects(
    history: History,
    start: int = 0,
    total: Callable[[int], int | None] = lambda epoch: None,
    stop: int | None = None,
) -> Iterator[dict[str, Any]]:
    """The epochs recorded so far, from ``start`` epochs on, and up to ``stop`` if that is given.

    Each is ``{"epoch": 1, "epochs_total": 10, "loss": 30.0, "parameters": {"w": 1.2},
    "gradients": {"w": -120.0}, "metrics": {"accuracy": 0.5}}``. ``total`` returns ``epochs_total``
    for an epoch, None if unknown. If a script calls ``backward`` on several losses, ``loss`` is an
    object with the mean of each by its name. A single number is a number, an array is nested lists,
    and a quantity recorded by its norm is ``{"norm": 1.5, "shape": [50, 10]}``. A value that is
    missing or not finite is None.
    """
    table = history.table
    stop = len(table) if stop is None else min(stop, len(table))
    # Reads only the requested epochs: this is called repeatedly while a run grows.
    columns = [(each.field, each[start:stop].tolist()) for each in table.columns()]
    for row in range(stop - start):
        found: dict[str, Any] = {
            "epoch": start + row + 1,
            "epochs_total": total(start + row + 1),
            "loss": None,
            "parameters": {},
            "gradients": {},
            "metrics": {},
        }
        losses: dict[str, Any] = {}
        for each, values in columns:
            value = _value(each, values[row])
            if each.kind is Kind.LOSS:
                losses[history.loss_names.get(each.name, each.name)] = value
            else:
                found[_GROUPS[each.kind]][each.name] = value
        found["loss"] = losses if len(losses) > 1 else next(iter(losses.values()), None)
        yield found


def _value(what: Field, value: Any) -> Any:
    plain = _plain(value)
    if what.norm_of is not None:
        return {"norm": plain, "shape": list(what.norm_of)}
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value if isfinite(value) else None
