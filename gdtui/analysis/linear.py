"""Recognising a linear model fitted to samples, and what follows from it in closed form."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gdtui.engine.history import History
from gdtui.engine.moment import Moment, Variable
from gdtui.engine.names import LoopNames

FloatArray = npt.NDArray[np.float64]

_TOLERANCE = 1e-4
"""How far a recorded loss may be from the computed one. Scripts compute in float32, which
keeps seven digits, and a loss is a difference of nearly equal numbers squared."""

_CHECKED = 8
_FLOAT32 = float(np.finfo(np.float32).eps)


@dataclass(frozen=True, eq=False)
class LinearProblem:
    """Samples to which a script fits ``y_pred = x @ weight + bias`` by the mean squared error.

    Wherever parameters stand in one array they are the weights, one for each feature, and after
    them the bias, if the model has one.

    Attributes:
        x: the inputs, shape (samples, features).
        y: the targets, shape (samples,).
        weight: the name of the parameter that holds the weights.
        bias: the name of the bias; None in a model without one.
        x_name, y_name: the script's names for the inputs and the targets.
    """

    x: FloatArray
    y: FloatArray
    weight: str
    bias: str | None = None
    x_name: str = "x"
    y_name: str = "y"

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return len(self.y)

    @property
    def features(self) -> int:
        """How many numbers each sample has."""
        return int(self.x.shape[1])

    @cached_property
    def design(self) -> FloatArray:
        """The inputs with a column of ones for the bias, shape (samples, parameters)."""
        ones = [np.ones((self.samples, 1))] if self.bias else []
        return np.hstack([self.x, *ones])

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each number in an array of parameters."""
        weights = (
            (self.weight,)
            if self.features == 1
            else tuple(f"{self.weight}[{index}]" for index in range(self.features))
        )
        return weights + ((self.bias,) if self.bias else ())

    def vector(self, parameters: Mapping[str, object]) -> FloatArray | None:
        """The parameters of a moment as one array, shape (parameters,); None where they are not
        there or not finite."""
        parts = []
        for name, size in ((self.weight, self.features), (self.bias, 1)):
            if name is None:
                continue
            part = _numbers(parameters.get(name))
            if part is None or part.size != size:
                return None
            parts.append(part)
        whole = np.concatenate(parts)
        return whole if np.isfinite(whole).all() else None

    def predict(self, vector: FloatArray) -> FloatArray:
        """The predictions of some parameters, shape (samples,)."""
        with np.errstate(all="ignore"):
            predicted: FloatArray = self.design @ vector
        return predicted

    def loss(self, vector: FloatArray) -> float:
        """``mean((y_pred - y)**2)`` for some parameters."""
        with np.errstate(all="ignore"):
            return float(np.mean((self.predict(vector) - self.y) ** 2))

    def gradient(self, vector: FloatArray) -> FloatArray:
        """The gradient of the mean squared error, ``2/N * design.T @ (y_pred - y)``, shape
        (parameters,)."""
        with np.errstate(all="ignore"):
            errors = self.predict(vector) - self.y
            slope: FloatArray = 2 / self.samples * (self.design.T @ errors)
        return slope

    @cached_property
    def best(self) -> FloatArray:
        """The parameters with the smallest mean squared error, shape (parameters,); the shortest
        choice of them where several do equally well.

        Source: the normal equations, solved by singular values (``numpy.linalg.lstsq``).
        """
        # The largest value of each column as its unit keeps inputs of 1e6 or 1e-6, beside a
        # column of ones, well conditioned.
        units = np.max(np.abs(self.design), axis=0, initial=0.0)
        units[units == 0] = 1.0
        solution: FloatArray = np.linalg.lstsq(self.design / units, self.y, rcond=None)[0]
        best: FloatArray = solution / units
        return best

    @cached_property
    def least_loss(self) -> float:
        """The smallest mean squared error that the model can have."""
        return self.loss(self.best)

    def least_squares(self) -> dict[str, float]:
        """The best parameters by name; of several weights, each with its index."""
        return {name: float(each) for name, each in zip(self.names, self.best, strict=True)}


def guess_linear_problem(
    moment: Moment, names: LoopNames, refuted: Collection[tuple[str, str]] = ()
) -> LinearProblem | None:
    """The linear problem that a script seems to solve, by the names in its loop, as far as what
    it has computed in this epoch agrees.

    It is a guess: with the weight at 0 any inputs would do. It takes a prediction that is
    ``x @ weight + bias`` for the parameters that it was made with, and, once there is a loss,
    one that is the mean squared error. Arrays that this epoch has made are batches, and those
    in ``refuted`` are known not to be it.
    """
    predicted = _variable(moment, names.prediction, columns=1)
    found = _parameters(moment.parameters)
    if predicted is None or found is None or names.prediction not in moment.assigned:
        return None
    for x_name in names.inputs:
        for y_name in names.targets:
            if (x_name, y_name) in refuted or {x_name, y_name} & set(moment.assigned):
                continue
            x = _variable(moment, x_name, found.features)
            y = _variable(moment, y_name, columns=1)
            if x is None or y is None or not len(x) == len(y) == len(predicted):
                continue
            problem = LinearProblem(x, y[:, 0], found.weight, found.bias, x_name, y_name)
            if contradicts(problem, moment, names) is False:
                return problem
    return None


def contradicts(problem: LinearProblem, moment: Moment, names: LoopNames) -> bool | None:
    """Whether what a script has computed in this epoch speaks against a linear problem; None
    where nothing speaks for or against it."""
    predicted = _variable(moment, names.prediction, columns=1)
    if predicted is None or names.prediction not in moment.assigned:
        return None
    if len(predicted) != problem.samples:
        return True
    # Made with the parameters as they are, or as they were before this epoch's update.
    starts = [moment.parameters] + (
        [moment.epoch_start.parameters] if moment.epoch_start is not None else []
    )
    vectors = [vector for each in starts if (vector := problem.vector(each)) is not None]
    if not any(predicts(problem, vector, predicted[:, 0]) for vector in vectors):
        return True if moment.epoch_start is not None else None
    loss = moment.loss
    if loss is None or not np.isfinite(loss) or moment.loss_name not in moment.assigned:
        return False
    expected = float(np.mean((predicted[:, 0] - problem.y) ** 2))
    return not _close(loss, expected, problem)


def find_linear_problem(
    moment: Moment,
    history: History,
    start: Mapping[str, object],
    names: LoopNames | None = None,
) -> LinearProblem | None:
    """The linear problem that a run solves, or None where it is something else or cannot be
    told yet.

    Nothing is taken on trust. Among the script's arrays a pair ``x``, ``y`` is looked for with
    which the mean squared error of a linear model is the recorded loss, in up to eight of
    the recorded epochs and for the parameters with which each of them began.

    Args:
        moment: the run at some pause, for its variables.
        history: its recorded epochs.
        start: the parameters before the first epoch, by name.
        names: which arrays to try first.
    """
    found = _parameters(moment.parameters)
    if found is None:
        return None
    for problem in _candidates(moment, found, names):
        if is_proved(problem, history, start):
            return problem
    return None


def is_proved(problem: LinearProblem, history: History, start: Mapping[str, object]) -> bool:
    """Whether the recorded losses are those of a linear problem, in at least two epochs and
    with a weight that is not 0 in all of them."""
    rows = _rows(problem, history, start)
    # With the weight at 0 any x would do, and one epoch may agree by chance.
    if len(rows) < 2 or not any(vector[: problem.features].any() for vector, _ in rows):
        return False
    return fits(problem, history, start)


def fits(problem: LinearProblem, history: History, start: Mapping[str, object]) -> bool:
    """Whether the recorded losses are those of a linear problem, as far as there are any."""
    return all(_agrees(problem, vector, loss) for vector, loss in _rows(problem, history, start))


def epoch_start_parameters(
    problem: LinearProblem, history: History, start: Mapping[str, object], epoch: int
) -> FloatArray | None:
    """The parameters with which an epoch began, shape (parameters,); epochs count from 1."""
    if epoch <= 1:
        return problem.vector(start)
    columns = history.parameters
    names = [problem.weight] + ([problem.bias] if problem.bias else [])
    if any(name not in columns or epoch - 1 > len(columns[name]) for name in names):
        return None
    return problem.vector({name: columns[name][epoch - 2] for name in names})


# Finding candidates -------------------------------------------------------------------


@dataclass(frozen=True)
class _Parameters:
    weight: str
    bias: str | None
    features: int


def _parameters(parameters: Mapping[str, object]) -> _Parameters | None:
    """The weight and the bias, if they are all there is."""
    sizes = {name: _size(value) for name, value in parameters.items()}
    if not 1 <= len(sizes) <= 2 or 0 in sizes.values():
        return None
    if len(sizes) == 1:
        ((weight, size),) = sizes.items()
        return _Parameters(weight, None, size)
    biases = [name for name in sizes if name.rpartition(".")[2] in ("bias", "b", "b0")]
    if len(biases) != 1 or sizes[biases[0]] != 1:
        return None
    weight = next(name for name in sizes if name != biases[0])
    return _Parameters(weight, biases[0], sizes[weight])


def _size(value: object) -> int:
    """How many weights a parameter holds; 0 where it is no number and no single row or column
    of them."""
    array = _numbers(value, flat=False)
    if array is None or sum(size > 1 for size in array.shape) > 1:
        return 0
    return int(array.size)


def _candidates(
    moment: Moment, found: _Parameters, names: LoopNames | None
) -> Iterator[LinearProblem]:
    """Arrays of the script that may be inputs and targets, with the same number of samples:
    first those that the loop names, then all in the order of the script."""
    inputs = _arrays(moment, found.features)
    targets = _arrays(moment, 1)
    tried = set()
    first = [(x, y) for x in names.inputs for y in names.targets] if names else []
    order = list(inputs)
    # Inputs come before their targets.
    rest = [
        (x, y)
        for x in inputs
        for y in targets
        if found.features > 1 or order.index(x) < order.index(y)
    ]
    for x, y in [*first, *rest]:
        if x in inputs and y in targets and x != y and (x, y) not in tried:
            tried.add((x, y))
            if len(inputs[x]) == len(targets[y]):
                yield LinearProblem(inputs[x], targets[y][:, 0], found.weight, found.bias, x, y)


def _arrays(moment: Moment, columns: int) -> dict[str, FloatArray]:
    return {
        each.name: array
        for each in moment.variables
        if each.name not in moment.parameters and (array := _table(each, columns)) is not None
    }


def _variable(moment: Moment, name: str, columns: int) -> FloatArray | None:
    variable = moment.variable(name)
    if variable is None or name in moment.parameters:
        return None
    return _table(variable, columns)


def _table(variable: Variable, columns: int) -> FloatArray | None:
    """A variable as finite numbers of shape (samples, columns); None where it has no such form."""
    array = _numbers(variable.value, flat=False)
    if array is not None and variable.shape:
        array = array.reshape(variable.shape)  # a single number has lost it
    if array is None or not array.ndim or not array.size or not np.isfinite(array).all():
        return None
    if columns == 1:
        return array.reshape(-1, 1) if array.shape[1:] in ((), (1,)) else None
    return array if array.ndim == 2 and array.shape[1] == columns else None


def _numbers(value: object, *, flat: bool = True) -> FloatArray | None:
    if value is None or isinstance(value, str | bytes):
        return None
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    return array.ravel() if flat else array


# Checking them ------------------------------------------------------------------------


def _rows(
    problem: LinearProblem, history: History, start: Mapping[str, object]
) -> list[tuple[FloatArray, float]]:
    """Parameters at the start of an epoch and the loss recorded in it, for a few epochs."""
    losses = history.loss_column
    if losses is None:
        return []
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
    # Near the minimum only the digits that are left of the targets can agree.
    with np.errstate(all="ignore"):
        least = float(np.mean(problem.y**2)) * _TOLERANCE**2
        return abs(loss - expected) <= _TOLERANCE * abs(expected) + least


def predicts(problem: LinearProblem, vector: FloatArray, predicted: FloatArray) -> bool:
    """Whether a prediction is the linear one, as far as float32 can tell."""
    with np.errstate(all="ignore"):
        exact = problem.predict(vector)
        size = np.abs(problem.design) @ np.abs(vector)
        return bool((np.abs(predicted - exact) <= 16 * _FLOAT32 * size + 1e-30).all())
