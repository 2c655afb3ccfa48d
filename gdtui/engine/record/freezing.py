"""Values of a running script, copied so that they can be handed to another thread."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from gdtui.engine.kinds import is_one_of
from gdtui.engine.record.quantities import (
    attempt,
    is_tensor,
    plain_array,
    plain_tensor,
    tensor_shape,
)
from gdtui.engine.record.summary import Summaries, Summary

LARGEST = 10_000
"""Arrays with more elements than this are summed up, not copied."""

_DEEPEST = 50
_PLAIN = (bool, bytes, complex, float, int, str, type(None))
_NUMBERS = "biuf"


def freeze(value: object, summaries: Summaries | None = None) -> object:
    """A value as plain Python or a read-only NumPy array: numbers, words and single elements as
    Python has them, arrays and tensors of numbers or truths as copies, other arrays as tuples.

    Whole numbers and truths stay what they are; a tensor's floats come as float64. Of an array of
    more than ``LARGEST`` numbers a :class:`Summary`, one of ``summaries`` where they are given.
    None where a value has none of these forms, and for such an array that is one of many in a
    list or a tuple.
    """
    large = _summary(value, summaries or Summaries())
    return _freeze(value, _DEEPEST) if large is None else large


def _summary(value: Any, summaries: Summaries) -> Summary | None:
    if issubclass(type(value), np.ndarray):
        is_large = np.asarray(value).size > LARGEST
    else:
        is_large = is_tensor(value) and prod(tensor_shape(value) or ()) > LARGEST
    return summaries.of(value) if is_large else None


def _freeze(value: Any, depth: int) -> object:
    kind = type(value)
    if is_one_of(kind, _PLAIN):
        return value
    if issubclass(kind, np.ndarray | np.generic):
        array = np.asarray(value)
        return _freeze_array(array, depth) if array.size <= LARGEST else None
    if is_tensor(value):
        return _freeze_tensor(value, depth)
    if issubclass(kind, int):
        return int.__int__(value)
    if issubclass(kind, float):
        return float.__float__(value)
    if is_one_of(kind, (list, tuple)) and len(value) <= LARGEST and depth:
        return tuple(_freeze(each, depth - 1) for each in value)
    return None


def _freeze_tensor(value: Any, depth: int) -> object:
    shape = tensor_shape(value)
    if shape is None or prod(shape) > LARGEST:
        return None
    array = attempt(lambda: plain_array(plain_tensor(value)))
    if array is not None and array.dtype.kind == "f":
        array = array.astype(np.float64)
    return None if array is None else _freeze_array(array, depth)


def _freeze_array(array: Any, depth: int) -> object:
    array = np.array(array, subok=False)
    if array.dtype.kind in _NUMBERS:
        if array.size == 1:
            with np.errstate(all="ignore"):  # a long double may be too large for a float
                only = array.reshape(-1)[0]
                return only.item() if array.dtype.itemsize <= 8 else float(only)
        array.setflags(write=False)
        return array
    if array.dtype.kind in "Mm":
        array = array.astype(str)
    return _freeze(attempt(array.tolist), depth)
