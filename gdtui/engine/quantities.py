"""Finding the parameters of a running script, and reading them as plain numbers.

Nothing is declared by the script. Parameters are the tensors that require a gradient, under
the names their module gives them; in a script without such tensors they are the names that
the training loop updates. torch is looked at only if the script has imported it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from gdtui.engine.loop import TrainingLoop

WHOLE = 64
"""A quantity of at most so many numbers is recorded whole, a larger one by its norm."""

NAN = float("nan")
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
        return None if value.is_complex() else tuple(value.shape)  # type: ignore[attr-defined]
    return None


def reader(get: Read, form: object) -> Read:
    """A way to read a quantity as one plain number or as a flat list of at most ``WHOLE``,
    NaN standing for None.

    ``form`` is a value of the form that ``get`` will return. The choice is made here, once,
    since the reading itself happens in every epoch.
    """
    shape = shape_of(form)
    if shape is None:
        return get
    size = prod(shape)
    if hasattr(form, "detach"):
        if size == 1:
            return lambda: NAN if (value := get()) is None else value.item()
        if size <= WHOLE:
            return lambda: NAN if (value := get()) is None else value.detach().flatten().tolist()
        return lambda: NAN if (value := get()) is None else value.detach().norm().item()
    if shape == ():
        return get
    if size == 1:
        return lambda: np.asarray(get()).item()
    if size <= WHOLE:
        return lambda: np.asarray(get()).ravel().tolist()
    return lambda: float(np.linalg.norm(get()))


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
            yield _tensor(f"{name}.{key}" if len(owned) > 1 else key, _always(each))
    for name, value in namespace.items():
        for key, each, read in _entries(name, value, _item(namespace, name)):
            if learns(each):
                yield _tensor(f"{name}{key}", read)
    for name, value in namespace.items():
        if isinstance(value, torch.optim.Optimizer):
            every = [each for group in value.param_groups for each in group["params"]]
            for number, each in enumerate(every):
                if learns(each):
                    yield _tensor(f"{name}[{number}]", _always(each))


def _tensor(name: str, value: Read) -> Parameter:
    return Parameter(name, value, lambda: value().grad)


# Names that the loop updates ----------------------------------------------------------


def _updated(namespace: Mapping[str, Any], loop: TrainingLoop) -> Iterator[Parameter]:
    for name in loop.updated_names:
        read = _path(namespace, name)
        for key, value, read_entry in _entries(name, read(), read):
            if shape_of(value) is not None:
                yield Parameter(f"{name}{key}", read_entry, _gradient(namespace, loop, name, key))


def _gradient(namespace: Mapping[str, Any], loop: TrainingLoop, name: str, key: str) -> Read:
    """Reads the gradient of an updated name or, with a ``key``, of that entry of it."""
    for each in loop.gradient_names(name):
        read = _path(namespace, each)
        for its_key, value, read_entry in _entries(each, read(), read):
            if its_key == key and shape_of(value) is not None:
                return read_entry
    return _always(None)


def _path(namespace: Mapping[str, Any], dotted: str) -> Read:
    first, *attributes = dotted.split(".")
    if not attributes:
        return lambda: namespace.get(first)

    def read() -> object:
        value = namespace.get(first)
        for attribute in attributes:
            value = getattr(value, attribute, None)
        return value

    return read


def _entries(name: str, value: object, read: Read) -> Iterator[tuple[str, object, Read]]:
    """A value itself with an empty key, or the entries of a list, tuple or dict, each with
    its key in brackets."""
    if isinstance(value, list | tuple):
        for index, each in enumerate(value[: WHOLE + 1]):
            yield f"[{index}]", each, _item(read, index)
    elif isinstance(value, dict):
        for key, each in list(value.items())[: WHOLE + 1]:
            yield f"[{key!r}]", each, _item(read, key)
    else:
        yield "", value, read


def _item(source: Any, key: Any) -> Read:
    if callable(source):
        return lambda: source()[key]
    return lambda: source[key]


def _always(value: object) -> Read:
    return lambda: value
