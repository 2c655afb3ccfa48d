"""The line to search in: a field, and how many hits there are."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from gdtui.ui.texts.wording import FAINT

_KEYS = "enter next, ↑ previous, escape closes"


class SearchField(Input):
    """The field. It tells the bar around it what is asked for."""

    BINDINGS = [
        Binding("down", "seek(1)", "Next", show=False),
        Binding("up,shift+enter", "seek(-1)", "Previous", show=False),
        Binding("escape", "leave", "Close", show=False),
    ]

    def action_seek(self, direction: int) -> None:
        self.post_message(SearchBar.Sought(direction))

    def action_leave(self) -> None:
        self.post_message(SearchBar.Left())


class SearchBar(Horizontal):
    """A line that is shown only while something is searched."""

    DEFAULT_CSS = """
    SearchBar { display: none; height: 1; background: $panel; padding: 0 1; }
    SearchBar.-open { display: block; }
    SearchBar > .slash { width: 2; color: $text-accent; text-style: bold; }
    SearchBar > Input, SearchBar > Input:focus {
        width: 1fr; height: 1; border: none; padding: 0; background: $panel;
    }
    SearchBar > .said { width: auto; max-width: 75%; text-align: right; }
    """

    class Typed(Message):
        """The text to look for has changed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Sought(Message):
        """The next hit is wanted (1), or the one before (-1)."""

        def __init__(self, direction: int) -> None:
            super().__init__()
            self.direction = direction

    class Left(Message):
        """The search is over."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._field = SearchField(compact=True, select_on_focus=True)
        self._said = Static(classes="said")

    def compose(self) -> ComposeResult:
        yield Static("/", classes="slash", markup=False)
        yield self._field
        yield self._said

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    def open(self) -> str:
        """Show the line and focus the field. Returns the text of the last search, which can be
        looked for again."""
        self.add_class("-open")
        self._field.focus()
        self._field.select_all()
        return self._field.value

    def close(self) -> None:
        """Hide the line."""
        self.remove_class("-open")

    def tell(self, text: str, *, missed: bool = False) -> None:
        """Show how many hits there are."""
        style = "$text-warning" if missed else "bold"
        keys = (f"   {_KEYS}", FAINT) if self.size.width >= 80 or not text else ""
        self._said.update(Content.assemble((text, style), keys))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Sought(1))
