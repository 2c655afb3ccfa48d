"""Messages to the app: from panes, and from the worker's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from gdtui.engine.script.script import Script

if TYPE_CHECKING:
    from gdtui.lessons.walk.navigation import Arrival


class ScreenOpened(Message):
    """The panes exist and can be given content."""


class ReportsWaiting(Message):
    """The worker has reported since the app last took a report."""


class ConditionTold(Message):
    """What has come of a condition: a search that found nothing, or a condition that cannot be
    told."""

    def __init__(self, text: str, *, is_wrong: bool = False, ends_breakpoint: bool = False) -> None:
        """``text`` is for the learner; ``is_wrong`` says that the condition is of no use, and
        ``ends_breakpoint`` that it was the one that pauses play."""
        super().__init__()
        self.text = text
        self.is_wrong = is_wrong
        self.ends_breakpoint = ends_breakpoint


class StageChosen(Message):
    """The learner chose a script from the list."""

    def __init__(self, index: int) -> None:
        """``index`` counts the scripts in the list from 0."""
        super().__init__()
        self.index = index


class SettingsTyped(Message):
    """The learner has finished editing a field."""

    def __init__(self, script: Script, texts: dict[str, str], *, leave: bool = False) -> None:
        """``texts`` holds the texts of the fields of a ``script``, by setting; ``leave`` moves the
        focus back to the run."""
        super().__init__()
        self.script = script
        self.texts = texts
        self.leave = leave


class StopTyped(Message):
    """The learner has finished editing a field of the stop rule."""

    def __init__(self, below: str, stalled: str, *, leave: bool = False) -> None:
        """``leave`` moves the focus back to the run."""
        super().__init__()
        self.below = below
        self.stalled = stalled
        self.leave = leave


class EpochSought(Message):
    """The learner asked to go to an epoch; None for the epoch under the cursor."""

    def __init__(self, epoch: int | None) -> None:
        super().__init__()
        self.epoch = epoch


class CursorSet(Message):
    """The cursor of the plots has moved or has gone."""


class CursorPointed(Message):
    """The mouse is over a place in a plot; without an ``x``, it has left the plot."""

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
    """The learner answered a lesson's question."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Arrived(Message):
    """The worker has taken the run to the place of a lesson's step."""

    def __init__(self, number: int, arrival: Arrival | None) -> None:
        """``number`` is the task's; ``arrival`` is None if another run had started by then."""
        super().__init__()
        self.number = number
        self.arrival = arrival
