"""Where the first number came from that was not finite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from gdtui.engine.arrays import FloatArray
from gdtui.engine.kinds import is_one_of
from gdtui.engine.libraries import imported
from gdtui.engine.record.history import Column, History, was_there

_FLOATS = "fc"
_MOST_ENTRIES = 10_000
_GROWN = 10
_FAR = 1e9
"""Parameters of this size are taken for the cause of a loss that is infinite all at once."""


@dataclass(frozen=True)
class Origin:
    """Where a value that is not finite first appeared in a run.

    Attributes:
        kind: ``data`` for an array that the loop reads and leaves as it is, such as the inputs;
            ``gradient`` for a gradient computed from a finite loss; ``parameter`` for a
            parameter that a finite gradient made so, or that was so before the loop; ``loss``
            where all of these were finite up to then.
        name: the name of the array, of the parameter or of the loss.
        index: the place of the first such element; None for a single number, or where only the
            norm of a quantity is recorded.
        epoch: the epoch, counted from 1; 0 for before the loop; None for data, which belongs to
            no epoch.
    """

    kind: Literal["data", "gradient", "parameter", "loss"]
    name: str
    index: tuple[int, ...] | None
    epoch: int | None


def trace_nonfinite(
    history: History, data: Mapping[str, object], loss_name: str | None
) -> Origin | None:
    """The origin of a run's first value that is not finite; None where all are finite.

    ``data`` are the script's values that the loop reads and leaves as they are, by name. Where
    not even the first loss was finite, such an element among them is the origin. Later it is so
    only if it is NaN and the losses had not grown: there may be samples that come in late, but
    infinity stands in the mask of an attention layer as well, and what grows overflows.
    """
    found = _first_in_columns(history, loss_name)
    if found is None:
        return None
    finite = _finite_losses(history)
    first = not np.isfinite(history.loss[:1]).any()
    if not first and finite[-1] > _GROWN * abs(finite).min():
        return found
    for name, value in data.items():
        for key, array in _arrays(value):
            index = _first(array, nan_only=not first)
            if index:  # a single number, such as the best loss so far, is no data
                return Origin("data", f"{name}{key}", index, None)
    return found


def has_grown(history: History) -> bool:
    """Whether the loss of a run that came to a value which is not finite had grown before: the
    last one that was finite is many times the smallest, or the parameters are far away, so that
    it grew past all numbers in a single epoch."""
    finite = _finite_losses(history)
    if not len(finite):
        return False
    if len(finite) > 1 and finite[-1] > _GROWN * abs(finite).min():
        return True
    rows = (column[-2:] for column in history.parameters.values())
    return any(bool((np.isfinite(each) & (np.abs(each) > _FAR)).any()) for each in rows)


def first_nonfinite(value: object) -> tuple[int, ...] | None:
    """The place of the first element that is not finite, ``()`` for a single number; None where
    all are, or where the value is no number, array or tensor."""
    for _, array in _arrays(value):
        return _first(array, nan_only=False)
    return None


def _first_in_columns(history: History, loss_name: str | None) -> Origin | None:
    """Read off what was recorded. In an epoch the loss comes first, then the gradients, then
    the parameters, which are those after the update."""
    found: tuple[int, int, Origin] | None = None
    order: list[tuple[Literal["loss", "gradient", "parameter"], Mapping[str, Column]]] = [
        ("gradient", history.gradients),
        ("parameter", history.parameters),
    ]
    order.insert(0, ("loss", {loss_name or history.loss.field.name: history.loss}))
    for rank, (kind, columns) in enumerate(order):
        for name, column in columns.items():
            epoch = _first_epoch(column)
            if epoch is not None and (found is None or (epoch, rank) < found[:2]):
                index = _first(column[epoch - 1], nan_only=False) or None
                found = epoch, rank, Origin(kind, name, index, epoch)
    return found[2] if found else None


def _first_epoch(column: Column) -> int | None:
    values = column[:]
    strange = was_there(values) & ~np.isfinite(values)
    rows = np.flatnonzero(strange.any(axis=tuple(range(1, strange.ndim))))
    return int(rows[0]) + 1 if len(rows) else None


def _first(array: npt.NDArray[Any], *, nan_only: bool) -> tuple[int, ...] | None:
    strange = np.isnan(array) if nan_only else ~np.isfinite(array)
    places = np.argwhere(strange)
    return tuple(map(int, places[0])) if len(places) else None


def _arrays(value: object) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The arrays of floating-point numbers that a value is or holds, each with what stands
    behind the name of the value to get there."""
    kind = type(value)
    if kind is float:
        yield "", np.asarray(value)
    elif issubclass(kind, np.ndarray | np.generic):
        array = np.asarray(value)
        if array.dtype.kind in _FLOATS:
            yield "", array
    elif is_one_of(kind, (list, tuple)):
        yield from _in_list(value)
    else:
        yield from _in_torch(value)


def _in_list(value: Any) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    if len(value) <= _MOST_ENTRIES and all(is_one_of(type(each), (int, float)) for each in value):
        # An int may be too large for a float; it is finite all the same.
        yield "", np.array([each if type(each) is float else 0.0 for each in value])


def _in_torch(value: Any) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    torch: Any = imported("torch")
    kind = type(value)
    nn: Any = getattr(torch, "nn", None)
    if kind is getattr(torch, "Tensor", None) or kind is getattr(nn, "Parameter", None):
        array = _plain(value, torch)
        if array is not None:
            yield "", array
        return
    utils: Any = getattr(getattr(torch, "utils", None), "data", None)
    if kind is getattr(utils, "DataLoader", None):
        for key, array in _in_torch(value.dataset):
            yield f".dataset{key}", array
    elif kind is getattr(utils, "TensorDataset", None):
        for place, each in enumerate(value.tensors):
            for key, array in _in_torch(each):
                yield f".tensors[{place}]{key}", array


def _plain(tensor: Any, torch: Any) -> npt.NDArray[Any] | None:
    if not tensor.is_floating_point() or tensor.layout is not torch.strided:
        return None
    try:
        found: npt.NDArray[Any] = tensor.detach().cpu().double().numpy()
    except (RuntimeError, TypeError, NotImplementedError):
        return None
    return found


def _finite_losses(history: History) -> FloatArray:
    losses = history.loss[:]
    finite: FloatArray = losses[np.isfinite(losses)]
    return finite
