"""Applies a layout to the screen: which panes are visible, and which has the focus."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from textual.events import Resize
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from gdtui.ui.panes.views import ViewPane
from gdtui.ui.screens.layouts import COLUMNS, LESSON, SMALLEST, Layout, layout_for, with_lesson
from gdtui.ui.widgets.tabs import PageTabs


class ArrangedScreen(Screen[None]):
    """Lays the panes out for the size of the terminal: all at once, or as pages."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._tabs = PageTabs(id="tabs")
        self._layout: Layout | None = None
        self._page = ""
        self._zoomed = ""
        self._came_from = ""
        # The panes a lesson points at, and whether only those; None without a lesson.
        self._look: tuple[tuple[str, ...], bool] | None = None

    @abstractmethod
    def settle(self) -> None:
        """Update the visible panes after a change of layout."""

    @property
    def panes(self) -> tuple[str, ...]:
        """The visible panes."""
        if self._layout is None:
            return ()
        return (self._zoomed,) if self._zoomed else self._layout.panes(self._page)

    # Sizes and pages ------------------------------------------------------------------

    def on_resize(self, event: Resize) -> None:
        width, height = event.size
        base = layout_for(width, height)
        if self._layout is None or base.name != self._layout.name:
            self._zoomed = ""
            self.remove_class("-zoomed")
            if self._layout:
                self.remove_class(f"-{self._layout.name}")
            self.add_class(f"-{base.name}")
            self._arrange(base)
        if not base.panes(""):
            needed = f"gdtui needs {SMALLEST[0]}x{SMALLEST[1]}; this is {width}x{height}"
            for notice in self.query("#notice").results(Static):
                notice.update(needed)

    def arrange_for(self, look: Sequence[str] | None, *, only: bool = False) -> None:
        """Make room for a lesson and the panes it points at, and turn to its page; without ``look``
        return to the usual layout."""
        wanted = None if look is None else (tuple(look), only)
        if wanted == self._look and (look is None or self._page == LESSON):
            return
        self._look = wanted
        self.set_class(look is not None, "-lesson")
        if self._zoomed:
            self.switch_zoom()
        self._page = LESSON if look is not None else ""
        if self._layout:
            self._arrange(layout_for(*self.size))

    def _arrange(self, base: Layout) -> None:
        if self._look is not None:
            look, only = self._look
            base = with_lesson(base, look, only=only)
        self._layout = base
        self.show_page(self._page)

    def on_page_tabs_chosen(self, event: PageTabs.Chosen) -> None:
        event.stop()
        if self._zoomed:
            self.switch_zoom()
        self.show_page(event.page)
        self.call_after_refresh(self.focus_page)

    def show_page(self, page: str) -> None:
        """Show one of the pages of a small screen."""
        if self._layout is None:
            return
        self._came_from = ""
        if page not in self._layout.pages:
            page = next(iter(self._layout.pages))
        if page:
            self._page = page
        shown = self.panes
        # While the screen closes, some panes or all may be gone.
        for column, panes in COLUMNS.items():
            self.query(f"#{column}").set(display=any(pane in shown for pane in panes))
            for pane in panes:
                self.query(f"#{pane}").set(display=pane in shown)
        self.set_class(page == LESSON and not self._zoomed, "-teaching")
        middle, right, corner = (
            any(pane in shown for pane in COLUMNS[each]) for each in ("middle", "right", "corner")
        )
        self.set_class(middle and (right or corner), "-stacked")
        self.set_class(right and corner, "-both")
        self.set_class("settings" in shown, "-setting")
        self._tabs.pages, self._tabs.page = tuple(self._layout.pages), page
        self.call_after_refresh(self.settle)

    # One of several views, and one pane in all the room -------------------------------

    def turn(self, pane: ViewPane, direction: int) -> None:
        """Turn a pane to its next view, or show the pane if it is hidden."""
        if pane.region:
            pane.turn(direction)
        elif self._zoomed:
            self.switch_zoom()
        else:
            self.bring(pane.id or "")
        self.call_after_refresh(self.settle)

    def bring(self, pane: str) -> None:
        """Show a pane, on the first page that has it."""
        if self._zoomed and self._zoomed != pane:
            self.switch_zoom()
        if self._layout is None or pane in self.panes:
            return
        # A terminal too small for any pane has no page.
        found = [name for name, panes in self._layout.pages.items() if pane in panes]
        before = self._page
        self.show_page(found[0] if found else before)
        self._came_from = before

    def return_to_page(self) -> None:
        """Turn back to the page before the last :meth:`bring`, unless another one was turned
        to since."""
        if self._came_from:
            self.show_page(self._came_from)

    @property
    def is_teaching(self) -> bool:
        """Whether the layout has a lesson."""
        return self._look is not None

    def switch_zoom(self) -> None:
        """Show only the pane with the focus, or all panes again."""
        self._zoomed = "" if self._zoomed else self._pane_with_focus()
        self.set_class(bool(self._zoomed), "-zoomed")
        self.show_page(self._page)

    def _pane_with_focus(self) -> str:
        every = [pane for panes in COLUMNS.values() for pane in panes]
        widget = self.focused
        while widget is not None and widget.id not in every:
            widget = widget.parent if isinstance(widget.parent, Widget) else None
        return widget.id if widget is not None and widget.id else "view"

    # The focus ------------------------------------------------------------------------

    def move_focus(self, direction: int) -> None:
        """Focus the next field or pane (1) or the one before (-1); at the end of a page go on
        to the next page."""
        chain = list(self.focus_chain)
        at = chain.index(self.focused) if self.focused in chain else None
        last = at is not None and at == (len(chain) - 1 if direction > 0 else 0)
        pages = list(self._layout.pages) if self._layout and not self._zoomed else [""]
        if last and len(pages) > 1:
            shown = pages.index(self._tabs.page)
            self.show_page(pages[(shown + direction) % len(pages)])
            self.call_after_refresh(self.focus_page if direction > 0 else self._focus_last)
        elif direction > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def focus_page(self) -> None:
        """Focus the first field or pane of the page."""
        self._focus_at(0)

    def _focus_last(self) -> None:
        self._focus_at(-1)

    def _focus_at(self, index: int) -> None:
        chain: list[Widget] = [w for w in self.focus_chain if w.focusable]
        if chain:
            chain[index].focus()
