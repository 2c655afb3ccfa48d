"""Logistic regression: its loss, gradient, curvatures and minimum.

With ``z = x @ weight + bias`` and ``p = sigmoid(z)``, a sample with target ``y``, 0 or 1, loses
``-log(p)`` if ``y`` is 1 and ``-log(1 - p)`` if it is 0: ``log(1 + exp(z)) - y*z``. The gradient of
the mean is ``mean((p - y) * x)``, and the second derivatives are ``mean(p * (1 - p) * x * x.T)``.
They are nowhere negative, so the loss is convex.

Source: any textbook of machine learning, such as Bishop, "Pattern Recognition and Machine
Learning", 2006, section 4.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdtui.analysis.affine import AffineProblem
from gdtui.engine.arrays import FloatArray

_FLOAT32 = float(np.finfo(np.float32).eps)

_MOST_STEPS, _HALVINGS = 100, 40
_FLAT = 1e-12
"""The share of its largest size at which a gradient counts as 0."""

_SINGULAR = 1e-10
"""The ratio of curvatures below which the minimum is taken to lie at infinity: Newton's steps have
then run along a direction without end."""


@dataclass(frozen=True, eq=False)
class LogisticProblem(AffineProblem):
    """Samples, and the model that a script fits to them, ``sigmoid(x @ weight + bias)`` by binary
    cross-entropy.

    Attributes:
        of_logits: whether what the script calls its prediction is ``z``, and not ``sigmoid(z)``.
    """

    of_logits: bool = False

    @property
    def key(self) -> tuple[object, ...]:
        return *super().key, self.of_logits

    @property
    def factor_of_share(self) -> float:
        return self.form.times

    def predict(self, vector: FloatArray) -> FloatArray:
        """The probabilities for given parameters, shape (samples,)."""
        return sigmoid(self.affine(vector))

    def predicts(self, vector: FloatArray, predicted: FloatArray) -> bool:
        """Whether a script's predictions are those of given parameters: ``z`` with
        :attr:`of_logits`, else ``sigmoid(z)``."""
        with np.errstate(all="ignore"):
            z = self.affine(vector)
            size = np.abs(self.design) @ np.abs(vector)
            if self.of_logits:
                return bool((np.abs(predicted - z) <= 16 * _FLOAT32 * size + 1e-30).all())
            p = sigmoid(z)
            allowed = 16 * _FLOAT32 * (p * (1 - p) * size + p) + 1e-30
            return bool((np.abs(predicted - p) <= allowed).all())

    def boundary(self, vector: FloatArray) -> float | None:
        """The input at which the probability is a half; None if the model has not one input, or if
        the probability is the same for all."""
        if self.line is None:
            return None
        slope, intercept = self.line
        added = 0.0 if intercept is None else float(vector[intercept])
        with np.errstate(all="ignore"):
            found = float(-added / vector[slope])
        return found if np.isfinite(found) else None

    def probabilities(self, predicted: FloatArray) -> FloatArray:
        """The probabilities that a script's predictions stand for, shape (samples,)."""
        return sigmoid(predicted) if self.of_logits else predicted

    def sample_losses(self, z: FloatArray) -> FloatArray:
        """What each sample loses, ``-log`` of the probability of its target, for ``z`` of shape
        (..., samples)."""
        with np.errstate(all="ignore"):
            # Without a difference of large numbers, so that a small loss keeps its digits.
            losses: FloatArray = np.logaddexp(0.0, np.where(self.y == 1, -z, z))
        return losses

    def cross_entropies(self, predicted: FloatArray) -> FloatArray:
        """What each sample loses by a script's predictions, shape (samples,), at most 100, as in
        ``nn.BCELoss``, where a probability is 0."""
        if self.of_logits:
            return self.sample_losses(predicted)
        right = np.where(self.y == 1, predicted, 1 - predicted)
        with np.errstate(all="ignore"):
            losses: FloatArray = -np.log(np.maximum(right, np.exp(-100.0)))
        return losses

    def losses(self, points: FloatArray) -> FloatArray:
        with np.errstate(all="ignore"):
            sums: FloatArray = self.scale * self.sample_losses(points @ self.design.T).mean(axis=-1)
        return sums

    def gradients(self, points: FloatArray) -> FloatArray:
        """``scale / N * design.T @ (p - y)`` at many points."""
        with np.errstate(all="ignore"):
            errors = sigmoid(points @ self.design.T) - self.y
            slopes: FloatArray = self.scale / self.samples * (errors @ self.design)
        return slopes

    def gradient_sizes(self, points: FloatArray) -> FloatArray:
        size = np.abs(self.design)
        with np.errstate(all="ignore"):
            p = sigmoid(points @ self.design.T)
            sums = p + np.abs(self.y) + p * (1 - p) * (np.abs(points) @ size.T)
            sizes: FloatArray = self.scale / self.samples * (sums @ size)
        return sizes

    # The curvatures -------------------------------------------------------------------

    def hessian(self, vector: FloatArray) -> FloatArray:
        """The second derivatives of the loss for given parameters, ``scale / N * design.T @ D @
        design`` with ``p * (1 - p)`` on the diagonal of ``D``, shape (parameters, parameters)."""
        p = self.predict(vector)
        with np.errstate(all="ignore"):
            weighted = (p * (1 - p))[:, np.newaxis] * self.design
            hessian: FloatArray = self.scale / self.samples * (self.design.T @ weighted)
        return hessian

    def curvatures(self, vector: FloatArray) -> FloatArray:
        """The curvatures for given parameters, largest first, shape (parameters,): the eigenvalues
        of :meth:`hessian`."""
        values = np.linalg.eigvalsh(self.hessian(vector))[::-1]
        above: FloatArray = np.maximum(values, 0.0)
        return above

    @cached_property
    def largest_curvature(self) -> float:
        """The largest curvature that the loss has anywhere: ``p * (1 - p)`` is at most 1/4, and is
        that for all samples where all parameters are 0."""
        return float(self.curvatures(np.zeros(self.design.shape[1]))[0])

    # The minimum ----------------------------------------------------------------------

    @property
    def minimum(self) -> FloatArray | None:
        """The parameters with the smallest loss, shape (parameters,); None if there are no finite
        ones, or several, or if none were found.

        Source: Newton's method with halved steps, known here as iteratively reweighted least
        squares. The minimum is infinite if a line between the classes makes no mistakes: Albert
        and Anderson, "On the existence of maximum likelihood estimates in logistic regression
        models", 1984.
        """
        return self._solution[0]

    @property
    def is_separable(self) -> bool:
        """Whether some parameters were found that make no mistake: a longer vector in their
        direction always has a smaller loss, down to 0."""
        return self._solution[1]

    @property
    def least_loss(self) -> float | None:
        best = self.minimum
        if best is not None:
            return self.loss(best)
        return 0.0 if self.is_separable else None

    @cached_property
    def _solution(self) -> tuple[FloatArray | None, bool]:
        units = np.max(np.abs(self.design), axis=0, initial=0.0)
        if not units.all() or not len(units):
            return None, False
        # In units of the largest input, so that the equations are well conditioned.
        design, signs = self.design / units, 2 * self.y - 1
        at = np.zeros(len(units))
        for _ in range(_MOST_STEPS):
            z = design @ at
            if (signs * z > 0).all():
                return None, True
            p = sigmoid(z)
            slope = design.T @ (p - self.y)
            hessian = design.T @ ((p * (1 - p))[:, np.newaxis] * design)
            values = np.linalg.eigvalsh(hessian)
            if values[0] <= _SINGULAR * max(values[-1], 1e-300):
                return None, False
            if np.max(np.abs(slope)) <= _FLAT * self.samples:
                return at / units, False
            step = np.linalg.solve(hessian, slope)
            following = _step_down(lambda w: float(self.sample_losses(design @ w).sum()), at, step)
            if np.array_equal(following, at):
                return at / units, False  # down to rounding
            at = following
        return None, False


def _step_down(loss: Callable[[FloatArray], float], at: FloatArray, step: FloatArray) -> FloatArray:
    """The point after a step, halved until the loss is not larger."""
    before = loss(at)
    for _ in range(_HALVINGS):
        following = at - step
        if loss(following) <= before:
            return following
        step = step / 2
    return at


def sigmoid(z: FloatArray) -> FloatArray:
    """``1 / (1 + exp(-z))``, in float64, without overflow."""
    # The exponential of a number that is not positive.
    small = np.exp(-np.abs(z))
    return np.asarray(np.where(z >= 0, 1.0, small) / (1 + small), dtype=np.float64)
