"""Finding the parameters of a running script, and reading them as plain numbers.

Nothing is declared by the script. Parameters are the tensors that require a gradient, under
the names their module gives them; in a script without such tensors they are the names that
the training loop updates. torch is looked at only if the script has imported it.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from gdtui.engine.history import ABSENT
from gdtui.engine.loop import TrainingLoop

WHOLE = 64
"""A quantity of at most so many numbers is recorded whole, a larger one by its norm."""

UNREADABLE = (
    AttributeError,
    IndexError,
    KeyError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
    ZeroDivisionError,
    struct.error,
)
"""What reading can run into when the script has deleted a quantity or changed its form."""

Read = Callable[[], Any]


@dataclass(frozen=True)
class Parameter:
    """A parameter of the running script: how to get at its value and at its gradient.

    Both return whatever the script keeps there: a float, an array, a tensor. The gradient is
    None while there is none.
    """

    name: str
    value: Read
    gradient: Read


@dataclass(frozen=True)
class Named:
    """Reads a name of the script."""

    namespace: Mapping[str, Any]
    name: str

    def __call__(self) -> Any:
        return self.namespace[self.name]


@dataclass(frozen=True)
class Fixed:
    """Reads an object that stays the same, such as the parameter of a module."""

    value: Any

    def __call__(self) -> Any:
        return self.value


@dataclass(frozen=True)
class GradientOf:
    """Reads the gradient of a tensor."""

    tensor: Read

    def __call__(self) -> Any:
        return self.tensor().grad


class RowReader:
    """Reads several quantities at once, as one flat tuple of numbers.

    That happens in every epoch, between the operations of the script, and must not cost what
    they cost. So all quantities together become one Python expression.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._objects: list[Any] = []

    def add(self, read: Read, form: object, width: int = 1) -> None:
        """Add a quantity of ``width`` numbers. ``form`` is a value of the form that ``read``
        will return. Where that is not known yet, or None, each reading looks again, and
        gives NaN while there is nothing."""
        shape = shape_of(form)
        here = self._expression(read)
        if shape is None:
            self._parts.append(f"*{self._refer_to(numbers)}({here}, {width})")
        elif prod(shape) == 1:
            plain = isinstance(form, int | float | np.floating)
            self._parts.append(here if plain else f"{here}.item()")
        elif prod(shape) > WHOLE:
            self._parts.append(f"{self._refer_to(norm)}({here})")
        elif hasattr(form, "detach"):
            self._parts.append(f"*{here}.detach().reshape(-1).tolist()")
        else:
            self._parts.append(f"*{here}.reshape(-1).tolist()")

    def add_from(self, cell: list[Any]) -> None:
        """Add all numbers of the tuple that is ``cell[0]`` at the time."""
        self._parts.append(f"*{self._refer_to(cell)}[0]")

    def require(self, read: Read, value: object) -> None:
        """Let the reading fail with a KeyError once ``read`` returns another object."""
        same = f"{self._expression(read)} is {self._refer_to(value)}"
        self._parts.append(f"*(() if {same} else {self._refer_to({})}[0])")

    def function(self) -> Callable[[], tuple[Any, ...]]:
        """The function that reads them all. It raises whatever reading raises when the script
        has meanwhile deleted something or given it another form."""
        given = {f"x{number}": each for number, each in enumerate(self._objects)}
        read = eval(f"lambda: ({''.join(part + ', ' for part in self._parts)})", given)
        return cast(Callable[[], tuple[Any, ...]], read)

    def _expression(self, read: Read) -> str:
        if isinstance(read, Named):
            return f"{self._refer_to(read.namespace)}[{read.name!r}]"
        if isinstance(read, Fixed):
            return self._refer_to(read.value)
        if isinstance(read, GradientOf):
            return f"{self._expression(read.tensor)}.grad"
        return f"{self._refer_to(read)}()"

    def _refer_to(self, value: Any) -> str:
        self._objects.append(value)
        return f"x{len(self._objects) - 1}"


def attempt(read: Callable[[], Any]) -> Any:
    """What a reader gives, or None where it raises."""
    try:
        return read()
    except UNREADABLE:
        return None


def find_parameters(
    namespace: Mapping[str, Any], loop: TrainingLoop
) -> tuple[list[Parameter], dict[str, object]]:
    """The parameters in a namespace, and the modules that own some of them, by name."""
    modules: dict[str, object] = {}
    found = list(_tensors(namespace, modules))
    return found or list(_updated(namespace, loop)), modules


def find_loss(namespace: Mapping[str, Any], loop: TrainingLoop) -> str | None:
    """The name that holds the loss: the first likely one that is a single number now."""
    for name in loop.loss_names:
        shape = shape_of(namespace.get(name))
        if shape is not None and prod(shape) == 1:
            return name
    return None


def shape_of(value: object) -> tuple[int, ...] | None:
    """The shape of a real number, array or tensor; None for anything else."""
    if isinstance(value, int | float):
        return None if isinstance(value, bool) else ()
    if isinstance(value, np.ndarray | np.generic):
        return value.shape if value.dtype.kind in "fiu" else None
    torch = sys.modules.get("torch")
    if isinstance(value, getattr(torch, "Tensor", ())):
        tensor: Any = value
        shape = attempt(lambda: tuple(tensor.shape))  # a lazy parameter has none yet
        return None if shape is None or tensor.is_complex() else shape
    return None


def plain_array(value: Any) -> npt.NDArray[Any] | None:
    """A copy of an array or tensor in NumPy; None for a tensor that has no such form, such as
    one on the meta device."""
    if not hasattr(value, "detach"):
        return np.array(value)
    try:
        dense = value.detach()
        if dense.layout is not sys.modules["torch"].strided:
            dense = dense.to_dense()
        if dense.is_quantized:
            dense = dense.dequantize()
        copy: npt.NDArray[Any] = dense.cpu().double().numpy().copy()
    except (*UNREADABLE, NotImplementedError):
        return None
    return copy


def numbers(value: Any, width: int = 1) -> list[float]:
    """The numbers of a quantity as a flat list: its elements, or the norm if it has more than
    ``WHOLE``. ``width`` times NaN for anything that is not a quantity."""
    shape = shape_of(value)
    if shape is None:
        return [ABSENT] * width
    if prod(shape) > WHOLE:
        return [norm(value)]
    array = plain_array(value)
    if array is None:
        return [ABSENT] * width
    # An int may be too large for a float.
    found: list[float] | None = attempt(lambda: [float(each) for each in array.reshape(-1)])
    return [ABSENT] * width if found is None else found


def norm(value: Any) -> float:
    """The Euclidean norm of an array or tensor."""
    if hasattr(value, "detach"):
        return float(value.detach().norm().item())
    return float(np.linalg.norm(value))


# Tensors ------------------------------------------------------------------------------


def _tensors(namespace: Mapping[str, Any], owners: dict[str, object]) -> Iterator[Parameter]:
    """The leaf tensors that require a gradient, each once: those of modules, then those in
    the namespace itself or in its lists and dicts, then those only an optimizer knows."""
    torch: Any = sys.modules.get("torch")
    if not hasattr(torch, "nn") or not hasattr(torch, "optim"):
        return
    seen: set[int] = set()

    def learns(value: object) -> bool:
        if not isinstance(value, torch.Tensor) or id(value) in seen:
            return False
        if not (value.is_leaf and value.requires_grad):
            return False
        seen.add(id(value))
        return True

    owned = []
    for name, value in namespace.items():
        if isinstance(value, torch.nn.Module):
            own = [(key, each) for key, each in value.named_parameters() if learns(each)]
            if own:
                owned.append((name, own))
                owners[name] = value
    for name, own in owned:
        for key, each in own:
            yield _tensor(f"{name}.{key}" if len(owned) > 1 else key, Fixed(each))
    for name, value in namespace.items():
        for key, each, read in _entries(value, Named(namespace, name)):
            if learns(each):
                yield _tensor(f"{name}{key}", read)
    for name, value in namespace.items():
        if isinstance(value, torch.optim.Optimizer):
            every = [each for group in value.param_groups for each in group["params"]]
            for number, each in enumerate(every):
                if learns(each):
                    yield _tensor(f"{name}[{number}]", Fixed(each))


def _tensor(name: str, value: Read) -> Parameter:
    return Parameter(name, value, GradientOf(value))


# Names that the loop updates ----------------------------------------------------------


def _updated(namespace: Mapping[str, Any], loop: TrainingLoop) -> Iterator[Parameter]:
    for name in loop.updated_names:
        read = _path(namespace, name)
        for key, value, read_entry in _entries(attempt(read), read):
            if shape_of(value) is not None:
                yield Parameter(f"{name}{key}", read_entry, _gradient(namespace, loop, name, key))


def _gradient(namespace: Mapping[str, Any], loop: TrainingLoop, name: str, key: str) -> Read:
    """Reads the gradient of an updated name or, with a ``key``, of that entry of it."""
    for each in loop.gradient_names(name):
        read = _path(namespace, each)
        for its_key, value, read_entry in _entries(attempt(read), read):
            if its_key == key and shape_of(value) is not None:
                return read_entry
    return Fixed(None)


def _path(namespace: Mapping[str, Any], dotted: str) -> Read:
    first, *attributes = dotted.split(".")
    if not attributes:
        return Named(namespace, first)

    def read() -> object:
        value = namespace[first]
        for attribute in attributes:
            value = getattr(value, attribute)
        return value

    return read


def _entries(value: object, read: Read) -> Iterator[tuple[str, object, Read]]:
    """A value itself with an empty key, or the entries of a list, tuple or dict, each with
    its key in brackets."""
    if isinstance(value, list | tuple):
        for index, each in enumerate(value[:WHOLE]):
            yield f"[{index}]", each, _entry(read, index)
    elif isinstance(value, dict):
        for key, each in list(value.items())[:WHOLE]:
            yield f"[{key!r}]", each, _entry(read, key)
    else:
        yield "", value, read


def _entry(read: Read, key: Any) -> Read:
    return lambda: read()[key]
