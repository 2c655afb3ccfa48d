"""The pane of a lesson."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content

if TYPE_CHECKING:
    from textual.widget import Widget

    from gdtui.lessons.walk.page import Page
    from gdtui.ui.panes.lesson_page import LessonPage


class LessonPane(Vertical):
    """Shows the pages of a lesson. It has no widgets until the first page: most starts of the app
    show none, and need not wait for them."""

    DEFAULT_CSS = """
    LessonPane { height: 1fr; padding: 0 1; }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._page: LessonPage | None = None

    async def show(self, heading: str, page: Page, way: str = "") -> None:
        """Show a page below a heading. ``way`` is a message for the time until the run reaches
        it."""
        from gdtui.ui.panes.lesson_page import LessonPage

        self.border_title = Content(f"{heading}, {page.place}" if page.place else heading)
        if self._page is None:
            self._page = LessonPage()
            await self.mount(self._page)
        await self._page.show(page, way)

    def forget(self) -> None:
        """Reset: the next page belongs to another lesson."""
        if self._page:
            self._page.forget()

    def complain(self, reason: str) -> None:
        """Show why the typed text is no answer."""
        if self._page:
            self._page.complain(reason)

    def type(self, character: str) -> None:
        """Add a character of the answer that was typed elsewhere."""
        if self._page:
            self._page.type(character)

    def submit(self) -> None:
        """Submit the chosen or typed answer; without one, focus its place."""
        if self._page:
            self._page.submit()

    def is_answered_in(self, widget: Widget | None) -> bool:
        """Whether a widget is the list or the field for the answer."""
        return self._page is not None and widget in self._page.places_to_answer

    def focus_inside(self) -> None:
        """Focus the list or the field for the answer; without a question, the text."""
        if self._page and self.display:
            self._page.focus_inside()
