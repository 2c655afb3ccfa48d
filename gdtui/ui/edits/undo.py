"""What the learner has changed, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gdtui.engine.record.stopping import StopRule

_MOST = 500
"""How many changes can be undone. More than anybody makes, and no more than memory bears."""


@dataclass(frozen=True)
class Choices:
    """What the learner has chosen, whichever script runs.

    Attributes:
        values: the settings that differ from a script's own, by name.
        stop: when runs are to stop by themselves.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    stop: StopRule = field(default_factory=StopRule)

    @property
    def key(self) -> object:
        """Tells choices apart; 1, 1.0 and True are three."""
        values = sorted((name, repr(value)) for name, value in self.values.items())
        return values, repr(self.stop)


class Undo:
    """The choices that are in force, those before them, and those that were undone."""

    def __init__(self, first: Choices) -> None:
        self._now = first
        self._before: list[Choices] = []
        self._after: list[Choices] = []

    @property
    def now(self) -> Choices:
        """What is in force."""
        return self._now

    @property
    def can_undo(self) -> bool:
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        return bool(self._after)

    def note(self, now: Choices) -> None:
        """Take in a change. What was undone before it cannot be redone any more."""
        if now.key == self._now.key:
            return
        self._before = [*self._before, self._now][-_MOST:]
        self._now, self._after = now, []

    def undo(self) -> Choices:
        """Go back to the choices before the last change; to the same where there was none."""
        if self._before:
            self._after.append(self._now)
            self._now = self._before.pop()
        return self._now

    def redo(self) -> Choices:
        """Take back the last :meth:`undo`."""
        if self._after:
            self._before.append(self._now)
            self._now = self._after.pop()
        return self._now
