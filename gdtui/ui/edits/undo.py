"""The learner's changes, with undo and redo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gdtui.engine.record.stopping import StopRule

_MOST = 500
"""How many changes can be undone: more than anybody makes, and few enough for memory."""


@dataclass(frozen=True)
class Choices:
    """The learner's choices. Settings and the stop rule apply to every script.

    Attributes:
        values: the changed settings, by name.
        stop: the rule that stops runs.
        texts: the edited texts, by the name of the script.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    stop: StopRule = field(default_factory=StopRule)
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> object:
        """A key that tells choices apart; 1, 1.0 and True are three different values."""
        values = sorted((name, repr(value)) for name, value in self.values.items())
        return values, repr(self.stop), sorted(self.texts.items())


class Undo:
    """The current choices, the earlier ones, and the undone ones."""

    def __init__(self, first: Choices) -> None:
        self._now = first
        self._before: list[Choices] = []
        self._after: list[Choices] = []

    @property
    def now(self) -> Choices:
        """The current choices."""
        return self._now

    @property
    def can_undo(self) -> bool:
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        return bool(self._after)

    def note(self, now: Choices) -> None:
        """Add a change. Earlier undone changes can no longer be redone."""
        if now.key == self._now.key:
            return
        self._before = [*self._before, self._now][-_MOST:]
        self._now, self._after = now, []

    def undo(self) -> Choices:
        """Return to the choices before the last change, or the same if there is none."""
        if self._before:
            self._after.append(self._now)
            self._now = self._before.pop()
        return self._now

    def redo(self) -> Choices:
        """Revert the last :meth:`undo`."""
        if self._after:
            self._before.append(self._now)
            self._now = self._after.pop()
        return self._now
