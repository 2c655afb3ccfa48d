"""What happens to screens and panes that are being taken away while keys are still on their way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual._context import active_message_pump
from textual.app import App, ScreenError, ScreenStackError
from textual.await_complete import AwaitComplete
from textual.command import CommandPalette
from textual.css.query import NoMatches
from textual.dom import NoScreen
from textual.widget import MountError, Widget

_GONE = (MountError, NoMatches, NoScreen, ScreenError, ScreenStackError)
"""What a handler runs into where something is there no more."""


class TolerantApp(App[None]):
    """Drops messages to a screen, a pane or an app that is going or gone. Keys and timers may be
    on their way to it, and its parts are taken away one by one."""

    def _handle_exception(self, error: Exception) -> None:
        # Textual has no public place for this; tests of ours hold it for the pinned version.
        going = self._exit or not self.is_running or _is_leaving(active_message_pump.get(None))
        if going and isinstance(error, _GONE):
            return
        super()._handle_exception(error)

    def action_command_palette(self) -> None:
        """Show the palette, which closes only once however often it is told to."""
        if not CommandPalette.is_open(self):  # type: ignore[arg-type]
            self.push_screen(Palette(id="--command-palette"))


class ClosesOnce:
    """What a screen above the main one has to be as well. Of keys that come in a row, the later
    ones find it gone, and would close the screen below.

    Not a screen itself: Textual looks for the style of a class along its first base that is one.
    """

    _is_closed = False

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Close the screen, unless that has happened before or another one is above it."""
        if self._is_closed or not self.is_current:  # type: ignore[attr-defined]
            return AwaitComplete()
        self._is_closed = True
        closed: AwaitComplete = super().dismiss(result)  # type: ignore[misc]
        return closed


class Palette(ClosesOnce, CommandPalette):
    """The command palette."""


def once(run: Callable[[], object]) -> Callable[[], object]:
    """A function that does something only the first time it is called: a palette runs its command
    again for each further enter that finds it there."""
    left = [run]
    return lambda: left.pop()() if left else None


def _is_leaving(pump: object) -> bool:
    """Whether a widget is no longer on the screen that the app shows, or is being taken away."""
    return isinstance(pump, Widget) and (not pump.is_attached or pump._pruning)
