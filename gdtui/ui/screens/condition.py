"""A condition to go to, or to pause at."""

from __future__ import annotations

from typing import NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from gdtui.experiments.condition import Condition, ConditionError
from gdtui.ui.late_messages import ClosesOnce

_WHAT = (
    "A comparison over the names of the script, such as w > 3, loss < 0.01 or not finite. "
    "w.grad is a gradient, epoch counts from 1, stopped(w) says that an epoch left w as it was."
)


class Wanted(NamedTuple):
    """What the learner wants of a condition.

    Attributes:
        condition: the condition; None for no breakpoint any more.
        goes: whether to go to its first moment; else it is a breakpoint.
    """

    condition: Condition | None
    goes: bool


class ConditionScreen(ClosesOnce, ModalScreen[Wanted | None]):
    """Asks for a condition. It closes with what is wanted of it, or with None for nothing."""

    DEFAULT_CSS = """
    ConditionScreen { align: center middle; }
    ConditionScreen > Vertical {
        width: 76; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $accent; border-title-style: bold; padding: 0 1;
    }
    ConditionScreen Input, ConditionScreen Input:focus { border: none; height: 1; padding: 0; }
    ConditionScreen .what { height: auto; color: $text-muted; margin: 0 0 1 0; }
    ConditionScreen #wrong { height: auto; max-height: 4; color: $text-error; }
    """

    BINDINGS = [
        Binding("escape", "dismiss", "Close"),
        Binding("ctrl+b", "break", "Breakpoint", priority=True),
    ]

    def __init__(self, text: str, *, breakpoint: str = "") -> None:
        """
        Args:
            text: the condition to begin with.
            breakpoint: the condition that pauses play now; empty for none.
        """
        super().__init__()
        self._breakpoint = breakpoint
        # Kept, not looked up: a key may close the screen before its parts are there.
        self._field = Input(text, select_on_focus=False)
        self._wrong = Static(id="wrong", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical() as page:
            page.border_title = "When?"
            page.border_subtitle = "enter goes there, ctrl+b pauses play there, escape closes"
            removed = ""
            if self._breakpoint:
                removed = f" Play pauses at {self._breakpoint}; ctrl+b in an empty field ends that."
            yield Static(_WHAT + removed, classes="what", markup=False)
            yield self._field
            yield self._wrong

    def on_mount(self) -> None:
        self._field.focus()
        self._field.cursor_position = len(self._field.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._close(goes=True)

    def action_break(self) -> None:
        if self._breakpoint and not self._field.value.strip():
            self.dismiss(Wanted(None, goes=False))
        else:
            self._close(goes=False)

    def _close(self, *, goes: bool) -> None:
        text = self._field.value.strip()
        if not text:
            self._wrong.update("A condition is needed, such as loss < 0.01.")
            return
        try:
            self.dismiss(Wanted(Condition(text), goes))
        except ConditionError as error:
            self._wrong.update(str(error))
