"""The text of a lesson's page, and the keys below it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from gdtui.ui.texts.wording import FAINT


class LessonText(VerticalScroll):
    """The text of a lesson; up and down scroll it. Left and right step through the run, as
    everywhere. It takes as many rows as its text has, so that the question stands close to it."""

    BINDINGS = [
        Binding("left", "app.previous_statement", show=False),
        Binding("right", "app.next_statement", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
    ]

    class Inside(Vertical):
        """All of the text. Its rows follow from its width alone, so the limit that they set to the
        rows in sight cannot change them."""

        DEFAULT_CSS = "Inside { height: auto; }"

        def on_resize(self, event: Resize) -> None:
            if isinstance(self.parent, LessonText):
                self.parent.styles.max_height = max(1, event.size.height)

    def __init__(self, *parts: Widget) -> None:
        super().__init__()
        self._parts = parts

    def compose(self) -> ComposeResult:
        with self.Inside():
            yield from self._parts


class LessonKeys(Widget):
    """The keys of a lesson, wrapped; a key stays on one line with its meaning."""

    DEFAULT_CSS = """
    LessonKeys { dock: bottom; height: auto; border-top: solid $foreground 20%; }
    """

    keys: reactive[tuple[tuple[str, str], ...]] = reactive((), layout=True)

    def _lines(self, width: int) -> list[Content]:
        lines: list[Content] = []
        for key, label in self.keys:
            entry = Content.assemble((key, "bold $text-accent"), (f" {label}", FAINT))
            if lines and lines[-1].cell_length + 2 + entry.cell_length <= width:
                lines[-1] = Content.assemble(lines[-1], "  ", entry)
            else:
                lines.append(entry)
        return lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.size.width))


def scroll_text(beside: Widget, direction: int) -> None:
    """Scroll the lesson's text by a page while the answer has the focus."""
    for pane in beside.screen.query(LessonText):
        pane.scroll_relative(y=direction * max(1, pane.size.height - 2), animate=False)
