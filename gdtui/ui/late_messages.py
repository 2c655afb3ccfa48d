"""Tolerates messages to screens and panes that are closing: keys and timers may arrive late."""

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
from textual.signal import SignalError
from textual.widget import MountError, Widget
from textual.widgets import _select
from textual.worker import WorkerFailed, active_worker

from gdtui.ui.terminal import has_shell_above

_GONE = (MountError, NoMatches, NoScreen, ScreenError, ScreenStackError, SignalError)
"""The errors of a handler whose screen or widget is gone."""


class TolerantApp(App[None]):
    """Drops the errors of messages that reach a screen, a pane or an app while it closes or after.
    Its parts are removed one by one, and keys and timers may still arrive."""

    def _handle_exception(self, error: Exception) -> None:
        # Textual has no public hook for this; our tests check that it works in the pinned version.
        pump: object = active_message_pump.get(None)
        cause: BaseException = error
        if isinstance(error, WorkerFailed):
            # A background task of a screen, such as the palette's search for commands.
            pump, cause = active_worker.get().node, error.error
        going = self._exit or not self.is_running or _is_leaving(pump)
        if going and isinstance(cause, _GONE):
            return
        super()._handle_exception(error)

    async def on_event(self, event: Event) -> None:
        """Pass an event on, unless the mouse is over a pane that has just been removed."""
        if isinstance(event, MouseEvent) and self.screen_stack:
            pane, _ = self.screen.get_widget_and_offset_at(event.x, event.y)
            if pane is not None and pane.parent is None:
                return
        await super().on_event(event)

    def action_suspend_process(self) -> None:
        """Suspend the app, if it was started from a shell that can resume it."""
        if has_shell_above():
            super().action_suspend_process()
        else:
            self.notify("No shell has started gdtui, so nothing could bring it back.", timeout=4)

    def action_command_palette(self) -> None:
        """Show the palette. It closes once, however many keys ask it to."""
        if not CommandPalette.is_open(self):  # type: ignore[arg-type]
            # It has no id: the previous palette may still be closing.
            self.push_screen(Palette())


class TakesAllKeys:
    """A mixin for screens to type in, where ctrl+c and ctrl+z are those of an editor."""


class ClosesOnce:
    """A mixin for screens above the main one. When several keys arrive in a row, the first closes
    the screen; without this, the next would close the screen below.

    It is not a screen itself: Textual looks up a class's style along its first base that is one.
    """

    _is_closed = False

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Close the screen, unless it is closed already or another screen is above it."""
        if self._is_closed or not self.is_current:  # type: ignore[attr-defined]
            return AwaitComplete()
        self._is_closed = True
        closed: AwaitComplete = super().dismiss(result)  # type: ignore[misc]
        return closed


class ListOfOptions:
    """A mixin for lists of options that can change, or that can have no room at all."""

    # A click lands on an option as it was drawn; that option may be gone.
    async def _on_click(self, event: Click) -> None:
        option = event.style.meta.get("option")
        if option is not None and option >= self.option_count:  # type: ignore[attr-defined]
            event.stop()
            event.prevent_default()  # Textual's own handler would look it up

    # A list without room has not laid out its options.
    def _move_page(self, direction: Literal[-1, 1]) -> None:
        if self.scrollable_content_region:  # type: ignore[attr-defined]
            super()._move_page(direction)  # type: ignore[misc]


class CommandList(ListOfOptions, command.CommandList):
    """The list of the palette."""


class SelectOverlay(ListOfOptions, _select.SelectOverlay):
    """The list of a field that has a few values to choose from."""


# Textual's palette and select field create their lists by these names; no parameter sets them.
command.CommandList = CommandList  # type: ignore[misc]
_select.SelectOverlay = SelectOverlay  # type: ignore[misc]


class Palette(ClosesOnce, CommandPalette):
    """The command palette."""

    # A search may continue after the palette has closed, and would start timers that outlive it.

    def _start_busy_countdown(self) -> None:
        if not (self._is_closed or self._closing):
            super()._start_busy_countdown()

    def _start_no_matches_countdown(self, search_value: str) -> None:
        if not (self._is_closed or self._closing):
            super()._start_no_matches_countdown(search_value)


def once(run: Callable[[], object]) -> Callable[[], object]:
    """A function that acts only on its first call. A palette would run its command again for every
    further enter that arrives before it closes."""
    left = [run]
    return lambda: left.pop()() if left else None


def _is_leaving(pump: object) -> bool:
    """Whether a widget has left the screen, or is being removed."""
    if isinstance(pump, ClosesOnce) and pump._is_closed:
        return True
    return isinstance(pump, Widget) and (not pump.is_attached or pump._pruning)
