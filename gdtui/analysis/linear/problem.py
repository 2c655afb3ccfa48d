"""A linear model fitted to samples by their squared errors: its loss, gradient and minimum."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdtui.analysis.affine import MEAN, SUM, AffineProblem, LossForm
from gdtui.engine.arrays import FloatArray

_FLOAT32 = float(np.finfo(np.float32).eps)

FORMS = (MEAN, SUM, LossForm(0.5), LossForm(0.5, True))
"""The usual forms of squared errors, the most frequent first. Any other factor belongs to the
mean."""


@dataclass(frozen=True, eq=False)
class LinearProblem(AffineProblem):
    """Samples, and the model that a script fits to them, ``y_pred = x @ weight + bias`` by squared
    errors."""

    @property
    def factor_of_share(self) -> float:
        """The 2 of the square times the factor of the loss."""
        return 2 * self.form.times

    def predict(self, vector: FloatArray) -> FloatArray:
        return self.affine(vector)

    def predicts(self, vector: FloatArray, predicted: FloatArray) -> bool:
        with np.errstate(all="ignore"):
            exact = self.predict(vector)
            size = np.abs(self.design) @ np.abs(vector)
            return bool((np.abs(predicted - exact) <= 16 * _FLOAT32 * size + 1e-30).all())

    def mean_squared_error(self, vector: FloatArray) -> float:
        """``mean((y_pred - y)**2)`` for given parameters."""
        with np.errstate(all="ignore"):
            return float(np.mean((self.predict(vector) - self.y) ** 2))

    def losses(self, points: FloatArray) -> FloatArray:
        """``scale * mean((y_pred - y)**2)`` at many points."""
        with np.errstate(all="ignore"):
            errors = points @ self.design.T - self.y
            losses: FloatArray = self.scale * np.mean(errors**2, axis=1)
        return losses

    def gradients(self, points: FloatArray) -> FloatArray:
        """``scale * 2/N * design.T @ (y_pred - y)`` at many points."""
        with np.errstate(all="ignore"):
            errors = points @ self.design.T - self.y
            slopes: FloatArray = self.scale * 2 / self.samples * (errors @ self.design)
        return slopes

    def gradient_sizes(self, points: FloatArray) -> FloatArray:
        size = np.abs(self.design)
        with np.errstate(all="ignore"):
            sums = np.abs(points) @ size.T + np.abs(self.y)
            sizes: FloatArray = self.scale * 2 / self.samples * (sums @ size)
        return sizes

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

    @property
    def minimum(self) -> FloatArray:
        """:attr:`best`: squared errors always have a minimum."""
        return self.best

    @cached_property
    def least_loss(self) -> float:
        """The minimum of the loss."""
        return self.loss(self.best)
