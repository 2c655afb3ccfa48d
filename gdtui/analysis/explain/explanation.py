"""What the last statement did, in sentences, formulas and numbers.

A formula contains numbers of the run, and appears only if its result is the value that the script
has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from gdtui.analysis.explain.elements import MOST_PARAMETERS
from gdtui.analysis.explain.facts import Facts
from gdtui.analysis.explain.formulas import loss_formula, prediction_formulas
from gdtui.analysis.explain.gradient_words import GradientWords
from gdtui.analysis.explain.update_words import UpdateWords
from gdtui.analysis.explain.updates import Formula
from gdtui.analysis.explain.workings import working_formulas
from gdtui.analysis.numerals import SHORT, Numerals
from gdtui.analysis.samples import EpochProgress, SampleTable
from gdtui.analysis.study import Study
from gdtui.analysis.summaries import summaries_in, summary_text
from gdtui.analysis.values import alike, flat, value_text
from gdtui.engine.record.summary import Summary
from gdtui.engine.run.moment import Moment, Variable
from gdtui.engine.script.loop import Phase
from gdtui.engine.script.names import short_name
from gdtui.engine.script.pipeline import statement_at
from gdtui.engine.script.syntax import argument_names, assigned


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
    for name, value in list(moment.parameters.items())[:MOST_PARAMETERS]:
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
        self._gradients = GradientWords(self._facts, moment, write)
        self._updates = UpdateWords(self._facts, moment, study.names.learning_rate, write)

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
            tuple(self._gradients.formulas(whole=True)),
            self._facts.table,
            tuple(self._gradients.notes()),
            summaries_in(
                (self._facts.gradient_name(n), g) for n, g in self._facts.gradients.items()
            ),
        )

    def _update(self) -> Explanation:
        if self._facts.is_header or self._facts.nothing_moved:
            return Explanation((self._header_words(),), (), self._facts.table)
        return Explanation(
            tuple(self._updates.direction()),
            tuple(self._updates.formulas(moved=True)),
            self._facts.table,
            summaries=self._updates.summaries(moved=True),
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
            *self._gradients.formulas(whole=False),
            *self._updates.formulas(),
        ]
        return Explanation(
            (), tuple(formulas), self._facts.table, summaries=self._updates.summaries()
        )

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

    # Update ---------------------------------------------------------------------------

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
        for name, now in list(self._moment.gradients.items())[:MOST_PARAMETERS]:
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
