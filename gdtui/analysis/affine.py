"""Models that begin with ``z = x @ weight + bias``, fitted to samples: what the linear and the
logistic ones share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdtui.analysis.numerals import numeral
from gdtui.analysis.values import as_array
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import History


@dataclass(frozen=True)
class LossForm:
    """The form of a loss: ``times`` the mean, or the sum, of what each sample loses.

    Attributes:
        times: the factor, such as 1/2.
        summed: whether it is the sum.
    """

    times: float = 1.0
    summed: bool = False

    def of_mean(self, samples: int) -> float:
        """The factor from the mean over ``samples`` samples to the loss."""
        return self.times * (samples if self.summed else 1)


MEAN, SUM = LossForm(), LossForm(1.0, True)


@dataclass(frozen=True, eq=False)
class AffineProblem(ABC):
    """Samples, and a model of ``x @ weight + bias`` that a script fits to them.

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

    # The loss -------------------------------------------------------------------------

    @abstractmethod
    def predict(self, vector: FloatArray) -> FloatArray:
        """The predictions for given parameters, shape (samples,)."""

    @abstractmethod
    def predicts(self, vector: FloatArray, predicted: FloatArray) -> bool:
        """Whether a script's predictions, shape (samples,), are those of given parameters, within
        float32 rounding."""

    @abstractmethod
    def losses(self, points: FloatArray) -> FloatArray:
        """The loss at many points, shape (points,), for points of shape (points, parameters)."""

    @abstractmethod
    def gradients(self, points: FloatArray) -> FloatArray:
        """The gradient of the loss at many points, shape (points, parameters)."""

    @abstractmethod
    def gradient_sizes(self, points: FloatArray) -> FloatArray:
        """The sum of the absolute values that each component of :meth:`gradients` is added up
        from, times its factor: what its rounding error depends on."""

    @property
    @abstractmethod
    def factor_of_share(self) -> float:
        """The factor before ``x * error`` in a sample's share of the gradient."""

    def loss(self, vector: FloatArray) -> float:
        """The loss for given parameters."""
        return float(self.losses(vector[np.newaxis])[0])

    def gradient(self, vector: FloatArray) -> FloatArray:
        """The gradient of the loss, shape (parameters,)."""
        slope: FloatArray = self.gradients(vector[np.newaxis])[0]
        return slope

    # Its minimum ----------------------------------------------------------------------

    @property
    @abstractmethod
    def minimum(self) -> FloatArray | None:
        """The parameters with the smallest loss, shape (parameters,); None if no finite ones
        were found."""

    @property
    @abstractmethod
    def least_loss(self) -> float | None:
        """The loss there, or the one that it falls towards; None if unknown."""

    def best_parameters(self) -> dict[str, float]:
        """The parameters at the minimum by name; several weights have an index each. Empty if
        there is none."""
        best = self.minimum
        if best is None:
            return {}
        return {name: float(each) for name, each in zip(self.names, best, strict=True)}

    # The parameters and the samples ---------------------------------------------------

    @property
    def key(self) -> tuple[object, ...]:
        """Identifies the kind of model, inputs, targets and parameters, whatever the loss."""
        return type(self), self.x_name, self.y_name, self.weight, self.bias, self.headings

    @property
    def scale(self) -> float:
        """The factor from the mean over the samples to the loss."""
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
        """The indices of slope and intercept in an array of parameters, if the model has one input;
        None if not."""
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
        """:attr:`factor_of_share` as text before a product; empty for 1."""
        return "" if self.factor_of_share == 1 else f"{numeral(self.factor_of_share)}·"

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

    def affine(self, vector: FloatArray) -> FloatArray:
        """``x @ weight + bias`` for given parameters, shape (samples,)."""
        with np.errstate(all="ignore"):
            z: FloatArray = self.design @ vector
        return z

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


def epoch_start_parameters(
    problem: AffineProblem, history: History, start: Mapping[str, object], epoch: int
) -> FloatArray | None:
    """The parameters at the start of an epoch, shape (parameters,); epochs count from 1."""
    if epoch <= 1:
        return problem.vector(start)
    columns = history.parameters
    names = [problem.weight] + ([problem.bias] if problem.bias else [])
    if any(name not in columns or epoch - 1 > len(columns[name]) for name in names):
        return None
    return problem.vector({name: columns[name][epoch - 2] for name in names})
