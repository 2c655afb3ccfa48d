"""A condition to go to, or to pause at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from gdtui.experiments.condition import Condition, ConditionError
from gdtui.experiments.departure import Departure
from gdtui.ui.late_messages import ClosesOnce, ListOfOptions
from gdtui.ui.texts.wording import FAINT

_WHAT = (
    "A comparison over the names of the script, such as w > 3, loss < 0.01 or not finite. "
    "w.grad is a gradient, epoch counts from 1, stopped(w) says that an epoch left w as it was. "
    "Up and down put one of these into the field:"
)
_MOST_PARAMETERS = 12
_ROWS = 8


class ReadyCondition(NamedTuple):
    """A condition to choose, and what it asks."""

    text: str
    what: str


def ready_conditions(parameters: Sequence[str], pins: Sequence[str]) -> list[ReadyCondition]:
    """The conditions that most people ask for.

    Args:
        parameters: the names of the parameters.
        pins: the letters of the pinned runs.
    """
    some = parameters[:_MOST_PARAMETERS]
    return [
        ReadyCondition("not finite(loss)", "the loss is no number any more"),
        *(
            ReadyCondition(f"left({name}, {pin})", f"{name} is no more what it is in run {pin}")
            for pin in pins
            for name in ("loss", *some)
        ),
        *(
            ReadyCondition(f"stopped({name})", f"an epoch has left {name} as it was")
            for name in some
        ),
        *(
            ReadyCondition(f"not finite({name})", f"{name} has a number that is not finite")
            for each in some
            for name in (each, f"{each}.grad")
        ),
    ]


class Wanted(NamedTuple):
    """What the learner wants of a condition.

    Attributes:
        condition: the condition, or where a quantity leaves a pinned run; None for no breakpoint
            any more.
        goes: whether to go to its first moment; else it is a breakpoint.
    """

    condition: Condition | Departure | None
    goes: bool


class ReadyList(ListOfOptions, OptionList):
    """Conditions to choose from, one a line."""


class ConditionScreen(ClosesOnce, ModalScreen[Wanted | None]):
    """Asks for a condition. It closes with what is wanted of it, or with None for nothing."""

    DEFAULT_CSS = """
    ConditionScreen { align: center middle; }
    ConditionScreen > Vertical {
        width: 76; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $accent; border-title-style: bold; padding: 0 1;
    }
    ConditionScreen Input, ConditionScreen Input:focus { border: none; height: 1; padding: 0; }
    ConditionScreen .what { height: auto; color: $text-muted; }
    ConditionScreen OptionList > .option-list--option-highlighted {
        background: $accent 22%; color: $text;
    }
    ConditionScreen OptionList, ConditionScreen OptionList:focus {
        height: auto; border: none; padding: 0; background: $surface;
        scrollbar-size-vertical: 1; scrollbar-color: $foreground 30%;
        scrollbar-background: $surface;
    }
    ConditionScreen #wrong { height: auto; max-height: 4; color: $text-error; }
    """

    BINDINGS = [
        Binding("escape", "dismiss", "Close"),
        Binding("ctrl+b", "break", "Breakpoint", priority=True),
        Binding("up", "choose(-1)", "Choose", priority=True),
        Binding("down", "choose(1)", "Choose", priority=True),
    ]

    def __init__(
        self, text: str, *, breakpoint: str = "", ready: Sequence[ReadyCondition] = ()
    ) -> None:
        """
        Args:
            text: the condition to begin with.
            breakpoint: the condition that pauses play now; empty for none.
            ready: conditions to choose from.
        """
        super().__init__()
        self._breakpoint = breakpoint
        self._ready = ready
        width = max((len(each.text) for each in ready), default=0)
        self._list = ReadyList(
            *(
                Option(
                    Content.assemble((f"{each.text:<{width}}", "bold"), (f"  {each.what}", FAINT))
                )
                for each in ready
            ),
            compact=True,
        )
        self._list.styles.max_height = _ROWS
        self._list.can_focus = False
        # Kept, not looked up: a key may close the screen before its parts are there.
        self._field = Input(text, select_on_focus=False)
        self._wrong = Static(id="wrong", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical() as page:
            page.border_title = "When?"
            page.border_subtitle = "enter goes there, ctrl+b pauses play there, escape closes"
            removed = f"Play pauses at {self._breakpoint}; ctrl+b in an empty field ends that."
            yield self._field
            yield self._wrong
            yield Static(_WHAT, classes="what", markup=False)
            yield self._list
            if self._breakpoint:
                yield Static(removed, classes="what", markup=False)

    def on_mount(self) -> None:
        self._list.highlighted = None
        self._field.focus()
        self._field.cursor_position = len(self._field.value)

    def action_choose(self, direction: int) -> None:
        """Put the next of the conditions in the list, or the one before, into the field."""
        if not self._ready:
            return
        now = self._list.highlighted
        at = (-1 if direction > 0 else 0) if now is None else now
        self._list.highlighted = at = (at + direction) % len(self._ready)
        self._fill(at)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._fill(event.option_index)

    def _fill(self, place: int) -> None:
        self._field.value = self._ready[place].text
        self._field.cursor_position = len(self._field.value)
        self._field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._wrong.update("")

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
        wanted = Departure.parse(text)
        if wanted is not None and not goes:
            self._wrong.update(
                f"{wanted.text} is a place to go to, by enter; it cannot pause play."
            )
            return
        try:
            self.dismiss(Wanted(wanted or Condition(text), goes))
        except ConditionError as error:
            self._wrong.update(str(error))
