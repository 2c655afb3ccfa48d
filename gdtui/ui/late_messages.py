"""What happens to screens and panes that are being taken away while keys are still on their way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from textual import command
from textual._context import active_message_pump
from textual.app import App, ScreenError, ScreenStackError
from textual.await_complete import AwaitComplete
from textual.command import CommandPalette
from textual.css.query import NoMatches
from textual.dom import NoScreen
from textual.events import Click, Event, MouseEvent
from textual.widget import MountError, Widget
from textual.widgets import _select
from textual.worker import WorkerFailed, active_worker

from gdtui.ui.terminal import has_shell_above

_GONE = (MountError, NoMatches, NoScreen, ScreenError, ScreenStackError)
"""What a handler runs into where something is there no more."""


class TolerantApp(App[None]):
    """Drops messages to a screen, a pane or an app that is going or gone. Keys and timers may be
    on their way to it, and its parts are taken away one by one."""

    def _handle_exception(self, error: Exception) -> None:
        # Textual has no public place for this; tests of ours hold it for the pinned version.
        pump: object = active_message_pump.get(None)
        cause: BaseException = error
        if isinstance(error, WorkerFailed):
            # What a screen does beside its messages, as the palette looks for commands.
            pump, cause = active_worker.get().node, error.error
        going = self._exit or not self.is_running or _is_leaving(pump)
        if going and isinstance(cause, _GONE):
            return
        super()._handle_exception(error)

    async def on_event(self, event: Event) -> None:
        """Pass an event on, unless it is the mouse over a pane that has just been taken away."""
        if isinstance(event, MouseEvent) and self.screen_stack:
            pane, _ = self.screen.get_widget_and_offset_at(event.x, event.y)
            if pane is not None and pane.parent is None:
                return
        await super().on_event(event)

    def action_suspend_process(self) -> None:
        """Go back to the shell for a while, if there is one that could bring the app back."""
        if has_shell_above():
            super().action_suspend_process()
        else:
            self.notify("No shell has started gdtui, so nothing could bring it back.", timeout=4)

    def action_command_palette(self) -> None:
        """Show the palette, which closes only once however often it is told to."""
        if not CommandPalette.is_open(self):  # type: ignore[arg-type]
            # Without a name of its own: the one before may not be gone yet.
            self.push_screen(Palette())


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


class ListOfOptions:
    """What every list of options has to be: its options may change, and it may have no room."""

    # A click is on an option that is drawn, and that may be there no more.
    async def _on_click(self, event: Click) -> None:
        option = event.style.meta.get("option")
        if option is not None and option >= self.option_count:  # type: ignore[attr-defined]
            event.stop()
            event.prevent_default()  # or Textual's own would look it up

    # Where there is no room for it, it does not know on which lines its options are.
    def _move_page(self, direction: Literal[-1, 1]) -> None:
        if self.scrollable_content_region:  # type: ignore[attr-defined]
            super()._move_page(direction)  # type: ignore[misc]


class CommandList(ListOfOptions, command.CommandList):
    """The list of the palette."""


class SelectOverlay(ListOfOptions, _select.SelectOverlay):
    """The list of a field that has a few values to choose from."""


# The palette and the field each make one by this name, and have no other place to say which.
command.CommandList = CommandList  # type: ignore[misc]
_select.SelectOverlay = SelectOverlay  # type: ignore[misc]


class Palette(ClosesOnce, CommandPalette):
    """The command palette."""

    # A search may go on for a moment after the palette is closed, and its timers would outlive it.

    def _start_busy_countdown(self) -> None:
        if not (self._is_closed or self._closing):
            super()._start_busy_countdown()

    def _start_no_matches_countdown(self, search_value: str) -> None:
        if not (self._is_closed or self._closing):
            super()._start_no_matches_countdown(search_value)


def once(run: Callable[[], object]) -> Callable[[], object]:
    """A function that does something only the first time it is called: a palette runs its command
    again for each further enter that finds it there."""
    left = [run]
    return lambda: left.pop()() if left else None


def _is_leaving(pump: object) -> bool:
    """Whether a widget is no longer on the screen that the app shows, or is being taken away."""
    if isinstance(pump, ClosesOnce) and pump._is_closed:
        return True
    return isinstance(pump, Widget) and (not pump.is_attached or pump._pruning)
