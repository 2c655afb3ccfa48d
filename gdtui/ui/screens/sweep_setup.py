"""What a sweep is to try: one setting or two, and their values."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, prod

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Select, Static

from gdtui.analysis.numerals import numeral
from gdtui.engine.errors import SettingError
from gdtui.engine.printable import clean_line
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import Setting, shown
from gdtui.experiments.grid import (
    MOST_RUNS,
    Axis,
    check_axes,
    numeric_settings,
    spaced_axis,
    usual_range,
)
from gdtui.ui.late_messages import ClosesOnce
from gdtui.ui.texts.wording import FAINT

_EVEN, _LOG = "evenly", "by a factor"
_NO_SECOND = ""
_FEW = 15
"""How many values the second setting has to begin with: two make many runs."""

_LONGEST = 30


class AxisRow(Horizontal):
    """A row for a setting and its values."""

    def __init__(self, settings: Sequence[Setting], first: str, *, may_be_none: bool) -> None:
        """
        Args:
            settings: those to choose from.
            first: the name of the one to begin with; empty for none.
            may_be_none: whether none can be chosen, too.
        """
        super().__init__()
        self._settings = {each.name: each for each in settings}
        self._most = _FEW if may_be_none else MOST_RUNS
        names = [(clean_line(each.name, _LONGEST), each.name) for each in settings]
        none = [("no second setting", _NO_SECOND)] if may_be_none else []
        # Kept, not looked up: a key may close the screen before its parts are there.
        self._chooser = Select([*none, *names], value=first, allow_blank=False, compact=True)
        self._ends = (Input(compact=True), Input(compact=True))
        self._count = Input(compact=True, classes="count")
        self._spaced = Select(
            [(each, each) for each in (_EVEN, _LOG)], value=_EVEN, allow_blank=False, compact=True
        )
        self._offer()

    def compose(self) -> ComposeResult:
        yield self._chooser
        yield from self._ends
        yield self._count
        yield self._spaced

    def on_select_changed(self, event: Select.Changed) -> None:
        if event.select is self._chooser:
            self._offer()

    def begin(self) -> None:
        """Focus the first end."""
        self._ends[0].focus()
        self._ends[0].select_all()

    def _offer(self) -> None:
        """Put in the values that are usually worth a try."""
        setting = self._settings.get(str(self._chooser.value))
        for each in (*self._ends, self._count, self._spaced):
            each.disabled = setting is None
        if setting is None:
            for field in (*self._ends, self._count):
                field.value = ""
            return
        usual = usual_range(setting)
        for field, value in zip(self._ends, (usual.start, usual.end), strict=True):
            field.value = numeral(value, 12)
        self._count.value = str(min(usual.size, self._most))
        self._spaced.value = _LOG if usual.log else _EVEN

    @property
    def axis(self) -> Axis | None:
        """The values; None without a setting.

        Raises:
            SettingError: what is typed gives none.
        """
        setting = self._settings.get(str(self._chooser.value))
        if setting is None:
            return None
        start, end = sorted(_number(setting.name, field.value) for field in self._ends)
        count = self._count.value.strip()
        if not count.isdecimal() or not 2 <= int(count[:9]) <= MOST_RUNS:
            raise SettingError(
                f"{setting.name}: {shown(count)} values are not allowed; give a whole number "
                f"from 2 to {MOST_RUNS}"
            )
        return spaced_axis(setting, start, end, int(count), log=self._spaced.value == _LOG)


class SweepSetupScreen(ClosesOnce, ModalScreen[tuple[Axis, ...] | None]):
    """Lets the learner choose settings and values to try. It closes with one or two axes, or with
    None to try none."""

    DEFAULT_CSS = """
    SweepSetupScreen { align: center middle; }
    SweepSetupScreen > Vertical {
        width: 84; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $accent; border-title-style: bold; padding: 0 1;
    }
    SweepSetupScreen Horizontal { height: 1; }
    SweepSetupScreen .head { color: $text-muted; }
    SweepSetupScreen Input, SweepSetupScreen .end { width: 1fr; margin: 0 1 0 0; }
    SweepSetupScreen Select, SweepSetupScreen .name { width: 24; margin: 0 1 0 0; }
    SweepSetupScreen .count { width: 8; margin: 0 1 0 0; }
    SweepSetupScreen AxisRow > Select:last-child, SweepSetupScreen .spaced {
        width: 16; margin: 0;
    }
    SweepSetupScreen .said { height: auto; margin: 1 0 0 0; }
    """

    BINDINGS = [Binding("escape", "dismiss", "Close")]

    def __init__(self, script: Script) -> None:
        """``script`` has a setting that is a number."""
        super().__init__()
        self._script = script
        settings = numeric_settings(script)
        # Kept, not looked up: a key may close the screen before its parts are there.
        self._rows = (
            AxisRow(settings, settings[0].name, may_be_none=False),
            AxisRow(settings, _NO_SECOND, may_be_none=True),
        )
        self._said = Static(classes="said")

    def compose(self) -> ComposeResult:
        with Vertical() as page:
            page.border_title = "Sweep: try many values of a setting, or of two"
            page.border_subtitle = "enter runs them, tab goes on, escape closes"
            with Horizontal(classes="head"):
                for name, kind in (
                    ("setting", "name"),
                    ("from", "end"),
                    ("to", "end"),
                    ("values", "count"),
                    ("spaced", "spaced"),
                ):
                    yield Static(name, classes=kind)
            yield from self._rows
            yield self._said

    def on_mount(self) -> None:
        self._rows[0].begin()
        self._check()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._check()

    def on_select_changed(self, event: Select.Changed) -> None:
        event.stop()
        self._check()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        axes = self._check()
        if axes:
            self.dismiss(axes)

    def _check(self) -> tuple[Axis, ...]:
        """The axes; none, with the reason on the screen, if there is something wrong."""
        try:
            axes = tuple(axis for row in self._rows if (axis := row.axis) is not None)
            check_axes(axes)
        except SettingError as error:
            self._said.update(Content.styled(clean_line(str(error)), "$text-error"))
            return ()
        runs = prod(len(axis.values) for axis in axes)
        self._said.update(
            Content.assemble(
                (f"{runs:,} runs", "bold"),
                (" with the other settings as they are now; the last losses are compared.", FAINT),
            )
        )
        return axes


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise SettingError(f"{name}: {shown(text)} is not a finite number")
    return number
