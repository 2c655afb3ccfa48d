"""The screen with the panes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from gdtui.engine.pipeline import called_lines, find_jobs, statement_lines
from gdtui.engine.report import Activity, Report
from gdtui.engine.script import Script
from gdtui.engine.settings import EPOCHS
from gdtui.ui.layout import COLUMNS, SMALLEST, Layout, layout_for
from gdtui.ui.messages import ScreenOpened
from gdtui.ui.situation import Situation
from gdtui.ui.widgets.code import CodePane
from gdtui.ui.widgets.header import HeaderBar
from gdtui.ui.widgets.keybar import KeyBar
from gdtui.ui.widgets.pipeline import PipelineStrip
from gdtui.ui.widgets.plot import PlotPane
from gdtui.ui.widgets.settings import SettingsPane
from gdtui.ui.widgets.slider import TimelineSlider
from gdtui.ui.widgets.stages import StageList
from gdtui.ui.widgets.tabs import PageTabs
from gdtui.ui.widgets.transcript import TranscriptPane

if TYPE_CHECKING:
    from gdtui.ui.pictures import Pictures


class MainScreen(Screen[None]):
    """All panes, arranged for the size there is. It is told what to show and decides nothing."""

    AUTO_FOCUS = "#code"

    def __init__(self, scripts: list[Script]) -> None:
        super().__init__(id="main")
        self._layout: Layout | None = None
        self._page = ""
        self._report: Report | None = None
        # Kept, not looked up: a last report may come when the screen is being taken down.
        self._header = HeaderBar(id="header")
        self._pipeline = PipelineStrip(id="pipeline")
        self._tabs = PageTabs(id="tabs")
        self._stages = StageList(scripts, id="stages")
        self._settings = SettingsPane(id="settings")
        self._code = CodePane(id="code")
        self._transcript = TranscriptPane(id="transcript")
        self._loss = PlotPane("Loss", id="loss")
        self._parameters = PlotPane("Parameters", id="parameters")
        self._timeline = TimelineSlider(id="timeline")
        self._keys = KeyBar(id="keys")
        self._pictures: Pictures | None = None
        self._log_scale = False

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._pipeline
        yield self._tabs
        with Horizontal(id="panes"):
            with Vertical(id="left"):
                yield self._stages
                yield self._settings
            with Vertical(id="middle"):
                yield self._code
                yield self._transcript
            with Vertical(id="right"):
                yield self._loss
                yield self._parameters
        yield self._timeline
        yield self._keys
        yield Static(id="notice")

    def on_mount(self) -> None:
        self.post_message(ScreenOpened())

    # What to show ---------------------------------------------------------------------

    async def show_script(
        self, script: Script, original: Script, current: int, *, undo: bool = False
    ) -> None:
        """Show a script and its settings. ``undo`` also clears what was typed wrongly."""
        self._header.script = script
        self._header.epochs = _epochs(script)
        self._stages.show(current)
        self._pipeline.jobs = find_jobs(script)
        self._code.show_script(script, original)
        await self._settings.show(script, original, undo=undo)

    def show_report(self, report: Report, *, needs_torch: bool) -> None:
        """Show where the run is, in every pane but the plots."""
        self._report = report
        self._header.needs_torch = needs_torch
        self._header.report = report
        slider = self._timeline
        slider.total = _epochs(report.script) if report.script else None
        moment = report.moment
        slider.epoch = moment.epoch if moment else 0
        slider.recorded = len(report.history) if report.history else 0
        self._pipeline.phase = moment.phase if moment else None
        self._show_place(report)
        over = moment is not None and moment.status not in ("ready", "paused")
        self._transcript.show(
            report.transcript if moment else None,
            slider.epoch,
            max(slider.recorded, slider.epoch),
            over=over,
            playing=report.activity is Activity.PLAYING,
        )

    def show_waiting(self, waiting: bool) -> None:
        """Say whether the script keeps the learner waiting."""
        self._header.waiting = waiting

    def show_situation(self, situation: Situation) -> None:
        """Show which keys are alive."""
        self._keys.situation = situation

    def show_plots(self) -> None:
        """Bring the plots up to date. Called on a tick, so that their cost is bounded."""
        report = self._report
        if report is None or report.history is None:
            return
        if self._pictures is None or self._pictures.run != report.run:
            # Brings in NumPy, for which the first screen does not wait.
            from gdtui.ui.pictures import Pictures

            self._pictures = Pictures(report.run)
        self._pictures.log = self._log_scale
        if self._pictures.catch_up(report.moment, report.history):
            self._loss.show(*self._pictures.loss())
            self._parameters.show(*self._pictures.parameters())

    def switch_log_scale(self) -> None:
        """Draw the loss on a logarithmic scale, or on a plain one again: with the next redraw
        of a run that is playing, at once otherwise."""
        self._log_scale = not self._log_scale
        if self._report is None or self._report.activity is not Activity.PLAYING:
            self.show_plots()

    def focus_run(self) -> None:
        """Give the focus to the code, or to whatever the page shows."""
        if self._code.region:
            self._code.focus()
        else:
            self.set_focus(None)

    def _show_place(self, report: Report) -> None:
        code = self._code
        moment, script = report.moment, report.script
        if moment is None or script is None:
            code.show_place(range(0))
        elif moment.line is None:
            fault = moment.message if moment.failure else ""
            lines = statement_lines(script, script.loop.line)
            code.show_place(lines, fault=fault, at_start=not fault)
        else:
            called = () if moment.failure else called_lines(script, moment.line)
            lines = statement_lines(script, moment.line)
            code.show_place(lines, called, moment.message if moment.failure else "")

    # Arranging it ---------------------------------------------------------------------

    def on_resize(self, event: Resize) -> None:
        width, height = event.size
        layout = layout_for(width, height)
        if layout is not self._layout:
            if self._layout:
                self.remove_class(f"-{self._layout.name}")
            self.add_class(f"-{layout.name}")
            self._layout = layout
            self.show_page(self._page)
        if not layout.panes(""):
            self.query_one("#notice", Static).update(
                f"gdtui needs {SMALLEST[0]}x{SMALLEST[1]}; this is {width}x{height}"
            )

    def on_page_tabs_chosen(self, event: PageTabs.Chosen) -> None:
        event.stop()
        self.show_page(event.page)
        self.call_after_refresh(self._focus_first)

    def show_page(self, page: str) -> None:
        """Show one of the pages of a small screen."""
        if self._layout is None:
            return
        if page not in self._layout.pages:
            page = next(iter(self._layout.pages))
        shown = self._layout.panes(page)
        for column, panes in COLUMNS.items():
            self.query_one(f"#{column}").display = any(pane in shown for pane in panes)
            for pane in panes:
                self.query_one(f"#{pane}").display = pane in shown
        if page:
            self._page = page
        self._tabs.pages, self._tabs.page = tuple(self._layout.pages), page
        self.call_after_refresh(self._code.place_in_view)

    def move_focus(self, direction: int) -> None:
        """Focus the next field or pane (1) or the one before (-1); at the end of a page go on
        to the next page."""
        chain = list(self.focus_chain)
        at = chain.index(self.focused) if self.focused in chain else None
        last = at is not None and at == (len(chain) - 1 if direction > 0 else 0)
        pages = list(self._layout.pages) if self._layout else [""]
        if last and len(pages) > 1:
            shown = pages.index(self._tabs.page)
            self.show_page(pages[(shown + direction) % len(pages)])
            self.call_after_refresh(self._focus_first if direction > 0 else self._focus_last)
        elif direction > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def _focus_first(self) -> None:
        self._focus_at(0)

    def _focus_last(self) -> None:
        self._focus_at(-1)

    def _focus_at(self, index: int) -> None:
        chain: list[Widget] = [w for w in self.focus_chain if w.focusable]
        if chain:
            chain[index].focus()


def _epochs(script: Script) -> int | None:
    """How many epochs the script's own setting asks for."""
    for setting in script.settings:
        if setting.name in EPOCHS and isinstance(setting.value, int):
            return setting.value
    return None
