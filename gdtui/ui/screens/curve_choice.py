"""The list of parameters of a large net, to choose those that are drawn."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import SelectionList, Static
from textual.widgets.selection_list import Selection

from gdtui.ui.late_messages import ListOfOptions
from gdtui.ui.plots.picture import CurveChoice
from gdtui.ui.screens.choice_list import ListScreen
from gdtui.ui.texts.wording import FAINT


class CurveList(ListOfOptions, SelectionList[str]):
    """The parameters, one a line. Space marks one; the screen handles enter."""

    BINDINGS = [Binding("enter", "screen.take", "Draw")]


class CurvesScreen(ListScreen[tuple[str, ...] | None]):
    """A list of the parameters of a net, of which some can be chosen.

    It closes with the chosen names; with an empty tuple to draw those that move most; with None to
    change nothing.
    """

    BINDINGS = [
        Binding("escape,q,m", "dismiss", "Close"),
        Binding("t", "take_moving", "Those that move most"),
    ]

    def __init__(self, choices: Sequence[CurveChoice], most: int) -> None:
        """At most ``most`` of the ``choices`` can be drawn."""
        super().__init__()
        self._most = most
        # Kept, not looked up: a key may close the screen before its parts exist.
        self._list = CurveList(
            *(
                Selection(Content(f"{each.name}  {each.text}"), each.name, each.is_drawn)
                for each in choices
            ),
            compact=True,
        )

    def compose(self) -> ComposeResult:
        with Vertical() as page:
            page.border_title = "Norms to draw"
            page.border_subtitle = "space marks, enter draws, escape closes"
            yield Static(
                Content.styled(
                    f"At most {self._most}. Those that move most come first; t draws these.",
                    FAINT,
                ),
                classes="above",
            )
            yield self._list

    def on_mount(self) -> None:
        self._list.focus()
        self._list.highlighted = 0

    def on_selection_list_selection_toggled(
        self, event: SelectionList.SelectionToggled[str]
    ) -> None:
        event.stop()
        if len(self._list.selected) > self._most:
            self._list.deselect(event.selection)
            self.notify(f"{self._most} curves are drawn at most; unmark one first.", timeout=4)

    def action_take(self) -> None:
        # In the order of marking, which is also that of the curves and their colours.
        self.dismiss(tuple(self._list.selected))

    def action_take_moving(self) -> None:
        self.dismiss(())
