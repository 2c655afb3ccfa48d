"""The search on the main screen."""

from __future__ import annotations

from collections.abc import Callable

from textual.widget import Widget

from gdtui.engine.script.script import Script
from gdtui.ui.panes.code import CodePane
from gdtui.ui.panes.transcript import MOST_SEARCHED, TranscriptPane
from gdtui.ui.panes.variables import VariablesPane
from gdtui.ui.screens.layouts import PLACES
from gdtui.ui.screens.main_plots import MainPlots
from gdtui.ui.screens.search import Search
from gdtui.ui.widgets.search_bar import SearchBar


class MainSearch(MainPlots):
    """The part of the main screen that searches its panes."""

    def __init__(self, scripts: list[Script]) -> None:
        super().__init__(scripts)
        self._searched: dict[str, CodePane | VariablesPane | TranscriptPane] = {
            "code": self._code,
            "variables": self._variables,
            "transcript": self._transcript,
        }
        self._search = Search(self._searched, self._bring_for_search)
        self._sought_from: Widget | None = None

    def open_search(self) -> None:
        """Show the line to search in, and look again for what was looked for last."""
        self._sought_from = self.focused
        panes = (name for name, pane in self._searched.items() if pane is self.focused)
        self._search.begin(next(panes, "code"))
        self._keys.display = False
        self._tell_found(self._search.look_for(self._search_bar.open()))

    def on_search_bar_typed(self, message: SearchBar.Typed) -> None:
        message.stop()
        self._tell_found(self._search.look_for(message.text))

    def on_search_bar_sought(self, message: SearchBar.Sought) -> None:
        message.stop()
        self._tell_found(self._search.go(message.direction))

    def on_search_bar_left(self, message: SearchBar.Left) -> None:
        message.stop()
        self._search.end()
        self._search_bar.close()
        self._keys.display = True
        at = self._search.at
        pane = self._searched[at.pane] if at else self._sought_from
        if pane is not None and pane.focusable:
            pane.focus()
        else:
            self.focus_run()

    def _tell_found(self, text: str) -> None:
        if text and not self._transcript.is_searched_whole:
            text += f", of what was printed the last {MOST_SEARCHED:,} lines"
        self._search_bar.tell(text, missed=self._search.is_missed)

    def _bring_for_search(self, pane: str, then: Callable[[], None]) -> None:
        """Show a pane of the search, and go on once it has its size."""
        self.bring(PLACES[pane])
        if PLACES[pane] == "details":
            self._details.choose(pane.capitalize())
        self.call_after_refresh(then)
