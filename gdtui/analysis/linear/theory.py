"""Gradient descent on a quadratic loss, in closed form.

The squared error of a linear model is a parabola in every direction. Along a direction with
curvature ``c``, an update with learning rate ``r`` multiplies the distance from the minimum by
``1 - r*c``. With momentum ``m``, an update depends on the last one,

    e[k+1] = (1 + m - r*c) * e[k] - m * e[k-1],

and the distance shrinks by the larger root of ``z**2 - (1 + m - r*c) * z + m``.

Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; any
textbook on optimisation has both.
"""

from __future__ import annotations

import cmath
from dataclasses import dataclass

import numpy as np

from gdtui.analysis.linear.problem import LinearProblem
from gdtui.engine.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Curvatures:
    """The curvatures of a loss, largest first, and their directions.

    Attributes:
        values: the curvatures that are not 0, shape (curvatures,): the eigenvalues of the loss's
            second derivatives.
        directions: a unit vector for each, shape (curvatures, parameters).
        flat: the number of directions without curvature, along which the loss does not change.
    """

    values: FloatArray
    directions: FloatArray
    flat: int

    @classmethod
    def of(cls, problem: LinearProblem) -> Curvatures:
        """The curvatures of a problem's loss, ``scale * 2/N * s**2`` for the singular values ``s``
        of the design matrix, where the loss is ``scale`` times the mean squared error. Singular
        values keep digits that the eigenvalues of ``design.T @ design`` lose."""
        _, singular, directions = np.linalg.svd(problem.design, full_matrices=False)
        parameters = problem.design.shape[1]
        largest = singular[0] if len(singular) else 0.0
        # As in numpy.linalg.matrix_rank: smaller values are rounding.
        tolerance = largest * max(problem.design.shape) * np.finfo(np.float64).eps
        kept = singular > tolerance
        values = problem.scale * 2 / problem.samples * singular[kept] ** 2
        return cls(values, directions[kept], parameters - int(kept.sum()))

    @property
    def largest(self) -> float:
        """The largest curvature; 0 if every direction is flat."""
        return float(self.values[0]) if len(self.values) else 0.0

    @property
    def smallest(self) -> float:
        """The smallest curvature that is not 0; 0 if every direction is flat."""
        return float(self.values[-1]) if len(self.values) else 0.0

    def along(self, error: FloatArray) -> FloatArray:
        """The components of an error along each direction, shape (curvatures,)."""
        parts: FloatArray = self.directions @ error
        return parts


def factor(rate: float, curvature: float, momentum: float = 0.0) -> float:
    """The factor by which one update multiplies the error along a direction. Without momentum it is
    negative if the error changes its sign; with momentum it is the size of the larger root.

    Args:
        rate: the learning rate.
        curvature: the curvature along the direction.
        momentum: the share of the last update in this one.
    """
    if not momentum:
        return 1 - rate * curvature
    trace = 1 + momentum - rate * curvature
    root = cmath.sqrt(trace * trace - 4 * momentum)
    return max(abs(trace + root), abs(trace - root)) / 2


def swings(rate: float, curvature: float, momentum: float = 0.0) -> bool:
    """Whether the error along a direction passes through 0: from update to update, or with momentum
    in longer waves."""
    if not momentum:
        return rate * curvature > 1
    trace = 1 + momentum - rate * curvature
    return trace < 0 or trace * trace < 4 * momentum


def largest_stable_rate(curvature: float, momentum: float = 0.0) -> float | None:
    """The learning rate above which the error grows, ``2 * (1 + momentum) / curvature``, for the
    largest curvature; None if no rate converges, or if the curvature is 0 and every rate does."""
    return 2 * (1 + momentum) / curvature if curvature > 0 and momentum < 1 else None


def best_rate(largest: float, smallest: float, momentum: float = 0.0) -> float | None:
    """The learning rate at which the slowest direction shrinks fastest,
    ``2 * (1 + momentum) / (largest + smallest)``: there the directions of the largest and the
    smallest curvature shrink alike. None if no rate converges, or if there is no curvature."""
    return 2 * (1 + momentum) / (largest + smallest) if largest > 0 and momentum < 1 else None
