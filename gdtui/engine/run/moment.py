"""One frozen pause of a run, safe to hand to another thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from gdtui.engine.record.freezing import freeze
from gdtui.engine.record.graph import Freeze, Graph, has_graph, read_graph
from gdtui.engine.record.nonfinite import Origin, has_grown
from gdtui.engine.record.optimizers import OptimizerState, read_optimizers
from gdtui.engine.record.parameters import Parameter
from gdtui.engine.record.quantities import attempt, numbers
from gdtui.engine.record.recording import Recorder
from gdtui.engine.record.summary import Summaries
from gdtui.engine.record.variables import Shown, read_variables
from gdtui.engine.record.variables import Variable as Variable
from gdtui.engine.run.execution import Execution
from gdtui.engine.run.status import Status
from gdtui.engine.script.loop import Phase
from gdtui.engine.state.failure import Failure
from gdtui.engine.workings.chain import Chain
from gdtui.engine.workings.working import Working


class Call(NamedTuple):
    """A function of the script that the run is in, and the line that has called it."""

    name: str
    line: int


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
        place: that line in words, ``line 24`` or ``cell 3, line 2``; empty without one.
        phase: what that statement does; None where it belongs to no phase.
        loss: the loss as the script's variable holds it; None where there is none.
        parameters: the values of the parameters, by name, scalars as floats, and of large arrays
            a :class:`~gdtui.engine.record.summary.Summary`.
        gradients: their gradients as they are now, in the same form; None where there is none.
        shown_parameters: their values to be shown, as Python or NumPy shows them.
        shown_gradients: their gradients likewise; those that are there.
        variables: all other names of the script as well, in the script's order. In a function that
            the training loop has called, those of the function first; they hide others.
        loop_variables: the same, but those of the training loop hide others.
        recorded: how many epochs have been recorded.
        epochs_total: how many epochs there will be, those of later loops included, as far as the
            text and what is iterated over tell; else how many by the end of the present loop;
            None where only the end will tell.
        message: what happened, where the run is over.
        loss_name: the name of that variable.
        batch: the batch of this epoch that is running or has just ended, counted from 1; 0 before
            the first and where an epoch has none.
        calls: the functions that the training loop has called and that the run is in, the outermost
            first.
        inner: how many statements have run of functions that the next statement calls and that
            it was stepped into; 0 where it was not.
        assigned: the names that have been given a value in this epoch, the latest first.
        assigned_inside: those of functions that the next statement was stepped into.
        graph: the autograd graph of the loss or, as long as there is no loss in this epoch, of
            what was computed last; None where there is none.
        optimizers: what the script's optimizers keep.
        origin: where the first value that is not finite came from; set where the run is over
            because its loss is not finite.
        before: the run one statement earlier; None where that is not known, as after a move
            by whole epochs.
        epoch_start: the run at the end of the epoch before this one; None where that is not
            known, as after running flat out.
        working: the statement worked out part by part; None where that is not known, as after a
            move by whole epochs, or where it computes no number.
        chain: the chain rule through ``graph``; None where that is not known.
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
    loop_variables: tuple[Variable, ...]
    recorded: int
    message: str
    place: str = ""
    failure: Failure | None = None
    loss_name: str | None = None
    assigned: tuple[str, ...] = ()
    assigned_inside: tuple[str, ...] = ()
    graph: Graph | None = None
    optimizers: tuple[OptimizerState, ...] = ()
    origin: Origin | None = None
    epochs_total: int | None = None
    shown_parameters: Mapping[str, Shown] = field(default_factory=dict)
    shown_gradients: Mapping[str, Shown] = field(default_factory=dict)
    batch: int = 0
    calls: tuple[Call, ...] = ()
    inner: int = 0
    before: Moment | None = None
    epoch_start: Moment | None = None
    working: Working | None = None
    chain: Chain | None = None

    @property
    def position(self) -> tuple[int, ...]:
        """The epoch and how many statements have run in it; inside a function that was stepped
        into, then how many of its statements. Later ones are greater."""
        return position(self.epoch, self.step, self.inner)

    def beside(
        self,
        before: Moment | None,
        epoch_start: Moment | None,
        working: Working | None = None,
        chain: Chain | None = None,
    ) -> Moment:
        """This moment with earlier ones that it is to be compared with, with its statement worked
        out, and with the chain rule through its graph. What these were compared with themselves is
        left out."""
        return replace(
            self,
            working=working,
            chain=chain,
            before=before and replace(before, before=None, epoch_start=None),
            epoch_start=epoch_start and replace(epoch_start, before=None, epoch_start=None),
        )

    def variable(self, name: str) -> Variable | None:
        """The variable of a name; None where there is none."""
        return next((each for each in self.variables if each.name == name), None)

    def loop_variable(self, name: str) -> Variable | None:
        """What the training loop has under a name; None where there is nothing."""
        return next((each for each in self.loop_variables if each.name == name), None)


def position(epoch: int, step: int, inner: int) -> tuple[int, ...]:
    """A position in time, to be compared with others."""
    return (epoch, step, inner) if inner else (epoch, step)


def freeze_moment(run: int, execution: Execution, recorder: Recorder) -> Moment:
    """The moment at which a running script is paused now."""
    status, message = _status(execution, recorder)
    statement = execution.ran.last_statement
    failure = execution.failure
    line = failure.line if failure else statement.line if statement else None
    names = execution.names
    name = recorder.loss_name_in(names)
    parameters = recorder.present_parameters()
    frozen = partial(freeze, summaries=Summaries())
    values = {each.name: attempt(each.value) for each in parameters}
    variables = read_variables(names.items(), frozen)
    gradients = {each.name: attempt(each.gradient) for each in parameters}
    return Moment(
        run=run,
        status=status,
        epoch=execution.epoch,
        step=execution.steps,
        epoch_over=not execution.in_epoch,
        line=line,
        place="" if line is None else execution.program.script.place(line),
        phase=None if failure or statement is None else statement.phase,
        loss=None if name is None else numbers(names[name])[0],
        parameters={name: frozen(value) for name, value in values.items()},
        gradients={name: frozen(value) for name, value in gradients.items()},
        shown_parameters={name: Shown(value) for name, value in values.items()},
        shown_gradients={
            name: Shown(value) for name, value in gradients.items() if value is not None
        },
        variables=variables,
        loop_variables=_loop_variables(execution, names, variables, frozen),
        recorded=len(recorder.history),
        epochs_total=execution.total,
        message=message,
        failure=failure,
        loss_name=name,
        batch=execution.ran.batch,
        inner=execution.ran.inner,
        calls=tuple(Call(*each) for each in execution.ran.calls),
        assigned=execution.ran.assigned,
        assigned_inside=execution.ran.assigned_inside,
        graph=_graph(execution, name, parameters, frozen),
        optimizers=read_optimizers(names, parameters, frozen),
        origin=recorder.origin if status is Status.DIVERGED else None,
    )


def _loop_variables(
    execution: Execution,
    names: Mapping[str, object],
    variables: tuple[Variable, ...],
    frozen: Freeze,
) -> tuple[Variable, ...]:
    own = execution.loop_names
    hidden = {name: value for name, value in own.items() if names[name] is not value}
    if not hidden:
        return variables
    read = {each.name: each for each in read_variables(hidden.items(), frozen)}
    kept = [each for each in variables if each.name not in hidden]
    return (*read.values(), *kept)


def _graph(
    execution: Execution, loss_name: str | None, parameters: Sequence[Parameter], frozen: Freeze
) -> Graph | None:
    """A graph of this epoch. That of a loss that is left from the one before is not shown: when
    a run has gone back, PyTorch's notes on it are no longer there."""
    names = execution.names
    made = [*execution.ran.assigned_inside, *execution.ran.assigned]
    made = [name for name in made if has_graph(names.get(name))]
    root = loss_name if loss_name in made else next(iter(made), None)
    if root is None:
        return None
    return read_graph(root, names, parameters, frozen)


def _status(execution: Execution, recorder: Recorder) -> tuple[Status, str]:
    outcome = execution.outcome
    if outcome is Status.FINISHED:
        return Status.FINISHED, f"finished after {_epochs(execution.epoch)}"
    if outcome is Status.STOPPED:
        message = f"stopped after {_epochs(execution.epoch)}: {recorder.stop_reason}"
        return Status.STOPPED, message
    if outcome is Status.DIVERGED:
        what = "diverged" if has_grown(recorder.history) else "not finite"
        return Status.DIVERGED, f"{what} at epoch {execution.epoch}: the loss is not finite"
    if outcome is Status.FAILED and execution.failure:
        return Status.FAILED, execution.failure.message
    return (Status.PAUSED if execution.epoch else Status.READY), ""


def _epochs(count: int) -> str:
    return f"{count} epoch" if count == 1 else f"{count} epochs"
