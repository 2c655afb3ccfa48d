"""Two scripts beside one another, stepped together."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from gdtui.engine.errors import ScriptError
from gdtui.engine.printable import clean_line
from gdtui.engine.script.script import Script
from gdtui.ui.late_messages import ClosesOnce, ListOfOptions
from gdtui.ui.panes.code import CodePane
from gdtui.ui.screens.choice_list import ListScreen
from gdtui.ui.texts.wording import FAINT

if TYPE_CHECKING:
    from gdtui.engine.record.stopping import StopRule
    from gdtui.experiments.side_by_side import Side, SideBySide, Step

_MOST_VALUES = 4


class OtherList(ListOfOptions, OptionList):
    """The scripts to compare with, one a line."""


class OtherScreen(ListScreen[int | None]):
    """A list of what the present script can be compared with. It closes with the index of the
    chosen one; with None if none was chosen."""

    BINDINGS = [Binding("escape,q,k", "dismiss", "Close")]

    def __init__(self, names: list[tuple[str, str]], first: int) -> None:
        """
        Args:
            names: for each script a name, and what it is.
            first: the index of the one to begin at.
        """
        super().__init__()
        width = max((len(name) for name, _ in names), default=0)
        self._first = first
        # Kept, not looked up: a key may close the screen before its parts are there.
        self._list = OtherList(
            *(
                Option(Content.assemble((f"{name:<{width}}  ", "bold"), (what, FAINT)))
                for name, what in names
            ),
            compact=True,
        )

    def compose(self) -> ComposeResult:
        with Vertical() as page:
            page.border_title = "Compare this script, side by side, with"
            page.border_subtitle = "enter compares, escape closes"
            yield self._list

    def on_mount(self) -> None:
        self._list.focus()
        self._list.highlighted = self._first

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_index)


class SideBySideScreen(ClosesOnce, ModalScreen[None]):
    """Two scripts, their statements aligned by what they do, and what each computes. Lines that the
    other script does not have are marked ``~``."""

    DEFAULT_CSS = """
    SideBySideScreen { align: center middle; }
    SideBySideScreen > Vertical { width: 100%; height: 100%; background: $background; }
    SideBySideScreen .head { height: 1; background: $panel; padding: 0 1; }
    SideBySideScreen Horizontal { height: 1fr; }
    SideBySideScreen Horizontal > Vertical { width: 1fr; }
    SideBySideScreen CodePane {
        height: 1fr; border: round $foreground 25%; border-title-style: bold;
        border-title-color: $text; border-subtitle-color: $text-muted; scrollbar-size-vertical: 1;
    }
    SideBySideScreen .values { height: auto; min-height: 2; max-height: 5; padding: 0 2; }
    SideBySideScreen .place, SideBySideScreen .first {
        height: auto; padding: 0 1; background: $surface;
    }
    """

    BINDINGS = [
        Binding("n,right", "move(1)", "Next"),
        Binding("p,left", "move(-1)", "Back"),
        Binding("N,shift+right", "epoch(1)", "Epoch"),
        Binding("P,shift+left", "epoch(-1)", "Epoch back"),
        Binding("g,home", "go(0)", "Start"),
        Binding("G,end", "go(-1)", "End"),
        Binding("f", "first", "First difference"),
        Binding("escape,q,k", "leave", "Close"),
    ]

    def __init__(
        self, scripts: tuple[Script, Script], names: tuple[str, str], stop: StopRule
    ) -> None:
        super().__init__()
        self._scripts, self._names, self._stop = scripts, names, stop
        self.found: SideBySide | None = None
        self.at = 0
        self._codes = (CodePane(id="one"), CodePane(id="other"))
        self._values = (Static(classes="values"), Static(classes="values"))
        self._head = Static(classes="head")
        self._place = Static(classes="place")
        self._first = Static(classes="first")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._head
            with Horizontal():
                for code, values in zip(self._codes, self._values, strict=True):
                    with Vertical():
                        yield code
                        yield values
            yield self._place
            yield self._first
            yield Static(
                Content.from_markup(
                    "[bold $text-accent]n[/]/[bold $text-accent]p[/] statement  "
                    "[bold $text-accent]N[/]/[bold $text-accent]P[/] epoch  "
                    "[bold $text-accent]g[/]/[bold $text-accent]G[/] start/end  "
                    "[bold $text-accent]f[/] first difference  "
                    "[bold $text-accent]~[/] not in the other  "
                    "[bold $text-accent]escape[/] closes"
                ),
                classes="head",
            )

    def on_mount(self) -> None:
        one, other = self._scripts
        self._codes[0].show_script(one, other)
        self._codes[1].show_script(other, one)
        for code, name in zip(self._codes, self._names, strict=True):
            code.border_title = clean_line(name, 60)
        self._head.update(Content.styled("Both scripts run in a process of their own…", FAINT))
        self._codes[0].focus()
        self._run()

    @work(exclusive=True)
    async def _run(self) -> None:
        from gdtui.experiments.elsewhere import elsewhere
        from gdtui.experiments.job import Recipe
        from gdtui.experiments.side_by_side import set_side_by_side

        one, other = map(Recipe.of, self._scripts)
        try:
            found = await elsewhere(set_side_by_side, one, other, self._stop, parent=os.getpid())
        except ScriptError as error:
            self._head.update(Content.styled(clean_line(str(error)), "$text-error"))
            return
        self.found = found
        self._head.display = False
        self._summarise(found)
        self._first.update(self._first_said(found))
        self.at = 0 if found.first is None else found.first
        self._show()

    # Moving ---------------------------------------------------------------------------

    def action_move(self, steps: int) -> None:
        self._go(self.at + steps)

    def action_epoch(self, direction: int) -> None:
        if self.found and self.found.steps:
            epochs = [step.epoch for step in self.found.steps]
            now = epochs[self.at]
            if direction > 0:
                later = [number for number, epoch in enumerate(epochs) if epoch > now]
                self._go(later[0] if later else len(epochs) - 1)
            else:
                earlier = [epoch for epoch in epochs if epoch < now]
                self._go(epochs.index(earlier[-1]) if earlier else 0)

    def action_go(self, place: int) -> None:
        self._go(place if place >= 0 or not self.found else len(self.found.steps) - 1)

    def action_first(self) -> None:
        if self.found and self.found.first is not None:
            self._go(self.found.first)

    def action_leave(self) -> None:
        self.dismiss(None)

    def _go(self, place: int) -> None:
        if self.found and self.found.steps:
            self.at = min(max(0, place), len(self.found.steps) - 1)
            self._show()

    # What is shown --------------------------------------------------------------------

    def _show(self) -> None:
        if not self.found or not self.found.steps:
            self._place.update("No epoch is in both runs.")
            return
        step = self.found.steps[self.at]
        for code, values, side in zip(self._codes, self._values, step.sides, strict=True):
            lines = side.lines if side else ()
            here = range(lines[0], lines[0] + 1) if lines else range(0)
            rest = tuple(range(each, each + 1) for each in lines[1:])
            code.show_place(here, rest)
            values.update(_values(side, step.phase))
        self._place.update(self._place_said(step))

    def _place_said(self, step: Step) -> Content:
        assert self.found is not None
        differ = self.found.first == self.at
        apart = "" if step.apart is None else f"   parameters up to {_number(step.apart)} apart"
        return Content.assemble(
            (f"epoch {step.epoch}", "bold"),
            f"  {step.phase}{apart}",
            ("   they first differ here" if differ else "", "bold $text-warning"),
        )

    def _summarise(self, found: SideBySide) -> None:
        """Say below each script how its run ended."""
        for code, epochs, loss, verdict, failure in zip(
            self._codes, found.epochs, found.losses, found.verdicts, found.failures, strict=True
        ):
            said = f"failed: {clean_line(failure, 60)}" if failure else verdict
            code.border_subtitle = Content.assemble(
                f"{epochs:,} epochs, last loss ", (loss, "bold $text-warning"), f", {said}"
            )

    def _first_said(self, found: SideBySide) -> Content:
        largest = found.largest
        parts = []
        if found.first_epoch is None:
            parts.append("They do not differ in the epochs that both have.")
        elif not found.first_epoch:
            parts.append("They differ before the first epoch: they begin with other parameters.")
        elif found.first is not None:
            step = found.steps[found.first]
            places = [f"line {side.lines[0]}" for side in step.sides if side and side.lines]
            parts.append(
                f"They first differ in epoch {step.epoch}, at the {step.phase} "
                f"({' and '.join(places)})."
            )
        if largest is not None:
            parts.append(largest.text)
        return Content(" ".join(parts))


def _values(side: Side | None, phase: str) -> Content:
    if side is None:
        return Content.styled("no such statement", FAINT)
    is_gradient = phase == "gradient"
    lines = [
        Content.assemble((f"dJ/d{name}" if is_gradient else name, "bold"), (" = ", FAINT), text)
        for name, text in side.values[:_MOST_VALUES]
    ]
    more = len(side.values) - _MOST_VALUES
    if more > 0:
        lines.append(Content.styled(f"and {more} more", FAINT))
    return Content("\n").join(lines)


def _number(value: float) -> str:
    from gdtui.analysis.numerals import SHORT

    return SHORT(value)
