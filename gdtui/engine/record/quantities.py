"""Numbers, arrays and tensors of a running script, read as plain numbers.

Nothing of a script's own class is asked: a conversion, an attribute or a comparison may be code
of the script, which can raise, never return, or answer anything. So it is the type of a value
that is looked at, never ``isinstance``, which asks the value for its ``__class__``.
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Callable
from math import prod, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from gdtui.engine.kinds import is_a, is_one_of
from gdtui.engine.libraries import imported
from gdtui.engine.printable import clean_line
from gdtui.engine.record.history import ABSENT
from gdtui.engine.record.own_objects import own_value

WHOLE = 64
"""A quantity of at most so many numbers is recorded whole, a larger one by its norm."""

UNREADABLE = (
    AttributeError,
    IndexError,
    KeyError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
    ZeroDivisionError,
    struct.error,
)
"""What reading can run into when the script has deleted a quantity or changed its form."""

Shape = tuple[int, ...]

_TORCH_TYPES: dict[str, tuple[Any, type]] = {}
"""The classes that have been found, each with the module it was found in."""

_BLOCK = 1024
_LONGEST_NAME = 200
_REAL = "fiu"


def attempt(read: Callable[[], Any]) -> Any:
    """What a reader gives, or None where it raises."""
    try:
        return read()
    except UNREADABLE:
        return None


def torch_type(path: str) -> Any:
    """A class of torch, such as ``optim.Optimizer``, or ``()``, which nothing is an instance of,
    while torch is not loaded, or not yet as far as that."""
    torch: Any = imported("torch")
    if torch is None:
        return ()
    known = _TORCH_TYPES.get(path)
    if known is not None and known[0] is torch:
        return known[1]
    found = torch
    for part in path.split("."):
        # Asked for by its dict: torch loads some of its parts when it is asked for them.
        found = getattr(found, "__dict__", {}).get(part)
    if not isinstance(found, type):
        return ()
    _TORCH_TYPES[path] = torch, found
    return found


def type_name(value: object) -> str:
    """The name of a value's class; the class itself, which may answer anything, is not asked."""
    return clean_line(type.__dict__["__name__"].__get__(type(value)), _LONGEST_NAME)


def is_tensor(value: object) -> bool:
    """Whether a value is a tensor of torch, if that is there at all."""
    return is_a(value, torch_type("Tensor"))


def plain_tensor(value: Any) -> Any:
    """A tensor as one whose methods are torch's own; a subclass may have others."""
    if is_one_of(type(value), (torch_type("Tensor"), torch_type("nn.Parameter"))):
        return value
    torch: Any = imported("torch")
    with torch._C.DisableTorchFunctionSubclass():
        return torch.Tensor.as_subclass(value, torch.Tensor)


def learns(tensor: Any) -> bool:
    """Whether a tensor is one that a gradient is computed for and kept at."""
    if is_one_of(type(tensor), (torch_type("Tensor"), torch_type("nn.Parameter"))):
        return bool(tensor.requires_grad and tensor.is_leaf)
    return bool(asked(tensor, "requires_grad") and asked(tensor, "is_leaf"))


def gradient_of(tensor: Any) -> Any:
    """The gradient that is kept at a tensor; None where there is none. PyTorch warns whoever asks
    a tensor that keeps none, so such a tensor is not asked."""
    if is_one_of(type(tensor), (torch_type("Tensor"), torch_type("nn.Parameter"))):
        return tensor.grad if tensor.is_leaf or tensor.retains_grad else None
    kept = asked(tensor, "is_leaf") or asked(tensor, "retains_grad")
    return asked(tensor, "grad") if kept else None


def asked(tensor: Any, attribute: str) -> Any:
    """An attribute of a tensor of a subclass, which may have an answer of its own."""
    torch: Any = imported("torch")
    with torch._C.DisableTorchFunctionSubclass():
        return getattr(torch._C.TensorBase, attribute).__get__(tensor)


def shape_of(value: object) -> Shape | None:
    """The shape of a real number, array or tensor, or of the one that a value of an autograd of the
    script's own holds; None for anything else."""
    kind = type(value)
    if issubclass(kind, np.ndarray | np.generic):
        array = np.asarray(value)
        return array.shape if array.dtype.kind in _REAL else None
    if issubclass(kind, int | float):
        return None if kind is bool else ()
    if is_tensor(value):
        return tensor_shape(value) if attempt(lambda: _is_real(value)) else None
    held = own_value(value)
    return None if held is None or own_value(held) is not None else shape_of(held)


def tensor_shape(value: Any) -> Shape | None:
    """The shape of a tensor of any type; None for a lazy parameter, which has none yet."""
    shape: Shape | None = attempt(lambda: tuple(plain_tensor(value).shape))
    return shape


def _is_real(value: Any) -> bool:
    dtype = plain_tensor(value).dtype
    return dtype.is_floating_point or not (dtype.is_complex or dtype is imported("torch").bool)


def plain_array(value: Any) -> npt.NDArray[Any] | None:
    """A copy of an array or tensor in NumPy, of the type that its elements have, or the nearest
    that NumPy has; None for a tensor that has no such form, such as one on the meta device."""
    if not is_tensor(value):
        return np.array(value)
    try:
        copy: npt.NDArray[Any] = _dense(plain_tensor(value)).numpy().copy()
    except UNREADABLE:
        return None
    return copy


def _dense(tensor: Any) -> Any:
    """A tensor on the CPU, in a type that NumPy knows, without a graph."""
    torch: Any = imported("torch")
    dense = tensor.detach()
    if dense.layout is not torch.strided:
        with warnings.catch_warnings():  # some layouts are announced as new
            warnings.simplefilter("ignore")
            dense = dense.to_dense()
    if dense.is_quantized:
        dense = dense.dequantize()
    dense = dense.cpu().resolve_conj().resolve_neg()
    if dense.dtype.is_floating_point and dense.dtype not in (torch.float64, torch.float16):
        dense = dense.float()
    return dense


def numbers(value: Any, width: int = 1) -> list[float]:
    """The numbers of a quantity as a flat list: its elements, or the norm if it has more than
    ``WHOLE``. ``width`` times ``ABSENT`` for anything that is not a quantity."""
    shape = shape_of(value)
    if shape is None:
        return [ABSENT] * width
    if not is_a(value, np.ndarray | np.generic) and is_a(value, int | float):
        number = attempt(lambda: _plain_number(value))  # an int may be too large for a float
        return [ABSENT if number is None else number]
    if not (is_tensor(value) or is_a(value, np.ndarray | np.generic)):
        return numbers(own_value(value), width)
    if prod(shape) > WHOLE:
        found = attempt(lambda: [norm(value)])
    else:
        array = plain_array(value)
        with np.errstate(all="ignore"):
            found = None if array is None else array.reshape(-1).astype(np.float64).tolist()
    return [ABSENT] * width if found is None else found


def _plain_number(value: Any) -> float:
    """An int or a float as a float, without asking a subclass for its own conversion."""
    kind: Any = float if issubclass(type(value), float) else int
    number: float = kind.__float__(value)
    return number


def norm(value: Any) -> float:
    """The Euclidean norm of an array or tensor, of a large tensor to seven digits."""
    if not is_tensor(value):
        with np.errstate(all="ignore"):
            return float(np.linalg.norm(np.asarray(value, dtype=np.float64)))
    tensor = plain_tensor(value).detach()
    torch: Any = imported("torch")
    if tensor.layout is not torch.strided or tensor.is_quantized:
        return float(np.linalg.norm(_dense(tensor).double().numpy()))
    if tensor.numel() < 4 * _BLOCK or not tensor.dtype.is_floating_point:
        if tensor.dtype.is_floating_point and (tensor.is_cpu or tensor.is_cuda):
            return float(torch.linalg.vector_norm(tensor, dtype=torch.float64).item())
        return float(tensor.cpu().double().norm().item())
    # Summing a million squares in float32 loses five of its seven digits; converting them all
    # first takes longer. Blocks of them are summed in float32, and these in float64.
    flat = tensor.reshape(-1)
    if flat.dtype is not torch.float64:
        flat = flat.float()
    whole = flat.numel() // _BLOCK * _BLOCK
    parts = torch.linalg.vector_norm(flat[:whole].view(-1, _BLOCK), dim=1)
    rest = torch.linalg.vector_norm(flat[whole:]).reshape(1)
    return float(torch.cat([parts, rest]).cpu().double().norm().item())


def tensor_norm(tensor: Any) -> float:
    """The same of a tensor that has torch's own methods. It is asked for in every epoch, and for a
    small tensor on the CPU NumPy needs a third of torch's time."""
    try:
        flat = tensor.detach().numpy().reshape(-1)
    except UNREADABLE:  # it lies elsewhere, or has a type or a layout that NumPy does not know
        return norm(tensor)
    if flat.size >= 4 * _BLOCK:
        return norm(tensor)
    flat = flat.astype(np.float64)
    return sqrt(flat.dot(flat))
