"""What can be taken home: the script, its run or a picture, each in a format."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from gdtui.ui.late_messages import ListOfOptions
from gdtui.ui.screens.choice_list import ListScreen


class FormatList(ListOfOptions, OptionList):
    """The formats, one a line."""


class TakeHomeScreen(ListScreen[str | None]):
    """A list of what can be written into a file. It closes with the key of the chosen one; with
    None to write nothing."""

    BINDINGS = [Binding("escape,q,x", "dismiss", "Close")]

    DEFAULT_CSS = """
    TakeHomeScreen > Vertical { width: 90; }
    """

    def __init__(self, formats: Mapping[str, tuple[str, str]]) -> None:
        """``formats`` has the ending of each file, and what it is, by a key."""
        super().__init__()
        self._keys = list(formats)
        width = max(len(ending) for ending, _ in formats.values())
        # Kept, not looked up: a key may close the screen before its parts are there.
        self._list = FormatList(
            *(
                Option(Content.assemble((f".{ending:<{width}}  ", "bold"), what))
                for ending, what in formats.values()
            ),
            compact=True,
        )

    def compose(self) -> ComposeResult:
        with Vertical() as page:
            page.border_title = "Take it home"
            page.border_subtitle = "enter asks for the file's name, escape closes"
            yield self._list

    def on_mount(self) -> None:
        self._list.focus()
        self._list.highlighted = 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._keys[event.option_index])
