"""Writes a row of the history for each epoch: loss, parameters and their gradients."""

from __future__ import annotations

import struct
from math import isfinite, prod
from typing import Any

from gdtui.engine.history import Field, History, Kind
from gdtui.engine.loop import TrainingLoop
from gdtui.engine.quantities import (
    NAN,
    WHOLE,
    Parameter,
    Read,
    find_loss,
    find_parameters,
    reader,
    shape_of,
)

# What reading can run into when the script has changed the form of a quantity, or has
# deleted it. The reader is then chosen anew.
_UNREADABLE = (
    AttributeError,
    IndexError,
    KeyError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
)


class Recorder:
    """Reads a running script's namespace and appends to a history.

    The loss of an epoch with inner batches is the mean of its batches' losses. A gradient is
    the one last seen after a statement that fills it in, so it does not matter where the
    script clears it. NaN stands for what is not there.
    """

    def __init__(self, loop: TrainingLoop, history: History) -> None:
        self.history = history
        self.diverged_at: int | None = None
        self._loop = loop
        self._namespace: dict[str, Any] = {}
        self._modules: dict[str, object] = {}
        self._loss: Read | None = None
        self._parameters: list[Parameter] = []
        self._values: list[Read] = []
        self._gradients: list[Read] = []
        self._settled = False
        self._plain = False
        self._seen_gradients: list[Any] | None = None
        self._loss_sum = 0.0
        self._loss_count = 0

    def bind(self, namespace: dict[str, Any]) -> None:
        """Read from this namespace from now on: a run has started or gone back in time."""
        self._namespace = namespace
        self._start_epoch()
        self._look()

    @property
    def parameters(self) -> list[Parameter]:
        """The parameters found so far, in the order of the columns."""
        return self._parameters

    @property
    def loss_name(self) -> str | None:
        """The name that holds the loss now; None where there is none yet."""
        return find_loss(self._namespace, self._loop)

    def see_gradient(self) -> None:
        """The script has just filled in gradients."""
        if not self._settled:
            self._look()
        try:
            self._seen_gradients = [read() for read in self._gradients]
        except _UNREADABLE:
            self._look()
            self._seen_gradients = [_try(read) for read in self._gradients]

    def see_loss(self) -> None:
        """The script has just computed the loss of one of several batches."""
        if self._loss is None:
            self._look()
        loss = _numbers(_try(self._loss)) if self._loss else [NAN]
        self._loss_sum += loss[0]
        self._loss_count += 1

    def end_epoch(self, epoch: int) -> bool:
        """Record an epoch, counted from 1, unless it was recorded before.

        Returns whether the run diverged with it: its loss is not finite.
        """
        if epoch > len(self.history):
            try:
                loss = self._append()
            except _UNREADABLE:
                self._look()
                loss = self._append_what_is_there()
            if not isfinite(loss) and self._loss:
                self.diverged_at = epoch
        self._start_epoch()
        return epoch == self.diverged_at

    def _start_epoch(self) -> None:
        self._seen_gradients = None
        self._loss_sum, self._loss_count = 0.0, 0

    def _append(self) -> Any:
        """The quick way, while everything is as it was in the epoch before."""
        namespace = self._namespace
        for name, module in self._modules.items():
            if namespace[name] is not module:
                raise KeyError
        loss = self._epoch_loss()
        gradients = self._seen_gradients
        if gradients is None:
            gradients = [read() for read in self._gradients]
        row = [loss, *[read() for read in self._values], *gradients]
        if not self._plain:
            row = [number for value in row for number in _numbers(value)]
        self.history.append(row)
        return loss

    def _append_what_is_there(self) -> float:
        """The careful way: any quantity may be missing or have another shape than before."""
        loss = _numbers(_try(self._epoch_loss))[0]
        gradients = self._seen_gradients or [_try(read) for read in self._gradients]
        values = [loss, *[_try(read) for read in self._values], *gradients]
        by_name = {
            (each.kind, each.name): value
            for each, value in zip(self._fields(), values, strict=False)
        }
        row: list[float] = []
        for each in self.history.fields:
            numbers = _numbers(by_name.get((each.kind, each.name)))
            row += numbers if len(numbers) == each.width else [NAN] * each.width
        self.history.append(row)
        return loss

    def _epoch_loss(self) -> Any:
        if self._loss_count:
            return self._loss_sum / self._loss_count
        if self._loss is None:
            raise KeyError
        return self._loss()

    def _look(self) -> None:
        """Find the loss and the parameters in the namespace as it is now, and choose how to
        read each."""
        namespace = self._namespace
        name = find_loss(namespace, self._loop)
        self._loss = reader(lambda: namespace[name], namespace[name]) if name else None
        self._parameters, self._modules = find_parameters(namespace, self._loop)
        self._values, self._gradients = [], []
        self._settled = bool(self._parameters)
        for each in self._parameters:
            value, gradient = _try(each.value), _try(each.gradient)
            self._values.append(reader(each.value, value))
            known = shape_of(gradient) is not None
            self._gradients.append(reader(each.gradient, gradient if known else value))
            self._settled = self._settled and known
        if name or self._parameters:
            fields = self._fields()
            self.history.lay_out(fields)
            self._plain = self.history.fields == tuple(fields) and all(
                each.shape == () for each in fields
            )

    def _fields(self) -> list[Field]:
        fields = [Field(Kind.LOSS, "loss")]
        for kind in (Kind.PARAMETER, Kind.GRADIENT):
            for each in self._parameters:
                shape = shape_of(_try(each.value)) or ()
                if prod(shape) == 1:
                    fields.append(Field(kind, each.name))
                elif prod(shape) <= WHOLE:
                    fields.append(Field(kind, each.name, shape))
                else:
                    fields.append(Field(kind, each.name, norm_of=shape))
        return fields


def _try(read: Read) -> Any:
    """What a reader gives, or None."""
    try:
        return read()
    except _UNREADABLE:
        return None


def _numbers(value: Any) -> list[float]:
    """A flat list of floats from what a reader gave."""
    if isinstance(value, list):
        return value
    try:
        return [NAN if value is None else float(value)]
    except _UNREADABLE:
        return [NAN]
