"""The facts behind an explanation: the numbers of one moment and of earlier moments."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cached_property

import numpy as np

from gdtui.analysis.class_losses import find_class_table
from gdtui.analysis.samples import EpochProgress, Samples, SampleTable, find_samples
from gdtui.analysis.study import Study
from gdtui.analysis.values import alike, flat, is_zero
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.optimizers import OptimizedParameter
from gdtui.engine.record.summary import Summary
from gdtui.engine.run.moment import Moment
from gdtui.engine.script.loop import Phase
from gdtui.engine.script.names import short_name
from gdtui.engine.script.pipeline import imports, statement_at
from gdtui.engine.script.statements import called_stepper
from gdtui.engine.script.syntax import attributes, calls, children


class Facts:
    """The facts of a moment in an epoch or after it."""

    def __init__(self, study: Study, moment: Moment) -> None:
        self._study = study
        self._moment = moment
        # A run that has ended is explained by its last epoch, not by what led to its end.
        over = moment.status.is_over
        self._before = None if over else moment.before
        self._earlier = self._before or moment.epoch_start

    @property
    def _statement(self) -> ast.stmt | None:
        return statement_at(self._study.script, self._moment.line or 0)

    @property
    def is_header(self) -> bool:
        """Whether the statement is the header of a block whose body has not run yet."""
        return self._statement is not None and bool(children(self._statement))

    @cached_property
    def samples(self) -> Samples | None:
        """The samples with the script's predictions; None if they are unknown."""
        return find_samples(self._study)

    @cached_property
    def table(self) -> SampleTable | None:
        """A row for each sample, up to the progress of the epoch; None if the samples are
        unknown."""
        if self.samples is None or (self.samples.form is None and self.samples.problem is None):
            table = find_class_table(self._study)
            if table is not None or self.samples is None:
                return table
        return self.samples.table(self._progress, self.gradients, self._study.reduction)

    @property
    def compared_table(self) -> SampleTable | None:
        """The same up to the loss."""
        if self.samples is None or self.samples.problem is None:
            found = find_class_table(self._study)
            if found is not None:
                return found
        return self.samples.table(EpochProgress.COMPARED) if self.samples else None

    @property
    def _progress(self) -> EpochProgress:
        """How much of the epoch's arithmetic is done."""
        moment = self._moment
        if moment.loss_name not in moment.assigned:
            return EpochProgress.PREDICTED
        if moment.epoch_over and self.gradients and not any(map(_known, self.gradients.values())):
            return EpochProgress.COMPARED  # the epoch ended before there was a gradient
        made = moment.phase is Phase.GRADIENT and not self.is_header
        if made or moment.phase is Phase.UPDATE or moment.epoch_over:
            return EpochProgress.DIFFERENTIATED
        if moment.graph is not None:
            done = moment.graph.freed
        else:
            labels = {self.gradient_name(name).partition("[")[0] for name in moment.parameters}
            done = not labels.isdisjoint(moment.assigned)
        return EpochProgress.DIFFERENTIATED if done else EpochProgress.COMPARED

    # Gradients ------------------------------------------------------------------------

    @cached_property
    def gradients(self) -> Mapping[str, object]:
        """The gradients of this epoch by the parameters' names.

        They are the present gradients without leftovers from before; those before the statement
        that used or cleared them; or the recorded ones.
        """
        moment, history, before = self._moment, self._study.history, self._before
        if moment.phase in (Phase.ZERO, Phase.UPDATE) and before is not None:
            found = moment.gradients if self._trains else before.gradients
        elif moment.epoch_over and moment.epoch <= len(history):
            found = {
                name: self._recorded_gradient(name, column[moment.epoch - 1])
                for name, column in history.gradients.items()
                if column.field.norm_of is None
            }
        else:
            left = self.left_from_before
            found = {
                name: _less(value, left[name]) if name in left else value
                for name, value in moment.gradients.items()
            }
        return {name: None if self._is_stale(name) else value for name, value in found.items()}

    @cached_property
    def left_from_before(self) -> Mapping[str, object]:
        """The old values of the gradients to which autograd has just added, by the parameters'
        names."""
        before, node = self._before, self._statement
        if self._moment.phase is not Phase.GRADIENT or before is None or node is None:
            return {}
        # A gradient by hand is assigned anew; other code that works on gradients adds nothing.
        if self.is_header or not self._by_autograd or not calls(node, "backward"):
            return {}
        return {
            name: value
            for name, value in before.gradients.items()
            if name in self._moment.gradients and not is_zero(value)
        }

    @property
    def _by_autograd(self) -> bool:
        return imports(self._study.script, "torch")

    @property
    def _trains(self) -> bool:
        """Whether an update has computed the gradients itself, as a training function or an
        optimizer with a closure does."""
        before, moment = self._before, self._moment
        if before is None or moment.phase is not Phase.UPDATE:
            return False
        script = self._study.script
        node = None if moment.line is None else statement_at(script, moment.line)
        if node is not None and called_stepper(node, script.loop.steppers):
            return True
        return any(
            not (is_zero(value) or alike(value, before.gradients.get(name)))
            for name, value in moment.gradients.items()
        )

    def _recorded_gradient(self, name: str, value: FloatArray) -> FloatArray | None:
        """A recorded gradient; None if the epoch had none, which the history records as NaN."""
        after = flat(self._moment.parameters.get(name))
        missing = np.isnan(value).all() and after is not None and np.isfinite(after).all()
        return None if missing else value

    def _is_stale(self, name: str) -> bool:
        """Whether a gradient is still that of the last epoch, because this epoch has not computed
        one yet."""
        moment, start = self._moment, self._moment.epoch_start
        label = self.gradient_name(name).partition("[")[0]
        is_used = moment.graph is None or moment.graph.freed
        if label in moment.assigned or (label.endswith(".grad") and is_used):
            return False
        column = self._study.history.gradients.get(name)
        if start is not None:
            was: object = start.gradients.get(name)
        elif (
            column is not None and column.field.norm_of is None and 1 < moment.epoch <= len(column)
        ):
            was = column[moment.epoch - 2]
        else:
            return False
        held = moment.gradients.get(name)
        if isinstance(was, Summary) or isinstance(held, Summary):
            return alike(was, held)
        return alike(flat(was), flat(held))

    def held(self, name: str) -> float | None:
        """The present gradient of a parameter of one number."""
        value = flat(self._moment.gradients.get(name))
        return float(value[0]) if value is not None and len(value) == 1 else None

    @cached_property
    def _attributes(self) -> set[str]:
        return attributes(self._study.script.tree)

    def gradient_name(self, name: str) -> str:
        """The script's name for the gradient of a parameter."""
        owner, bracket, key = name.partition("[")
        for each in self._study.script.loop.gradient_names(owner):
            of, _, last = each.rpartition(".")
            if self._moment.variable(each) is not None:
                return each + bracket + key
            if of and not self._by_autograd and last in self._attributes:
                return each + bracket + key
        return f"{self.short(name)}.grad"

    # Parameters -----------------------------------------------------------------------

    @cached_property
    def old_parameters(self) -> Mapping[str, object]:
        """The parameters before this update, or before this epoch, by name."""
        if self._earlier is not None:
            return self._earlier.parameters
        epoch = self._moment.epoch
        if epoch < 2:
            return self._study.start
        return {
            name: column[epoch - 2]
            for name, column in self._study.history.parameters.items()
            if column.field.norm_of is None and epoch - 2 < len(column)
        }

    @property
    def nothing_moved(self) -> bool:
        """Whether the statement has left every parameter unchanged, as far as that is visible."""
        return self._before is not None and all(map(self.has_stayed, self._moment.parameters))

    def has_stayed(self, name: str) -> bool:
        """Whether the statement has left a parameter unchanged."""
        value = self._moment.parameters[name]
        before = self._before.parameters.get(name) if self._before is not None else None
        return value is not None and alike(before, value)

    @property
    def direction(self) -> int:
        """Whether every number has moved against its gradient (-1) or along it (1); 0 for neither,
        or if unknown."""
        signs: set[int] = set()
        if self._trains:
            return 0  # computed on the way, not at the start of the step
        for name, value in self._moment.parameters.items():
            if self.has_stayed(name):
                continue
            old, new = flat(self.old_parameters.get(name)), flat(value)
            gradient = flat(self.gradients.get(name))
            if old is None or new is None or gradient is None:
                return 0
            if not old.shape == new.shape == gradient.shape:
                return 0
            with np.errstate(all="ignore"):
                signs |= {int(each) for each in np.sign((new - old) * gradient) if each == each}
        signs.discard(0)
        return signs.pop() if len(signs) == 1 else 0

    @property
    def plainly_uphill(self) -> bool:
        """Whether an update without an optimizer has added the learning rate times the gradient."""
        rate = self.rate(None)
        for name, value in self._moment.parameters.items():
            if self.has_stayed(name):
                continue
            old, new = flat(self.old_parameters.get(name)), flat(value)
            gradient = flat(self.gradients.get(name))
            if self.optimizer_type(name) or rate is None or rate <= 0:
                return False
            if old is None or new is None or gradient is None:
                return False
            with np.errstate(all="ignore"):
                if not np.allclose(new - old, rate * gradient, rtol=1e-3, atol=0):
                    return False
        return True

    def short(self, name: str) -> str:
        """The shortest form of a parameter's name that is unique."""
        owner, bracket, index = name.partition("[")
        return short_name(owner, self._moment.parameters) + bracket + index

    # Optimizers -----------------------------------------------------------------------

    def optimized(self, name: str) -> tuple[OptimizedParameter | None, OptimizedParameter | None]:
        """The state of the optimizer for a parameter, now and earlier."""
        return _find_optimized(self._moment, name), _find_optimized(self._earlier, name)

    def optimizer_type(self, name: str) -> str:
        """The class of the optimizer of a parameter; empty without one."""
        for optimizer in self._moment.optimizers:
            if any(each.parameter == name for each in optimizer.parameters):
                return optimizer.type_name
        return ""

    def rate(self, optimized: OptimizedParameter | None) -> float | None:
        """The learning rate of the optimizer, or the one that the script names."""
        value = optimized.options.get("lr") if optimized else self._study.learning_rate
        return float(value) if isinstance(value, int | float) else None


def _known(value: object) -> bool:
    return value is not None


def _less(value: object, other: object) -> object:
    """The difference of two frozen values of one shape; the first value itself for summaries, which
    have no difference."""
    if isinstance(value, Summary) or isinstance(other, Summary):
        return value
    one, two = np.asarray(value), np.asarray(other)
    if value is None or one.shape != two.shape:
        return value
    with np.errstate(all="ignore"):
        return float(one - two) if one.ndim == 0 else one - two


def _find_optimized(moment: Moment | None, name: str) -> OptimizedParameter | None:
    return next(
        (
            each
            for optimizer in (moment.optimizers if moment else ())
            for each in optimizer.parameters
            if each.parameter == name
        ),
        None,
    )
