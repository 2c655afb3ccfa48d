"""What the last statement did, in sentences, formulas and numbers.

A formula contains numbers of the run, and appears only if its result is the value that the script
has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from gdtui.analysis.explain.facts import Facts
from gdtui.analysis.explain.formulas import gradient_formulas, loss_formula, prediction_formulas
from gdtui.analysis.explain.updates import Formula, Update, explain_update
from gdtui.analysis.explain.workings import working_formulas
from gdtui.analysis.numerals import SHORT, Numerals, rounding
from gdtui.analysis.samples import EpochProgress, SampleTable
from gdtui.analysis.study import Study
from gdtui.analysis.summaries import moved_text, summaries_in, summary_text
from gdtui.analysis.values import alike, flat, value_text
from gdtui.engine.record.summary import Summary
from gdtui.engine.run.moment import Moment, Variable
from gdtui.engine.script.loop import Phase
from gdtui.engine.script.names import short_name
from gdtui.engine.script.pipeline import statement_at
from gdtui.engine.script.syntax import argument_names, assigned

_MOST_PARAMETERS = 4
_MOST_ELEMENTS = 2


@dataclass(frozen=True, eq=False)
class Explanation:
    """The explanation of a statement, or of an epoch.

    Attributes:
        sentences: what it did, in words.
        formulas: what it computed.
        table: a row for each sample; None if the samples are unknown.
        notes: remarks that follow the formulas.
        summaries: the large arrays that are mentioned, with their names, to show as histograms.
        workings: what it computed in its own words, part by part, where no formula says more.
        refusal: why there are no such workings, as a sentence; empty where that needs no words.
    """

    sentences: tuple[str, ...] = ()
    formulas: tuple[Formula, ...] = ()
    table: SampleTable | None = None
    notes: tuple[str, ...] = ()
    summaries: tuple[tuple[str, Summary], ...] = ()
    workings: tuple[Formula, ...] = ()
    refusal: str = ""

    @property
    def shown(self) -> tuple[Formula, ...]:
        """All formulas to show: what was worked out, and of the others what is not among that."""
        made = {name for each in self.workings for name in (each.left, *each.left.split(", "))}
        return (*self.workings, *(each for each in self.formulas if each.left not in made))

    @property
    def remarks(self) -> tuple[str, ...]:
        """All remarks that follow them."""
        return (*self.notes, self.refusal) if self.refusal else self.notes


def title_of(moment: Moment) -> str:
    """What happened at a moment, in a few words."""
    if moment.failure is not None:
        return "the script failed"
    if moment.line is None or not moment.epoch:
        return "before the first epoch"
    if moment.status.is_over:
        return moment.message
    if moment.before is None and moment.epoch_over:
        return f"epoch {moment.epoch}"
    return str(moment.phase or moment.place)


def explain(study: Study, write: Numerals = SHORT) -> Explanation:
    """The explanation of the present moment of a study; ``write`` writes its numbers."""
    moment = study.moment
    if moment is None:
        return Explanation()
    if moment.failure is not None:
        return Explanation((moment.message,))
    if moment.line is None or not moment.epoch:
        return Explanation(tuple(_at_start(moment, write)))
    return _Explainer(study, moment, write).explain()


def _at_start(moment: Moment, write: Numerals) -> Iterator[str]:
    yield "Nothing in the training loop has run yet."
    for name, value in list(moment.parameters.items())[:_MOST_PARAMETERS]:
        numbers = flat(value)
        if numbers is not None and len(numbers) == 1:
            yield f"{short_name(name, moment.parameters)} starts at {write(numbers[0])}."
        elif isinstance(value, Summary):
            text = summary_text(value, write)
            yield f"{short_name(name, moment.parameters)} starts with {text}."


class _Explainer:
    """Explains one moment in an epoch or after it."""

    def __init__(self, study: Study, moment: Moment, write: Numerals) -> None:
        self._study = study
        self._write = write
        self._moment = moment
        self._names = study.names
        self._facts = Facts(study, moment)

    def explain(self) -> Explanation:
        moment = self._moment
        ended = moment.status.is_over
        if ended or (moment.before is None and moment.epoch_over):
            return self._epoch()
        explainer = {
            Phase.PREDICT: self._predict,
            Phase.LOSS: self._loss,
            Phase.GRADIENT: self._gradient,
            Phase.UPDATE: self._update,
            Phase.ZERO: self._zero,
        }.get(moment.phase, self._other)  # type: ignore[arg-type]
        return self._worked_out(explainer())

    def _worked_out(self, said: Explanation) -> Explanation:
        """An explanation with the statement's own arithmetic, where no formula says more."""
        working = self._moment.working
        if working is None or any(len(each.rights) > 1 for each in said.formulas):
            return said
        workings = tuple(working_formulas(working, self._write))
        return replace(said, workings=workings, refusal=working.refusal)

    # One statement --------------------------------------------------------------------

    def _predict(self) -> Explanation:
        samples = self._facts.samples if self._has_made(self._names.prediction) else None
        return Explanation(
            tuple(self._prediction_words()),
            tuple(prediction_formulas(samples, self._facts.short, self._write)) if samples else (),
            samples.table(EpochProgress.PREDICTED) if samples else None,
            summaries=summaries_in((each.name, each.value) for each in self._made_variables),
        )

    def _loss(self) -> Explanation:
        if not self._has_made(self._moment.loss_name or ""):
            return self._other()
        said = ["One number for how wrong the predictions are."]
        samples = self._facts.samples
        if samples is not None and samples.form is not None and samples.logistic is not None:
            said.append("A sample adds -log p; p is the probability of its target.")
        return Explanation(
            tuple(said),
            tuple(self._loss_formulas(whole=True)),
            self._facts.compared_table,
        )

    def _gradient(self) -> Explanation:
        if self._facts.is_header:
            return self._other()
        return Explanation(
            ("How steep the loss is here, and which way is up; nothing moves yet.",),
            tuple(self._gradient_formulas(whole=True)),
            self._facts.table,
            tuple(self._gradient_notes()),
            summaries_in(
                (self._facts.gradient_name(n), g) for n, g in self._facts.gradients.items()
            ),
        )

    def _update(self) -> Explanation:
        if self._facts.is_header or self._facts.nothing_moved:
            return Explanation((self._header_words(),), (), self._facts.table)
        return Explanation(
            tuple(self._direction_words()),
            tuple(self._update_formulas(moved=True)),
            self._facts.table,
            summaries=self._summaries(moved=True),
        )

    def _zero(self) -> Explanation:
        return Explanation(tuple(self._zero_words()), (), self._facts.table)

    def _other(self) -> Explanation:
        said = ["Nothing that is trained changes."] if self._facts.nothing_moved else []
        if not self._moment.calls:  # the table shows what the loop itself assigned
            return Explanation(tuple(said), (), self._facts.table)
        summaries = summaries_in((each.name, each.value) for each in self._made_variables)
        return Explanation((*said, *self._made_words()), (), self._facts.table, summaries=summaries)

    # A whole epoch --------------------------------------------------------------------

    def _epoch(self) -> Explanation:
        formulas = [
            *self._loss_formulas(whole=False),
            *self._gradient_formulas(whole=False),
            *self._update_formulas(),
        ]
        return Explanation((), tuple(formulas), self._facts.table, summaries=self._summaries())

    def _has_made(self, name: str) -> bool:
        """Whether the statement has assigned a name."""
        return name in self._made

    @property
    def _made(self) -> list[str]:
        """The names that the statement has assigned."""
        node = statement_at(self._study.script, self._moment.line or 0)
        moment = self._moment
        if moment.inner and isinstance(node, ast.FunctionDef):  # at the call
            return argument_names(node)
        names = assigned(node) if node is not None else set()
        latest = moment.assigned_inside if moment.inner else moment.assigned
        return [each for each in latest if each in names]

    @property
    def _made_variables(self) -> list[Variable]:
        return [each for each in map(self._moment.variable, self._made) if each is not None]

    # Prediction -----------------------------------------------------------------------

    def _prediction_words(self) -> Iterator[str]:
        samples = self._facts.samples if self._has_made(self._names.prediction) else None
        if samples is not None and samples.vector is not None:
            yield "The model predicts every sample with its present parameters."
            return
        yield from self._made_words()

    def _made_words(self) -> Iterator[str]:
        for variable in self._made_variables:
            value = variable.value
            if variable.name in self._moment.parameters or isinstance(value, bool):
                continue
            if isinstance(value, Summary):
                yield f"{variable.name} holds {value.size} numbers: {self._text(value)}."
            elif isinstance(value, np.ndarray) and value.size:
                low, high = float(np.min(value)), float(np.max(value))
                yield (
                    f"{variable.name} holds {value.size} numbers, from {self._write(low)} to "
                    f"{self._write(high)}."
                )
            elif isinstance(value, int | float):
                yield f"{variable.name} is {self._write(float(value))}."

    # Loss -----------------------------------------------------------------------------

    def _loss_formulas(self, *, whole: bool) -> Iterator[Formula]:
        moment = self._moment
        if moment.loss is None:
            return
        name = moment.loss_name or "loss"
        if self._facts.samples is not None and self._facts.samples.form is not None:
            yield loss_formula(
                self._facts.samples, name, moment.loss, whole=whole, write=self._write
            )
        else:
            yield Formula(name, (self._write(moment.loss),))

    # Gradient -------------------------------------------------------------------------

    def _gradient_formulas(self, *, whole: bool) -> Iterator[Formula]:
        facts, table = self._facts, self._facts.table
        left = list(facts.left_from_before.items())[:_MOST_PARAMETERS]
        if facts.samples is None or table is None or not table.used:
            yield from self._plain_gradients()
        else:
            unknown = [name for name, value in facts.gradients.items() if value is None]
            none_known = len(unknown) == len(facts.gradients)
            yield from gradient_formulas(
                facts.samples,
                table,
                facts.short,
                whole=whole,
                without=() if none_known else unknown,
                write=self._write,
            )
        for name, earlier in left:
            yield from self._sums(name, earlier)

    def _plain_gradients(self) -> Iterator[Formula]:
        left = self._facts.left_from_before
        found = {
            name: value
            for name, value in self._facts.gradients.items()
            if value is not None and name not in left
        }
        for name, value in list(found.items())[:_MOST_PARAMETERS]:
            yield Formula(self._facts.gradient_name(name), (self._text(value),))
        if len(found) > _MOST_PARAMETERS:
            yield Formula("and", (f"{len(found) - _MOST_PARAMETERS} more",))

    def _sums(self, name: str, earlier: object) -> Iterator[Formula]:
        """A gradient as the sum of its old value and what was added."""
        value = self._moment.gradients.get(name)
        old, held = flat(earlier), flat(value)
        if isinstance(value, Summary):
            yield Formula(self._facts.gradient_name(name), (self._text(value),))
        if old is None or held is None or old.shape != held.shape:
            return
        label = self._facts.gradient_name(name)
        for place in range(min(len(held), _MOST_ELEMENTS)):
            index = _index(value, place) if len(held) > 1 else ""
            with np.errstate(all="ignore"):
                added = float(held[place] - old[place])
                noise = rounding(abs(held[place]) + abs(old[place]), single=True)
            text = self._write(added, noise=noise)
            text = f"({text})" if text.startswith("-") else text
            yield Formula(
                label + index, (f"{self._write(old[place])} + {text}", self._write(held[place]))
            )
        if len(held) > _MOST_ELEMENTS:
            yield Formula(label, (_more_numbers(len(held) - _MOST_ELEMENTS),))

    def _gradient_notes(self) -> Iterator[str]:
        table, samples = self._facts.table, self._facts.samples
        for name in list(self._facts.left_from_before)[:_MOST_PARAMETERS]:
            label = self._facts.gradient_name(name)
            yield f"{label} was not zeroed, so the new gradient came on top of the old one."
        if samples is None or samples.problem is None or table is None:
            return
        count = samples.problem.samples
        summed = samples.problem.form.summed
        if table.used == "sum" and not summed and count > 1:
            yield (
                f"The script adds the {count} shares and does not divide: {count} times the slope "
                "of its loss."
            )
        elif table.used == "mean" and summed and count > 1:
            yield (
                f"The script divides by its {count} samples, which its loss does not: the slope of "
                f"its loss is {count} times this."
            )
        for name, gradient in self._facts.gradients.items():
            held, label = self._facts.held(name), self._facts.gradient_name(name)
            if held is None or gradient is None or name in self._facts.left_from_before:
                continue
            if samples.fitting(name, gradient):
                yield f"{label} holds {self._write(held)}."
            else:
                yield (
                    f"{label} holds {self._write(held)}, which is neither the sum nor the mean of "
                    "the shares."
                )

    # Update ---------------------------------------------------------------------------

    def _update_formulas(self, *, moved: bool = False) -> Iterator[Formula]:
        """How each parameter changed; ``moved`` leaves out those that did not."""
        parameters = self._parameters(moved=moved)
        single = all(isinstance(value, int | float) for _, value in parameters)
        for place, (name, value) in enumerate(parameters[:_MOST_PARAMETERS]):
            # An optimizer with state takes several lines for each number.
            whole = place == 0 or (single and len(parameters) <= _MOST_ELEMENTS)
            yield from self._update_of(name, value, whole=whole)
        if len(parameters) > _MOST_PARAMETERS:
            yield Formula("and", (f"{len(parameters) - _MOST_PARAMETERS} more",))

    def _parameters(self, *, moved: bool) -> list[tuple[str, object]]:
        return [
            (name, value)
            for name, value in self._moment.parameters.items()
            if not (moved and self._facts.has_stayed(name))
        ]

    def _summaries(self, *, moved: bool = False) -> tuple[tuple[str, Summary], ...]:
        return summaries_in(
            (self._facts.short(name), value) for name, value in self._parameters(moved=moved)
        )

    def _update_of(self, name: str, value: object, *, whole: bool) -> Iterator[Formula]:
        old = flat(self._facts.old_parameters.get(name))
        new = flat(value)
        if old is None or new is None or old.shape != new.shape:
            text = "a large array" if value is None else self._text(value)
            if isinstance(value, Summary):
                text = moved_text(self._facts.old_parameters.get(name), value, self._write)
            yield Formula(self._facts.short(name), (text,))
            return
        gradient = flat(self._facts.gradients.get(name))
        if gradient is not None and gradient.shape != new.shape:
            gradient = None
        now, before = self._facts.optimized(name)
        for place in range(min(len(new), _MOST_ELEMENTS)):
            index = _index(value, place) if len(new) > 1 else ""
            formulas = explain_update(
                Update(
                    self._facts.short(name) + index,
                    float(old[place]),
                    float(new[place]),
                    None if gradient is None else float(gradient[place]),
                    self._facts.gradient_name(name) + index,
                    self._facts.rate(now),
                    "lr" if now else self._names.learning_rate or "rate",
                ),
                self._facts.optimizer_type(name),
                now.options if now else None,
                _element(before.state, place) if before else None,
                _element(now.state, place) if now else None,
                self._write,
            )
            yield from formulas if whole and place == 0 else formulas[-1:]
        if len(new) > _MOST_ELEMENTS:
            yield Formula(self._facts.short(name), (_more_numbers(len(new) - _MOST_ELEMENTS),))

    def _direction_words(self) -> Iterator[str]:
        direction = self._facts.direction
        if direction < 0:
            yield "A step against the gradient: downhill."
        elif direction > 0:
            wrong = " Its sign is wrong." if self._facts.plainly_uphill else ""
            yield f"A step along the gradient: uphill.{wrong}"

    def _header_words(self) -> str:
        node = statement_at(self._study.script, self._moment.line or 0)
        if isinstance(node, ast.With) and "no_grad" in ast.unparse(node.items[0]):
            return (
                "From here to the end of the block autograd records nothing: the update is not "
                "part of the model."
            )
        return "The parameters have not changed."

    # Zero -----------------------------------------------------------------------------

    def _zero_words(self) -> Iterator[str]:
        before = self._moment.before
        for name, now in list(self._moment.gradients.items())[:_MOST_PARAMETERS]:
            was = before.gradients.get(name) if before else None
            label = self._facts.gradient_name(name)
            if alike(was, now):
                yield f"{label} is still {self._text(now)}."
            elif now is None:
                yield f"{label} {self._was(was)}; now it is None, which counts as 0."
            else:
                yield f"{label} {self._was(was)}; now {self._is(now)}."

    def _was(self, value: object) -> str:
        return f"{'had' if isinstance(value, Summary) else 'was'} {self._text(value)}"

    def _is(self, value: object) -> str:
        return self._text(value) if isinstance(value, Summary) else f"it is {self._text(value)}"

    def _text(self, value: object) -> str:
        return value_text(value, self._write)


def _element(state: Mapping[str, object], place: int) -> dict[str, float]:
    """The state of an optimizer for one number of a parameter."""
    found = {}
    for key, value in state.items():
        numbers = flat(value)
        if numbers is not None and len(numbers):
            # A step count applies to all numbers of a parameter.
            found[key] = float(numbers[place] if place < len(numbers) else numbers[0])
    return found


def _more_numbers(count: int) -> str:
    return f"{count} more number" + "s" * (count > 1)


def _index(value: object, place: int) -> str:
    shape = value.shape if isinstance(value, np.ndarray) else ()
    where = np.unravel_index(place, shape)
    return f"[{','.join(str(int(each)) for each in where)}]"
