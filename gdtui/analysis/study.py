"""What is known of one run so far; computed once and kept."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np

from gdtui.analysis.affine import epoch_start_parameters
from gdtui.analysis.diagnose.diagnosis import Diagnosis, Verdict, too_early
from gdtui.analysis.diagnose.from_curvature import diagnose_logistic
from gdtui.analysis.diagnose.from_losses import WINDOW, diagnose_losses
from gdtui.analysis.diagnose.from_theory import diagnose_linear
from gdtui.analysis.diagnose.no_theory import what_does_not_match
from gdtui.analysis.diagnose.nonfinite import diagnose_nonfinite
from gdtui.analysis.diagnose.stalled import explain_stall
from gdtui.analysis.diagnose.standstill import diagnose_standstill
from gdtui.analysis.linear import recognition as linear
from gdtui.analysis.linear.descent import Descent, find_descent, is_within_rounding
from gdtui.analysis.linear.problem import LinearProblem
from gdtui.analysis.linear.recognition import has_loss
from gdtui.analysis.linear.theory import Curvatures
from gdtui.analysis.logistic import recognition as logistic
from gdtui.analysis.logistic.problem import LogisticProblem
from gdtui.analysis.numerals import SHORT, Numerals, agree
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import History
from gdtui.engine.run.moment import Moment
from gdtui.engine.script.names import LoopNames, loop_names
from gdtui.engine.script.script import Script

Problem = LinearProblem | LogisticProblem
"""What is recognised."""

_LOOKED_FOR = 16
"""The number of epochs after which a run in which no problem is recognised will not show one."""


class Study:
    """The samples and the model of a run, and what theory says about it.

    Pass every visible moment to :meth:`catch_up`, from the one before the first epoch on. All other
    members refer to the last of them, the present moment.

    Attributes:
        script: the script that runs.
        names: the names in its loop.
        start: the parameters before the first epoch, by name; empty until they are known.
        problem: the linear or logistic problem that the run seems to solve; None if it solves
            neither, or if it is too early to tell.
        is_proved: whether the recorded losses prove it.
        loss_is_seen: whether the form of the loss is known, and not only assumed.
        reduction: ``sum`` or ``mean``: how the script last computed its gradient from the samples'
            shares; empty until that is known.
        mismatch: what last showed that the run is not a linear model with squared errors, as a
            clause; empty if nothing did.
        moment: the present moment; None before the first.
        history: the recorded epochs.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.names: LoopNames = loop_names(script)
        self.start: Mapping[str, object] = {}
        self.problem: Problem | None = None
        self.is_proved = False
        self.loss_is_seen = False
        self.reduction = ""
        self._looked_at = 0
        self._refuted: set[object] = set()
        self.mismatch = ""
        self.moment: Moment | None = None
        self.history = History()
        self._descent: tuple[object, Descent | None] = (None, None)
        self._diagnosis: tuple[object, Diagnosis] = (None, too_early(0))

    @cached_property
    def _uses_rate(self) -> bool:
        """Whether the script reads its learning rate anywhere."""
        return any(
            isinstance(node, ast.Name)
            and node.id == self.names.learning_rate
            and isinstance(node.ctx, ast.Load)
            for node in ast.walk(self.script.tree)
        )

    @cached_property
    def _takes_logits(self) -> bool:
        """Whether the script names a loss, or anything else, of logits."""
        # Most texts have no such word, and a tree may have a hundred thousand parts.
        return "logits" in self.script.text.lower() and any(
            "logits" in name.lower()
            for node in ast.walk(self.script.tree)
            for name in (getattr(node, "attr", ""), getattr(node, "id", ""))
        )

    def catch_up(self, moment: Moment, history: History) -> None:
        """Take in the present moment of the run."""
        self.moment, self.history = moment, history
        for each in (moment.epoch_start, moment):
            if each is not None and each.position == (0, 0):
                self.start = each.parameters
        if not self.is_proved:
            self._look_for_problem(moment, history)
        if self.problem is None:
            found = what_does_not_match(self.script, moment, self.names, history, self.start)
            self.mismatch = found or self.mismatch
        self._look_for_reduction(moment)

    @property
    def epochs(self) -> int:
        """The number of epochs that are over at the present moment."""
        moment = self.moment
        if moment is None:
            return 0
        whole = moment.epoch if moment.epoch_over else moment.epoch - 1
        return min(whole, len(self.history))

    @property
    def descent(self) -> Descent | None:
        """The update rule of the run; None if theory does not cover it."""
        key = min(self.epochs, 1_000_000_000)
        if self.problem is None or not self.is_proved or self._other_rule:
            return None
        if self._descent[0] != key:
            found = find_descent(
                self.problem,
                self.history,
                self.start,
                until=self.epochs,
                rates=self._rates,
                momenta=list(self._options("momentum")),
            )
            self._descent = (key, found)
        return self._descent[1]

    @property
    def diagnosis(self) -> Diagnosis:
        """The diagnosis of the run at the present moment."""
        return self.diagnose()

    def diagnose(self, write: Numerals = SHORT) -> Diagnosis:
        """The diagnosis of the run at the present moment; ``write`` writes its numbers."""
        epochs = self.epochs
        ended = self.moment.status if self.moment else None
        key = (epochs, ended, self.is_proved, self.problem is not None, write)
        if self._diagnosis[0] != key:
            self._diagnosis = (key, self._diagnose(epochs, write))
        return self._diagnosis[1]

    def parameters_at(self, epoch: int) -> FloatArray | None:
        """The parameters at the end of an epoch, 0 for the start, shape (parameters,); None without
        a problem, or if they are not recorded."""
        if self.problem is None:
            return None
        return epoch_start_parameters(self.problem, self.history, self.start, epoch + 1)

    @property
    def scale(self) -> float:
        """The multiple of the gradient of the loss that the script's own gradient last was; 0 until
        that is known."""
        if self.problem is None or not self.reduction:
            return 0.0
        times = self.problem.samples if self.reduction == "sum" else 1
        return times * self.problem.scale_of_mean

    @property
    def learning_rate(self) -> float | None:
        """The learning rate that the script names, by an optimizer's option or a setting."""
        return next(iter(self._rates), None)

    @property
    def _rates(self) -> list[float]:
        rates = [each for each in self._options("lr") if isinstance(each, int | float)]
        if rates or not self.names.learning_rate:
            return rates[:1]
        value = self._value_of_rate if self._uses_rate else None
        return [float(value)] if isinstance(value, int | float) else []

    @property
    def _value_of_rate(self) -> object:
        """The value of the setting; if an argument may have replaced it, the value of the
        variable."""
        name = self.names.learning_rate
        if not self.script.arguments:
            return self.script.value(name)
        held = self.moment.loop_variable(name) if self.moment else None
        return held.value if held else None

    def _options(self, name: str) -> Iterator[float]:
        for optimizer in self.moment.optimizers if self.moment else ():
            for each in optimizer.parameters:
                value = each.options.get(name)
                if isinstance(value, int | float):
                    yield float(value)

    def _look_for_problem(self, moment: Moment, history: History) -> None:
        if self.problem is not None and self._contradicts(self.problem, moment):
            # The first loss shows the form of the loss; until then the mean is assumed.
            again = self._guess(moment)
            if self.loss_is_seen or again is None or again.key != self.problem.key:
                self._refuted.add(self.problem.key)
                again = None
            self.problem, self.loss_is_seen = again, False
        if self.problem is None:
            self.problem = self._guess(moment)
        if self.problem is not None and has_loss(moment):
            self.loss_is_seen = True
        epochs = len(history)
        if epochs < 2 or self._looked_at >= min(epochs, _LOOKED_FOR):
            return
        self._looked_at = epochs
        found = self._prove(self.problem, history) or self._find(moment, history)
        if found is not None:
            self.problem, self.is_proved, self.loss_is_seen = found, True, True
        elif self.problem is not None and not self._fits(self.problem, history):
            self._refuted.add(self.problem.key)
            self.problem, self.loss_is_seen = None, False

    def _guess(self, moment: Moment) -> Problem | None:
        found = logistic.guess_logistic_problem(moment, self.names, self._refuted)
        # A linear function may be what the sigmoid is taken of, in a loss that is yet to come.
        if found is not None or (not has_loss(moment) and self._takes_logits):
            return found
        return linear.guess_linear_problem(moment, self.names, self._refuted)

    def _contradicts(self, problem: Problem, moment: Moment) -> bool | None:
        if isinstance(problem, LogisticProblem):
            return logistic.contradicts(problem, moment, self.names)
        return linear.contradicts(problem, moment, self.names)

    def _prove(self, problem: Problem | None, history: History) -> Problem | None:
        if problem is None:
            return None
        if isinstance(problem, LogisticProblem):
            return logistic.prove(problem, history, self.start)
        return linear.prove(problem, history, self.start)

    def _find(self, moment: Moment, history: History) -> Problem | None:
        return linear.find_linear_problem(
            moment, history, self.start, self.names
        ) or logistic.find_logistic_problem(moment, history, self.start, self.names)

    def _fits(self, problem: Problem, history: History) -> bool:
        if isinstance(problem, LogisticProblem):
            return logistic.fits(problem, history, self.start)
        return linear.fits(problem, history, self.start)

    def _look_for_reduction(self, moment: Moment) -> None:
        problem = self.problem
        held = problem.vector(moment.gradients) if problem is not None else None
        if problem is None or held is None or not held.any():
            return
        for each in (moment.epoch_start, moment):
            vector = problem.vector(each.parameters) if each is not None else None
            if vector is None:
                continue
            slope = problem.gradient(vector)
            with np.errstate(all="ignore"):
                parts = problem.gradient_sizes(vector[np.newaxis])[0]
                mean = problem.scale_of_mean
                fitting = [
                    name
                    for name, times in (("mean", mean), ("sum", problem.samples * mean))
                    if all(map(agree, held, times * slope, times * parts))
                ]
            if fitting:
                # Near the minimum both may fit; then the earlier one counts.
                self.reduction = self.reduction if self.reduction in fitting else fitting[0]
                return

    def _diagnose(self, epochs: int, write: Numerals) -> Diagnosis:
        nonfinite = None
        if self.moment is not None:
            nonfinite = diagnose_nonfinite(self.moment, self.history, write)
        if epochs < 2 and nonfinite is None:
            return too_early(epochs)
        if nonfinite is None:
            standstill = diagnose_standstill(
                self.script,
                self.history,
                self.start,
                self.learning_rate,
                epochs,
                plain=not self._other_rule,
                write=write,
            )
            if standstill is not None:
                return standstill
        found = self._by_theory(epochs, write)
        # A rule that converges by theory cannot have made a number infinite.
        explained = found.verdict is Verdict.DIVERGING and found.shrink_per_epoch is not None
        return found if nonfinite is None or explained else nonfinite

    def _by_theory(self, epochs: int, write: Numerals) -> Diagnosis:
        """The diagnosis by theory; by the losses if there is no theory."""
        if self.problem is None or not self.is_proved:
            return self._by_losses(epochs, self._why_no_problem, write)
        if isinstance(self.problem, LogisticProblem):
            return self._by_curvature(self.problem, epochs, write)
        start, now = self.problem.vector(self.start), self.parameters_at(epochs)
        if now is None:
            now = self._last_finite(epochs)
        descent = self.descent
        if now is not None and descent is not None and descent.momentum:
            # A run with momentum may pass through the minimum without having converged.
            last = self.parameters_at(epochs - 1)
            now = now if last is None else max(now, last, key=self.problem.loss)
        if start is None or now is None or descent is None:
            return self._by_losses(epochs, self._why_no_rule, write)
        return diagnose_linear(self.problem, descent, start, now, epochs, write)

    def _by_curvature(self, problem: LogisticProblem, epochs: int, write: Numerals) -> Diagnosis:
        first = max(0, epochs - WINDOW)
        path = [self.parameters_at(epoch) for epoch in range(first, epochs + 1)]
        start, found = problem.vector(self.start), [each for each in path if each is not None]
        if start is None or len(found) < len(path):
            return self._by_losses(epochs, "its parameters are not finite", write)
        return diagnose_logistic(
            problem,
            self.descent,
            start,
            np.array(found),
            because=self._why_no_rule,
            write=write,
        )

    def _last_finite(self, epochs: int) -> FloatArray | None:
        for epoch in range(epochs - 1, max(0, epochs - WINDOW), -1):
            found = self.parameters_at(epoch)
            if found is not None:
                return found
        return None

    @property
    def _other_rule(self) -> str:
        """What the optimizers do that theory does not cover, in words; empty for nothing."""
        for optimizer in self.moment.optimizers if self.moment else ():
            if optimizer.type_name != "SGD":
                return optimizer.type_name
            for option in ("nesterov", "weight_decay", "dampening"):
                if any(each.options.get(option) for each in optimizer.parameters):
                    return f"SGD with {option}"
        return ""

    @property
    def _why_no_problem(self) -> str:
        told = int(np.isfinite(self.history.loss[:_LOOKED_FOR]).sum())
        if self.problem is not None or told < 2:
            return "too little is recorded to prove what the model is"
        return self.mismatch or "no linear or logistic model of its arrays has the recorded losses"

    @property
    def _why_no_rule(self) -> str:
        if self._other_rule:
            return f"its updates are those of {self._other_rule}, not of plain gradient descent"
        if self.problem is not None and is_within_rounding(
            self.problem, self.history, self.start, self.epochs
        ):
            return "its steps are hardly larger than rounding errors"
        return "its steps do not show a rule that gdtui knows, such as one step of gradient descent"

    def _by_losses(self, epochs: int, because: str, write: Numerals) -> Diagnosis:
        losses = self.history.loss[max(0, epochs - WINDOW) : epochs].tolist()
        if np.isnan(losses).all():
            said = "No loss was found in this script, so there is no diagnosis."
            return Diagnosis(Verdict.UNKNOWN, (said,), said)
        curvatures = (
            [float(each) for each in Curvatures.of(self.problem).values]
            if isinstance(self.problem, LinearProblem) and self.is_proved
            else []
        )
        return diagnose_losses(
            losses,
            float(self.history.loss[0]),
            because=because,
            curvatures=curvatures,
            name=(self.moment.loss_name if self.moment else None) or self.history.loss.field.name,
            moving=self._moves(epochs),
            why_stalled=lambda: self._why_stalled(epochs, write),
            write=write,
        )

    def _why_stalled(self, epochs: int, write: Numerals) -> str:
        decay = max(self._options("weight_decay"), default=0.0)
        return explain_stall(
            self.script,
            self.history,
            epochs,
            self.learning_rate,
            {"weight_decay": decay},
            plain=not self._other_rule and not any(self._options("momentum")),
            write=write,
        )

    def _moves(self, epochs: int) -> bool:
        """Whether the last epoch has moved any of the parameters."""
        columns = self.history.parameters.values()
        return epochs > 1 and any(
            not np.array_equal(each[epochs - 2], each[epochs - 1], equal_nan=True)
            for each in columns
        )
