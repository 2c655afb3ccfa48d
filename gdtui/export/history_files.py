"""The recorded epochs of a run as the text of a file: CSV, or JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator

import numpy as np

from gdtui.engine.record.history import Column, Field, History, Kind, was_there
from gdtui.export.jsonl import epoch_objects

_GROUPS = {Kind.PARAMETER: "parameters", Kind.GRADIENT: "gradients", Kind.METRIC: "metrics"}
_BLOCK = 10_000
"""The epochs that are turned into text at a time. A run may have ten million."""


def jsonl_pieces(history: History, total: Callable[[int], int | None]) -> Iterator[str]:
    """The recorded epochs as JSON lines, in pieces: the objects of
    :func:`gdtui.export.jsonl.epoch_objects`. ``total`` returns ``epochs_total`` for an epoch."""
    for start in range(0, len(history), _BLOCK):
        objects = epoch_objects(history, start, total, start + _BLOCK)
        yield "".join(json.dumps(each, allow_nan=False) + "\n" for each in objects)


def csv_pieces(history: History) -> Iterator[str]:
    """The recorded epochs as CSV, in pieces: a line of :func:`csv_names`, and one for each epoch.

    A number has all its digits, and one that is not finite is ``nan``, ``inf`` or ``-inf``. What
    was not there in an epoch is empty.
    """
    columns = _columns(history)
    yield _lines([["epoch", *csv_names(history)]])
    for start in range(0, len(history), _BLOCK):
        stop = min(start + _BLOCK, len(history))
        rows = [np.arange(start + 1, stop + 1).astype(object)[:, None]]
        for each in columns:
            values = each[start:stop].reshape(stop - start, -1)
            cells = values.astype(object)
            cells[~was_there(values)] = ""
            rows.append(cells)
        yield _lines(np.hstack(rows).tolist())


def csv_names(history: History) -> list[str]:
    """The names of the columns of :func:`csv_pieces` behind ``epoch``.

    They are paths into the objects of :func:`jsonl_pieces`: ``loss``, ``parameters.w``,
    ``gradients.model.weight[0][1]`` for an element, ``parameters.fc1.weight.norm`` for an array
    that is recorded by its norm. Of several losses each has a column ``loss.NAME``.
    """
    several = len(history.losses) > 1
    return [name for each in _columns(history) for name in _names(each.field, history, several)]


def _columns(history: History) -> list[Column]:
    """The columns in the order of the JSON objects."""
    return [column for kind in Kind for column in history.columns(kind).values()]


def _names(what: Field, history: History, several: bool) -> list[str]:
    if what.kind is Kind.LOSS:
        name = f"loss.{history.loss_names.get(what.name, what.name)}" if several else "loss"
    else:
        name = f"{_GROUPS[what.kind]}.{what.name}"
    if what.norm_of is not None:
        return [f"{name}.norm"]
    return [name + "".join(f"[{place}]" for place in places) for places in np.ndindex(what.shape)]


def _lines(rows: list[list[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
