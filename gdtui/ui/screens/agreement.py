"""Asks before code from a session runs."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from gdtui.engine.printable import clean_line
from gdtui.ui.late_messages import ClosesOnce


class AgreementScreen(ClosesOnce, ModalScreen[bool]):
    """Shows the text of a script that a session brings. It closes with whether the learner agrees
    to run it."""

    DEFAULT_CSS = """
    AgreementScreen { align: center middle; }
    AgreementScreen > Vertical {
        width: 100; max-width: 100%; height: 100%;
        background: $surface; border: round $accent; border-title-style: bold; padding: 0 1;
    }
    AgreementScreen Static { height: auto; margin: 0 0 1 0; }
    AgreementScreen TextArea, AgreementScreen TextArea:focus {
        height: 1fr; border: none; padding: 0; background: $surface;
    }
    """

    BINDINGS = [
        Binding("enter", "agree", "Run", priority=True),
        Binding("escape,q", "decline", "Leave", priority=True),
    ]

    def __init__(self, title: str, what: str, text: str) -> None:
        super().__init__()
        self._title, self._what = title, what
        self._area = TextArea(text, read_only=True, show_line_numbers=True, soft_wrap=True)

    def compose(self) -> ComposeResult:
        with Vertical() as page:
            page.border_title = clean_line(self._title)
            page.border_subtitle = "enter runs it, escape does not"
            yield Static(self._what, markup=False)
            yield self._area

    def on_mount(self) -> None:
        self._area.focus()

    def action_agree(self) -> None:
        self.dismiss(True)

    def action_decline(self) -> None:
        self.dismiss(False)
