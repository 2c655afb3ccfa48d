"""What panes tell the app."""

from __future__ import annotations

from textual.message import Message


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

    def __init__(self, texts: dict[str, str], *, leave: bool = False) -> None:
        """``texts`` is what stands in the fields, by the settings' names; ``leave`` asks for
        the focus to go back to the run."""
        super().__init__()
        self.texts = texts
        self.leave = leave


class EpochSought(Message):
    """The learner pointed at an epoch."""

    def __init__(self, epoch: int) -> None:
        super().__init__()
        self.epoch = epoch


class CommandClicked(Message):
    """The learner clicked on a command."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
