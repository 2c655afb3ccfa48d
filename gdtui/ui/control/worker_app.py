"""The part of the app that runs scripts: it gives the worker commands, and shows its reports."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content
from textual.screen import Screen

from gdtui.engine.libraries import LIBRARIES
from gdtui.engine.play.report import Activity, Report
from gdtui.engine.printable import clean_lines
from gdtui.engine.record.stopping import StopRule
from gdtui.engine.script.pipeline import imports
from gdtui.engine.script.script import Script
from gdtui.stages import KEYS
from gdtui.ui.commands.app_state import LessonSituation, Situation
from gdtui.ui.control.lesson_guide import LessonGuide
from gdtui.ui.control.loaded_libraries import is_ready, set_aside
from gdtui.ui.control.worker_link import WorkerLink
from gdtui.ui.edits.checked_edits import Edits, carry_over
from gdtui.ui.edits.stepping import rate_of
from gdtui.ui.edits.undo import Choices, Undo
from gdtui.ui.edits.watched_file import WatchedFile
from gdtui.ui.late_messages import TolerantApp
from gdtui.ui.messages import ReportsWaiting
from gdtui.ui.screens.main import MainScreen
from gdtui.ui.texts.wording import waiting_text

if TYPE_CHECKING:
    from gdtui.engine.play.worker import Worker
    from gdtui.lessons.walk.progress import Progress
    from gdtui.ui.plots.pins import Pin

_TEXT_TICKS = 6
"""While a run goes flat out, one tick in so many redraws the texts, and each other tick one plot: a
key waits for whatever is being drawn."""

PACE = 10.0
_ANSWER = 0.5
"""Seconds within which a worker starts a script, unless the previous script blocks it."""

_LONGEST_FRAME = 0.05
"""The most seconds for which the run yields to a redraw."""


class WorkerApp(TolerantApp):
    """Runs one script at a time.

    The worker runs the script on its own thread and sends reports, of which only the last counts.
    The app shows a report at once while the run is paused, and on a tick while it plays.

    Attributes:
        report: the worker's last report.
        guide: leads through lessons.
    """

    def __init__(
        self,
        opened: Script,
        changed: Script,
        clock: Callable[[], float],
        progress: Callable[[], Progress] | None,
    ) -> None:
        """
        Args:
            opened: the script to begin with, as it was read.
            changed: the same script with the settings to begin with.
            clock: the time in seconds, from any start; it sets the pace of a run.
            progress: opens the learner's record of lessons; None keeps no record.
        """
        super().__init__()
        self._scripts = [Script.stage(name) for name in KEYS]
        if opened.name not in KEYS:
            self._scripts.append(opened)
        self._current = [script.name for script in self._scripts].index(opened.name)
        self._script = changed
        self._undo = Undo(Choices(changed.changed_from(opened)))
        self._link = WorkerLink(lambda: self.post_message(ReportsWaiting()), clock)
        self._pace = PACE
        self._own: Script | None = None
        self._edited: Script | None = None
        self._notes = [opened.notice] if opened.notice else []
        self._file = None if opened.name in KEYS else WatchedFile(opened)
        self.guide = LessonGuide(self, progress)
        self._unshown = False
        self._ticks = 0
        self._wanted: int | None = None
        self._orders: list[Callable[[Worker], object]] = []
        self._loading_since = 0.0
        self.report = Report(Activity.LOADING, PACE, script=changed)

    def get_default_screen(self) -> Screen[None]:
        # Kept: a tick may come after the app has removed its screens.
        self._main = MainScreen(self._scripts)
        return self._main

    @property
    def main(self) -> MainScreen:
        """The screen with the panes."""
        return self._main

    # The worker ----------------------------------------------------------------------

    @property
    def _original(self) -> Script:
        """The script as it was before the learner changed anything."""
        return self._own or self._scripts[self._current]

    @property
    def _base(self) -> Script:
        """The script without the learner's changes of settings: with the learner's own text, if it
        has been edited."""
        original = self._original
        text = self._undo.now.texts.get(original.name)
        if self._own is not None or text is None:
            return original
        if self._edited is None or (self._edited.name, self._edited.text) != (original.name, text):
            self._edited = replace(original, text=text)
        return self._edited

    @property
    def script(self) -> Script:
        """The script that is loaded."""
        return self._script

    @property
    def _changed(self) -> dict[str, object]:
        """The settings that the learner has changed, by name."""
        return dict(self._undo.now.values)

    @property
    def _stop(self) -> StopRule:
        """The rule that stops the run."""
        return self._undo.now.stop

    def _load(self) -> None:
        """Start a new run of the script."""
        self._loading_since = time.monotonic()
        self._link.load(self._script, self._pace, self._stop)
        self.set_timer(_ANSWER, partial(self._expect_answer, self._script))
        self._leave_run()

    def _leave_run(self) -> None:
        """Show that the script is loading, in place of the previous run."""
        self.report = Report(Activity.LOADING, self._pace, script=self._script)
        self._show()

    def _expect_answer(self, script: Script) -> None:
        """Replace a worker that has not started to load: it hangs in the previous script, and only
        ending it helps."""
        if script is self._script and not self._link.answered:
            self._link.replace(self._pace)

    def on_reports_waiting(self) -> None:
        report = self._link.take()
        if report is None or (report.script is not self._script and not report.error):
            return  # from an earlier run
        self._link.accept()
        was_playing = self.report.activity is Activity.PLAYING
        if self.report.activity is Activity.LOADING and report.moment is not None:
            set_aside()
        # A report may be older than the last change of pace. A run to the end ignores the pace.
        self.report = report if report.hurries else replace(report, pace=self._pace)
        if report.error:
            self.complain(f"gdtui itself failed, sorry. Reset starts anew.\n{report.error}")
        if was_playing and report.activity is Activity.PLAYING:
            self._unshown = True
        else:
            self._show()
            self.main.show_plots()
        self.guide.report_came()

    def _tick(self) -> None:
        activity = self.report.activity
        late = self._link.is_late(playing=activity is Activity.PLAYING)
        is_waiting = late and activity is not Activity.LOADING
        self.main.show_waiting(waiting_text(self._link.whereabouts) if is_waiting else "")
        if activity is Activity.LOADING:
            self.main.show_loading(LIBRARIES.importing, time.monotonic() - self._loading_since)
        if not self._unshown:
            self.main.show_plots()
            return
        self._link.rest(_LONGEST_FRAME)
        self._ticks += 1
        if self.report.hurries and self._ticks % _TEXT_TICKS:
            self.main.show_plots(self.report)
            self._link.go_on()  # the plot is drawn; putting it on the screen is cheap
            return
        self._show()
        if not self.report.hurries:
            self.main.show_plots()
        self.call_after_refresh(self._link.go_on)

    def _show(self) -> None:
        self._unshown = False
        self.main.show_report(self.report, needs_torch=self._loads_torch)
        self.main.show_situation(self.situation)

    @property
    def _loads_torch(self) -> bool:
        """Whether the script imports torch and nothing has imported it before."""
        return not is_ready("torch") and imports(self._script, "torch")

    def ask(self, command: Callable[[Worker], object]) -> None:
        """Give the worker a command."""
        if self._wanted is None:
            self._link.ask(command)
        else:
            self._orders.append(command)

    def set_pace(self, pace: float) -> None:
        """Set the pace in epochs a second."""
        self._pace = pace
        self.ask(lambda worker: worker.set_pace(pace))
        # Two presses in a row are two steps, even before the worker has answered the first.
        self.report = replace(self.report, pace=pace)
        self._show()

    @property
    def idle(self) -> bool:
        """Whether the worker has answered all that it was asked."""
        return self._link.idle and self._wanted is None

    # Scripts and settings ------------------------------------------------------------

    async def _use(self, edits: Edits, *, undo: bool = False) -> None:
        """Start a run of a script. ``undo`` also clears invalid text in the fields."""
        self._script = edits.script
        for name, reason in edits.reasons.items():
            self.complain(f"{name} stays as this stage has it: {reason}")
        # At once: creating the fields takes a while.
        self._leave_run()
        await self.main.show_script(self._script, self._original, self._current, undo=undo)
        self._load()

    def choose_stage(self, index: int) -> None:
        """Load another script of the list, counted from 0, once the keys typed so far are handled:
        of several choices the last one counts. Later commands go to the new run."""
        self._wanted = index
        self._orders.clear()
        self.call_later(self._change_stage)

    async def _change_stage(self) -> None:
        if self._wanted is None:
            return  # a later choice has replaced this one
        self._current, self._own, self._wanted = self._wanted, None, None
        await self._use(carry_over(self._base, self._changed), undo=True)
        orders, self._orders = self._orders, []
        for order in orders:
            self._link.ask(order)
        await self.guide.script_changed()
        if self.guide.walk is None:
            self.main.focus_run()

    def forget_stop(self) -> None:
        """Drop the learner's stop rule."""
        if self._stop.is_on:
            self._undo.note(replace(self._undo.now, stop=StopRule()))
            self.main.show_stop(self._stop)
            self._load()

    # Lessons -------------------------------------------------------------------------

    async def use_for_lesson(self, script: Script, own: Script) -> None:
        """Load a script; ``own`` is the lesson's, without what the learner has changed."""
        self._own = own
        if own.name in KEYS:
            self._current = KEYS.index(own.name)
        await self._use(Edits(script), undo=True)

    def lesson_changed(self) -> None:
        """Update the keys and the notice about the file."""
        self.main.show_situation(self.situation)

    # The situation, and messages to the learner --------------------------------------

    @property
    def situation(self) -> Situation:
        """What can be done now."""
        return Situation(
            self.report,
            stages=len(self._scripts),
            changed=bool(self._changed) or self._stop.is_on or self._base is not self._original,
            can_undo=self._undo.can_undo,
            can_redo=self._undo.can_redo,
            has_rate=rate_of(self._script) is not None,
            has_file=self._file is not None,
            file_news=self._file_notice,
            cursor=self.main.cursor,
            lesson=self._lesson_situation,
            pending=self.report.activity is Activity.LOADING,
            focus=self.main.focus_place,
            pins=len(self.pins),
            has_data=self._has_data,
            branch_news=self._branch_notice,
            pause_news=self._pause_notice,
            is_pinned=any(pin.run == self.report.run for pin in self.pins),
        )

    @property
    def _branch_notice(self) -> str:
        """The notice that the next change starts a branch; empty if it does not."""
        return ""

    @property
    def _pause_notice(self) -> str:
        """The notice that a condition pauses play; empty if none does."""
        return ""

    @property
    def _has_data(self) -> bool:
        """Whether the script reads the learner's own samples from their file."""
        return False

    @property
    def pins(self) -> tuple[Pin, ...]:
        """The pinned runs, by their letters."""
        return ()

    @property
    def _lesson_situation(self) -> LessonSituation | None:
        walk = self.guide.walk
        if walk is None:
            return None
        page = walk.page
        can_put_back = page.can_put_back or self._stop.is_on
        return LessonSituation(
            str(walk.state),
            page.hints_left,
            can_put_back,
            not walk.at,
            kind=str(page.kind or ""),
            options=len(page.options),
            takes_script=page.takes_script,
        )

    @property
    def _file_notice(self) -> str:
        """The notice about the script's file; empty for none."""
        return self._file.notice(in_lesson=self.guide.walk is not None) if self._file else ""

    def say(self, text: str) -> None:
        """Show the learner a note."""
        self.notify(Content(clean_lines(text)), timeout=4)  # type: ignore[arg-type]

    def complain(self, text: str) -> None:
        """Show the learner a warning."""
        self.notify(Content(clean_lines(text)), severity="warning", timeout=8)  # type: ignore[arg-type]
