"""A text field, and a row that holds one."""

from __future__ import annotations

from abc import abstractmethod

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.events import Blur
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from gdtui.engine.printable import clean_line

_LONGEST = 300
"""The most characters of a name, a hint or a reason."""


class TextField(Input):
    """A field for a value. Up and down step the value; enter, or leaving the field, applies it.
    After enter all of it is selected, so that the next value can be typed at once."""

    BINDINGS = [
        Binding("up", "step_value(1)", "Step up", show=False),
        Binding("down", "step_value(-1)", "Step down", show=False),
        Binding("escape", "undo", "Undo", show=False),
    ]

    class Done(Message):
        """The learner has finished editing. ``leave`` moves the focus elsewhere; ``tries`` selects
        the text for the next value."""

        def __init__(self, field: TextField, *, leave: bool = False, tries: bool = False) -> None:
            super().__init__()
            self.field = field
            self.leave = leave
            self.tries = tries

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text, compact=True, name=name, select_on_focus=False)
        self.settled = text

    def settle(self, text: str) -> None:
        """Show the current value."""
        self.settled = text
        if self.value != text:
            whole = self.has_focus and len(self.selected_text) == len(self.value)
            with self.prevent(Input.Changed):
                self.value = text
            self.cursor_position = len(text) if self.has_focus else 0
            if whole:
                self.select_all()

    def next_text(self, direction: int) -> str | None:
        """The text of the next value up (1) or down (-1); None if there is none."""
        return None

    def action_step_value(self, direction: int) -> None:
        text = self.next_text(direction)
        if text is not None:
            self.value = text
            self.cursor_position = len(text)
            self.post_message(self.Done(self))

    def action_undo(self) -> None:
        self.value = self.settled
        self.post_message(self.Done(self, leave=True))

    async def action_submit(self) -> None:
        self.post_message(self.Done(self, tries=True))

    def on_blur(self, _: Blur) -> None:
        # The beginning of a long value says more than its end.
        self.cursor_position = 0
        self.post_message(self.Done(self))


class FieldRow(Vertical):
    """A name and a field, with a hint or an error message below."""

    DEFAULT_CSS = """
    FieldRow { height: auto; }
    FieldRow Horizontal { height: 1; }
    FieldRow Label { width: 14; padding: 0 1 0 0; color: $text; }
    FieldRow.-changed Label { color: $text-warning; text-style: bold; }
    FieldRow Input, FieldRow Select { width: 1fr; background: $boost; }
    FieldRow Input:focus { background: $accent 25%; }
    FieldRow .reason { display: none; color: $text-error; padding: 0 0 0 1; text-style: italic; }
    FieldRow.-wrong .reason { display: block; }
    FieldRow.-wrong Input { background: $error 25%; }
    FieldRow .hint { display: none; color: $text-muted; padding: 0 0 0 1; }
    FieldRow:focus-within .hint { display: block; }
    FieldRow.-wrong .hint { display: none; }
    """

    def __init__(self, label: str, hint: str) -> None:
        super().__init__()
        self._label = label
        self._hint = hint
        self._said = ""

    @abstractmethod
    def field(self) -> Widget:
        """The widget to type into or to choose with."""

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Label(clean_line(self._label, _LONGEST), markup=False)
            yield self.field()
        yield Static(clean_line(self._hint, _LONGEST), classes="hint", markup=False)
        yield Static("", classes="reason", markup=False)

    def show_reason(self, reason: str) -> None:
        """Show an error message; none if the reason is empty."""
        if reason == self._said:
            return  # a new text lays out the whole screen again
        self._said = reason
        self.set_class(bool(reason), "-wrong")
        for label in self.query(".reason").results(Static):
            label.update(clean_line(reason, _LONGEST))
