"""What a sample loses by its error: the square of it, its size, or Huber's mix of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gdtui.analysis.affine import MEAN, SUM, LossForm
from gdtui.analysis.numerals import rounding
from gdtui.engine.arrays import FloatArray

_FLOAT32 = float(np.finfo(np.float32).eps)


@dataclass(frozen=True)
class ErrorMeasure:
    """A function of the error of one sample.

    Attributes:
        heading: its name above a column.
        symbols: the formula, with ``{}`` for the error.
        of: the function, from errors to what each sample loses, both of shape (samples,).
    """

    heading: str
    symbols: str
    of: Callable[[FloatArray], FloatArray]


def _huber(errors: FloatArray) -> FloatArray:
    sizes = np.abs(errors)
    found: FloatArray = np.where(sizes < 1, errors**2 / 2, sizes - 0.5)
    return found


SQUARED = ErrorMeasure("error²", "({})²", lambda errors: errors**2)
ABSOLUTE = ErrorMeasure("|error|", "|{}|", np.abs)
HUBER = ErrorMeasure("huber", "huber({})", _huber)
"""Half the square of an error below 1, and its size less 1/2 above: ``torch.nn.HuberLoss`` with the
``delta`` that it has by default. Source: P. J. Huber, Robust Estimation of a Location Parameter,
1964."""


def measure_of(
    predicted: FloatArray, y: FloatArray, loss: float
) -> tuple[ErrorMeasure, LossForm] | None:
    """The measure, other than the square, whose mean or sum over the samples is a loss, within
    float32 rounding; None if there is none.

    Args:
        predicted: the predictions, shape (samples,).
        y: the targets, shape (samples,).
        loss: the loss.
    """
    with np.errstate(all="ignore"):
        # No measure is steeper than 1.
        size = float(np.mean(np.abs(predicted - y) + _FLOAT32 * (np.abs(predicted) + np.abs(y))))
        for measure in (ABSOLUTE, HUBER):
            mean = float(np.mean(measure.of(predicted - y)))
            for form in (MEAN, SUM):
                times = form.of_mean(len(y))
                if abs(loss - times * mean) <= times * rounding(size, single=True):
                    return measure, form
    return None
