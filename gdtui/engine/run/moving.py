"""Moves the parameters of a paused script in place, and reads them and their gradients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from typing import Any

import numpy as np

from gdtui.engine.arrays import FloatArray
from gdtui.engine.errors import ScriptError
from gdtui.engine.libraries import imported
from gdtui.engine.record.parameters import Parameter
from gdtui.engine.record.quantities import attempt, shape_of


class MoveError(ScriptError):
    """A parameter cannot be moved; the text names it."""


def read_values(parameters: Iterable[Parameter]) -> dict[str, FloatArray]:
    """The values of parameters as float64 arrays of their shapes, by name.

    Raises:
        MoveError: one is not made of real numbers.
    """
    found = {}
    for each in parameters:
        value: Any = each.value()
        if _is_tensor(value):
            value = value.detach().cpu().numpy()
        try:
            found[each.name] = np.array(value, dtype=np.float64)
        except (TypeError, ValueError, RuntimeError):
            raise MoveError(f"parameter {each.name} is not made of numbers") from None
    return found


def read_gradients(parameters: Iterable[Parameter]) -> dict[str, FloatArray]:
    """The gradients of parameters as float64 arrays of the parameters' shapes, by name, without
    those that have none."""
    found = {}
    for each in parameters:
        shape, value = shape_of(attempt(each.value)), attempt(each.gradient)
        size = shape_of(value)
        if shape is None or size is None or prod(shape) != prod(size):
            continue
        held: Any = value.detach().cpu().numpy() if _is_tensor(value) else value
        found[each.name] = np.array(held, dtype=np.float64).reshape(shape)
    return found


def move(
    parameters: Iterable[Parameter], names: dict[str, Any], moves: Mapping[str, FloatArray]
) -> None:
    """Add to parameters, in place; a plain number is bound anew in ``names``.

    Raises:
        MoveError: one can neither be changed in place nor be bound anew.
    """
    for each in parameters:
        if each.name not in moves:
            continue
        step, value = moves[each.name], each.value()
        name = each.updated or each.held_by
        if _is_tensor(value):
            held: Any = value
            held.data += held.new_tensor(step.reshape(tuple(held.shape)))
        elif isinstance(value, np.ndarray):
            value += step.reshape(value.shape).astype(value.dtype)
        elif name in names and isinstance(value, int | float | np.floating):
            names[name] = value + float(step.ravel()[0])
        else:
            raise MoveError(f"parameter {each.name} cannot be moved where it is kept")


def _is_tensor(value: object) -> bool:
    torch: Any = imported("torch")
    return torch is not None and issubclass(type(value), torch.Tensor)
