"""The learning rate of an update, measured from its step and its gradient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gdtui.analysis.diagnose.hessian import limit_of
from gdtui.engine.arrays import FloatArray
from gdtui.engine.run.rates import UpdateRule

_ALONG = 1e-3
"""How far a step may be from a multiple of its gradient, as a share of its length, and how far a
measured rate from the named one."""

_TOLD = 1000
"""A step that is not so many times as long as the rounding of the parameters tells no rate."""


def rate_of_step(step: FloatArray, gradient: FloatArray, values: FloatArray) -> float | None:
    """The learning rate by which a step is ``-rate * gradient``.

    Args:
        step, gradient: shape (parameters,).
        values: the parameters before the step, shape (parameters,).

    Returns:
        0 where the step is another one; None where rounding hides what it is.
    """
    single = (values == values.astype(np.float32)).all()
    unit = float(np.finfo(np.float32 if single else np.float64).eps)
    with np.errstate(all="ignore"):
        rounding = 4 * unit * float(np.linalg.norm(values))
        length, square = float(np.linalg.norm(step)), float(gradient @ gradient)
        if not square or not np.isfinite([length, square]).all() or length <= _TOLD * rounding:
            return None
        rate = -float(step @ gradient) / square
        rest = float(np.linalg.norm(step + rate * gradient))
    return rate if rate > 0 and rest <= _ALONG * length + rounding else 0.0


def measured_limit(
    rules: Sequence[UpdateRule], named: float | None, measured: float | None
) -> tuple[float | None, float]:
    """The curvature above which the steps of an update grow, and its momentum.

    Args:
        rules: those of the script's optimizers; none if it updates by hand.
        named: the learning rate that the script names; None if it names none.
        measured: as of :func:`rate_of_step`.

    Returns:
        None for the limit of an update that is not known to be gradient descent.
    """
    rate = rules[0].options.get("lr") if rules else named
    limit, momentum = limit_of(rate or measured, rules)
    if limit is None or momentum or measured is None:
        return limit, momentum
    if rate and abs(measured - rate) <= _ALONG * rate:
        return limit, momentum
    # Something stands between the gradient and the update, such as a cut of its length.
    return (2 / measured, 0.0) if measured else (None, 0.0)
