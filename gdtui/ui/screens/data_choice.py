"""The samples to choose: a set that comes with gdtui, or a file of the learner's own."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from gdtui.data.sets import SETS
from gdtui.ui.late_messages import ListOfOptions
from gdtui.ui.screens.choice_list import ListScreen
from gdtui.ui.texts.wording import FAINT

_OWN = "a CSV file"


class SetList(ListOfOptions, OptionList):
    """The sets, one a line."""


class DataScreen(ListScreen[str | None]):
    """A list of the sets of samples, and first a file of the learner's own. It closes with the name
    of a set, with an empty text for a file, or with None to change nothing."""

    BINDINGS = [Binding("escape,q,a", "dismiss", "Close")]

    DEFAULT_CSS = """
    DataScreen > Vertical { width: 96; }
    """

    def __init__(self) -> None:
        super().__init__()
        width = max(len(_OWN), *(len(each.name) for each in SETS))
        lines = [(_OWN, "Two of its columns: numbers, one sample a row.")]
        lines += [(each.name, each.shows) for each in SETS]
        # Kept, not looked up: a key may close the screen before its parts are there.
        self._list = SetList(
            *(
                Option(Content.assemble((f"{name:<{width}}  ", "bold"), (shows, FAINT)))
                for name, shows in lines
            ),
            compact=True,
        )

    def compose(self) -> ComposeResult:
        with Vertical() as page:
            page.border_title = "Data to learn from"
            page.border_subtitle = "enter shows it, escape closes"
            yield self._list

    def on_mount(self) -> None:
        self._list.focus()
        self._list.highlighted = 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        names = ["", *(each.name for each in SETS)]
        self.dismiss(names[event.option_index])
