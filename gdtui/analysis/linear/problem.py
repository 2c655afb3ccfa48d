"""A linear model fitted to samples by their squared errors, and what follows in closed form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gdtui.analysis.numerals import numeral
from gdtui.engine.record.history import History

FloatArray = npt.NDArray[np.float64]

_FLOAT32 = float(np.finfo(np.float32).eps)


@dataclass(frozen=True)
class LossForm:
    """What a loss makes of the squared errors: ``times`` their mean, or their sum.

    Attributes:
        times: the factor before it, such as 1/2.
        summed: whether they are added up and not divided by their number.
    """

    times: float = 1.0
    summed: bool = False

    def of_mean(self, samples: int) -> float:
        """How many times the mean of so many squared errors it is."""
        return self.times * (samples if self.summed else 1)

    @property
    def name(self) -> str:
        """What it is called; empty where it has no name."""
        return _FORM_NAMES.get(self, "")


MEAN = LossForm()
FORMS = (MEAN, LossForm(1.0, True), LossForm(0.5), LossForm(0.5, True))
"""The usual ones, the likeliest first. Any other constant is a share of the mean."""

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
    """Samples to which a script fits ``y_pred = x @ weight + bias`` by their squared errors.

    Wherever parameters stand in one array they are the weights, one for each feature, and after
    them the bias, if the model has one. A bias that is one of the weights, as ``theta[0]`` in
    ``theta[0] + theta[1] * x``, has a column of ones among the inputs.

    Attributes:
        x: the inputs, shape (samples, features).
        y: the targets, shape (samples,).
        weight: the name of the parameter that holds the weights.
        bias: the name of the bias; None in a model without one.
        x_name, y_name: the script's names for the inputs and the targets.
        form: what its loss is.
        headings: names for the columns of the inputs, where they are not simply those of the
            script's array.
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
        """Tells apart what a script may fit to what, whatever its loss."""
        return self.x_name, self.y_name, self.weight, self.bias, self.headings

    @property
    def scale(self) -> float:
        """How many times the mean squared error the loss is."""
        return self.form.of_mean(self.samples)

    @property
    def scale_of_mean(self) -> float:
        """How many times the gradient of the loss the mean of the samples' shares is."""
        return 1 / self.samples if self.form.summed else 1.0

    @cached_property
    def ones(self) -> int | None:
        """The place of the number that is added whatever the inputs are: that of the bias, or of
        the weight of a column of ones; None where there is none."""
        if self.bias is not None:
            return self.features
        found = np.flatnonzero((self.x == 1).all(axis=0))
        plain = self.samples > 1 and self.features > 1 and len(found)
        return int(found[0]) if plain else None

    @property
    def line(self) -> tuple[int, int | None] | None:
        """The places of the slope and of the intercept in an array of parameters, if the model
        is a line over one input; None where it is not."""
        if self.features == 1:
            return 0, self.ones
        if self.features == 2 and self.bias is None and self.ones is not None:
            return 1 - self.ones, self.ones
        return None

    def heading(self, place: int) -> str:
        """The name of one of the inputs' columns."""
        if self.headings:
            return self.headings[place]
        return f"{self.x_name}[{place}]" if self.features > 1 else self.x_name

    @property
    def before_share(self) -> str:
        """What stands before ``x·error`` in a sample's share of the gradient: the 2 of the square
        times the factor before the loss."""
        twice = 2 * self.form.times
        return "" if twice == 1 else f"{numeral(twice)}·"

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
            part = numbers_of(parameters.get(name))
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

    def mean_squared_error(self, vector: FloatArray) -> float:
        """``mean((y_pred - y)**2)`` for some parameters."""
        with np.errstate(all="ignore"):
            return float(np.mean((self.predict(vector) - self.y) ** 2))

    def loss(self, vector: FloatArray) -> float:
        """The loss for some parameters: ``scale`` times the mean squared error."""
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
        """The smallest loss that the model can have."""
        return self.loss(self.best)

    def least_squares(self) -> dict[str, float]:
        """The best parameters by name; of several weights, each with its index."""
        return {name: float(each) for name, each in zip(self.names, self.best, strict=True)}


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


def predicts(problem: LinearProblem, vector: FloatArray, predicted: FloatArray) -> bool:
    """Whether a prediction is the linear one, as far as float32 can tell."""
    with np.errstate(all="ignore"):
        exact = problem.predict(vector)
        size = np.abs(problem.design) @ np.abs(vector)
        return bool((np.abs(predicted - exact) <= 16 * _FLOAT32 * size + 1e-30).all())


def numbers_of(value: object, *, flat: bool = True) -> FloatArray | None:
    if value is None or isinstance(value, str | bytes):
        return None
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    return array.ravel() if flat else array
