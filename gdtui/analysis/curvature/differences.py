"""The largest curvature of the loss of a script by hand, from the gradients that it computes.

The epoch is run again with its parameters moved a little along a direction v, to either side. The
difference of the two gradients, over the distance, is the product of the Hessian with v.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np

from gdtui.analysis.diagnose.hessian import Product, lanczos
from gdtui.engine.arrays import FloatArray
from gdtui.engine.run.timeline import Timeline

_LONGEST = 2.0
"""Seconds after which no further product is made."""

_MOST = 100_000
"""Models of more parameters are not asked."""

_REACH = {np.float32: 5e-3, np.float64: 6e-6}
"""How far parameters are moved, as a share of the length of their vector: about the cube root of
the rounding error of the gradients."""

_ALIKE = 1e-6
_SYMMETRIC = 0.01


def curvature_by_differences(
    timeline: Timeline, *, wanted: bool = True
) -> tuple[float | None, FloatArray, list[str]] | None:
    """The largest eigenvalue of the derivative of the gradient that the next epoch uses, that
    gradient, shape (size,), and the parameters that it is of, by name.

    Args:
        timeline: a run of a script that updates by hand, between two epochs, to which it comes
            back; the next epoch is recorded already.
        wanted: whether the eigenvalue is wanted; None stands for it where it is not, or was not
            found in time, or where no loss has this derivative, for it is not symmetric.

    Returns:
        None without such a gradient, or where the parameters cannot be moved.

    Raises:
        ScriptError: the state of the script cannot be copied, or a parameter cannot be moved.
    """
    epoch, values = timeline.epoch, timeline.parameter_values()
    (plain,) = timeline.gradients_moved([{}])
    names = [name for name in values if name in plain and _is_used(timeline, name, epoch, plain)]
    size = sum(values[name].size for name in names)
    if not names or len(names) < len(values) or not size:
        return None
    gradient = joined(plain, names)
    if not wanted or size > _MOST:
        return None, gradient, names
    single = (gradient == gradient.astype(np.float32)).all()
    length = float(np.linalg.norm(joined(values, names))) or 1.0
    reach = _REACH[np.float32 if single else np.float64] * length

    def product(vector: FloatArray) -> FloatArray:
        moves = [_parted(sign * reach * vector, values, names) for sign in (1.0, -1.0)]
        found = list(timeline.gradients_moved(moves))
        if any(each.keys() < plain.keys() for each in found):
            return np.full(size, np.nan)
        difference: FloatArray = joined(found[0], names) - joined(found[1], names)
        return difference / (2 * reach)

    if not _is_symmetric(product, size):
        return None, gradient, names
    return lanczos(product, size, time.monotonic() + _LONGEST), gradient, names


def _is_used(
    timeline: Timeline, name: str, epoch: int, gradients: Mapping[str, FloatArray]
) -> bool:
    """Whether the gradient at the end of an epoch is the one that its update has used."""
    column = timeline.history.gradients.get(name)
    if column is None or len(column) <= epoch:
        return False
    used, found = np.ravel(column[epoch]), np.ravel(gradients[name])
    if column.field.norm_of is not None:
        found = np.array([np.linalg.norm(found)])
    size = float(np.max(np.abs(used), initial=0.0))
    return bool(np.allclose(used, found, rtol=_ALIKE, atol=_ALIKE * size))


def _is_symmetric(product: Product, size: int) -> bool:
    random = np.random.default_rng(1)
    first, second = random.normal(size=(2, size))
    first, second = first / np.linalg.norm(first), second / np.linalg.norm(second)
    there, back = product(first), product(second)
    scale = float(np.linalg.norm(there) + np.linalg.norm(back))
    return bool(abs(second @ there - first @ back) <= _SYMMETRIC * scale)


def joined(parts: Mapping[str, FloatArray], names: list[str]) -> FloatArray:
    """Some parts, each flat, one behind the other, shape (size,)."""
    found: FloatArray = np.concatenate([parts[name].ravel() for name in names])
    return found


def _parted(
    vector: FloatArray, values: Mapping[str, FloatArray], names: list[str]
) -> dict[str, FloatArray]:
    found, at = {}, 0
    for name in names:
        found[name] = vector[at : at + values[name].size]
        at += values[name].size
    return found
