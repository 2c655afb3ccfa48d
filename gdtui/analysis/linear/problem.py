"""A linear model fitted to samples by their squared errors: its loss, gradient and minimum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdtui.analysis.numerals import numeral
from gdtui.analysis.values import as_array
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import History

_FLOAT32 = float(np.finfo(np.float32).eps)


@dataclass(frozen=True)
class LossForm:
    """The form of a loss: ``times`` the mean, or the sum, of the squared errors.

    Attributes:
        times: the factor, such as 1/2.
        summed: whether it is the sum.
    """

    times: float = 1.0
    summed: bool = False

    def of_mean(self, samples: int) -> float:
        """The factor from the mean of the squared errors of ``samples`` samples to the loss."""
        return self.times * (samples if self.summed else 1)

    @property
    def name(self) -> str:
        """The name of the form; empty for an unusual one."""
        return _FORM_NAMES.get(self, "")


MEAN = LossForm()
FORMS = (MEAN, LossForm(1.0, True), LossForm(0.5), LossForm(0.5, True))
"""The usual forms, the most frequent first. Any other factor belongs to the mean."""

_FORM_NAMES = dict(
    zip(
        FORMS,
        (
            "mean squared error",
            "sum of squared errors",
            "half the mean squared error",
            "half the sum of squared errors",
        ),
        strict=True,
    )
)


@dataclass(frozen=True, eq=False)
class LinearProblem:
    """Samples, and the model that a script fits to them, ``y_pred = x @ weight + bias`` by squared
    errors.

    An array of parameters holds the weights, one for each feature, and then the bias, if the model
    has one. If the bias is one of the weights, as ``theta[0]`` in ``theta[0] + theta[1] * x``, the
    inputs have a column of ones for it.

    Attributes:
        x: the inputs, shape (samples, features).
        y: the targets, shape (samples,).
        weight: the name of the parameter that holds the weights.
        bias: the name of the bias; None in a model without one.
        x_name, y_name: the script's names for the inputs and the targets.
        form: the form of the loss.
        headings: names for the columns of the inputs, if they are not the columns of the script's
            array.
    """

    x: FloatArray
    y: FloatArray
    weight: str
    bias: str | None = None
    x_name: str = "x"
    y_name: str = "y"
    form: LossForm = MEAN
    headings: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """Identifies inputs, targets and parameters, whatever the loss."""
        return self.x_name, self.y_name, self.weight, self.bias, self.headings

    @property
    def scale(self) -> float:
        """The factor from the mean squared error to the loss."""
        return self.form.of_mean(self.samples)

    @property
    def scale_of_mean(self) -> float:
        """The factor from the gradient of the loss to the mean of the samples' shares."""
        return 1 / self.samples if self.form.summed else 1.0

    @cached_property
    def ones(self) -> int | None:
        """The index of the parameter that is added whatever the inputs are: the bias, or the weight
        of a column of ones; None if there is none."""
        if self.bias is not None:
            return self.features
        found = np.flatnonzero((self.x == 1).all(axis=0))
        plain = self.samples > 1 and self.features > 1 and len(found)
        return int(found[0]) if plain else None

    @property
    def line(self) -> tuple[int, int | None] | None:
        """The indices of slope and intercept in an array of parameters, if the model is a line over
        one input; None if not."""
        if self.features == 1:
            return 0, self.ones
        if self.features == 2 and self.bias is None and self.ones is not None:
            return 1 - self.ones, self.ones
        return None

    def heading(self, place: int) -> str:
        """The name of a column of the inputs."""
        if self.headings:
            return self.headings[place]
        return f"{self.x_name}[{place}]" if self.features > 1 else self.x_name

    @property
    def before_share(self) -> str:
        """The factor before ``x·error`` in a sample's share of the gradient: the 2 of the square
        times the factor of the loss."""
        twice = 2 * self.form.times
        return "" if twice == 1 else f"{numeral(twice)}·"

    @property
    def samples(self) -> int:
        """The number of samples."""
        return len(self.y)

    @property
    def features(self) -> int:
        """The number of inputs of a sample."""
        return int(self.x.shape[1])

    @cached_property
    def design(self) -> FloatArray:
        """The inputs with a column of ones for the bias, shape (samples, parameters)."""
        ones = [np.ones((self.samples, 1))] if self.bias else []
        return np.hstack([self.x, *ones])

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each parameter in an array of parameters."""
        weights = (
            (self.weight,)
            if self.features == 1
            else tuple(f"{self.weight}[{index}]" for index in range(self.features))
        )
        return weights + ((self.bias,) if self.bias else ())

    def vector(self, parameters: Mapping[str, object]) -> FloatArray | None:
        """The parameters of a moment as one array, shape (parameters,); None if one is missing or
        not finite."""
        parts = []
        for name, size in ((self.weight, self.features), (self.bias, 1)):
            if name is None:
                continue
            part = as_array(parameters.get(name))
            if part is None or part.size != size:
                return None
            parts.append(part.ravel())
        whole = np.concatenate(parts)
        return whole if np.isfinite(whole).all() else None

    def predict(self, vector: FloatArray) -> FloatArray:
        """The predictions for given parameters, shape (samples,)."""
        with np.errstate(all="ignore"):
            predicted: FloatArray = self.design @ vector
        return predicted

    def mean_squared_error(self, vector: FloatArray) -> float:
        """``mean((y_pred - y)**2)`` for given parameters."""
        with np.errstate(all="ignore"):
            return float(np.mean((self.predict(vector) - self.y) ** 2))

    def loss(self, vector: FloatArray) -> float:
        """The loss for given parameters: ``scale`` times the mean squared error."""
        with np.errstate(all="ignore"):
            return self.scale * self.mean_squared_error(vector)

    def gradient(self, vector: FloatArray) -> FloatArray:
        """The gradient of the loss, ``scale * 2/N * design.T @ (y_pred - y)``, shape
        (parameters,)."""
        with np.errstate(all="ignore"):
            errors = self.predict(vector) - self.y
            slope: FloatArray = self.scale * 2 / self.samples * (self.design.T @ errors)
        return slope

    @cached_property
    def best(self) -> FloatArray:
        """The parameters with the smallest mean squared error, shape (parameters,); the shortest
        vector if several are equally good.

        Source: the normal equations, solved by singular values (``numpy.linalg.lstsq``).
        """
        # Columns in units of their largest value keep inputs of 1e6 or 1e-6 well conditioned beside
        # a column of ones.
        units = np.max(np.abs(self.design), axis=0, initial=0.0)
        units[units == 0] = 1.0
        solution: FloatArray = np.linalg.lstsq(self.design / units, self.y, rcond=None)[0]
        best: FloatArray = solution / units
        return best

    @cached_property
    def least_loss(self) -> float:
        """The minimum of the loss."""
        return self.loss(self.best)

    def least_squares(self) -> dict[str, float]:
        """The best parameters by name; several weights have an index each."""
        return {name: float(each) for name, each in zip(self.names, self.best, strict=True)}


def epoch_start_parameters(
    problem: LinearProblem, history: History, start: Mapping[str, object], epoch: int
) -> FloatArray | None:
    """The parameters at the start of an epoch, shape (parameters,); epochs count from 1."""
    if epoch <= 1:
        return problem.vector(start)
    columns = history.parameters
    names = [problem.weight] + ([problem.bias] if problem.bias else [])
    if any(name not in columns or epoch - 1 > len(columns[name]) for name in names):
        return None
    return problem.vector({name: columns[name][epoch - 2] for name in names})


def predicts(problem: LinearProblem, vector: FloatArray, predicted: FloatArray) -> bool:
    """Whether predictions are those of the linear model, within float32 rounding."""
    with np.errstate(all="ignore"):
        exact = problem.predict(vector)
        size = np.abs(problem.design) @ np.abs(vector)
        return bool((np.abs(predicted - exact) <= 16 * _FLOAT32 * size + 1e-30).all())
