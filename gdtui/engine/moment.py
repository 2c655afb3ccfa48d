"""One frozen pause of a run, safe to hand to another thread."""

from __future__ import annotations

import reprlib
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import prod
from typing import Any

import numpy as np

from gdtui.engine.execution import Execution
from gdtui.engine.failure import Failure, Outcome
from gdtui.engine.graph import Graph, has_graph, read_graph
from gdtui.engine.kinds import is_a
from gdtui.engine.libraries import imported
from gdtui.engine.loop import Phase
from gdtui.engine.nonfinite import Origin, has_grown
from gdtui.engine.optimizers import OptimizerState, read_optimizers
from gdtui.engine.parameters import Parameter
from gdtui.engine.quantities import attempt, numbers, plain_array, shape_of
from gdtui.engine.recording import Recorder

LARGEST = 10_000
"""Arrays with more elements than this are described, not copied."""

_MAX_ENTRIES = 100
_WITH_PLAIN_TEXT = (list, tuple, dict, set, frozenset, str, bytes, bool, type(None))
_UNSHOWN = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)


class Status(StrEnum):
    """What state a run is in when it pauses."""

    READY = "ready"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    DIVERGED = "diverged"
    FAILED = "failed"


@dataclass(frozen=True, eq=False)
class Variable:
    """A name of the script and what it held.

    Attributes:
        name: the name.
        type_name: its type, as ``float``, ``ndarray`` or ``Tensor``.
        shape: the shape of a number, array or tensor; None for anything else.
        value: the value as plain Python or a read-only NumPy array; None where it is too
            large or of a kind that has no plain form.
        text: the value in one short line.
        requires_grad: whether it is a tensor that requires a gradient.
        grad: its gradient, in the same form as ``value``; None where there is none.
    """

    name: str
    type_name: str
    shape: tuple[int, ...] | None
    value: object
    text: str
    requires_grad: bool = False
    grad: object = None


@dataclass(frozen=True, eq=False)
class Moment:
    """A run at one pause.

    Attributes:
        run: the number of the run; it grows with every new one.
        status: whether the run can go on, and how it ended if not.
        epoch: the epoch that is running or has just ended; 0 before the first.
        step: how many statements have run in it.
        epoch_over: whether all of them have.
        line: the line of the statement that ran last, or that failed; None before the loop.
        phase: what that statement does; None where it belongs to no phase.
        loss: the loss as the script's variable holds it; None where there is none.
        parameters: the values of the parameters, by name, scalars as floats.
        gradients: their gradients as they are now; None where there is none.
        variables: all other names of the script as well, in the script's order.
        recorded: how many epochs have been recorded.
        message: what happened, where the run is over.
        loss_name: the name of that variable.
        assigned: the names that have been given a value in this epoch, the latest first.
        graph: the autograd graph of the loss or, as long as there is no loss in this epoch, of
            what was computed last; None where there is none.
        optimizers: what the script's optimizers keep.
        origin: where the first value that is not finite came from; set where the run is over
            because its loss is not finite.
        before: the run one statement earlier; None where that is not known, as after a move
            by whole epochs.
        epoch_start: the run at the end of the epoch before this one; None where that is not
            known, as after running flat out.
    """

    run: int
    status: Status
    epoch: int
    step: int
    epoch_over: bool
    line: int | None
    phase: Phase | None
    loss: float | None
    parameters: Mapping[str, object]
    gradients: Mapping[str, object]
    variables: tuple[Variable, ...]
    recorded: int
    message: str
    failure: Failure | None = None
    loss_name: str | None = None
    assigned: tuple[str, ...] = ()
    graph: Graph | None = None
    optimizers: tuple[OptimizerState, ...] = ()
    origin: Origin | None = None
    before: Moment | None = None
    epoch_start: Moment | None = None

    @property
    def position(self) -> tuple[int, int]:
        """The epoch, and how many statements have run in it."""
        return self.epoch, self.step

    def variable(self, name: str) -> Variable | None:
        """The variable of a name; None where there is none."""
        return next((each for each in self.variables if each.name == name), None)


def freeze_moment(
    run: int,
    execution: Execution,
    recorder: Recorder,
    before: Moment | None = None,
    epoch_start: Moment | None = None,
) -> Moment:
    """The moment at which a running script is paused now. Of earlier moments that it is to be
    compared with, what they were compared with themselves is left out."""
    status, message = _status(execution, recorder)
    statement = execution.last_statement
    failure = execution.failure
    name = recorder.loss_name
    parameters = recorder.present_parameters()
    return Moment(
        run=run,
        status=status,
        epoch=execution.epoch,
        step=execution.steps,
        epoch_over=not execution.in_epoch,
        line=failure.line if failure else statement.line if statement else None,
        phase=None if failure or statement is None else statement.phase,
        loss=None if name is None else numbers(execution.namespace[name])[0],
        parameters={each.name: freeze(attempt(each.value)) for each in parameters},
        gradients={each.name: freeze(attempt(each.gradient)) for each in parameters},
        variables=tuple(
            _variable(name, value)
            for name, value in execution.namespace.items()
            if not (name.startswith("__") or is_a(value, _UNSHOWN))
        ),
        recorded=len(recorder.history),
        message=message,
        failure=failure,
        loss_name=name,
        assigned=execution.assigned,
        graph=_graph(execution, name, parameters),
        optimizers=read_optimizers(execution.namespace, parameters, freeze),
        origin=recorder.origin if status is Status.DIVERGED else None,
        before=before and replace(before, before=None, epoch_start=None),
        epoch_start=epoch_start and replace(epoch_start, before=None, epoch_start=None),
    )


def freeze(value: object) -> object:
    """A value as plain Python or a read-only NumPy array: numbers and single elements as
    Python numbers, arrays and tensors as copies. None where it has no such form or is larger
    than ``LARGEST``."""
    shape = shape_of(value)
    if shape is not None:
        if prod(shape) > LARGEST:
            return None
        if is_a(value, int | float):
            return value
        copy = plain_array(value)
        if copy is not None and copy.size == 1:
            return copy.item()
        if copy is not None:
            copy.setflags(write=False)
        return copy
    if value is None or is_a(value, bool | str | bytes):
        return value
    if (is_a(value, list) or is_a(value, tuple)) and len(value) <= LARGEST:
        return tuple(freeze(each) for each in value)
    return None


def _graph(
    execution: Execution, loss_name: str | None, parameters: Sequence[Parameter]
) -> Graph | None:
    """A graph of this epoch. That of a loss that is left from the one before is not shown: when
    a run has gone back, PyTorch's notes on it are no longer there."""
    made = [name for name in execution.assigned if has_graph(execution.namespace.get(name))]
    root = loss_name if loss_name in made else next(iter(made), None)
    if root is None:
        return None
    return read_graph(root, execution.namespace, parameters, freeze)


def _variable(name: str, value: object) -> Variable:
    frozen = freeze(value)
    tensor: Any = getattr(imported("torch"), "Tensor", ())
    leaf = is_a(value, tensor) and value.is_leaf
    return Variable(
        name=name,
        type_name=type(value).__name__,
        shape=shape_of(value),
        value=frozen,
        text=_text(value, frozen),
        # Asked of tensors alone: other objects may answer anything to anything.
        requires_grad=bool(value.requires_grad) if is_a(value, tensor) else False,
        grad=freeze(value.grad) if leaf else None,  # type: ignore[attr-defined]
    )


def _text(value: object, frozen: object) -> str:
    shape = shape_of(value)
    if isinstance(frozen, np.ndarray):
        text = np.array2string(frozen, threshold=_MAX_ENTRIES, max_line_width=1000)
        return " ".join(text.split())
    if shape is not None and frozen is None:
        return f"{type(value).__name__} of shape {shape}"
    # Of the script's own classes nothing but the name is asked: a repr is code as well.
    if type(frozen) in (int, float):
        return reprlib.repr(frozen) if _is_short(frozen) else "a number with thousands of digits"
    if any(type(value) is each for each in _WITH_PLAIN_TEXT):
        try:
            return " ".join(reprlib.repr(value).split())
        except Exception:
            return type(value).__name__
    return type(value).__name__


def _is_short(number: Any) -> bool:
    return isinstance(number, float) or number.bit_length() < 10_000


def _status(execution: Execution, recorder: Recorder) -> tuple[Status, str]:
    outcome = execution.outcome
    if outcome is Outcome.FINISHED:
        return Status.FINISHED, f"finished after {_epochs(execution.epoch)}"
    if outcome is Outcome.STOPPED:
        message = f"stopped after {_epochs(execution.epoch)}: {recorder.stop_reason}"
        return Status.STOPPED, message
    if outcome is Outcome.DIVERGED:
        what = "diverged" if has_grown(recorder.history) else "not finite"
        return Status.DIVERGED, f"{what} at epoch {execution.epoch}: the loss is not finite"
    if outcome is Outcome.FAILED and execution.failure:
        return Status.FAILED, execution.failure.message
    return (Status.PAUSED if execution.epoch else Status.READY), ""


def _epochs(count: int) -> str:
    return f"{count} epoch" if count == 1 else f"{count} epochs"
