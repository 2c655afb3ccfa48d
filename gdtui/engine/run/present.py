"""The values of a paused run, frozen one by one as they are asked for.

To freeze all of a moment takes a tenth of a millisecond and more. Whoever looks for one value at
every statement of many epochs asks for that one alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from gdtui.engine.record.freezing import freeze
from gdtui.engine.record.parameters import Parameter
from gdtui.engine.record.quantities import attempt, gradient_of, numbers
from gdtui.engine.record.recording import Recorder
from gdtui.engine.run.execution import Execution


class Present:
    """The values of a run where it is paused now. They are those of this pause only until the run
    moves on."""

    def __init__(self, execution: Execution, recorder: Recorder) -> None:
        self._execution = execution
        self._recorder = recorder
        self._names = execution.names
        self._found: dict[str, Parameter] | None = None

    @property
    def epoch(self) -> int:
        """The epoch that is running or has just ended; 0 before the first."""
        return self._execution.epoch

    @property
    def epoch_over(self) -> bool:
        """Whether all statements of that epoch have run."""
        return not self._execution.in_epoch

    @property
    def loss(self) -> float | None:
        """The loss as the script's variable holds it; None where there is none."""
        name = self._recorder.loss_name_in(self._names)
        return None if name is None else numbers(self._names[name])[0]

    @property
    def parameters(self) -> Iterable[str]:
        """The names of the parameters."""
        return self._parameters

    def parameter(self, name: str) -> object:
        """The value of a parameter, as :func:`~gdtui.engine.record.freezing.freeze` gives it.

        Raises:
            KeyError: there is no such parameter.
        """
        found = self._parameters[name]
        return freeze(attempt(found.value))

    def gradient(self, name: str) -> object:
        """The gradient of a parameter as it is now, in the same form; None where there is none.

        Raises:
            KeyError: there is no such parameter.
        """
        found = self._parameters[name]
        return freeze(attempt(found.gradient))

    def variable(self, name: str) -> object:
        """What a name of the script holds, in the same form; None for what has no such form.

        Raises:
            KeyError: the script has given the name no value.
        """
        return freeze(self._names[name])

    def variable_gradient(self, name: str) -> object:
        """The gradient that a tensor holds; None where there is none.

        Raises:
            KeyError: the script has given the name no value.
        """
        held = self._names[name]
        return freeze(attempt(lambda: gradient_of(held)))

    @property
    def _parameters(self) -> dict[str, Parameter]:
        if self._found is None:
            self._found = {each.name: each for each in self._recorder.present_parameters()}
        return self._found
