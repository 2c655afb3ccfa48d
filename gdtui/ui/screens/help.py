"""All keys on one page."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from gdtui.ui.commands.table import COMMANDS
from gdtui.ui.late_messages import ClosesOnce

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
        width: 76; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $accent; padding: 0 1;
    }
    """

    BINDINGS = [Binding("escape,q,question_mark,enter", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        with VerticalScroll() as page:
            page.border_title = "Keys"
            page.border_subtitle = "escape closes"
            yield Static(_text())


def _text() -> Content:
    groups: dict[str, list[tuple[str, str]]] = {}
    for command in COMMANDS:
        groups.setdefault(command.group, []).append((command.help_keys, command.help))
    groups["In a pane"] = list(_MORE)
    lines: list[Content] = []
    for group, rows in groups.items():
        lines += [Content.assemble((group, "bold $text-accent"))]
        for keys, text in rows:
            lines.append(Content.assemble((f"  {keys:<19}", "bold"), f" {text}"))
        lines.append(Content())
    lines.append(
        Content.assemble(
            ("Only here to look? ", "bold"),
            "Press space and watch the loss fall, then left to undo a statement.",
        )
    )
    return Content("\n").join(lines)
