"""The content of a pane as text, for a learner who cannot see it or does not want to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from gdtui.analysis.changes import PARAMETER, find_changes
from gdtui.analysis.explain.chains import chain_formulas
from gdtui.analysis.explain.explanation import explain
from gdtui.analysis.landscape.landscape import Landscape, LossCurve, LossSurface
from gdtui.analysis.numerals import SHORT, numeral
from gdtui.analysis.samples import SampleTable, find_samples
from gdtui.analysis.summaries import spread_text, summary_text
from gdtui.analysis.values import held_text
from gdtui.engine.record.graph import Graph
from gdtui.engine.record.history import Column
from gdtui.engine.record.summary import Summary
from gdtui.engine.run.moment import Variable
from gdtui.engine.script.names import short_name
from gdtui.engine.script.pipeline import called_lines
from gdtui.engine.script.script import Script
from gdtui.lessons.snapshot import Snapshot

_MOST_EPOCHS = 8
_JITTER = 1e-6
_ROUNDING = 1e-9
_MOST_LINES = 6
_MOST_SAMPLES = 10


def in_words(pane: str, snapshot: Snapshot) -> list[str]:
    """The content of a pane at a snapshot, in lines."""
    return list(_PANES[pane](snapshot)) or ["Nothing yet."]


def whole_script(script: Script) -> list[str]:
    """A script with line numbers."""
    return [f"{number}: {line}".rstrip() for number, line in enumerate(script.lines, 1)]


def _code(snapshot: Snapshot) -> Iterator[str]:
    """The training loop, after the functions that its present statement calls."""
    loop = snapshot.script.loop.node
    here = snapshot.moment.line
    called = called_lines(snapshot.script, here) if here else ()
    for lines in (*called, range(loop.lineno, (loop.end_lineno or loop.lineno) + 1)):
        for number in lines:
            line = snapshot.script.lines[number - 1]
            if line.strip() and not line.strip().startswith("#"):
                mark = "  <- has just run" if number == here else ""
                yield f"{number}: {line.rstrip()}{mark}"
    if snapshot.moment.failure is not None:
        yield f"Line {here} failed: {snapshot.moment.message}"
    elif here is None:
        yield "Nothing in the loop has run yet."
    elif not loop.lineno <= here <= (loop.end_lineno or 0):
        yield f"The run is at line {here}: {snapshot.script.lines[here - 1].strip()}"


def _numbers(snapshot: Snapshot) -> Iterator[str]:
    explanation = explain(snapshot.study)
    yield from explanation.sentences
    for formula in explanation.shown:
        yield str(formula)
    if explanation.table is not None:
        yield from _table(explanation.table)
    yield from explanation.remarks
    for name, summary in explanation.summaries:
        if spread := spread_text(summary, SHORT):
            yield f"{name} has {summary.size} numbers, {spread}."


def _table(table: SampleTable) -> Iterator[str]:
    for row in table.rows:
        cells = zip(table.headings, table.values[row], strict=True)
        yield f"Sample {row + 1}: " + ", ".join(f"{name} {numeral(value)}" for name, value in cells)
    for name, values in (("Sum", table.sums), ("Mean", table.means)):
        totals = [f"{table.headings[at]} {numeral(values[at])}" for at in table.summed]
        if totals:
            used = ", which the script uses" if name.lower() == table.used else ""
            yield f"{name}: {', '.join(totals)}{used}"


def _variables(snapshot: Snapshot) -> Iterator[str]:
    changes = find_changes(snapshot.moment)
    earlier = snapshot.moment.before or snapshot.moment.epoch_start
    for each in changes.changed:
        old = earlier.variable(each.name) if earlier else None
        only = "its gradient " if old and old.text == each.text else ""
        yield f"{_variable(each)}, {only}changed by {changes.since}"
    for each in changes.same[: 2 * _MOST_LINES]:
        yield _variable(each)


def _variable(variable: Variable) -> str:
    shape = f", shape {variable.shape}" if variable.shape else ""
    gradient = "" if variable.grad is None else f", gradient {_held(variable.grad)}"
    # A setting may have the same name as a parameter of a module.
    kind = "parameter " if variable.type_name == PARAMETER else ""
    value = variable.value
    text = (
        f"({_held(value)})"
        if isinstance(value, Summary)
        else held_text(value, variable.text, SHORT)
    )
    return f"{kind}{variable.name} = {text}{shape}{gradient}"


def _held(value: object) -> object:
    if isinstance(value, float | int):
        return numeral(value)
    if not isinstance(value, Summary):
        return held_text(value, str(value), SHORT)
    spread = spread_text(value, SHORT)
    return summary_text(value, SHORT) + (f", {spread}" if spread else "")


def _graph(snapshot: Snapshot) -> Iterator[str]:
    graph = snapshot.moment.graph
    if graph is None:
        yield "There is no autograd graph now."
        return
    yield from _nodes(graph)
    if not graph.freed:
        return  # the gradients may be what the lesson asks for
    chain = snapshot.moment.chain
    if chain is not None and len(graph.nodes) <= 2 * _MOST_LINES:
        names = [each.name or each.operation for each in graph.nodes]
        yield "The chain rule, from the loss back:"
        for place in reversed(range(len(graph.nodes))):
            if not graph.nodes[place].is_leaf:  # it would repeat what comes to it
                yield from map(str, chain_formulas(chain, place, names.__getitem__, SHORT))
    yield "backward has used the graph up."


def _nodes(graph: Graph) -> Iterator[str]:
    names = [each.name or each.operation for each in graph.nodes]
    first = max(0, len(graph.nodes) - 2 * _MOST_LINES)
    for place, node in enumerate(graph.nodes[first:], first):
        value = f" = {numeral(node.value)}" if isinstance(node.value, float | int) else ""
        if node.is_leaf:
            grad = node.gradient
            held = f", gradient {numeral(grad)}" if isinstance(grad, float | int) else ""
            yield f"Leaf {names[place]}{value}{held}"
        else:
            made = " and ".join(names[each] for each in node.inputs) or "nothing recorded"
            result = f" makes {node.name}{value}" if node.name else ""
            yield f"{node.operation} of {made}{result}"


def _transcript(snapshot: Snapshot) -> Iterator[str]:
    if snapshot.printed:
        yield f"Printed last: {snapshot.printed}"


def _loss(snapshot: Snapshot) -> Iterator[str]:
    yield from _course("The loss", snapshot.history.loss, _recorded(snapshot))


def _parameters(snapshot: Snapshot) -> Iterator[str]:
    columns = snapshot.history.parameters
    for name, column in columns.items():
        if column.field.width == 1:
            yield from _course(short_name(name, columns), column, _recorded(snapshot))


def _metrics(snapshot: Snapshot) -> Iterator[str]:
    columns = snapshot.history.metrics
    for name, column in columns.items():
        yield from _course(name, column, _recorded(snapshot))
    if not columns:
        yield "The script has computed no metrics, such as an accuracy."


def _recorded(snapshot: Snapshot) -> int:
    """The number of epochs that are over at the moment."""
    moment = snapshot.moment
    return min(len(snapshot.history), moment.epoch if moment.epoch_over else moment.epoch - 1)


def _course(name: str, column: Column, count: int) -> Iterator[str]:
    """The course of a quantity over the epochs: some of its values, and its turns in a sentence."""
    values = np.ravel(column[: max(0, count)])
    if np.isnan(values).all():
        return
    places = sorted({round(each) for each in np.linspace(0, count - 1, min(count, _MOST_EPOCHS))})
    told = ", ".join(f"{numeral(values[at])} in epoch {at + 1}" for at in places)
    yield f"{name}: {told}."
    if count > 1:
        yield _turns(name, values)


def _turns(name: str, values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    with np.errstate(all="ignore"):
        changes = np.diff(values)
        # Float32 jitters a little where nothing moves any more.
        steps = np.sign(np.where(np.abs(changes) > _JITTER * np.abs(values[:-1]), changes, 0))
    if not steps.any():
        return f"{name} stays the same."
    moved = steps[steps != 0]
    turns = int((moved[1:] != moved[:-1]).sum())
    if not turns:
        course = "rises" if moved[0] > 0 else "falls"
        if steps.all():
            return f"{name} {course} in every epoch."
        levels = not steps[np.flatnonzero(steps).max() + 1 :].any() and steps[-1] == 0
        moves_on = steps[: np.flatnonzero(steps).max() + 1].all()
        return f"{name} {course}{' and levels off' if levels and moves_on else ', with stops'}."
    if turns > len(moved) // 2:
        return f"{name} goes up and down from epoch to epoch."
    return f"{name} turns {turns} time{'' if turns == 1 else 's'}."


def _fit(snapshot: Snapshot) -> Iterator[str]:
    samples = find_samples(snapshot.study)
    if samples is None:
        return
    for at in range(min(len(samples.y), _MOST_SAMPLES)):
        inputs = ""
        if samples.problem is not None and samples.problem.features == 1:
            inputs = f" at x = {numeral(samples.problem.x[at, 0])}"
        answers = samples.predicted if samples.logistic is None else samples.probabilities
        yield (
            f"Sample {at + 1}{inputs}: the model says {numeral(answers[at])}, "
            f"right is {numeral(samples.y[at])}, off by {numeral(samples.errors[at])}"
        )
    if samples.logistic is not None and samples.vector is not None:
        boundary = samples.logistic.boundary(samples.vector)
        if boundary is not None:
            yield f"It says a half at {samples.logistic.x_name} = {numeral(boundary)}."


def _landscape(snapshot: Snapshot) -> Iterator[str]:
    seen = Landscape().look(snapshot.study)
    if isinstance(seen, LossCurve):
        name = seen.name
        lowest = f", lowest at {name} = {_at(seen.best.at)}" if seen.best else ""
        shape = "a bowl" if seen.best else "a slope without a lowest point"
        yield f"The loss over {name} is {shape}{lowest}."
        yield (
            f"The run is at {name} = {_at(seen.here.at)}: loss {numeral(seen.here.loss)}, "
            f"slope {numeral(seen.slope)}."
        )
    elif isinstance(seen, LossSurface):
        names = " and ".join(seen.names)
        lowest = "" if seen.best is None else f" Its lowest point is at {_at(seen.best.at)}."
        yield f"The loss over {names} is a valley.{lowest}"
        yield f"The run is at {_at(seen.here.at)}: loss {numeral(seen.here.loss)}."
    if seen is not None and seen.next is not None:
        yield f"The next step lands at {_at(seen.next.at)}: loss {numeral(seen.next.loss)}."


def _at(place: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    # A number that is 0 within rounding is written as 0.
    values = np.ravel(place)
    tidy = np.where(np.abs(values) < _ROUNDING * np.abs(values).max(initial=1.0), 0.0, values)
    return ", ".join(numeral(each) for each in tidy)


def _diagnosis(snapshot: Snapshot) -> Iterator[str]:
    yield str(snapshot.theory["text"])


def _settings(snapshot: Snapshot) -> Iterator[str]:
    for setting in snapshot.script.settings:
        yield f"{setting.name} = {snapshot.script.literal(setting)}"


_PANES: Mapping[str, Callable[[Snapshot], Iterator[str]]] = {
    "code": _code,
    "numbers": _numbers,
    "variables": _variables,
    "graph": _graph,
    "transcript": _transcript,
    "loss": _loss,
    "parameters": _parameters,
    "fit": _fit,
    "landscape": _landscape,
    "metrics": _metrics,
    "diagnosis": _diagnosis,
    "settings": _settings,
}
