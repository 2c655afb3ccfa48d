"""A lesson on the main screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdtui.ui.screens.layouts import COLUMNS, PLACES
from gdtui.ui.screens.main_search import MainSearch

if TYPE_CHECKING:
    from gdtui.lessons.walk.page import Page


class MainLesson(MainSearch):
    """The part of the main screen that shows a lesson, and what it points at."""

    _speaks_of: object = None
    """The position of the run that the lesson describes."""

    async def show_lesson(self, heading: str, page: Page, at: object = None) -> None:
        """Show a page of a lesson, and highlight the panes and the lines that it points at. ``at``
        is the position of the run that it describes."""
        from gdtui.ui.texts.named_lines import named_on

        self._speaks_of = at
        self._plots.compare(False)
        self._put_names_first()
        script = self._header.script
        self._code.show_named(named_on(page, len(script.lines)) if script else ())
        self.arrange_for(page.look, only=page.only)
        self._diagnosis.display = "diagnosis" in page.look
        for name in reversed(page.look):
            if PLACES.get(name) == "details":
                self._details.choose(name.capitalize())
            elif PLACES.get(name) == "view":
                self._view.choose(name.capitalize())
        lit = {PLACES[name] for name in page.look if name in PLACES}
        for panes in COLUMNS.values():
            for pane in panes:
                self.query(f"#{pane}").set_class(pane in lit, "-lit")
        await self._lesson.show(heading, page)

    def hide_lesson(self) -> None:
        """Give the room of the lesson back."""
        for widget in self.query(".-lit"):
            widget.remove_class("-lit")
        self._plots.compare(True)
        self._diagnosis.display = True
        self._lesson.forget()
        self._code.show_named(())
        self.arrange_for(None)
        self.focus_run()

    async def show_way(self, heading: str, page: Page, text: str) -> None:
        """Say that the run is on its way to a page."""
        self._plots.compare(False)
        await self._lesson.show(heading, page, text)

    def _put_names_first(self) -> None:
        """Give the lesson's lines priority over the line of the run, until the learner moves the
        run."""
        moment = self._report.moment if self._report else None
        self._code.put_names_first(moment is None or moment.position == self._speaks_of)

    def complain_of_answer(self, reason: str) -> None:
        """Show why the typed text is no answer."""
        self._lesson.complain(reason)

    def submit_answer(self) -> None:
        """Submit the chosen or typed answer, or focus its place."""
        self.bring("lesson")
        self._lesson.submit()

    def focus_lesson(self) -> None:
        """Focus the list or the field for the answer."""
        self._lesson.focus_inside()
