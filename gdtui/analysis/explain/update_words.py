"""The updates of a moment, as formulas and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gdtui.analysis.explain.elements import (
    MOST_ELEMENTS,
    MOST_PARAMETERS,
    index_text,
    more_numbers,
)
from gdtui.analysis.explain.facts import Facts
from gdtui.analysis.explain.updates import Formula, Update, explain_update
from gdtui.analysis.numerals import Numerals
from gdtui.analysis.summaries import moved_text, summaries_in
from gdtui.analysis.values import flat, value_text
from gdtui.engine.record.summary import Summary
from gdtui.engine.run.moment import Moment


class UpdateWords:
    """Says how the parameters of a moment have changed."""

    def __init__(self, facts: Facts, moment: Moment, rate_name: str, write: Numerals) -> None:
        """``rate_name`` is the script's name for the learning rate; empty for none."""
        self._facts = facts
        self._moment = moment
        self._rate_name = rate_name
        self._write = write

    def formulas(self, *, moved: bool = False) -> Iterator[Formula]:
        """How each parameter changed; ``moved`` leaves out those that did not."""
        parameters = self._parameters(moved=moved)
        single = all(isinstance(value, int | float) for _, value in parameters)
        for place, (name, value) in enumerate(parameters[:MOST_PARAMETERS]):
            # An optimizer with state takes several lines for each number.
            whole = place == 0 or (single and len(parameters) <= MOST_ELEMENTS)
            yield from self._update_of(name, value, whole=whole)
        if len(parameters) > MOST_PARAMETERS:
            yield Formula("and", (f"{len(parameters) - MOST_PARAMETERS} more",))

    def _parameters(self, *, moved: bool) -> list[tuple[str, object]]:
        return [
            (name, value)
            for name, value in self._moment.parameters.items()
            if not (moved and self._facts.has_stayed(name))
        ]

    def summaries(self, *, moved: bool = False) -> tuple[tuple[str, Summary], ...]:
        """The large parameters; ``moved`` leaves out those that did not."""
        return summaries_in(
            (self._facts.short(name), value) for name, value in self._parameters(moved=moved)
        )

    def _update_of(self, name: str, value: object, *, whole: bool) -> Iterator[Formula]:
        old = flat(self._facts.old_parameters.get(name))
        new = flat(value)
        if old is None or new is None or old.shape != new.shape:
            text = "a large array" if value is None else value_text(value, self._write)
            if isinstance(value, Summary):
                text = moved_text(self._facts.old_parameters.get(name), value, self._write)
            yield Formula(self._facts.short(name), (text,))
            return
        gradient = flat(self._facts.gradients.get(name))
        if gradient is not None and gradient.shape != new.shape:
            gradient = None
        now, before = self._facts.optimized(name)
        for place in range(min(len(new), MOST_ELEMENTS)):
            index = index_text(value, place) if len(new) > 1 else ""
            formulas = explain_update(
                Update(
                    self._facts.short(name) + index,
                    float(old[place]),
                    float(new[place]),
                    None if gradient is None else float(gradient[place]),
                    self._facts.gradient_name(name) + index,
                    self._facts.rate(now),
                    "lr" if now else self._rate_name or "rate",
                ),
                self._facts.optimizer_type(name),
                now.options if now else None,
                _element(before.state, place) if before else None,
                _element(now.state, place) if now else None,
                self._write,
            )
            yield from formulas if whole and place == 0 else formulas[-1:]
        if len(new) > MOST_ELEMENTS:
            yield Formula(self._facts.short(name), (more_numbers(len(new) - MOST_ELEMENTS),))

    def direction(self) -> Iterator[str]:
        """Whether the step goes down or up."""
        direction = self._facts.direction
        if direction < 0:
            yield "A step against the gradient: downhill."
        elif direction > 0:
            wrong = " Its sign is wrong." if self._facts.plainly_uphill else ""
            yield f"A step along the gradient: uphill.{wrong}"


def _element(state: Mapping[str, object], place: int) -> dict[str, float]:
    """The state of an optimizer for one number of a parameter."""
    found = {}
    for key, value in state.items():
        numbers = flat(value)
        if numbers is not None and len(numbers):
            # A step count applies to all numbers of a parameter.
            found[key] = float(numbers[place] if place < len(numbers) else numbers[0])
    return found
