"""Frozen values of a script, as numbers and as text."""

from __future__ import annotations

import numpy as np

from gdtui.analysis.numerals import Numerals, joined
from gdtui.analysis.summaries import summary_text
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.summary import Summary
from gdtui.engine.record.variables import array_text

_FEW = 4
_FEW_DIGITS = 4
"""The digits of a number that summarises many."""


def as_array(value: object) -> FloatArray | None:
    """A frozen value as an array of its own shape; None if it is not made of numbers, or holds one
    that is too large for float64."""
    if value is None or isinstance(value, str | bytes):
        return None
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None


def flat(value: object) -> FloatArray | None:
    """The numbers of a frozen number or array, shape (numbers,); None as for :func:`as_array`, and
    for a list of numbers."""
    if not isinstance(value, int | float | np.ndarray):
        return None
    array = as_array(value)
    return array if array is None else array.ravel()


def alike(one: object, other: object) -> bool:
    """Whether two frozen values hold the same numbers, or equal summaries."""
    if isinstance(one, Summary) or isinstance(other, Summary):
        return isinstance(one, Summary) and isinstance(other, Summary) and one == other
    return np.array_equal(one, other)  # type: ignore[arg-type]


def is_zero(value: object) -> bool:
    """Whether a frozen value holds only zeros, or no numbers."""
    if isinstance(value, Summary):
        return not (value.norm or value.nonfinite)
    numbers = flat(value)
    return numbers is None or not numbers.any()


def held_text(value: object, text: str, write: Numerals) -> str:
    """A frozen value as its type shows it, which is ``text``, with its floats in the digits that
    ``write`` gives them. Integers, words and what is inside a list keep all of theirs."""
    if write.digits is None:
        return text
    if type(value) is float:
        return _as_float(value, write, ".0")
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        return text
    if not value.ndim:
        return _as_float(float(value), write, ".0")
    return array_text(value, lambda each: _as_float(float(each), write, "."))


def _as_float(value: float, write: Numerals, end: str) -> str:
    """A number that does not look like an integer."""
    text = write(value)
    return text if set(text) & set(".en") else text + end


def value_text(value: object, write: Numerals) -> str:
    """A value as text: one number; a few numbers with commas; of many numbers the first, the last
    and their Euclidean norm; of a large array its summary."""
    if isinstance(value, Summary):
        return summary_text(value, write)
    numbers = flat(value)
    if numbers is None:
        return "None" if value is None else "a large number"
    if not len(numbers):
        return "an empty array"
    if len(numbers) == 1:
        return write(numbers[0])
    few = write.at_most(_FEW_DIGITS)
    shown = joined(len(numbers), lambda place: few(numbers[place]), ", ", _FEW)
    if len(numbers) <= _FEW:
        return shown
    with np.errstate(all="ignore"):
        return f"{shown} (norm {few(float(np.linalg.norm(numbers)))})"
