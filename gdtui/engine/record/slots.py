"""The recorded gradients of the parameters, and how each is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gdtui.engine.record.history import ABSENT, Field
from gdtui.engine.record.parameters import Parameter, gradient_in
from gdtui.engine.record.quantities import UNREADABLE, attempt, is_tensor
from gdtui.engine.record.reading import Code, Fixed, numbers_for

Numbers = tuple[float, ...]


class Slot:
    """One recorded gradient and how to read it; without a parameter there is none now."""

    def __init__(self, place: int, field: Field, parameter: Parameter | None) -> None:
        self.place = place
        self.field = field
        self.parameter = parameter
        self._read: Callable[[], Numbers] | None = None

    def read(self) -> Numbers:
        """The gradient as it is now, as many numbers as the field has."""
        try:
            return (self._read or self._make_reader())()
        except UNREADABLE:
            gradient = attempt(self.parameter.gradient) if self.parameter else None
            found = attempt(lambda: numbers_for(gradient, self.field))
            return (ABSENT,) * self.field.width if found is None else tuple(found)

    def read_in(self, gradient: Any) -> Numbers:
        """The numbers of its own in what holds gradients."""
        assert self.parameter is not None
        value = gradient_in(gradient, self.parameter.key)
        return tuple(numbers_for(value, self.field))

    def part(self, code: Code) -> str:
        """The expression for the numbers of the gradient."""
        if self.parameter is None:
            return f"*{code.refer_to((ABSENT,) * self.field.width)}"
        form = gradient_form(self.parameter)
        return code.numbers(self.parameter.gradient, form, self.field)

    def _make_reader(self) -> Callable[[], Numbers]:
        if self.parameter is None:
            self._read = lambda: (ABSENT,) * self.field.width
        else:
            code = Code()
            read = code.tuple_of([self.part(code)])
            if gradient_form(self.parameter) is None:
                return read  # as long as its form is not known, the next reading looks again
            self._read = read
        return self._read

    @property
    def lacks_gradient(self) -> bool:
        """Whether it is not known where the gradient is kept."""
        return self.parameter is None or self.parameter.gradient == Fixed(None)

    def is_at(self, path: str) -> bool:
        """Whether the parameter is what the script writes as ``path``, or an entry of it."""
        if self.parameter is None:
            return False
        if self.parameter.updated:
            return self.parameter.updated == path
        return self.parameter.held_by == path


class Plan:
    """What an optimizer updates, and one function that reads the gradients of all of it."""

    def __init__(self, optimizer: Any) -> None:
        self.optimizer = optimizer
        self.parameters = [each for group in self._groups() for each in group["params"]]
        self.slots: list[Slot] = []
        self.places: list[int] = []
        self._read: Callable[[], list[Numbers] | None] | None = None

    def use(self, slots: list[Slot]) -> None:
        """Take these, as long as the optimizer has the parameters that it has now."""
        self.slots = slots
        self.places = [slot.place for slot in slots]
        groups, code = self._groups(), Code()
        conditions = [f"len({code.refer_to(groups)}) == {len(groups)}"]
        for group in groups:
            known = code.refer_to(group["params"])
            conditions.append(f"{code.refer_to(group)}['params'] is {known}")
            conditions.append(f"len({known}) == {len(group['params'])}")
            for place, each in enumerate(group["params"]):
                conditions.append(f"{known}[{place}] is {code.refer_to(each)}")
        parts = [slot.part(code) for slot in slots]
        tuples = ", ".join(f"({part},)" for part in parts)
        self._read = code.function(f"[{tuples}] if {' and '.join(conditions)} else None")

    def read(self) -> list[Numbers] | None:
        """The gradients of its parameters; None where it has others now."""
        try:
            return self._read() if self._read is not None else None
        except UNREADABLE:
            return None

    def _groups(self) -> list[dict[str, Any]]:
        groups: list[dict[str, Any]] = vars(self.optimizer)["param_groups"]
        return groups


def gradient_form(parameter: Parameter) -> object:
    """A value of the form that the gradient of a parameter has or will have; None where that is
    not known."""
    gradient, value = attempt(parameter.gradient), attempt(parameter.value)
    if gradient is None and is_tensor(value):
        return attempt(lambda: value.detach())
    return gradient
