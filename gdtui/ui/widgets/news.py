"""The line with the notice about the script's file."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


class NewsBar(Widget):
    """A line that is shown only while it has a text.

    Attributes:
        text: the notice; empty for none.
    """

    DEFAULT_CSS = """
    NewsBar {
        display: none; height: 1; padding: 0 1;
        background: $warning 25%; color: $text; text-style: bold;
    }
    NewsBar.-needed { display: block; }
    """

    text: reactive[str] = reactive("")

    def watch_text(self, text: str) -> None:
        self.set_class(bool(text), "-needed")

    def render(self) -> Content:
        return Content(self.text).truncate(max(1, self.size.width), ellipsis=True)
