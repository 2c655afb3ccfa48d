"""All keys on one page."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Static

from gdtui.ui.commands.table import COMMANDS
from gdtui.ui.late_messages import ClosesOnce

_WIDTH = 96
_KEYS = 21
"""The columns of the keys."""

_NARROWEST = 16
_MORE = (
    ("↑ or ↓", "In a field: step the number. In the code: scroll"),
    ("enter", "In a field: try the value, in a new run"),
    ("escape", "In a field: back to the run, with the value that is in force"),
    ("home, end", "On the timeline: the start, the last epoch recorded"),
    ("page up, page down", "On the timeline: a tenth of the way"),
    ("ctrl+← or ctrl+→", "In the details: scroll sideways"),
)


class HelpScreen(ClosesOnce, ModalScreen[None]):
    """The commands by group, with their keys, from the table of commands."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > VerticalScroll {
        width: 96; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $accent; padding: 0 1;
    }
    """

    BINDINGS = [Binding("escape,q,question_mark,enter", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        with VerticalScroll() as page:
            page.border_title = "Keys"
            page.border_subtitle = "escape closes"
            yield HelpText(_text(_WIDTH))


class HelpText(Static):
    """The text, wrapped so that the further rows of a meaning stand below its first."""

    def on_resize(self, event: Resize) -> None:
        self.update(_text(event.size.width))


def _text(width: int) -> Content:
    """The help for so many columns."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for command in COMMANDS:
        groups.setdefault(command.group, []).append((command.help_keys, command.help))
    groups["In a pane"] = list(_MORE)
    lines: list[Content] = []
    for group, rows in groups.items():
        lines += [Content.assemble((group, "bold $text-accent"))]
        for keys, text in rows:
            room = max(_NARROWEST, width - _KEYS - 1)
            meaning = Content("\n" + " " * (_KEYS + 1)).join(Content(text).wrap(room))
            lines.append(Content.assemble((f"  {keys:<{_KEYS - 2}}", "bold"), " ", meaning))
        lines.append(Content())
    lines.append(
        Content.assemble(
            ("Only here to look? ", "bold"),
            "Press space and watch the loss fall, then left to undo a statement.",
        )
    )
    return Content("\n").join(lines)
