"""Values compared to the last bit, and copied."""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np

from gdtui.engine.kinds import is_one_of
from gdtui.engine.libraries import imported
from gdtui.engine.record.quantities import is_tensor, torch_type

_WORDS = (bool, bytes, complex, int, str, type(None), type(Ellipsis), slice, range)
_MANY = (list, tuple)
_LOOKED_AT = 1_000


def is_array(value: object) -> bool:
    """Whether a value is an array of NumPy's own class, and not of Python objects."""
    return type(value) is np.ndarray and value.dtype.kind != "O"


def is_element(value: object) -> bool:
    """Whether a value is a single number or word of NumPy's."""
    return issubclass(type(value), np.generic) and type(value).__module__ == "numpy"


def is_plain_tensor(value: object) -> bool:
    """Whether a value is a tensor whose methods are torch's own."""
    kinds = (torch_type("Tensor"), torch_type("nn.Parameter"))
    return is_one_of(type(value), [each for each in kinds if each != ()])


def is_number(value: object) -> bool:
    """Whether a value is a number, or an array or a tensor of them."""
    return is_one_of(type(value), (bool, complex, float, int)) or is_numeric(value)


def is_numeric(value: object) -> bool:
    """Whether a value is an array or a tensor, or an element of one."""
    return is_array(value) or is_element(value) or is_plain_tensor(value)


def is_plain(value: object, depth: int = 3) -> bool:
    """Whether all that can be done with a value is Python's, NumPy's or torch's own code, and
    computing with it changes nothing."""
    kind = type(value)
    if is_one_of(kind, (*_WORDS, float)) or is_numeric(value):
        return True
    if is_one_of(kind, _MANY):
        many: Any = value
        return depth > 0 and len(many) <= _LOOKED_AT and all(is_plain(x, depth - 1) for x in many)
    if kind is dict:
        held: Any = value
        return (
            depth > 0
            and len(held) <= _LOOKED_AT
            and all(is_plain(each, depth - 1) for pair in held.items() for each in pair)
        )
    return is_a_kind(value)


def is_a_kind(value: object) -> bool:
    """Whether a value names a type of numbers or a place to keep them: ``np.float32``, a dtype, a
    device, a shape."""
    torch: Any = imported("torch")
    if torch is not None and is_one_of(
        type(value), (torch.dtype, torch.device, torch.Size, torch.layout)
    ):
        return True
    if isinstance(value, type):
        return is_one_of(value, (bool, int, float, complex)) or (
            issubclass(value, np.generic) and bool(value.__module__ == "numpy")
        )
    return bool(type(value).__module__ == "numpy.dtypes")


def same_bits(one: Any, other: Any) -> bool:
    """Whether two values are of the same type and shape and hold the same bits, NaNs included."""
    if is_tensor(one) and is_tensor(other):
        if one.dtype != other.dtype or one.shape != other.shape or one.layout != other.layout:
            return False
        first, second = (each.detach().cpu().contiguous().reshape(-1) for each in (one, other))
        torch: Any = imported("torch")
        return bool(torch.equal(first.view(torch.uint8), second.view(torch.uint8)))
    if type(one) is not type(other):
        return False
    if is_array(one):
        is_alike = bool(one.dtype == other.dtype and one.shape == other.shape)
        return is_alike and one.tobytes() == other.tobytes()
    if is_element(one):
        return bool(one.dtype == other.dtype and one.tobytes() == other.tobytes())
    if type(one) is float:
        return struct.pack("d", one) == struct.pack("d", other) or (
            math.isnan(one) and math.isnan(other)
        )
    if is_one_of(type(one), _MANY):
        return len(one) == len(other) and all(map(same_bits, one, other))
    return is_one_of(type(one), _WORDS) and bool(one == other)


def copied(value: Any) -> Any:
    """A number, an array or a tensor, or a list or dict of them, that may be changed without
    changing the run's."""
    kind = type(value)
    if is_one_of(kind, _MANY):
        return kind(map(copied, value))
    if kind is dict:
        return {key: copied(each) for key, each in value.items()}
    if is_plain_tensor(value):
        return value.detach().clone()
    return value.copy() if is_array(value) else value


def size_of(value: Any) -> int:
    """How many numbers a value holds."""
    if is_plain_tensor(value):
        return int(value.numel())
    if is_one_of(type(value), _MANY):
        return sum(map(size_of, value))
    if type(value) is dict:
        return sum(map(size_of, value.values()))
    return int(value.size) if is_array(value) else 1


def holds_numbers(value: Any, depth: int = 3) -> bool:
    """Whether a value is a number or an array, or a list, tuple or dict of such."""
    inside = list(value.values()) if type(value) is dict else value
    if type(value) is dict or is_one_of(type(value), _MANY):
        few = 0 < len(inside) <= _LOOKED_AT and depth > 0
        return few and all(holds_numbers(each, depth - 1) for each in inside)
    return is_number(value)
