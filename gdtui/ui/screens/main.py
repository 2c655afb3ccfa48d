"""The screen with the panes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.events import DescendantBlur, DescendantFocus, Key
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from gdtui.engine.play.report import Activity, Report
from gdtui.engine.record.stopping import StopRule
from gdtui.engine.script.metrics import is_loss
from gdtui.engine.script.pipeline import called_lines, find_jobs, import_line, statement_lines
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import EPOCHS
from gdtui.ui.commands.app_state import Focus, Situation
from gdtui.ui.commands.table import refusal
from gdtui.ui.commands.text_keys import is_text
from gdtui.ui.messages import CursorPointed, CursorSet, ScreenOpened
from gdtui.ui.panes.code import CodePane
from gdtui.ui.panes.graph import GraphPane
from gdtui.ui.panes.lesson import LessonPane
from gdtui.ui.panes.numbers import NumbersPane
from gdtui.ui.panes.plot import PlotPane
from gdtui.ui.panes.settings import SettingsPane
from gdtui.ui.panes.transcript import MOST_SEARCHED, TranscriptPane
from gdtui.ui.panes.variables import VariablesPane
from gdtui.ui.panes.views import ViewPane
from gdtui.ui.screens.layouts import COLUMNS, PLACES
from gdtui.ui.screens.pane_layout import ArrangedScreen
from gdtui.ui.screens.plot_panes import PlotPanes
from gdtui.ui.screens.search import Search
from gdtui.ui.texts.wording import loading_text
from gdtui.ui.widgets.diagnosis import DiagnosisBar
from gdtui.ui.widgets.header import HeaderBar
from gdtui.ui.widgets.keybar import KeyBar
from gdtui.ui.widgets.lines import LinesPane
from gdtui.ui.widgets.news import NewsBar
from gdtui.ui.widgets.pipeline import PipelineStrip
from gdtui.ui.widgets.search_bar import SearchBar
from gdtui.ui.widgets.slider import TimelineSlider
from gdtui.ui.widgets.stages import StageStrip

if TYPE_CHECKING:
    from gdtui.analysis.curvature.curve import CurvatureCurve
    from gdtui.analysis.landscape.loss_slice import LossSlice
    from gdtui.analysis.landscape.parameter_slice import ParameterSlice
    from gdtui.analysis.numerals import Numerals
    from gdtui.lessons.walk.page import Page
    from gdtui.ui.plots.axis_choices import AxisChoices
    from gdtui.ui.plots.fit_plots import Plot
    from gdtui.ui.plots.picture import CurveChoice, Palette
    from gdtui.ui.plots.pins import Pin


class MainScreen(ArrangedScreen):
    """All panes, laid out for the size of the terminal. The app tells it what to show; it decides
    nothing."""

    AUTO_FOCUS = "#code"

    def __init__(self, scripts: list[Script]) -> None:
        super().__init__(id="main")
        self._report: Report | None = None
        self._speaks_of: object = None
        # Kept, not looked up: a last report may arrive while the screen closes.
        self._header = HeaderBar(id="header")
        self._pipeline = PipelineStrip(id="pipeline")
        self._lesson = LessonPane(id="lesson")
        self._stages = StageStrip(scripts, id="stages")
        self._settings = SettingsPane(id="settings")
        self._code = CodePane(id="code")
        self._numbers = NumbersPane(id="numbers")
        self._loss = PlotPane("Loss", id="loss", across="epoch")
        self._parameters = PlotPane("Parameters", id="parameters", across="epoch")
        self._fit = PlotPane("Fit", id="fit", has_epochs=False)
        self._landscape = PlotPane("Landscape", id="landscape")
        self._graph = GraphPane(id="graph")
        self._variables = VariablesPane(id="variables")
        self._transcript = TranscriptPane(id="transcript")
        self._details = ViewPane(
            {
                "Numbers": self._numbers,
                "Variables": self._variables,
                "Graph": self._graph,
                "Transcript": self._transcript,
            },
            id="details",
        )
        self._metrics = PlotPane("Metrics", id="metrics", across="epoch")
        self._curvature = PlotPane("Curvature", id="curvature", across="epoch")
        self._view = ViewPane(
            {
                "Fit": self._fit,
                "Landscape": self._landscape,
                "Metrics": self._metrics,
                "Curvature": self._curvature,
            },
            id="view",
            spare=("Metrics", "Curvature"),
        )
        self._news = NewsBar(id="news")
        self._diagnosis = DiagnosisBar(id="diagnosis")
        self._timeline = TimelineSlider(id="timeline")
        self._keys = KeyBar(id="keys")
        self._search_bar = SearchBar(id="search")
        self._searched: dict[str, CodePane | VariablesPane | TranscriptPane] = {
            "code": self._code,
            "variables": self._variables,
            "transcript": self._transcript,
        }
        self._search = Search(self._searched, self._bring_for_search)
        self._sought_from: Widget | None = None
        self._plots = PlotPanes(
            {
                self._loss: lambda plots: plots.loss(),
                self._parameters: lambda plots: plots.parameters(),
                self._fit: lambda plots: plots.fit(),
                self._landscape: lambda plots: plots.landscape(),
                self._metrics: lambda plots: plots.metrics(),
                self._curvature: lambda plots: plots.curvature(),
            },
            slow=(self._fit, self._landscape),
        )

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._stages
        yield self._pipeline
        yield self._tabs
        with Container(id="panes"):
            with Vertical(id="left"):
                yield self._lesson
                yield self._settings
            with Vertical(id="middle"):
                yield self._code
                yield self._details
            with Vertical(id="right"):
                yield self._loss
                yield self._parameters
            with Vertical(id="corner"):
                yield self._view
        yield self._news
        yield self._diagnosis
        yield self._timeline
        yield self._search_bar
        yield self._keys
        yield Static(id="notice")

    def on_mount(self) -> None:
        for panes in COLUMNS.values():
            for pane in panes:
                frame = pane not in ("details", "view")
                self.query(f"#{pane}").set_class(frame, "pane")
        self.post_message(ScreenOpened())

    # What to show ---------------------------------------------------------------------

    def list_scripts(self, scripts: Sequence[Script]) -> None:
        """List other scripts to choose from."""
        self._stages.offer(scripts)

    async def show_script(
        self, script: Script, original: Script, current: int, *, undo: bool = False
    ) -> None:
        """Show a script and its settings. ``undo`` also clears invalid text in the fields."""
        self._header.script = script
        self._view.offer("Metrics", _has_metrics(script))
        self._header.epochs = _epochs(script)
        self._stages.current = current
        self._pipeline.jobs = find_jobs(script)
        self._code.show_script(script, original)
        await self._settings.show(script, original, undo=undo)

    def show_report(self, report: Report, *, needs_torch: bool) -> None:
        """Show the worker's last report in every pane except the plots."""
        self._report = report
        self._header.needs_torch = needs_torch
        slider = self._timeline
        moment = report.moment
        self._header.report = report
        if moment is not None:
            self._header.epochs = slider.total = moment.epochs_total
        elif report.script:
            self._header.epochs = slider.total = _epochs(report.script)
        slider.epoch = moment.epoch if moment else 0
        slider.recorded = len(report.history) if report.history else 0
        self._pipeline.phase = moment.phase if moment else None
        self._put_names_first()
        self._show_place(report)
        self._study(report)
        over = moment is not None and moment.status.is_over
        self._transcript.show(
            report.transcript if moment else None,
            slider.epoch,
            max(slider.recorded, slider.epoch),
            over=over,
            playing=report.activity is Activity.PLAYING,
        )

    def show_loading(self, module: str, seconds: float) -> None:
        """Show which library is being imported, beside its ``import``; nothing if none is."""
        script = self._header.script
        line = import_line(script, module) if script and module else None
        text = loading_text(module, seconds) if line else ""
        self._code.show_loading(range(0) if line is None else range(line, line + 1), text)

    def show_waiting(self, text: str) -> None:
        """Show what the learner waits for; nothing if the script does not block."""
        self._header.waiting = text

    def show_stop(self, rule: StopRule) -> None:
        """Show the stop rule."""
        self._settings.show_stop(rule)

    def show_situation(self, situation: Situation) -> None:
        """Show which keys are available."""
        self._keys.situation = situation
        self._diagnosis.enter_goes = situation.enter_reads_out
        self._news.text = situation.branch_news or situation.pause_news or situation.file_news

    def show_plots(self, report: Report | None = None) -> None:
        """Update the visible plots, with ``report`` if it is newer than the one shown; while a run
        goes flat out, only the plot whose turn it is. Called on a tick, which bounds the cost. This
        also clears the panes of an earlier run; a run that loads before the next tick clears
        nothing."""
        if report is not None:
            self._report = report
        self._plots.draw(report)
        if self._report is not None and self._report.moment is None:
            for pane in (self._numbers, self._variables, self._graph):
                pane.clear()
            self._diagnosis.diagnosis = None

    def _study(self, report: Report) -> None:
        """Show the texts and the diagnosis of the moment."""
        moment = report.moment
        plots = self._plots.look(report)
        self._diagnosis.said = self._plots.said
        if moment is None or plots is None or self._plots.is_between_looks:
            return
        key = plots.key
        full = self._plots.full
        self._numbers.show_moment(moment, plots.study, key, full=full)
        self._variables.show_moment(moment, key, full=full)
        self._graph.show_moment(moment, plots.study, key, full=full)
        self._diagnosis.diagnosis = plots.diagnose()

    # Pinned runs ----------------------------------------------------------------------

    def present_run(self, label: str) -> Pin | None:
        """The present run as a pinned one; None while it loads."""
        return self._plots.pinned(label) if self._report and self._report.moment else None

    def show_slice(self, run: int, cut: LossSlice | ParameterSlice) -> None:
        """Draw a slice through the loss of a run, and bring it in sight."""
        self._plots.show_slice(run, cut)
        self.bring_landscape()

    def bring_landscape(self) -> bool:
        """Bring the landscape in sight. Returns whether it is drawn from its formula."""
        self._view.choose("Landscape")
        self.bring("view")
        self.show_plots()
        return self._plots.has_landscape

    @property
    def axes_to_choose(self) -> AxisChoices | None:
        """The numbers that a slice can be drawn along; None while the run is loading."""
        return self._plots.axis_choices()

    def show_curve(self, run: int, curve: CurvatureCurve | None, note: str = "") -> None:
        """Draw the curvature of a run over its epochs, as far as it is known; in its place, say why
        it is not."""
        self._plots.show_curve(run, curve, note)
        self.show_plots()
        if self._report is not None:
            self._study(self._report)

    def bring_curve(self) -> CurvatureCurve | None:
        """Bring the plot of the curvature in sight. Returns the curve; None if there is none."""
        self._view.offer("Curvature", True)
        self._view.choose("Curvature")
        self.bring("view")
        self.call_after_refresh(self.settle)
        return self._plots.curve

    def show_finding(self, text: str) -> None:
        """Show in short what is wrong with the script; empty for nothing."""
        self._diagnosis.finding = text

    def note_branch(self, text: str, note: str) -> None:
        """Note what the branch is whose script has this text."""
        self._plots.notes[text] = note

    def show_pins(self, pins: tuple[Pin, ...]) -> None:
        """Draw these runs behind the present one: with the next redraw of a run that is playing,
        at once otherwise."""
        self._plots.pins = pins
        if self._report is None or self._report.activity is not Activity.PLAYING:
            self.show_plots()

    @property
    def write(self) -> Numerals:
        """Writes numbers as the screen does."""
        return self._plots.write

    # The cursor of the plots ----------------------------------------------------------

    @property
    def cursor(self) -> int | None:
        """The epoch under the plots' cursor; None without a cursor."""
        return self._plots.cursor

    def move_cursor(self, epochs: int = 0, share: float = 0.0) -> None:
        """Move the cursor by so many epochs, or by a share of all. The first move puts it where
        the run is."""
        self._read_out(self._plots.moved(epochs, share))

    def clear_cursor(self) -> None:
        """Remove the cursor."""
        self._read_out(None)

    def on_cursor_pointed(self, message: CursorPointed) -> None:
        message.stop()
        if message.x is None:
            self.clear_cursor()
        else:
            self._read_out(self._plots.near(message.pane, message.x, message.y))

    def _read_out(self, epoch: int | None) -> None:
        if epoch == self.cursor:
            return
        self._plots.cursor = epoch
        self.post_message(CursorSet())
        self._diagnosis.said = self._plots.said
        if self._report is None or self._report.activity is not Activity.PLAYING:
            self.show_plots()

    # Copying --------------------------------------------------------------------------

    @property
    def text_to_copy(self) -> str:
        """The values under the cursor of the plots; without one, what the pane with the focus has
        at its mark or first in sight, of the code if no such pane has the focus. Empty if there is
        nothing."""
        if self._plots.said:
            return self._plots.said
        panes = (CodePane, LinesPane, TranscriptPane, PlotPane)
        pane = self.focused if isinstance(self.focused, panes) else self._code
        return pane.text_to_copy

    # The search -----------------------------------------------------------------------

    def open_search(self) -> None:
        """Show the line to search in, and look again for what was looked for last."""
        self._sought_from = self.focused
        panes = (name for name, pane in self._searched.items() if pane is self.focused)
        self._search.begin(next(panes, "code"))
        self._keys.display = False
        self._tell_found(self._search.look_for(self._search_bar.open()))

    def on_search_bar_typed(self, message: SearchBar.Typed) -> None:
        message.stop()
        self._tell_found(self._search.look_for(message.text))

    def on_search_bar_sought(self, message: SearchBar.Sought) -> None:
        message.stop()
        self._tell_found(self._search.go(message.direction))

    def on_search_bar_left(self, message: SearchBar.Left) -> None:
        message.stop()
        self._search.end()
        self._search_bar.close()
        self._keys.display = True
        at = self._search.at
        pane = self._searched[at.pane] if at else self._sought_from
        if pane is not None and pane.focusable:
            pane.focus()
        else:
            self.focus_run()

    def _tell_found(self, text: str) -> None:
        if text and not self._transcript.is_searched_whole:
            text += f", of what was printed the last {MOST_SEARCHED:,} lines"
        self._search_bar.tell(text, missed=self._search.is_missed)

    def _bring_for_search(self, pane: str, then: Callable[[], None]) -> None:
        """Show a pane of the search, and go on once it has its size."""
        self.bring(PLACES[pane])
        if PLACES[pane] == "details":
            self._details.choose(pane.capitalize())
        self.call_after_refresh(then)

    # A lesson -------------------------------------------------------------------------

    async def show_lesson(self, heading: str, page: Page, at: object = None) -> None:
        """Show a page of a lesson, and highlight the panes and the lines that it points at. ``at``
        is the position of the run that it describes."""
        from gdtui.ui.texts.named_lines import named_on

        self._speaks_of = at
        self._plots.compare(False)
        self._put_names_first()
        script = self._header.script
        self._code.show_named(named_on(page, len(script.lines)) if script else ())
        self.arrange_for(page.look, only=page.only)
        self._diagnosis.display = "diagnosis" in page.look
        for name in reversed(page.look):
            if PLACES.get(name) == "details":
                self._details.choose(name.capitalize())
            elif PLACES.get(name) == "view":
                self._view.choose(name.capitalize())
        lit = {PLACES[name] for name in page.look if name in PLACES}
        for panes in COLUMNS.values():
            for pane in panes:
                self.query(f"#{pane}").set_class(pane in lit, "-lit")
        await self._lesson.show(heading, page)

    def hide_lesson(self) -> None:
        """Give the room of the lesson back."""
        for widget in self.query(".-lit"):
            widget.remove_class("-lit")
        self._plots.compare(True)
        self._diagnosis.display = True
        self._lesson.forget()
        self._code.show_named(())
        self.arrange_for(None)
        self.focus_run()

    async def show_way(self, heading: str, page: Page, text: str) -> None:
        """Say that the run is on its way to a page."""
        self._plots.compare(False)
        await self._lesson.show(heading, page, text)

    def _put_names_first(self) -> None:
        """Give the lesson's lines priority over the line of the run, until the learner moves the
        run."""
        moment = self._report.moment if self._report else None
        self._code.put_names_first(moment is None or moment.position == self._speaks_of)

    def complain_of_answer(self, reason: str) -> None:
        """Show why the typed text is no answer."""
        self._lesson.complain(reason)

    def submit_answer(self) -> None:
        """Submit the chosen or typed answer, or focus its place."""
        self.bring("lesson")
        self._lesson.submit()

    def focus_lesson(self) -> None:
        """Focus the list or the field for the answer."""
        self._lesson.focus_inside()

    # Keys -----------------------------------------------------------------------------

    @property
    def focus_place(self) -> Focus:
        """What has the focus, as far as the keys depend on it."""
        widget = self.focused
        if self._lesson.is_answered_in(widget):
            return Focus.ANSWER
        if isinstance(widget, Input) or (widget and isinstance(widget.parent, Select)):
            return Focus.FIELD
        return Focus.PLOTS if isinstance(widget, PlotPane) else Focus.RUN

    def on_descendant_focus(self, _: DescendantFocus) -> None:
        self._show_focus()

    def on_descendant_blur(self, _: DescendantBlur) -> None:
        self._show_focus()

    def _show_focus(self) -> None:
        if self._keys.situation is not None:
            self.show_situation(replace(self._keys.situation, focus=self.focus_place))

    def on_key(self, event: Key) -> None:
        """While a lesson asks, typed characters go to the answer."""
        now = self._keys.situation
        if now is None or now.lesson is None or now.focus is Focus.FIELD:
            return
        if event.character and event.is_printable and is_text(now, event.character):
            event.stop()
            event.prevent_default()
            self.bring("lesson")
            self._lesson.type(event.character)
        elif reason := refusal(event.key, now):
            event.stop()
            event.prevent_default()
            if self._lesson.region:
                self._lesson.complain(reason)
            else:
                self.notify(reason, severity="warning")

    # Views and plots ------------------------------------------------------------------

    def turn_view(self, direction: int) -> None:
        """Show the next plot of the view (1) or the one before (-1)."""
        self.turn(self._view, direction)

    def turn_details(self, direction: int) -> None:
        """Show the next of the details (1) or the one before (-1)."""
        self.turn(self._details, direction)

    def settle(self) -> None:
        self._code.place_in_view()
        self.show_plots()

    def plot_to_take(self) -> tuple[str, Plot, Palette]:
        """The name of the plot with the focus, else of that of the loss; the plot; its colours."""
        pane = self.focused if isinstance(self.focused, PlotPane) else self._loss
        plot = self._plots.plot_of(pane)
        assert plot is not None, "a run is loaded"
        return pane.id or "", pane.labelled(plot), pane.colour

    @property
    def curves_to_choose(self) -> list[CurveChoice]:
        """The parameters of which some can be chosen, to have their norms drawn."""
        return self._plots.choices()

    def choose_curves(self, names: tuple[str, ...]) -> None:
        """Draw the norms of these parameters; of those that move most where there are none."""
        self._plots.chosen = names
        self.show_plots()

    def switch_log_scale(self) -> None:
        """Draw the loss on a logarithmic scale, or on a plain one again: with the next redraw
        of a run that is playing, at once otherwise."""
        self._plots.log = not self._plots.log
        if self._report is None or self._report.activity is not Activity.PLAYING:
            self.show_plots()

    @property
    def full_digits(self) -> bool:
        """Whether numbers have all their digits."""
        return self._plots.full

    def switch_digits(self) -> None:
        """Switch between all digits of every number and five: in the plots with the next redraw of
        a run that is playing, everywhere at once otherwise."""
        self._plots.full = self._header.full = not self._plots.full
        if self._report is not None:
            self._study(self._report)
        if self._report is None or self._report.activity is not Activity.PLAYING:
            self.show_plots()

    def focus_run(self) -> None:
        """Focus the code, or the page's first pane; in a lesson, the lesson. A small screen returns
        to the page from which the settings were opened."""
        self.return_to_page()
        if self.is_teaching:
            self.bring("lesson")
            self.call_after_refresh(self._lesson.focus_inside)
        elif "code" in self.panes:
            self._code.focus()
        else:
            self.set_focus(None)

    def focus_settings(self) -> None:
        """Focus the learning rate, or the first setting, to type a value."""
        self.bring("settings")
        self.call_after_refresh(self._settings.focus_first)

    def show_setting(self, name: str) -> None:
        """Show a setting as the script has it, in place of the typed text."""
        self._settings.show_setting(name)

    def scroll_code(self, direction: int) -> None:
        """Scroll the code by two lines, down (1) or up (-1)."""
        self._code.scroll_relative(y=2 * direction, animate=False, force=True)

    def _show_place(self, report: Report) -> None:
        code = self._code
        moment, script = report.moment, report.script
        code.show_calls(moment.calls if moment else ())
        if moment is None or script is None:
            code.show_place(range(0))
        elif moment.line is None:
            fault = moment.message if moment.failure else ""
            lines = statement_lines(script, script.loop.line)
            code.show_place(lines, fault=fault, at_start=not fault)
        else:
            called = () if moment.failure else called_lines(script, moment.line)
            called += tuple(range(each.line, each.line + 1) for each in moment.calls)
            lines = statement_lines(script, moment.line)
            code.show_place(lines, called, moment.message if moment.failure else "")


def _epochs(script: Script) -> int | None:
    """The number of epochs of the script's own setting; None if an argument may change it."""
    if script.arguments:
        return None
    for setting in script.settings:
        if setting.name in EPOCHS and isinstance(setting.value, int):
            return setting.value
    return None


def _has_metrics(script: Script) -> bool:
    """Whether a script computes metrics for a plot of their own."""
    return any(
        loop.changes_rate or not all(map(is_loss, loop.metrics.names)) for loop in script.loops
    )
