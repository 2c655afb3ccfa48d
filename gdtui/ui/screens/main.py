"""The screen with the panes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual.events import DescendantBlur, DescendantFocus, Key
from textual.widgets import Input, Select

from gdtui.engine.play.report import Activity, Report
from gdtui.engine.record.stopping import StopRule
from gdtui.engine.script.metrics import is_loss
from gdtui.engine.script.pipeline import called_lines, find_jobs, import_line, statement_lines
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import EPOCHS
from gdtui.ui.commands.app_state import Focus, Situation
from gdtui.ui.commands.table import refusal
from gdtui.ui.commands.text_keys import is_text
from gdtui.ui.panes.plot import PlotPane
from gdtui.ui.screens.main_lesson import MainLesson
from gdtui.ui.texts.wording import loading_text


class MainScreen(MainLesson):
    """All panes, laid out for the size of the terminal. The app tells it what to show; it decides
    nothing."""

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

    def show_finding(self, text: str) -> None:
        """Show in short what is wrong with the script; empty for nothing."""
        self._diagnosis.finding = text

    def show_setting(self, name: str) -> None:
        """Show a setting as the script has it, in place of the typed text."""
        self._settings.show_setting(name)

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

    # Panes ----------------------------------------------------------------------------

    def turn_view(self, direction: int) -> None:
        """Show the next plot of the view (1) or the one before (-1)."""
        self.turn(self._view, direction)

    def turn_details(self, direction: int) -> None:
        """Show the next of the details (1) or the one before (-1)."""
        self.turn(self._details, direction)

    def settle(self) -> None:
        self._code.place_in_view()
        self.show_plots()

    def focus_settings(self) -> None:
        """Focus the learning rate, or the first setting, to type a value."""
        self.bring("settings")
        self.call_after_refresh(self._settings.focus_first)

    def scroll_code(self, direction: int) -> None:
        """Scroll the code by two lines, down (1) or up (-1)."""
        self._code.scroll_relative(y=2 * direction, animate=False, force=True)


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
