"""What panes tell the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from gdtui.engine.script.script import Script

if TYPE_CHECKING:
    from gdtui.lessons.walk.navigation import Arrival


class ScreenOpened(Message):
    """The panes are there and can be told what to show."""


class ReportsWaiting(Message):
    """The worker has reported since the app last looked."""


class StageChosen(Message):
    """The learner chose a script from the list."""

    def __init__(self, index: int) -> None:
        """``index`` counts the scripts in the list from 0."""
        super().__init__()
        self.index = index


class SettingsTyped(Message):
    """The learner is done with a field."""

    def __init__(self, script: Script, texts: dict[str, str], *, leave: bool = False) -> None:
        """``texts`` is what stands in the fields of a ``script``, by the settings' names;
        ``leave`` asks for the focus to go back to the run."""
        super().__init__()
        self.script = script
        self.texts = texts
        self.leave = leave


class StopTyped(Message):
    """The learner is done with a field of the rule that stops a run."""

    def __init__(self, below: str, stalled: str, *, leave: bool = False) -> None:
        """``leave`` asks for the focus to go back to the run."""
        super().__init__()
        self.below = below
        self.stalled = stalled
        self.leave = leave


class EpochSought(Message):
    """The learner asked to go to an epoch; None is the one under the cursor."""

    def __init__(self, epoch: int | None) -> None:
        super().__init__()
        self.epoch = epoch


class CursorSet(Message):
    """The cursor of the plots stands at another epoch, or at none any more."""


class CursorPointed(Message):
    """The learner points with the mouse at a place in a plot; without an ``x``, at none any
    more."""

    def __init__(self, pane: str, x: float | None, y: float | None) -> None:
        super().__init__()
        self.pane = pane
        self.x = x
        self.y = y


class CommandClicked(Message):
    """The learner clicked on a command."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action


class AnswerGiven(Message):
    """The learner answered what a lesson asks."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Arrived(Message):
    """The worker has taken the run to where a lesson wants it."""

    def __init__(self, number: int, arrival: Arrival | None) -> None:
        """``number`` is that of the task; without an ``arrival`` the run was another one by
        then."""
        super().__init__()
        self.number = number
        self.arrival = arrival
