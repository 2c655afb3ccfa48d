"""Recognises a linear model with squared errors by what a script has computed.

The names in a script only suggest inputs and targets. A suggestion counts if the script's
predictions and recorded losses agree with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from gdtui.analysis.affine import (
    AffineProblem,
    LossForm,
    epoch_start_parameters,
)
from gdtui.analysis.linear.problem import FORMS, LinearProblem
from gdtui.analysis.values import as_array
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import History
from gdtui.engine.run.moment import Moment, Variable
from gdtui.engine.script.names import LoopNames

_TOLERANCE = 1e-4
"""The relative difference allowed between a recorded loss and the computed one. Scripts compute in
float32, which keeps seven digits, and a loss is a difference of nearly equal numbers squared."""

_CHECKED = 8
_VARIES, _CONSTANT = 0.05, 5e-6
"""The share by which losses must change, and the share within which they must agree, before an
unusual factor counts: the mean loss over the batches of an epoch is nearly such a factor, and is
none."""

_BIAS = re.compile(r"bias|intercept|b0?|c|(theta|beta|w|a)_?0|.*\[0\]")


def guess_linear_problem(
    moment: Moment, names: LoopNames, refuted: Collection[object] = ()
) -> LinearProblem | None:
    """The linear problem that the names in a loop suggest, if what the script has computed in this
    epoch agrees.

    It is a guess: with a weight of 0 any inputs would agree. The prediction must be
    ``x @ weight + bias`` for the parameters of that time, and the loss, once there is one, must
    have a usual form. Arrays assigned in this epoch are batches and do not count, nor do problems
    with a key in ``refuted``.
    """
    for problem in suggested(moment, names):
        if problem.key in refuted:
            continue
        for form in _forms(problem):
            formed = replace(problem, form=form)
            if contradicts(formed, moment, names) is False:
                return formed
    return None


def suggested(moment: Moment, names: LoopNames) -> Iterator[LinearProblem]:
    """The linear problems that the names in a loop suggest, once it has predicted in this
    epoch."""
    predicted = column(moment, names.prediction)
    if predicted is None or names.prediction not in moment.assigned:
        return
    for layout in _layouts(moment.parameters):
        for x_name in names.inputs:
            for y_name in names.targets:
                if {x_name, y_name} & set(moment.assigned):
                    continue
                x = _variable(moment, x_name, layout.columns)
                y = column(moment, y_name)
                if x is None or y is None or not len(x) == len(y) == len(predicted):
                    continue
                yield layout.problem(x, y, x_name, y_name)


def contradicts(problem: LinearProblem, moment: Moment, names: LoopNames) -> bool | None:
    """Whether what a script has computed in this epoch contradicts a linear problem; None if it
    says nothing about it."""

    def explains(predicted: FloatArray, loss: float) -> bool:
        expected = problem.scale * float(np.mean((predicted - problem.y) ** 2))
        return _close(loss, expected, problem)

    return contradicted(problem, moment, names, explains)


def contradicted(
    problem: AffineProblem,
    moment: Moment,
    names: LoopNames,
    explains: Callable[[FloatArray, float], bool],
) -> bool | None:
    """Whether what a script has computed in this epoch contradicts a problem; None if it says
    nothing about it. ``explains`` tells whether a loss follows from predictions, shape
    (samples,)."""
    predicted = column(moment, names.prediction)
    if predicted is None or names.prediction not in moment.assigned:
        return None
    if len(predicted) != problem.samples:
        return True
    if not made_by(problem, moment, predicted):
        return True if moment.epoch_start is not None else None
    if not has_loss(moment):
        return False
    assert moment.loss is not None
    return not explains(predicted, moment.loss)


def made_by(problem: AffineProblem, moment: Moment, predicted: FloatArray) -> bool:
    """Whether predictions, shape (samples,), are those of a problem with the present
    parameters, or with those before this epoch's update."""
    starts = [moment.parameters] + (
        [moment.epoch_start.parameters] if moment.epoch_start is not None else []
    )
    vectors = [vector for each in starts if (vector := problem.vector(each)) is not None]
    return any(problem.predicts(vector, predicted) for vector in vectors)


def has_loss(moment: Moment) -> bool:
    """Whether this epoch has computed a finite loss."""
    loss = moment.loss
    return loss is not None and bool(np.isfinite(loss)) and moment.loss_name in moment.assigned


def find_linear_problem(
    moment: Moment,
    history: History,
    start: Mapping[str, object],
    names: LoopNames | None = None,
) -> LinearProblem | None:
    """The linear problem that a run solves; None if it solves something else, or if it is too early
    to tell.

    It tries pairs ``x``, ``y`` of the script's arrays. A pair fits if the recorded loss is a
    constant times the mean squared error of the linear model, in up to eight recorded epochs, each
    with the parameters at its start.

    Args:
        moment: the run at a pause, for its variables.
        history: the recorded epochs.
        start: the parameters before the first epoch, by name.
        names: the arrays to try first.
    """
    for problem in candidates(moment, names):
        proved = prove(problem, history, start)
        if proved is not None:
            return proved
    return None


def prove(
    problem: LinearProblem, history: History, start: Mapping[str, object]
) -> LinearProblem | None:
    """A linear problem with the form of its loss, if the recorded losses prove it; None if not.

    The losses must be a constant times the mean squared errors in at least two epochs, with a
    weight that is not 0 in all of them. For an unusual constant it takes three epochs with
    different losses.
    """
    rows = _rows(problem, history, start)
    weights = np.arange(problem.design.shape[1]) != problem.ones
    # With a weight of 0 any x would fit, and one epoch may agree by chance.
    if len(rows) < 2 or not any(vector[weights].any() for vector, _ in rows):
        return None
    form = _form_of(problem, rows)
    return None if form is None else replace(problem, form=form)


def fits(problem: LinearProblem, history: History, start: Mapping[str, object]) -> bool:
    """Whether the recorded losses agree with a linear problem, as far as there are any."""
    return all(_agrees(problem, vector, loss) for vector, loss in _rows(problem, history, start))


def loss_form(predicted: FloatArray, y: FloatArray, loss: float, noise: float) -> LossForm | None:
    """The usual form that leads from predictions and targets, both of shape (samples,), to a loss,
    if their mean squared error may be off by ``noise``; None if there is none."""
    with np.errstate(all="ignore"):
        mean = float(np.mean((predicted - y) ** 2))
    for form in FORMS:
        times = form.of_mean(len(y))
        if abs(loss - times * mean) <= times * noise:
            return form
    return None


# Finding candidates -------------------------------------------------------------------


@dataclass(frozen=True)
class _Layout:
    """A way to store the parameters of a linear model.

    Attributes:
        weight: the name of the parameter that holds the weights.
        bias: the name of the bias; None without one.
        columns: the number of inputs of a sample.
        ones: the place among the weights of one for a column of ones that the script does not have:
            ``first``, ``last``, or empty for none.
    """

    weight: str
    bias: str | None
    columns: int
    ones: str = ""

    def problem(self, x: FloatArray, y: FloatArray, x_name: str, y_name: str) -> LinearProblem:
        if not self.ones:
            return LinearProblem(x, y, self.weight, self.bias, x_name, y_name)
        names = (
            (x_name,)
            if self.columns == 1
            else tuple(f"{x_name}[{place}]" for place in range(self.columns))
        )
        one = np.ones((len(x), 1))
        first = self.ones == "first"
        return LinearProblem(
            np.hstack([one, x] if first else [x, one]),
            y,
            self.weight,
            None,
            x_name,
            y_name,
            headings=("1", *names) if first else (*names, "1"),
        )


def _layouts(parameters: Mapping[str, object]) -> list[_Layout]:
    """The possible layouts of the parameters, the most likely first; none if there are more than
    the weights and the bias of a linear model."""
    sizes = {name: _size(value) for name, value in parameters.items()}
    if not 1 <= len(sizes) <= 2 or 0 in sizes.values():
        return []
    if len(sizes) == 1:
        ((only, size),) = sizes.items()
        plain = [_Layout(only, None, size)]
        if size == 1:
            return plain
        return [*plain, *(_Layout(only, None, size - 1, ones) for ones in ("first", "last"))]
    found = [
        _Layout(weight, bias, sizes[weight])
        for weight, bias in (tuple(sizes), tuple(reversed(sizes)))
        if sizes[bias] == 1
    ]
    return sorted(found, key=lambda layout: not _is_bias(layout.bias or ""))


def has_layout(parameters: Mapping[str, object]) -> bool:
    """Whether parameters may be the weights and the bias of a linear model."""
    return bool(_layouts(parameters))


def _is_bias(name: str) -> bool:
    """Whether a parameter has a name for a bias: ``model.bias``, ``params['b']``."""
    last = re.sub(r".*\[['\"](\w+)['\"]\]$", r"\1", name.rpartition(".")[2])
    return _BIAS.fullmatch(last) is not None


def _size(value: object) -> int:
    """The number of weights in a parameter; 0 if it is not a number, a row or a column."""
    array = as_array(value)
    if array is None or sum(size > 1 for size in array.shape) > 1:
        return 0
    return int(array.size)


def candidates(moment: Moment, names: LoopNames | None) -> Iterator[LinearProblem]:
    """The possible linear problems. The arrays that the loop names come first, then all in the
    script's order."""
    targets = _arrays(moment, 1)
    first = [(x, y) for x in names.inputs for y in names.targets] if names else []
    for layout in _layouts(moment.parameters):
        inputs = _arrays(moment, layout.columns)
        tried = set()
        order = list(inputs)
        # Inputs come before their targets.
        rest = [
            (x, y)
            for x in inputs
            for y in targets
            if layout.columns > 1 or order.index(x) < order.index(y)
        ]
        for x, y in [*first, *rest]:
            if x in inputs and y in targets and x != y and (x, y) not in tried:
                tried.add((x, y))
                if len(inputs[x]) == len(targets[y]):
                    yield layout.problem(inputs[x], targets[y][:, 0], x, y)


def _arrays(moment: Moment, columns: int) -> dict[str, FloatArray]:
    return {
        each.name: array
        for each in moment.loop_variables
        if each.name not in moment.parameters and (array := _table(each, columns)) is not None
    }


def column(moment: Moment, name: str) -> FloatArray | None:
    """A variable as finite numbers of shape (samples,); None if it is not one column."""
    found = _variable(moment, name, columns=1)
    return None if found is None else found[:, 0]


def _variable(moment: Moment, name: str, columns: int) -> FloatArray | None:
    variable = moment.loop_variable(name)
    if variable is None or name in moment.parameters:
        return None
    return _table(variable, columns)


def _table(variable: Variable, columns: int) -> FloatArray | None:
    """A variable as finite numbers of shape (samples, columns); None if it is not such an array."""
    array = as_array(variable.value)
    if array is not None and variable.shape:
        array = array.reshape(variable.shape)  # a single number has lost its shape
    if array is None or not array.ndim or not array.size or not np.isfinite(array).all():
        return None
    if columns == 1:
        return array.reshape(-1, 1) if array.shape[1:] in ((), (1,)) else None
    return array if array.ndim == 2 and array.shape[1] == columns else None


# Checking them ------------------------------------------------------------------------


def _forms(problem: LinearProblem) -> Iterator[LossForm]:
    """The usual forms; of forms with equal factors only the first."""
    seen = set()
    for form in FORMS:
        factor = form.of_mean(problem.samples)
        if factor not in seen:
            seen.add(factor)
            yield form


def _form_of(problem: LinearProblem, rows: list[tuple[FloatArray, float]]) -> LossForm | None:
    """The form that leads from the parameters to all losses."""
    for form in _forms(problem):
        if all(_agrees(replace(problem, form=form), *row) for row in rows):
            return form
    errors = [problem.mean_squared_error(vector) for vector, _ in rows]
    largest = int(np.argmax(errors))
    if len(rows) < 3 or min(errors) > (1 - _VARIES) * errors[largest]:
        return None
    times = rows[largest][1] / errors[largest]
    alike = all(
        abs(loss - times * error) <= _CONSTANT * times * error
        for error, (_, loss) in zip(errors, rows, strict=True)
    )
    return LossForm(times) if times > 0 and alike else None


def _rows(
    problem: LinearProblem, history: History, start: Mapping[str, object]
) -> list[tuple[FloatArray, float]]:
    """The parameters at the start of an epoch and its recorded loss, for a few epochs."""
    losses = history.loss
    rows = []
    for epoch in range(1, min(len(history), _CHECKED) + 1):
        vector = epoch_start_parameters(problem, history, start, epoch)
        loss = float(losses[epoch - 1])
        if vector is not None and np.isfinite(loss):
            rows.append((vector, loss))
    return rows


def _agrees(problem: LinearProblem, vector: FloatArray, loss: float) -> bool:
    expected = problem.loss(vector)
    return bool(np.isfinite(expected)) and _close(loss, expected, problem)


def _close(loss: float, expected: float, problem: LinearProblem) -> bool:
    # Near the minimum, only the digits that remain of the targets can agree.
    with np.errstate(all="ignore"):
        least = problem.scale * float(np.mean(problem.y**2)) * _TOLERANCE**2
        return abs(loss - expected) <= _TOLERANCE * abs(expected) + least
