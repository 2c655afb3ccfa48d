"""The gradients of a moment, as formulas and sentences."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gdtui.analysis.explain.elements import (
    MOST_ELEMENTS,
    MOST_PARAMETERS,
    index_text,
    more_numbers,
)
from gdtui.analysis.explain.facts import Facts
from gdtui.analysis.explain.formulas import gradient_formulas
from gdtui.analysis.explain.updates import Formula
from gdtui.analysis.numerals import Numerals, rounding
from gdtui.analysis.values import flat, value_text
from gdtui.engine.record.summary import Summary
from gdtui.engine.run.moment import Moment


class GradientWords:
    """Says what gradients a moment has, and where they come from."""

    def __init__(self, facts: Facts, moment: Moment, write: Numerals) -> None:
        self._facts = facts
        self._moment = moment
        self._write = write

    def formulas(self, *, whole: bool) -> Iterator[Formula]:
        """Each gradient as a formula; with all its steps, or the last one alone."""
        facts, table = self._facts, self._facts.table
        left = list(facts.left_from_before.items())[:MOST_PARAMETERS]
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
        for name, value in list(found.items())[:MOST_PARAMETERS]:
            yield Formula(self._facts.gradient_name(name), (value_text(value, self._write),))
        if len(found) > MOST_PARAMETERS:
            yield Formula("and", (f"{len(found) - MOST_PARAMETERS} more",))

    def _sums(self, name: str, earlier: object) -> Iterator[Formula]:
        """A gradient as the sum of its old value and what was added."""
        value = self._moment.gradients.get(name)
        old, held = flat(earlier), flat(value)
        if isinstance(value, Summary):
            yield Formula(self._facts.gradient_name(name), (value_text(value, self._write),))
        if old is None or held is None or old.shape != held.shape:
            return
        label = self._facts.gradient_name(name)
        for place in range(min(len(held), MOST_ELEMENTS)):
            index = index_text(value, place) if len(held) > 1 else ""
            with np.errstate(all="ignore"):
                added = float(held[place] - old[place])
                noise = rounding(abs(held[place]) + abs(old[place]), single=True)
            text = self._write(added, noise=noise)
            text = f"({text})" if text.startswith("-") else text
            yield Formula(
                label + index, (f"{self._write(old[place])} + {text}", self._write(held[place]))
            )
        if len(held) > MOST_ELEMENTS:
            yield Formula(label, (more_numbers(len(held) - MOST_ELEMENTS),))

    def notes(self) -> Iterator[str]:
        """What is left of earlier gradients, and whether the script uses a sum or a mean."""
        table, samples = self._facts.table, self._facts.samples
        for name in list(self._facts.left_from_before)[:MOST_PARAMETERS]:
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
