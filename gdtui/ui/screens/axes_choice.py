"""The list of a model's numbers, to choose the two that a slice is drawn along."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import SelectionList, Static
from textual.widgets.selection_list import Selection

from gdtui.analysis.landscape.parameter_slice import Element
from gdtui.ui.late_messages import ListOfOptions
from gdtui.ui.plots.axis_choices import AxisChoices
from gdtui.ui.screens.choice_list import ListScreen
from gdtui.ui.texts.wording import FAINT

_AXES = 2


class AxesList(ListOfOptions, SelectionList[Element]):
    """The numbers, one a line. Space marks one; the screen handles enter."""

    BINDINGS = [Binding("enter", "screen.take", "Draw")]


class AxesScreen(ListScreen[tuple[Element, Element] | None]):
    """A list of the numbers of a model, of which two are chosen. It closes with the one along x and
    the one along y; with None to draw nothing."""

    BINDINGS = [Binding("escape,q,M", "dismiss", "Close")]

    def __init__(self, choices: AxisChoices) -> None:
        super().__init__()
        self._choices = choices
        suggested = choices.suggested
        # Kept, not looked up: a key may close the screen before its parts exist.
        self._list = AxesList(
            *(
                Selection(Content(_line(each.element, each.text)), each.element)
                for each in choices.listed
            ),
            compact=True,
        )
        for element in suggested:
            self._list.select(element)
        places = [each.element for each in choices.listed]
        self._first = places.index(suggested[0]) if suggested else 0

    def compose(self) -> ComposeResult:
        with Vertical() as page:
            page.border_title = "A slice through the loss"
            page.border_subtitle = "space marks, enter draws, escape closes"
            yield Static(Content.styled(self._said, FAINT), classes="above")
            yield self._list

    @property
    def _said(self) -> str:
        told = (
            "Mark two numbers: the first goes from left to right, the second upwards. All others "
            "stay as they are. Marked are the two that have moved most."
        )
        left = self._choices.left_out
        return f"{told} {left:,} more numbers are not listed." if left else told

    def on_mount(self) -> None:
        self._list.focus()
        self._list.highlighted = self._first
        # Before it has its size the list cannot tell where to scroll.
        self.call_after_refresh(self._list.scroll_to_highlight)

    def on_selection_list_selection_toggled(
        self, event: SelectionList.SelectionToggled[Element]
    ) -> None:
        event.stop()
        # The one that was marked first makes room: with two marked there is no other way to choose.
        selected = self._list.selected
        if len(selected) > _AXES:
            self._list.deselect(selected[0])

    def action_take(self) -> None:
        selected = self._list.selected
        if len(selected) != _AXES:
            self.notify(f"Mark two numbers; {len(selected)} is marked.", timeout=4)
            return
        self.dismiss((selected[0], selected[1]))


def _line(element: Element, text: str) -> str:
    return f"{element}  {text}".rstrip()
