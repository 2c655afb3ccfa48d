"""Writes a row of the history for each epoch: loss, parameters and their gradients."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from math import isfinite
from typing import Any

from gdtui.engine.kinds import is_one_of
from gdtui.engine.printable import clean_line
from gdtui.engine.record.gradients import UsedGradients
from gdtui.engine.record.history import ABSENT, LOSS, Field, History, Kind
from gdtui.engine.record.hooks import hears_steps, install_hooks
from gdtui.engine.record.nonfinite import Origin, first_nonfinite, trace_nonfinite
from gdtui.engine.record.parameters import Parameter, ParameterFinder, is_single
from gdtui.engine.record.quantities import (
    UNREADABLE,
    WHOLE,
    attempt,
    is_tensor,
    learns,
    numbers,
    shape_of,
    torch_type,
)
from gdtui.engine.record.reading import Code, Named, field_shape, numbers_for
from gdtui.engine.record.slots import gradient_form
from gdtui.engine.record.stopping import NO_RULE, LossWatch, StopRule
from gdtui.engine.script.loop import TrainingLoop

_RATE = "learning_rate"
_LONGEST_NAME = 200


class Recorder:
    """Reads a running script's namespace and appends to a history.

    The loss of an epoch is the mean of those that it sent back, by name if there are several;
    where a script sends none back, what its name holds, or the mean over its batches. A gradient is
    the one that the epoch's last update of its parameter used. ``ABSENT`` stands for what is
    not there.

    Attributes:
        history: where the rows go.
        diverged_at: the epoch whose loss was not finite; None as long as all were.
        stopped_at: the epoch with which the rule was met to stop; None as long as it was not.
        stop_reason: how it was met, such as ``the loss 0.00987 is below 0.01``.
        parameters: the parameters found last.
        heard: gets each loss that the script is about to send back, and the parameters; None for
            nobody.
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
        self.heard: Callable[[Any, list[Any]], object] | None = None
        self._namespace: dict[str, Any] = {}
        # Brings the names up to date, where they are those of a function.
        self._read_names: Callable[[], object] | None = None
        self._use_loop(loop)
        self._finder = ParameterFinder(loop, history)
        self._recorded = 0
        self._origin: Origin | None = None
        self._loss: Named | None = None
        # The losses that this epoch has reported, by the name of their column.
        self._losses: dict[str, list[float]] = {}
        # Whether the script reports losses; if not, the epoch's end is the time.
        self._reports_losses = False
        # The columns of those that are sent back, by what they are called there, and the last.
        self._loss_columns: dict[str, str] = {}
        # Whose gradients the script is asking for.
        self._asked: Any = None
        # The metrics that this epoch has reported, and the names of all that were.
        self._metrics: dict[str, float] = {}
        self._metric_names: dict[str, None] = {}
        self._last_sent: weakref.ref[Any] | None = None
        self._reports = False
        self._still_holds: Callable[[], bool] = bool
        self._read_row: Callable[[], tuple[Any, ...]] = tuple
        # Rows are written a few at a time, which is much quicker than one by one.
        self._rows: list[bytes] = []
        history.lay_out([LOSS])
        self._pack: Callable[..., bytes] = history.table.pack

    def _use_loop(self, loop: TrainingLoop) -> None:
        self._loop = loop
        self._gradients = UsedGradients(
            loop.updates_by_hand, loop.paths_updated_by_hand, self._look
        )

    def bind(
        self,
        loop: TrainingLoop,
        namespace: dict[str, Any],
        read_names: Callable[[], object] | None = None,
    ) -> None:
        """Record a loop with its names from now on: a run has come to it or gone back in time.
        Where they are the names of a function, ``read_names`` brings the same dict up to date."""
        self.flush()
        if loop is not self._loop:
            self._use_loop(loop)
            self._finder.follow(loop)
        self._namespace, self._read_names = namespace, read_names
        self._loss = None
        self._losses.clear()
        self._metrics.clear()
        self._gradients.clear()
        self._look()
        if not self._recorded:
            self._note_nonfinite(epoch=0)

    def listening(self) -> AbstractContextManager[None]:
        """While the script runs: its optimizers report their steps."""
        return hears_steps(self._before_step)

    def _before_step(self, optimizer: Any) -> None:
        self._gradients.before_step(optimizer)
        if self._loop.changes_rate and _RATE not in self._metrics:
            self.see_metric(_RATE, attempt(lambda: vars(optimizer)["param_groups"][0]["lr"]))

    @property
    def loss_name(self) -> str | None:
        """The name that holds the loss now; None where there is none yet."""
        return self._finder.find_loss(self._namespace)

    def loss_name_in(self, names: Mapping[str, Any]) -> str | None:
        """The name that holds the loss among those in sight, which may be those of a function that
        the loop calls."""
        sent = (name for name in self.history.loss_names.values() if is_single(names.get(name)))
        return self.loss_name or next(sent, None)

    def present_parameters(self) -> list[Parameter]:
        """The parameters as they are now, in the middle of an epoch as well."""
        gradients = (attempt(each.gradient) for each in self.parameters)
        if attempt(self._still_holds) and all(each is not None for each in gradients):
            return self.parameters
        return self._finder.find(self._namespace)

    @property
    def origin(self) -> Origin | None:
        """Where the first value that is not finite came from; None where all are finite."""
        given = self._loop.bindings.given
        data = {name: value for name, value in self._namespace.items() if name in given}
        traced = trace_nonfinite(self.history, data, self.loss_name)
        noted = self._origin
        if traced is None or noted is None or traced.kind == "data":
            return traced
        return noted if (noted.epoch or 0) <= (traced.epoch or 0) else traced

    # What a running script reports ----------------------------------------------------

    def see_gradient(self) -> None:
        """The script has just filled gradients in, or changed them."""
        self._renew_names()
        self._gradients.after_backward()

    def see_update(self, *what: Any) -> None:
        """The script is about to update by hand; see :meth:`UsedGradients.before_update`."""
        self._renew_names()
        self._gradients.before_update(*what)

    def see_used(self, parameter: str, gradient: Any) -> None:
        """A function of the script is about to move a parameter by a gradient of its own."""
        self._renew_names()
        self._gradients.take_used(parameter, gradient)

    def see_loss(self, of_batch: bool = True) -> None:
        """The script has just computed the loss of one of several batches or, where it does so
        only in some epochs, that of this epoch."""
        if self._loss_columns:
            return  # what is sent back is the loss, whatever a name holds
        self._renew_names()
        if self._loss is None or not self._reports_losses:
            self._reports_losses = True
            self._look()
        if not of_batch:
            self._losses.pop(LOSS.name, None)
        if self._loss is not None:
            self._add_loss(LOSS.name, attempt(self._loss))

    def see_sent(self, name: str, loss: Any) -> Any:
        """The script is about to send a loss back. Returns it."""
        if self._last_sent is not None and self._last_sent() is loss:
            return loss  # by way of a function of the script that sends back what it is given
        column = self._loss_columns.get(name)
        if column is None:
            if not is_single(loss):
                return loss
            if not self._loss_columns:
                self._losses.clear()  # what names have held was said before anything was sent
            column = self._loss_columns[name] = LOSS.name if not self._loss_columns else name
            self.history.loss_names[column] = name
            self._reports_losses = True
            self._look()
        self._add_loss(column, loss)
        if self.heard is not None:
            self.heard(loss, [attempt(each.value) for each in self.present_parameters()])
        self._last_sent = weakref.ref(loss) if is_tensor(loss) else None
        return loss

    def see_asked(self, parameters: Any) -> Any:
        """The script asks ``autograd.grad`` for the gradients of these. Returns them."""
        if is_one_of(type(parameters), (list, tuple)) or is_tensor(parameters):
            self._asked = parameters
            return parameters
        # What gives them one by one, as `model.parameters()` does, gives them only once.
        self._asked = found = attempt(lambda: tuple(parameters))
        return parameters if found is None else found

    def see_given(self, gradients: Any) -> Any:
        """``autograd.grad`` has returned these. Returns them."""
        asked, self._asked = self._asked, None
        if is_tensor(asked):
            asked = (asked,)
        if asked is not None and is_one_of(type(gradients), (tuple,)):
            self._gradients.take_given(zip(asked, gradients, strict=False))
        return gradients

    def see_metric(self, name: str, value: object) -> None:
        """The script has computed what may be a metric: a number, or a dict of them."""
        if is_one_of(type(value), (dict,)):
            for key, each in list(value.items())[:WHOLE]:  # type: ignore[attr-defined]
                if type(key) is str and is_single(each):
                    self._add_metric(clean_line(key, _LONGEST_NAME), each)
        elif is_single(value):
            self._add_metric(name, value)

    def see_collected(self, name: str, held: object) -> None:
        """The script has appended what may be a metric to a list."""
        if is_one_of(type(held), (list,)) and held:
            self.see_metric(name, held[-1])  # type: ignore[index]

    def _add_metric(self, name: str, value: object) -> None:
        if is_tensor(value) and learns(value):
            return  # a parameter
        if name not in self._metric_names:
            if len(self._metric_names) >= WHOLE:
                return
            self._metric_names[name] = None
            self._look()
        self._metrics[name] = numbers(value)[0]

    def _renew_names(self) -> None:
        if self._read_names is not None:
            self._read_names()

    def _add_loss(self, column: str, loss: object) -> None:
        # In every batch, so the usual case is short: a loss of one element, not of a subclass.
        if type(loss) is torch_type("Tensor"):
            number = attempt(loss.item)  # type: ignore[attr-defined]
            found = number if type(number) is float else numbers(loss)[0]
        else:
            found = numbers(loss)[0]
        losses = self._losses.setdefault(column, [])
        if not isfinite(found) and all(map(isfinite, losses)):
            self._note_nonfinite(self._recorded + 1)
        losses.append(found)

    def end_epoch(self, epoch: int) -> bool:
        """Record an epoch, counted from 1, unless it was recorded before. The row appears in
        the history with the next :meth:`flush`.

        Returns whether nothing is to be recorded after it: its loss is not finite, or it meets
        the rule to stop. An epoch that is run again says what it said the first time.
        """
        if epoch > self._recorded:
            if self._read_names is not None:
                self._read_names()
            try:
                row = self._read_row()
                self._rows.append(self._pack(*row))
            except UNREADABLE:
                row = self._look_and_read()
                self._rows.append(self._pack(*row))
            self._recorded = epoch
            if self._watch is not None or not isfinite(row[0]):
                self._judge(epoch, row[0])
        if self._reports:
            self._gradients.clear()
            self._losses.clear()
        if self._metrics:
            self._metrics.clear()
        return epoch == self._ends_at

    def flush(self) -> None:
        """Write the rows that are waiting to the history."""
        if self._rows:
            self.history.table.write(b"".join(self._rows))
            self._rows.clear()

    def _judge(self, epoch: int, loss: float) -> None:
        """See whether the run ends with this epoch."""
        if loss is ABSENT:
            return  # nothing can be said
        if not isfinite(loss):
            self.diverged_at = self._ends_at = epoch
        elif self._watch is not None:
            # As it is recorded: NumPy compares a float32 with less precision.
            self.stop_reason = self._watch.see(epoch, float(loss))
            if self.stop_reason:
                self.stopped_at = self._ends_at = epoch

    def _note_nonfinite(self, epoch: int) -> None:
        """Keep which gradient or parameter is not finite, if one is and none was before."""
        if self._origin is not None:
            return
        strange = self._gradients.first_nonfinite()
        if strange is not None:
            self._origin = Origin("gradient", *strange, epoch)
            return
        for each in self.parameters:
            index = attempt(lambda each=each: first_nonfinite(each.value()))  # type: ignore[misc]
            if index is not None:
                self._origin = Origin("parameter", each.name, index or None, epoch)
                return

    # Looking and reading --------------------------------------------------------------

    def _look(self) -> None:
        """Find the loss and the parameters in the namespace as it is now, give them columns, and
        make the function that reads a row in the order of these."""
        install_hooks()
        code = Code()
        name = self._finder.find_loss(self._namespace, code)
        self._loss = Named(self._namespace, name) if name else None
        self.parameters = self._finder.find(self._namespace, code)
        added = self._new_fields(code)
        if added:
            self.flush()
            self.history.lay_out(added)
            self._pack = self.history.table.pack
        fields = self.history.fields
        self._gradients.arrange(
            self._namespace,
            self.parameters,
            [each for each in fields if each.kind is Kind.GRADIENT],
        )
        self._reports = self._gradients.reported or self._reports_losses
        self._still_holds = code.holds()
        # The table says what comes next, so the two cannot differ.
        by_name = {each.name: each for each in self.parameters}
        parts = [self._part(each, by_name.get(each.name), code) for each in fields]
        self._read_row = code.tuple_of([*parts, code.require_conditions()])

    def _new_fields(self, code: Code) -> list[Field]:
        """The columns of the parameters, each of which has one for its gradient too."""
        losses = [Field(Kind.LOSS, column) for column in self._loss_columns.values()]
        values: list[Field] = []
        for each in self.parameters:
            shape = shape_of(attempt(each.value))
            if shape is None:  # a lazy parameter; it has a shape once data has come by
                unknown = code.refer_to(lambda each=each: shape_of(each.value()) is None)
                code.conditions.append(f"{unknown}()")
            else:
                values.append(Field(Kind.PARAMETER, each.name, *field_shape(shape)))
        gradients = [Field(Kind.GRADIENT, each.name, each.shape, each.norm_of) for each in values]
        metrics = [Field(Kind.METRIC, name) for name in self._metric_names]
        found = losses + values + gradients + metrics
        known = {(each.kind, each.name) for each in self.history.fields}
        return [each for each in found if (each.kind, each.name) not in known]

    def _part(self, field: Field, parameter: Parameter | None, code: Code) -> str:
        """The expression for what stands in the columns of a field."""
        absent = f"*{code.refer_to((ABSENT,) * field.width)}"
        if field.kind is Kind.LOSS:
            if self._reports_losses or field.name != LOSS.name:
                return f"{code.refer_to(self._mean_loss)}({field.name!r})"
            if self._loss is None:
                return absent
            return code.numbers(self._loss, attempt(self._loss), field, strict=True)
        if field.kind is Kind.METRIC:
            absent_one = code.refer_to(ABSENT)
            return f"{code.refer_to(self._metrics)}.get({field.name!r}, {absent_one})"
        if field.kind is Kind.GRADIENT and self._gradients.reported:
            return f"*{code.refer_to(self._gradients.cells)}[{self._gradients.place(field)}]"
        if parameter is None:
            return absent
        if field.kind is Kind.GRADIENT:
            return code.numbers(parameter.gradient, gradient_form(parameter), field)
        return code.numbers(parameter.value, attempt(parameter.value), field)

    def _mean_loss(self, column: str) -> float:
        losses = self._losses.get(column)
        return sum(losses) / len(losses) if losses else ABSENT

    def _look_and_read(self) -> tuple[float, ...]:
        """The careful way: any quantity may be missing or have another form than before."""
        self._look()
        try:
            return self._checked(self._read_row())
        except UNREADABLE:
            pass
        by_name = {each.name: each for each in self.parameters}
        row: list[float] = []
        for field in self.history.fields:
            row += self._read_one(field, by_name.get(field.name))
        return self._checked(tuple(row))

    def _read_one(self, field: Field, parameter: Parameter | None) -> list[float]:
        def read() -> list[float]:
            if field.kind is Kind.LOSS:
                if self._reports_losses:
                    return [self._mean_loss(field.name)]
                return numbers_for(self._loss() if self._loss else None, field)
            if field.kind is Kind.METRIC:
                return [self._metrics.get(field.name, ABSENT)]
            if field.kind is Kind.GRADIENT and self._gradients.reported:
                return list(self._gradients.cells[self._gradients.place(field)])
            if parameter is None:
                return [ABSENT] * field.width
            of_gradient = field.kind is Kind.GRADIENT
            return numbers_for((parameter.gradient if of_gradient else parameter.value)(), field)

        found: list[float] | None = attempt(read)
        return [ABSENT] * field.width if found is None else found

    def _checked(self, row: tuple[float, ...]) -> tuple[float, ...]:
        self._pack(*row)  # raises where something in it is no number
        return row
