"""The table of pinned runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from gdtui.experiments.comparison import differing_settings
from gdtui.ui.late_messages import ListOfOptions
from gdtui.ui.plots.pins import Pin, differences
from gdtui.ui.screens.choice_list import ListScreen
from gdtui.ui.texts.aligned import aligned
from gdtui.ui.texts.wording import FAINT

if TYPE_CHECKING:
    from gdtui.analysis.numerals import Numerals

_HEAD = ("epochs", "last loss", "verdict")
_NOW = "now"


class PinList(ListOfOptions, OptionList):
    """The pinned runs, one a line."""


class PinsScreen(ListScreen[Pin | None]):
    """A table of the pinned runs and the present one. It closes with the run to go to; with None
    to stay."""

    BINDINGS = [
        Binding("escape,q,C", "dismiss", "Close"),
        Binding("delete,backspace", "unpin", "Unpin"),
    ]

    DEFAULT_CSS = """
    PinsScreen > Vertical { width: 100; }
    """

    def __init__(
        self,
        pins: Sequence[Pin],
        present: Pin | None,
        write: Numerals,
        unpin: Callable[[Pin], object],
    ) -> None:
        """
        Args:
            pins: the pinned runs.
            present: the present run, unless it is one of them.
            write: writes the losses.
            unpin: takes a run off the list for good.
        """
        super().__init__()
        self._pins = list(pins)
        self._present = present
        self._write = write
        self._unpin = unpin
        # Kept, not looked up: a key may close the screen before its parts are there.
        self._list = PinList(compact=True)
        self._head = Static()

    def compose(self) -> ComposeResult:
        with Vertical() as page:
            page.border_title = "Pinned runs"
            page.border_subtitle = "enter goes to one, delete unpins it, escape closes"
            yield self._head
            yield self._list

    def on_mount(self) -> None:
        self._fill(0)
        self._list.focus()

    def _fill(self, highlighted: int) -> None:
        runs = [*self._pins, *([self._present] if self._present else [])]
        scripts = [each.script for each in runs]
        said, names = differences(scripts), differing_settings(scripts)
        differs = names[0] if len(names) == 1 else "what differs"
        rows = [
            _row(each, each.note or text, self._write)
            for each, text in zip(runs, said, strict=True)
        ]
        head, *lines = aligned([("", differs, *_HEAD), *rows], right=(2,))
        self._head.update(Content.styled(head, FAINT))
        self._list.clear_options()
        for each, line in zip(runs, lines, strict=True):
            is_pinned = each is not self._present
            label = Content.styled(line, "" if is_pinned else FAINT)
            self._list.add_option(Option(label, disabled=not is_pinned))
        self._list.highlighted = min(highlighted, len(self._pins) - 1) if self._pins else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index < len(self._pins):
            self.dismiss(self._pins[event.option_index])

    def action_unpin(self) -> None:
        place = self._list.highlighted
        if place is None or place >= len(self._pins):
            return
        self._unpin(self._pins.pop(place))
        if self._pins:
            self._fill(place)
        else:
            self.dismiss(None)


def _row(pin: Pin, said: str, write: Numerals) -> tuple[str, ...]:
    loss = pin.loss
    return (
        pin.label or _NOW,
        said,
        f"{pin.epochs:,}",
        "-" if loss is None else write(loss),
        pin.verdict,
    )
