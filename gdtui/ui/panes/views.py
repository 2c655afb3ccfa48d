"""A pane with several views, one shown at a time."""

from __future__ import annotations

from collections.abc import Collection

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from gdtui.ui.widgets.tabs import PageTabs


class ViewPane(Vertical):
    """Shows one of several views, below a line with their names."""

    DEFAULT_CSS = """
    ViewPane > .view { height: 1fr; }
    """

    def __init__(self, views: dict[str, Widget], *, id: str, spare: Collection[str] = ()) -> None:
        """``views`` holds the widgets by the names in the line. Those that are ``spare`` are
        skipped unless they are offered."""
        super().__init__(id=id)
        self._views = views
        self._hidden = set(spare)
        self._tabs = PageTabs(id=f"{id}-tabs")

    def compose(self) -> ComposeResult:
        yield self._tabs
        for widget in self._views.values():
            widget.add_class("view")
            yield widget

    def on_mount(self) -> None:
        self._tabs.pages = self._offered
        self.choose(next(iter(self._views)))

    @property
    def chosen(self) -> str:
        """The name of the current view."""
        return self._tabs.page

    @property
    def _offered(self) -> tuple[str, ...]:
        return tuple(name for name in self._views if name not in self._hidden)

    def offer(self, name: str, is_offered: bool) -> None:
        """Offer a spare view, or no longer. When it is offered, it is shown."""
        if is_offered == (name in self._tabs.pages):
            return
        self._hidden ^= {name}
        self._tabs.pages = self._offered
        if is_offered:
            self.choose(name)
        elif self.chosen == name:
            self.choose(self._tabs.pages[0])

    def choose(self, name: str) -> None:
        """Show a view by its name. If the previous view had the focus, this one gets it."""
        had_focus = self.has_focus_within
        self._tabs.page = name
        for each, widget in self._views.items():
            widget.display = each == name
        if had_focus:
            self._views[name].focus()

    def turn(self, direction: int) -> None:
        """Show the next view (1) or the one before (-1)."""
        names = self._tabs.pages
        # A lesson may have chosen the spare view although it is not offered.
        at = names.index(self.chosen) if self.chosen in names else -1
        self.choose(names[(at + direction) % len(names)])

    def on_page_tabs_chosen(self, event: PageTabs.Chosen) -> None:
        event.stop()
        self.choose(event.page)
