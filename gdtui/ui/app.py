"""The app: wires the worker's reports to the panes and the learner's commands to the worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.content import Content
from textual.screen import Screen

from gdtui.engine.libraries import LIBRARIES
from gdtui.engine.play.report import Activity, Report
from gdtui.engine.printable import clean_lines
from gdtui.engine.script.pipeline import imports
from gdtui.engine.script.script import Script
from gdtui.stages import KEYS
from gdtui.ui import terminal
from gdtui.ui.commands import BY_ACTION, COMMANDS
from gdtui.ui.edits import Edits, carry_over, changed_settings
from gdtui.ui.experiments import rate_of
from gdtui.ui.guide import Guide
from gdtui.ui.leaving import once
from gdtui.ui.libraries import is_ready, set_aside
from gdtui.ui.link import Link
from gdtui.ui.messages import (
    AnswerGiven,
    Arrived,
    CommandClicked,
    EpochSought,
    ReportsWaiting,
    StageChosen,
)
from gdtui.ui.rereading import LOOK, Rereading
from gdtui.ui.screens.main import MainScreen
from gdtui.ui.situation import LessonSituation, Situation
from gdtui.ui.undo import Choices, Undo
from gdtui.ui.wording import waiting_text

if TYPE_CHECKING:
    from gdtui.engine.play.worker import Worker
    from gdtui.lessons.format.lesson import Lesson
    from gdtui.lessons.walk.progress import Progress

TICK = 1 / 34
"""Seconds between two redraws of what has changed, while the run is playing."""

_TEXT_TICKS = 6
"""While it goes flat out, one tick in so many brings the texts, and each other tick one plot: a key
waits for what is being drawn."""

PACE = 10.0
_ANSWER = 0.5
"""Seconds in which a worker begins with a script, unless the one before holds it up."""

_LOOK = 0.5
"""Seconds between two looks at whether the terminal is still there."""

_LONGEST_FRAME = 0.05
"""Seconds for which the run makes way for a redraw at most."""


class GdtuiApp(Rereading):
    """Trains a script in front of the learner and lets them step through it.

    The worker runs the script on a thread of its own. It tells what happens by reports, of
    which only the last counts; they are shown at once while the run is paused and on a tick
    while it plays.
    """

    TITLE = "gdtui"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS = [command.binding for command in COMMANDS]

    def __init__(
        self,
        stage: str = KEYS[0],
        values: Mapping[str, object] | None = None,
        clock: Callable[[], float] = time.perf_counter,
        *,
        arguments: Sequence[str] = (),
        progress: Callable[[], Progress] | None = None,
        lesson: Lesson | None = None,
        again: bool = False,
        offer: bool = False,
        watch: bool = False,
    ) -> None:
        """
        Args:
            stage: a stage's name or number, or the path of a script.
            values: settings to start with, by name.
            clock: seconds, from any start; paces are kept by it.
            arguments: what a script of the learner's own finds in ``sys.argv`` behind its path.
            progress: opens what keeps how far the learner comes in lessons, once that is needed;
                None keeps nothing.
            lesson: a lesson to begin with.
            again: whether to begin it at its first step, though the learner has come farther.
            offer: whether to offer a lesson to a learner who was never here.
            watch: whether to read a script's file again by itself once it has changed.

        Raises:
            ScriptError: there is no such stage or file, the file is not a script, or a stage is
                given arguments.
            SettingError: the script has no such setting, or the value is not allowed.
        """
        super().__init__()
        opened = Script.load(stage).with_arguments(arguments)
        changed = opened.with_settings(values) if values else opened
        self._scripts = [Script.stage(name) for name in KEYS]
        if opened.name not in KEYS:
            self._scripts.append(opened)
        self._current = [script.name for script in self._scripts].index(opened.name)
        self._script = changed
        self._undo = Undo(Choices(changed_settings(opened, changed)))
        self._link = Link(lambda: self.post_message(ReportsWaiting()), clock)
        self._pace = PACE
        self._opens_with = (lesson, again)
        self._offers = offer
        self._own: Script | None = None
        self.watch_file(opened, alone=watch)
        self.guide = Guide(self, progress)
        self._unshown = False
        self._ticks = 0
        self._wanted: int | None = None
        self._orders: list[Callable[[Worker], object]] = []
        self._loading_since = 0.0
        self.is_held_up = False
        """Whether the app has ended while a thread of it hangs in a script."""
        self.report = Report(Activity.LOADING, PACE, script=changed)

    # Coming and going -----------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        # Kept: a tick may come after the app has taken its screens away.
        self._main = MainScreen(self._scripts)
        return self._main

    @property
    def main(self) -> MainScreen:
        """The screen with the panes."""
        return self._main

    async def on_screen_opened(self) -> None:
        await self.main.show_script(self._script, self._original, self._current)
        self._show()
        if self._script.notice:
            self.say(self._script.notice)
        self.set_interval(TICK, self._tick)
        self.app_resume_signal.subscribe(self, self._draw_anew)
        self.set_interval(LOOK, self.look_at_file)
        if not self.is_headless:
            self.set_interval(_LOOK, self._look_for_terminal)
        # Nothing that may take long happens before the first picture is on the screen.
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        if not self._link.is_started and self._wanted is None:  # no key has come first
            self._load()
        lesson, again = self._opens_with
        if lesson is not None:
            await self.guide.begin(lesson, again=again)
        elif self._offers and (progress := self.guide.progress) and progress.is_fresh:
            progress.note_offer()
            self.choose_lesson(offer=True)

    def on_unmount(self) -> None:
        self.is_held_up = not self._link.stop()

    def _draw_anew(self, _: object) -> None:
        """Back from the shell, the terminal shows nothing of what was drawn before."""
        for screen in self.screen_stack:
            for widget in (screen, *screen.query("*")):
                widget.refresh()

    def _look_for_terminal(self) -> None:
        if terminal.is_gone():
            terminal.end_without_fail()
            self.exit()

    def exit(self, *args: object, **kwargs: object) -> None:
        # The terminal is given back before anything is waited for.
        self._link.retire()
        super().exit(*args, **kwargs)  # type: ignore[arg-type]

    # The worker -----------------------------------------------------------------------

    @property
    def _original(self) -> Script:
        """The script as it was before the learner changed anything."""
        return self._own or self._scripts[self._current]

    @property
    def script(self) -> Script:
        """The script that is loaded."""
        return self._script

    def _load(self) -> None:
        """Begin a new run of the script."""
        self._loading_since = time.monotonic()
        self._link.load(self._script, self._pace, self._stop)
        self.set_timer(_ANSWER, partial(self._expect_answer, self._script))
        self._leave_run()

    def _leave_run(self) -> None:
        """Show that the script is being loaded, and no longer where the run before was."""
        self.report = Report(Activity.LOADING, self._pace, script=self._script)
        self._show()

    def _expect_answer(self, script: Script) -> None:
        """A worker begins to load at once, unless it hangs in the script that ran before. Only
        ending it gets it out of there."""
        if script is self._script and not self._link.answered:
            self._link.replace(self._pace)

    def on_reports_waiting(self) -> None:
        report = self._link.take()
        if report is None or (report.script is not self._script and not report.error):
            return  # from a run that has been left
        self._link.accept()
        was_playing = self.report.activity is Activity.PLAYING
        if self.report.activity is Activity.LOADING and report.moment is not None:
            set_aside()
        # A report may be older than the last change of the pace. A run to the end goes flat out,
        # whatever the pace is.
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
            self._link.go_on()  # the picture is drawn; putting it on the screen is little work
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

    # Scripts and settings -------------------------------------------------------------

    async def _use(self, edits: Edits, *, undo: bool = False) -> None:
        self._script = edits.script
        for name, reason in edits.reasons.items():
            self.complain(f"{name} stays as this stage has it: {reason}")
        # Not only when its fields are made, which takes a while.
        self._leave_run()
        await self.main.show_script(self._script, self._original, self._current, undo=undo)
        self._load()

    def on_stage_chosen(self, message: StageChosen) -> None:
        self.choose_stage(message.index)

    def choose_stage(self, index: int) -> None:
        """Load another script of the list, counted from 0, once the keys that have been typed
        are seen: of several choices the last one counts. What is asked of the worker after it
        is asked of the new run."""
        self._wanted = index
        self._orders.clear()
        self.call_later(self._change_stage)

    async def _change_stage(self) -> None:
        if self._wanted is None:
            return  # a later choice has been carried out in the place of this one
        self._current, self._own, self._wanted = self._wanted, None, None
        await self._use(carry_over(self._original, self._changed), undo=True)
        orders, self._orders = self._orders, []
        for order in orders:
            self._link.ask(order)
        await self.guide.script_changed()
        if self.guide.walk is None:
            self.main.focus_run()

    def on_epoch_sought(self, message: EpochSought) -> None:
        epoch = self.main.cursor if message.epoch is None else message.epoch
        if epoch is not None:
            self.ask(lambda worker: worker.seek(epoch))

    def on_cursor_set(self) -> None:
        self.main.show_situation(self.situation)

    def say(self, text: str) -> None:
        self.notify(Content(clean_lines(text)), timeout=4)  # type: ignore[arg-type]

    def complain(self, text: str) -> None:
        self.notify(Content(clean_lines(text)), severity="warning", timeout=8)  # type: ignore[arg-type]

    @property
    def idle(self) -> bool:
        """Whether the worker has answered all that it was asked."""
        return self._link.idle and self._wanted is None

    # Lessons --------------------------------------------------------------------------

    def choose_lesson(self, *, offer: bool = False) -> None:
        from gdtui.ui.screens.lessons import LessonsScreen

        progress = self.guide.progress
        records = progress.records if progress else {}
        self.push_screen(LessonsScreen(records, offer=offer), self._begin_lesson)

    async def _begin_lesson(self, chosen: tuple[str, bool] | None) -> None:
        if chosen is not None:
            from gdtui.lessons.format.library import find_lesson

            name, again = chosen
            await self.guide.begin(find_lesson(name), again=again)

    async def use_for_lesson(self, script: Script, own: Script) -> None:
        self._own = own
        if own.name in KEYS:
            self._current = KEYS.index(own.name)
        await self._use(Edits(script), undo=True)

    def lesson_changed(self) -> None:
        self.main.show_situation(self.situation)

    async def on_answer_given(self, message: AnswerGiven) -> None:
        await self.guide.answer(message.text)

    async def on_arrived(self, message: Arrived) -> None:
        await self.guide.arrived(message)

    # Commands; what they do stands in Actions -----------------------------------------

    def ask(self, command: Callable[[Worker], object]) -> None:
        if self._wanted is None:
            self._link.ask(command)
        else:
            self._orders.append(command)

    def set_pace(self, pace: float) -> None:
        self._pace = pace
        self.ask(lambda worker: worker.set_pace(pace))
        # Two presses in a row are two steps, even if the worker has not answered the first.
        self.report = replace(self.report, pace=pace)
        self._show()

    @property
    def situation(self) -> Situation:
        """What can be done now."""
        return Situation(
            self.report,
            stages=len(self._scripts),
            changed=bool(self._changed) or self._stop.is_on,
            can_undo=self._undo.can_undo,
            can_redo=self._undo.can_redo,
            has_rate=rate_of(self._script) is not None,
            has_file=self._file is not None,
            file_news=self.file_news,
            cursor=self.main.cursor,
            lesson=self._lesson_situation,
            pending=self.report.activity is Activity.LOADING,
            focus=self.main.focus_place,
        )

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
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        name = f"{action}({parameters[0]})" if parameters else action
        command = BY_ACTION.get(name)
        if command is None:
            return super().check_action(action, parameters)
        situation = self.situation
        if not self.idle:
            # Where the run will be when the key's turn comes is not known yet.
            situation = replace(situation, pending=True)
        return True if command.enabled(situation) else None

    async def on_command_clicked(self, message: CommandClicked) -> None:
        await self.run_action(message.action)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        for command in COMMANDS:
            if command.action != "command_palette" and command.enabled(self.situation):
                run = once(partial(self.run_action, command.action))
                yield SystemCommand(command.help, f"Key: {command.help_keys}", run)
        yield SystemCommand("Theme", "Choose among all themes", once(self.action_change_theme))
