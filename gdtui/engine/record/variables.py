"""The names of a running script and what they hold, frozen, each with a text to show.

Of the script's own classes nothing but the name is asked: a ``repr`` is code as well, which can
raise or never return.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from gdtui.engine.kinds import is_one_of
from gdtui.engine.printable import clean_line
from gdtui.engine.record.freezing import LARGEST, freeze
from gdtui.engine.record.quantities import (
    asked,
    attempt,
    gradient_of,
    is_tensor,
    plain_array,
    plain_tensor,
    shape_of,
    tensor_shape,
    type_name,
)

LONGEST = 500
"""Characters of a text; what is longer ends in ``…``."""

_LONGEST_NAME = 200
_LONGEST_WORD = 200
_MOST_ELEMENTS = 100
_MOST_ENTRIES = 20
_DEEPEST = 5
_MOST_BITS = 4096
_NUMBERS = "biufc"
_SHORT = (bool, float, complex, range, slice, type(None), type(...))
_UNSHOWN = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)


class Shown:
    """A value to be shown. An array of numbers is kept, and written out when it is looked at:
    that takes longer than all the rest, and most of a moment is never looked at."""

    def __init__(self, value: object) -> None:
        array = _plain_numbers(value)
        self._value = _described(value, _DEEPEST) if array is None else array

    @cached_property
    def text(self) -> str:
        """The value in one line of at most ``LONGEST`` characters, as Python or NumPy shows it."""
        value = self._value
        return clean_line(value if isinstance(value, str) else _array(value, 0), LONGEST)


@dataclass(frozen=True, eq=False)
class Variable:
    """A name of the script and what it held.

    Attributes:
        name: the name.
        type_name: its type, as ``float``, ``ndarray`` or ``Tensor``.
        shape: the shape of a number, array or tensor; None for anything else.
        value: the value as plain Python or a read-only NumPy array, or the summary of one that is
            too large to copy; None where it is of a kind that has none of these forms.
        shown: the value to be shown.
        requires_grad: whether it is a tensor that requires a gradient.
        grad: its gradient, in the same form as ``value``; None where there is none.
        dtype: the type of the elements of an array or tensor, such as ``float32``; empty for
            anything else.
        grad_shown: the gradient to be shown; None where there is none.
    """

    name: str
    type_name: str
    shape: tuple[int, ...] | None
    value: object
    shown: Shown
    requires_grad: bool = False
    grad: object = None
    dtype: str = ""
    grad_shown: Shown | None = None

    @property
    def text(self) -> str:
        """The value in one short line, as Python or NumPy shows it, with all its digits."""
        return self.shown.text

    @property
    def kind(self) -> str:
        """The type, the dtype if that says more, and the shape if there is more than one number:
        ``ndarray int64 3x2``, ``Tensor float32``, ``float``."""
        dtype = "" if self.dtype == self.type_name else self.dtype
        shape = "x".join(map(str, self.shape)) if self.shape else ""
        return " ".join(each for each in (self.type_name, dtype, shape) if each)

    @property
    def grad_text(self) -> str:
        """The gradient in one short line; empty where there is none."""
        return "" if self.grad_shown is None else self.grad_shown.text


def read_variables(
    items: Iterable[tuple[Any, Any]], freeze: Callable[[object], object] = freeze
) -> tuple[Variable, ...]:
    """The variables among a script's names, in their order: no modules, functions or classes, and
    no names with two underscores in front."""
    return tuple(
        _variable(name, value, freeze)
        for name, value in items
        if type(name) is str and not (name.startswith("__") or issubclass(type(value), _UNSHOWN))
    )


def _variable(name: str, value: Any, freeze: Callable[[object], object]) -> Variable:
    tensor = is_tensor(value)
    gradient = attempt(lambda: gradient_of(value)) if tensor else None
    return Variable(
        name=clean_line(name, _LONGEST_NAME),
        type_name=type_name(value),
        shape=_shape(value),
        value=freeze(value),
        shown=Shown(value),
        requires_grad=tensor and bool(attempt(lambda: asked(value, "requires_grad"))),
        grad=None if gradient is None else freeze(gradient),
        dtype=_dtype(value),
        grad_shown=None if gradient is None else Shown(gradient),
    )


def _plain_numbers(value: Any) -> npt.NDArray[Any] | None:
    """A copy of an array or tensor of numbers or truths, of the type that its elements have; None
    for anything else, and for one that is too large to be shown."""
    if issubclass(type(value), np.ndarray | np.generic):
        array = np.asarray(value)
        if array.size > LARGEST or array.dtype.kind not in _NUMBERS:
            return None
        return np.array(array, subok=False)
    if not is_tensor(value):
        return None
    shape = tensor_shape(value)
    if shape is None or prod(shape) > LARGEST:
        return None
    found: npt.NDArray[Any] | None = attempt(lambda: plain_array(plain_tensor(value)))
    return found


def _shape(value: Any) -> tuple[int, ...] | None:
    if issubclass(type(value), np.ndarray | np.generic):
        shape: tuple[int, ...] = np.asarray(value).shape
        return shape
    return tensor_shape(value) if is_tensor(value) else shape_of(value)


def _dtype(value: Any) -> str:
    if issubclass(type(value), np.ndarray | np.generic):
        return _dtype_name(np.asarray(value).dtype)
    if is_tensor(value):
        return str(attempt(lambda: plain_tensor(value).dtype) or "").removeprefix("torch.")
    return ""


def _dtype_name(dtype: np.dtype[Any]) -> str:
    if dtype.names is not None:
        return clean_line("with " + ", ".join(dtype.names), _LONGEST_WORD)
    return str(dtype)


def _described(value: Any, depth: int) -> str:
    kind = type(value)
    if is_one_of(kind, (str, bytes)):
        return _word(value)
    if kind is int:
        return str(value) if value.bit_length() < _MOST_BITS else "a number with over 1,000 digits"
    if is_one_of(kind, _SHORT):
        return repr(value) if kind is not slice else "slice"
    numbers = _plain_numbers(value)
    if numbers is not None:
        return _array(numbers, depth)
    if issubclass(kind, np.ndarray | np.generic):
        array = np.asarray(value)
        return _array(array, depth) if array.size <= LARGEST else _too_large(value, array.shape)
    if is_tensor(value):
        shape = tensor_shape(value)
        is_large = shape is None or prod(shape) > LARGEST
        return _too_large(value, shape) if is_large else type_name(value)
    if is_one_of(kind, _BRACKETS):
        return _entries(value, depth)
    return f"<{type_name(value)}>" if issubclass(kind, _UNSHOWN) else type_name(value)


def _too_large(value: Any, shape: tuple[int, ...] | None) -> str:
    return type_name(value) if shape is None else f"{type_name(value)} of shape {shape}"


def _word(value: str | bytes) -> str:
    """A word in quotes. A long one is cut behind its last quote that is shown."""
    if len(value) <= _LONGEST_WORD:
        return repr(value)
    return repr(value[:_LONGEST_WORD])[:-1] + "…"


def array_text(array: npt.NDArray[Any], number: Callable[[Any], str]) -> str:
    """An array of floats in one line of at most ``LONGEST`` characters, as NumPy shows it but for
    its elements, which ``number`` writes."""
    text = _laid_out(array, {"float_kind": number})
    return clean_line(" ".join(text.split()), LONGEST)


def _array(array: npt.NDArray[Any], depth: int) -> str:
    if array.dtype.hasobject and array.dtype.names is not None:
        return "ndarray"
    if not array.ndim:
        return _element(array[()], depth)

    def element(value: Any) -> str:
        return _element(value, depth)

    text = _laid_out(array, {"object": element, "numpystr": element} if _asks(array) else None)
    if _asks(array):
        return text.replace("\n", "")
    # In columns, as NumPy has it, a number has blanks before or behind it.
    return " ".join(text.split()).replace("[ ", "[").replace(" ]", "]")


def _laid_out(array: npt.NDArray[Any], formatter: Any) -> str:
    with np.errstate(all="ignore"):
        return np.array2string(
            array,
            threshold=_MOST_ELEMENTS,
            max_line_width=10 * LONGEST,
            formatter=formatter,
        )


def _asks(array: npt.NDArray[Any]) -> bool:
    """Whether NumPy would ask the elements for their text, or show long words whole."""
    return array.dtype.kind in "OUS"


def _element(value: Any, depth: int) -> str:
    kind = type(value)
    if issubclass(kind, np.str_ | np.bytes_):
        return _word(value.item())
    if issubclass(kind, np.generic) and not value.dtype.hasobject:
        with np.errstate(all="ignore"):
            return str(value)
    return _described(value, depth - 1) if depth else "…"


_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
    dict: ("{", "}"),
}


def _entries(value: Any, depth: int) -> str:
    left, right = _BRACKETS[type(value)]
    if not value:
        return repr(value)  # of one of Python's own types
    if not depth:
        return f"{left}…{right}"
    shown = list(islice(_each(value, depth), _MOST_ENTRIES))
    if len(value) > _MOST_ENTRIES:
        shown.append("…")
    comma = "," if type(value) is tuple and len(value) == 1 else ""
    return f"{left}{', '.join(shown)}{comma}{right}"


def _each(value: Any, depth: int) -> Iterator[str]:
    if type(value) is dict:
        for key, each in value.items():
            yield f"{_described(key, depth - 1)}: {_described(each, depth - 1)}"
    else:
        for each in value:
            yield _described(each, depth - 1)
