"""The recorded epochs as JSON objects, one for each epoch."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Any

from gdtui.engine.history import Field, History, Kind

_GROUPS = {Kind.PARAMETER: "parameters", Kind.GRADIENT: "gradients"}


def epoch_objects(history: History, start: int = 0) -> Iterator[dict[str, Any]]:
    """The epochs recorded so far, from ``start`` epochs on.

    Each is ``{"epoch": 1, "loss": 30.0, "parameters": {"w": 1.2}, "gradients": {"w": -120.0}}``.
    A single number is a number, an array is nested lists, and a quantity recorded by its norm
    is ``{"norm": 1.5, "shape": [50, 10]}``. A value that is not finite, or that was not there,
    is None.
    """
    fields = history.fields
    stop = len(history)
    loss = [_plain(value) for value in history.loss[start:stop].tolist()]
    columns: list[tuple[str, Field, list[Any]]] = []
    for kind, group in _GROUPS.items():
        of_kind = history.parameters if kind is Kind.PARAMETER else history.gradients
        for each in fields:
            if each.kind is kind:
                columns.append((group, each, of_kind[each.name][start:stop].tolist()))
    for row in range(stop - start):
        found: dict[str, Any] = {
            "epoch": start + row + 1,
            "loss": loss[row],
            "parameters": {},
            "gradients": {},
        }
        for group, each, values in columns:
            found[group][each.name] = _value(each, values[row])
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
