"""Writes a row of the history for each epoch: loss, parameters and their gradients."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from math import isfinite, prod
from typing import Any

from gdtui.engine.history import ABSENT, Field, History, Kind
from gdtui.engine.loop import TrainingLoop
from gdtui.engine.nonfinite import Origin, trace_nonfinite
from gdtui.engine.quantities import (
    UNREADABLE,
    WHOLE,
    Fixed,
    Named,
    Parameter,
    Read,
    RowReader,
    attempt,
    find_loss,
    find_parameters,
    numbers,
    shape_of,
)
from gdtui.engine.stopping import NO_RULE, LossWatch, StopRule

_PATIENCE = 5


class Recorder:
    """Reads a running script's namespace and appends to a history.

    The loss of an epoch with inner batches is the mean of its batches' losses. A gradient is
    the one last seen after a statement that fills it in, so it does not matter where the
    script clears it. NaN stands for what is not there.

    Attributes:
        history: where the rows go.
        diverged_at: the epoch whose loss was not finite; None as long as all were.
        stopped_at: the epoch with which the rule was met to stop; None as long as it was not.
        stop_reason: how it was met, such as ``the loss 0.00987 is below 0.01``.
        parameters: the parameters found so far, in the order of the columns.
    """

    def __init__(self, loop: TrainingLoop, history: History, stop: StopRule = NO_RULE) -> None:
        self.history = history
        self.diverged_at: int | None = None
        self.stopped_at: int | None = None
        self.stop_reason = ""
        # Either of the two: no later epoch is recorded.
        self._ends_at: int | None = None
        self._watch = LossWatch(stop) if stop.is_on else None
        self.parameters: list[Parameter] = []
        self._loop = loop
        self._namespace: dict[str, Any] = {}
        self._recorded = 0
        self._origin: Origin | None = None
        self._loss: Read | None = None
        self._gradients_ready = False
        self._looks = 0
        # What this epoch's reports have brought. None: no report yet.
        self._seen: list[Any] = [None]
        self._losses: list[float] = []
        # Whether the script reports at all; if not, the epoch's end is the time to look.
        self._reports_gradients = False
        self._reports_losses = False
        self._read_gradients: Callable[[], tuple[Any, ...]] = tuple
        self._read_row: Callable[[], tuple[Any, ...]] = tuple
        # Rows are written a few at a time, which is much quicker than one by one.
        self._rows: list[bytes] = []
        self._pack: Callable[..., bytes] = history.table.pack

    def bind(self, namespace: dict[str, Any]) -> None:
        """Read from this namespace from now on: a run has started or gone back in time."""
        self.flush()
        self._namespace = namespace
        self._seen[0] = None
        self._losses.clear()
        self._looks = 0
        self._look()

    @property
    def loss_name(self) -> str | None:
        """The name that holds the loss now; None where there is none yet."""
        return find_loss(self._namespace, self._loop)

    def present_parameters(self) -> list[Parameter]:
        """The parameters as they are now. In its first epoch a script may have made a gradient
        that was not there when the epoch began."""
        if any(attempt(each.gradient) is None for each in self.parameters):
            return find_parameters(self._namespace, self._loop)[0]
        return self.parameters

    @property
    def origin(self) -> Origin | None:
        """Where the first value that is not finite came from; None where all are finite."""
        if self._origin is None:
            data = {
                name: value
                for name, value in self._namespace.items()
                if name in self._loop.given_names
            }
            self._origin = trace_nonfinite(self.history, data, self.loss_name)
        return self._origin

    def see_gradient(self) -> None:
        """The script has just filled in gradients."""
        if self._gradients_ready:
            try:
                self._seen[0] = self._read_gradients()
                return
            except UNREADABLE:
                pass
        self._reports_gradients = True
        self._look()
        self._seen[0] = attempt(self._read_gradients)

    def see_loss(self) -> None:
        """The script has just computed the loss of one of several batches."""
        if self._loss is None or not self._reports_losses:
            self._reports_losses = True
            self._look()
        self._losses += numbers(attempt(self._loss) if self._loss else None)[:1]

    def end_epoch(self, epoch: int) -> bool:
        """Record an epoch, counted from 1, unless it was recorded before. The row appears in
        the history with the next :meth:`flush`.

        Returns whether nothing is to be recorded after it: its loss is not finite, or it meets
        the rule to stop. An epoch that is run again says what it said the first time.
        """
        if epoch > self._recorded:
            self._recorded = epoch
            try:
                row = self._read_row()
                # Packed at once: an array or a tensor among them may change in the next epoch.
                self._rows.append(self._pack(*row))
                if self._watch is not None or not isfinite(row[0]):
                    self._judge(epoch, row[0])
            except UNREADABLE:
                self._append_what_is_there(epoch)
        if self._reports_gradients:
            self._seen[0] = None
        if self._losses:
            self._losses.clear()
        return epoch == self._ends_at

    def flush(self) -> None:
        """Write the rows that are waiting to the history."""
        if self._rows:
            self.history.table.write(b"".join(self._rows))
            self._rows.clear()

    def _judge(self, epoch: int, loss: float) -> None:
        """See whether the run ends with this epoch."""
        if not isfinite(loss):
            # Without a loss its place is filled with NaN, and nothing can be said.
            if self._loss is not None:
                self.diverged_at = self._ends_at = epoch
        elif self._watch is not None:
            # As it is recorded: NumPy compares a float32 with less precision.
            self.stop_reason = self._watch.see(epoch, float(loss))
            if self.stop_reason:
                self.stopped_at = self._ends_at = epoch

    def _append_what_is_there(self, epoch: int) -> None:
        """The careful way: any quantity may be missing or have another form than before."""
        self._look()
        seen = iter(self._seen[0] or ())
        loss = attempt(self._mean_loss) if self._losses else self._loss and attempt(self._loss)
        found = {(Kind.LOSS, "loss"): numbers(loss)}
        for each in self.parameters:
            width = self._width(each)
            found[Kind.PARAMETER, each.name] = numbers(attempt(each.value), width)
            gradient = [float(number) for number in islice(seen, width)]
            found[Kind.GRADIENT, each.name] = gradient or numbers(attempt(each.gradient), width)
        row: list[float] = []
        for what in self.history.fields:
            values = found.get((what.kind, what.name), [])
            row += values if len(values) == what.width else [ABSENT] * what.width
        if row:  # there may be nothing to record: neither a loss nor a parameter
            self._judge(epoch, row[0])
        self._rows.append(self._pack(*row))

    def _mean_loss(self) -> float:
        # Raises ZeroDivisionError in an epoch without a batch.
        return sum(self._losses) / len(self._losses)

    def _look(self) -> None:
        """Find the loss and the parameters in the namespace as it is now, and make the
        functions that read them."""
        name = self.loss_name
        self._loss = Named(self._namespace, name) if name else None
        self.parameters, modules = find_parameters(self._namespace, self._loop)
        row, gradients = RowReader(), RowReader()
        if self._reports_losses:
            row.add(self._mean_loss, ABSENT)
        elif self._loss:
            row.add(self._loss, self._loss())
        else:
            row.add(Fixed(ABSENT), ABSENT)
        for each in self.parameters:
            row.add(each.value, attempt(each.value))
        known = bool(self.parameters)
        for each in self.parameters:
            gradient = attempt(each.gradient)
            known = known and gradient is not None
            for reader in (gradients,) if self._reports_gradients else (gradients, row):
                reader.add(each.gradient, gradient, self._width(each))
        if self._reports_gradients:
            row.add_from(self._seen)
        for module, value in modules.items():
            row.require(Named(self._namespace, module), value)
        self._looks += 1
        patient = self._looks <= _PATIENCE
        self._gradients_ready = self._reports_gradients and (known or not patient)
        if patient and not (known and self._loss is not None):
            # There is more to be found, so let the next epoch look again.
            row.require(Fixed(None), self)
        self._read_row, self._read_gradients = row.function(), gradients.function()
        if name or self.parameters:
            self.flush()
            self.history.lay_out(self._fields())
        self._pack = self.history.table.pack

    def _width(self, parameter: Parameter) -> int:
        size = prod(shape_of(attempt(parameter.value)) or ())
        return size if size <= WHOLE else 1

    def _fields(self) -> list[Field]:
        fields = [Field(Kind.LOSS, "loss")]
        for kind in (Kind.PARAMETER, Kind.GRADIENT):
            for each in self.parameters:
                shape = shape_of(attempt(each.value)) or ()
                if prod(shape) == 1:
                    fields.append(Field(kind, each.name))
                elif prod(shape) <= WHOLE:
                    fields.append(Field(kind, each.name, shape))
                else:
                    fields.append(Field(kind, each.name, norm_of=shape))
        return fields
