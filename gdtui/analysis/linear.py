"""Recognising a straight line fitted to samples, and the best line there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gdtui.engine.history import History
from gdtui.engine.moment import Moment

FloatArray = npt.NDArray[np.float64]

_TOLERANCE = 1e-4
"""How far a recorded loss may be from the computed one. Scripts compute in float32, which
keeps seven digits, and a loss is a difference of nearly equal numbers squared."""

_CHECKED = 8


@dataclass(frozen=True, eq=False)
class LinearProblem:
    """Samples to which a script fits ``y_pred = weight * x`` or ``weight * x + bias``.

    Attributes:
        x: the inputs, shape (samples,).
        y: the targets, shape (samples,).
        weight: the name of the weight.
        bias: the name of the bias; None in a model without one.
    """

    x: FloatArray
    y: FloatArray
    weight: str
    bias: str | None = None

    def mean_squared_error(self, parameters: Mapping[str, float]) -> float:
        """``mean((weight * x + bias - y)**2)``."""
        with np.errstate(all="ignore"):
            bias = parameters[self.bias] if self.bias else 0.0
            return float(np.mean((parameters[self.weight] * self.x + bias - self.y) ** 2))

    def least_squares(self) -> dict[str, float]:
        """The parameters with the smallest mean squared error, by name; one choice of them
        where several do equally well, because all inputs are the same.

        Source: the normal equations, solved by singular values (``numpy.linalg.lstsq``).
        """
        columns = [self.x] + ([np.ones_like(self.x)] if self.bias else [])
        # The largest input as the unit keeps inputs of 1e6 or 1e-6 well conditioned.
        unit = float(np.max(np.abs(self.x))) or 1.0
        columns[0] = self.x / unit
        solution = np.linalg.lstsq(np.stack(columns, axis=1), self.y, rcond=None)[0]
        found = {self.weight: float(solution[0]) / unit}
        if self.bias:
            found[self.bias] = float(solution[1])
        return found


def find_linear_problem(
    moment: Moment, history: History, start: Mapping[str, object]
) -> LinearProblem | None:
    """The linear problem that a run solves, or None where it is something else or cannot be
    told yet.

    Nothing is taken on trust. Among the script's arrays a pair ``x``, ``y`` is looked for with
    which the mean squared error of a straight line is the recorded loss, in up to eight of
    the recorded epochs and for the parameters with which each of them began.

    Args:
        moment: the run at some pause, for its variables.
        history: its recorded epochs.
        start: the parameters before the first epoch, by name.
    """
    names = _names(moment.parameters)
    rows = _rows(history, start, names) if names else []
    # With the weight at 0 any x would do, and one epoch may agree by chance.
    if len(rows) < 2 or not any(parameters[names[0]] for parameters, _ in rows):
        return None
    for x, y in _pairs(moment):
        problem = LinearProblem(x, y, *names)
        if all(_agrees(problem, parameters, loss) for parameters, loss in rows):
            return problem
    return None


def _names(parameters: Mapping[str, object]) -> tuple[str, ...]:
    """The weight and the bias, if single numbers of such names are all there is."""
    if not all(isinstance(value, float | int) for value in parameters.values()):
        return ()
    if len(parameters) == 1:
        return tuple(parameters)
    if len(parameters) == 2:
        biases = [name for name in parameters if name.rpartition(".")[2] in ("bias", "b", "b0")]
        weights = [name for name in parameters if name not in biases]
        if len(biases) == 1:
            return weights[0], biases[0]
    return ()


def _rows(
    history: History, start: Mapping[str, object], names: Sequence[str]
) -> list[tuple[dict[str, float], float]]:
    """Parameters at the start of an epoch and the loss recorded in it, for a few epochs."""
    columns = history.parameters
    losses = history.loss_column
    count = min(len(history), _CHECKED)
    if losses is None or any(name not in columns for name in names):
        return []
    rows = []
    for row in range(count):
        before = (
            {name: float(columns[name][row - 1].ravel()[0]) for name in names}
            if row
            else {
                name: value for name in names if isinstance(value := start.get(name), float | int)
            }
        )
        loss = float(losses[row])
        if len(before) == len(names) and np.isfinite([loss, *before.values()]).all():
            rows.append((before, loss))
    return rows


def _pairs(moment: Moment) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Arrays of the script that may be inputs and targets: of the same number of elements,
    in the order of the script."""
    arrays = [
        value
        for each in moment.variables
        if (value := _flat(each.value)) is not None and each.name not in moment.parameters
    ]
    for first, x in enumerate(arrays):
        for y in arrays[first + 1 :]:
            if len(x) == len(y):
                yield x, y


def _flat(value: object) -> FloatArray | None:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    columns = array.shape[1:] in ((), (1,))
    usable = array.ndim and columns and array.size and np.isfinite(array).all()
    return array.ravel() if usable else None


def _agrees(problem: LinearProblem, parameters: Mapping[str, float], loss: float) -> bool:
    expected = problem.mean_squared_error(parameters)
    if not np.isfinite(expected):
        return False
    # Near the minimum only the digits that are left of the targets can agree.
    with np.errstate(all="ignore"):
        least = float(np.mean(problem.y**2)) * _TOLERANCE**2
    return abs(expected - loss) <= _TOLERANCE * abs(expected) + least
