"""What a page shows of one moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from math import prod
from typing import Any

import numpy as np

from gdtui.analysis.changes import find_changes
from gdtui.analysis.explain.explanation import Explanation, explain, title_of
from gdtui.analysis.numerals import SHORT, rounding
from gdtui.analysis.samples import SampleTable
from gdtui.analysis.study import Study
from gdtui.analysis.summaries import spread_text, summary_text
from gdtui.analysis.values import flat, held_text, value_text
from gdtui.engine.arrays import FloatArray
from gdtui.engine.printable import clean_line
from gdtui.engine.record.summary import Summary
from gdtui.engine.record.variables import Variable
from gdtui.engine.script.names import short_name
from gdtui.export.page.encoding import encoded, number

_FOR_VARIABLES = 16_000
"""The most bytes of JSON that the variables of a view take."""

_MOST_GONE = 60
_MOST_CALLS = 8
MOST_CURVES = 12
"""The most numbers of parameters that a page draws a curve for each of; ``plots.js`` knows it as
well."""

_MOST_PARAMETERS = 3
_LONGEST = 600


class ViewKind(StrEnum):
    """What a view shows."""

    START = "start"
    STATEMENT = "statement"
    EPOCH = "epoch"
    END = "end"


class Shared:
    """What several views show, such as a variable that does not change. A page has it once.

    Attributes:
        values: what they show, as JSON values.
        size: the bytes that they take.
    """

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.size = 0
        self._places: dict[str, int] = {}

    def place(self, value: Any) -> int:
        """The index of a JSON value, which is added if it is new."""
        text = encoded(value)
        if text not in self._places:
            self._places[text] = len(self.values)
            self.values.append(value)
            self.size += len(text) + 1
        return self._places[text]


def view_of(study: Study, kind: ViewKind, shared: Shared, printed: int) -> dict[str, Any]:
    """The present moment of a study as a JSON object. What it has of large arrays and of many
    variables is what the panes of the app have, or less.

    Args:
        study: it has caught up with the moment.
        kind: what is shown: what the last statement did, or the epoch.
        shared: takes what other views may show as well: lists of variables (``same``), of
            functions, of parameters, of texts, and the table. The view has their indices, and
            ``changed`` is a list of indices of variables, like each list of ``same``.
        printed: the lines that the script has printed by now.
    """
    moment = study.moment
    assert moment is not None
    changes = find_changes(moment)
    rows = list(_fitting_rows((*changes.changed, *changes.same)))
    places = [shared.place(each) for each in rows]
    changed, same = places[: len(changes.changed)], places[len(changes.changed) :]
    explanation = explain(study)
    table = explanation.table
    return {
        "kind": str(kind),
        "epoch": moment.epoch,
        "step": moment.step,
        "over": moment.epoch_over,
        "line": moment.line,
        "place": moment.place,
        "phase": None if moment.phase is None else str(moment.phase),
        "batch": moment.batch,
        "loss": None if moment.loss is None else number(moment.loss),
        "fit": line_at(study, present_vector(study)),
        "printed": printed,
        "title": _text(title_of(moment)),
        "since": _text(changes.since),
        "changed": changed,
        "same": shared.place(same),
        "more": len(changes.changed) + len(changes.same) - len(rows),
        "gone": [_text(each) for each in changes.gone[:_MOST_GONE]],
        "calls": shared.place(
            [[_text(each.name), each.line] for each in moment.calls[:_MOST_CALLS]]
        ),
        "parameters": shared.place(list(_parameters(study))),
        "values": shared.place(_values(study)),
        "sentences": shared.place(_texts(explanation.sentences)),
        "formulas": shared.place([_texts((each.left, *each.rights)) for each in explanation.shown]),
        "table": shared.place(None if table is None else _table(table)),
        "notes": shared.place(_texts((*explanation.remarks, *_spreads(explanation)))),
        "diagnosis": shared.place(
            [str(study.diagnosis.verdict), *_texts(study.diagnosis.sentences)]
        ),
    }


def present_vector(study: Study) -> FloatArray | None:
    """The parameters of the model at the present moment, shape (parameters,)."""
    if study.problem is None or study.moment is None:
        return None
    return study.problem.vector(study.moment.parameters)


def line_at(study: Study, vector: FloatArray | None) -> list[float | str] | None:
    """Slope and intercept of a model with one input; None for any other."""
    line = study.problem.line if study.problem else None
    if line is None or vector is None:
        return None
    slope, intercept = line
    return [number(float(vector[slope])), number(0.0 if intercept is None else vector[intercept])]


def _parameters(study: Study) -> Iterator[list[str]]:
    """The first parameters, each with its value."""
    moment = study.moment
    assert moment is not None
    for name in list(moment.parameters)[:_MOST_PARAMETERS]:
        value = moment.parameters[name]
        shape = value.shape if isinstance(value, Summary | np.ndarray) else ()
        text = "x".join(map(str, shape)) if prod(shape) > 1 else value_text(value, SHORT)
        yield [_text(short_name(name, moment.parameters)), text]


def _values(study: Study) -> list[float | str] | None:
    """The numbers of the parameters, one after another, if each is recorded with all of its
    numbers and they are no more than a plot has curves for; else None."""
    moment = study.moment
    assert moment is not None
    columns = study.history.parameters
    arrays = [flat(moment.parameters.get(name)) for name in columns]
    found = [
        each
        for each, column in zip(arrays, columns.values(), strict=True)
        if each is not None and len(each) == column.field.width and column.field.norm_of is None
    ]
    if len(found) < len(columns) or sum(map(len, found)) > MOST_CURVES:
        return None
    return [number(value) for each in found for value in each.tolist()]


def _fitting_rows(variables: Iterable[Variable]) -> Iterator[list[str]]:
    """Rows for the first variables, as many as there is room for in a view."""
    room = _FOR_VARIABLES
    for each in variables:
        row = _row(each)
        room -= len(encoded(row))
        if room < 0:
            return
        yield row


def _row(variable: Variable) -> list[str]:
    """A variable: its name, its type, its value and its gradient."""
    value = _held(variable.value, variable.text)
    gradient = ""
    if variable.requires_grad:
        gradient = _held(variable.grad, variable.grad_text or "None")
    return _texts((variable.name, variable.kind, value, gradient))


def _held(value: object, text: str) -> str:
    if isinstance(value, Summary):
        return summary_text(value, SHORT)
    return held_text(value, text, SHORT)


def _spreads(explanation: Explanation) -> Iterator[str]:
    for name, summary in explanation.summaries:
        if spread := spread_text(summary, SHORT):
            yield f"{name} has {summary.size} numbers, {spread}."


def _table(table: SampleTable) -> dict[str, Any]:
    """The rows of the samples, each behind its number from 1, and the totals, whose cells are empty
    where a total is of no use."""
    return {
        "headings": _texts(table.headings),
        "rows": [[row + 1, *map(SHORT, table.values[row])] for row in table.rows],
        "whole": len(table.rows) == len(table.values),
        "sum": _totals(table, table.sums, table.sizes),
        "mean": _totals(table, table.means, table.mean_sizes),
        "used": table.used,
    }


def _totals(table: SampleTable, values: FloatArray, sizes: FloatArray) -> list[str]:
    return [
        SHORT(value, noise=rounding(size, single=True)) if column in table.summed else ""
        for column, (value, size) in enumerate(zip(values, sizes, strict=True))
    ]


def _texts(texts: Iterable[str]) -> list[str]:
    return [_text(each) for each in texts]


def _text(text: str) -> str:
    return clean_line(text, _LONGEST)
