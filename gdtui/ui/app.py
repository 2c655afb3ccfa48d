"""The app: from its first screen to its end, its keys, and what its panes tell it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen

from gdtui.engine.errors import SettingError
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import shown
from gdtui.stages import KEYS
from gdtui.ui import terminal
from gdtui.ui.commands.table import BY_ACTION, COMMANDS
from gdtui.ui.control.actions import Actions
from gdtui.ui.control.rereading import LOOK
from gdtui.ui.late_messages import TakesAllKeys, once
from gdtui.ui.messages import AnswerGiven, Arrived, CommandClicked, EpochSought, StageChosen
from gdtui.ui.themes import DARK, LIGHT, ThemeChoice, readable

if TYPE_CHECKING:
    from gdtui.data.samples import Samples
    from gdtui.lessons.format.lesson import Lesson
    from gdtui.lessons.walk.progress import Progress
    from gdtui.ui.control.session_file import Session
    from gdtui.ui.edits.recent_files import RecentFiles

TICK = 1 / 34
"""Seconds between two redraws of what has changed, while the run is playing."""

_LOOK = 0.5
"""Seconds between two checks that the terminal still exists."""


class GdtuiApp(Actions):
    """Trains a model in front of the learner, who steps through the script that trains it."""

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
        samples: Samples | None = None,
        progress: Callable[[], Progress] | None = None,
        lesson: Lesson | None = None,
        again: bool = False,
        offer: bool = False,
        watch: bool = False,
        theme: str = "",
        kept_theme: ThemeChoice | None = None,
        recent: RecentFiles | None = None,
        session: Session | None = None,
        inspects: bool = False,
    ) -> None:
        """
        Args:
            stage: a stage's name or number, or the path of a script.
            values: settings to start with, by name.
            clock: the time in seconds, from any start; it sets the pace of a run.
            arguments: the arguments of the learner's own script, in ``sys.argv`` after its path.
            samples: other inputs and targets for the script, and for the stages.
            progress: opens the learner's record of lessons, once it is needed; None keeps no
                record.
            lesson: a lesson to begin with.
            again: whether to begin it at its first step even if the learner is further on.
            offer: whether to offer a lesson to a learner who is new here.
            watch: whether to read a script's file again, unasked, once it has changed.
            theme: the name of the theme; empty for the one that was kept.
            kept_theme: keeps the theme that the learner chooses; None keeps nothing.
            recent: keeps the files that were opened last; None keeps nothing.
            inspects: whether to look unasked, in a process of its own, for what is wrong with a
                script of the learner's own once its run is over.
            session: a session to ask about first: nothing runs before the learner has answered.

        Raises:
            ScriptError: there is no such stage or file, the file is not a script, or a stage is
                given arguments.
            SettingError: the script has no such setting, the value is not allowed, or there is
                no such theme.
        """
        opened = Script.load(stage).with_arguments(arguments)
        base = opened
        if samples is not None:
            from gdtui.data.loading import with_samples

            base = with_samples(opened, samples)
        changed = base.with_settings(values) if values else base
        super().__init__(opened, changed, clock, progress)
        if samples is not None:
            self._begin_with(samples, base)
        self._alone = watch
        self._kept_theme = kept_theme
        self._recent = recent
        self._session = session
        self._inspects = inspects
        self._dress(theme)
        self._opens_with = (lesson, again)
        self._offers = offer
        self.is_held_up = False
        """Whether the app has ended while a thread of it hangs in a script."""

    # Themes --------------------------------------------------------------------------

    def _dress(self, theme: str) -> None:
        for each in (DARK, LIGHT):
            self.register_theme(each)
        kept = self._kept_theme.read() if self._kept_theme and not theme else ""
        if theme and theme not in self.available_themes:
            names = ", ".join(sorted(self.available_themes))
            raise SettingError(f"theme {shown(theme)} is not known; the themes are {names}")
        wanted = theme or kept
        self.theme = wanted if wanted in self.available_themes else DARK.name
        # The colours were worked out for another theme, before this one was known.
        self.stylesheet.set_variables(self.get_css_variables())

    def get_css_variables(self) -> dict[str, str]:
        self.theme_variables = readable(super().get_css_variables())
        return self.theme_variables

    def watch_theme(self, before: str, name: str) -> None:
        """Keep the theme that the learner has chosen for the next time."""
        if self.is_running and self._kept_theme is not None and name != before:
            self._kept_theme.write(name)

    # Coming and going ----------------------------------------------------------------

    async def on_screen_opened(self) -> None:
        await self.main.show_script(self._script, self._original, self._current)
        self._show()
        for note in self._notes:
            self.say(note)
        self.set_interval(TICK, self._tick)
        self.app_resume_signal.subscribe(self, self._draw_anew)
        self.set_interval(LOOK, self.look_at_file)
        if not self.is_headless:
            self.set_interval(_LOOK, self._look_for_terminal)
        # Nothing slow runs before the first screen is drawn.
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        if self._session is not None:
            self.ask_about(self._session)
            return
        if not self._link.is_started and self._wanted is None:  # no key has come first
            self._load()
        self._note_recent(self._original)
        lesson, again = self._opens_with
        if lesson is not None:
            await self.guide.begin(lesson, again=again)
        elif self._offers and (progress := self.guide.progress) and progress.is_fresh:
            progress.note_offer()
            self.choose_lesson(offer=True)

    def on_unmount(self) -> None:
        self.is_held_up = not self._link.stop()

    def _draw_anew(self, _: object) -> None:
        """Draw everything again: after a visit to the shell the terminal is empty."""
        for screen in self.screen_stack:
            for widget in (screen, *screen.query("*")):
                widget.refresh()

    def _look_for_terminal(self) -> None:
        if terminal.is_gone():
            terminal.end_without_fail()
            self.exit()

    def exit(self, *args: object, **kwargs: object) -> None:
        # Give the terminal back first; what follows may wait.
        self._link.retire()
        super().exit(*args, **kwargs)  # type: ignore[arg-type]

    # Messages from panes -------------------------------------------------------------

    def on_stage_chosen(self, message: StageChosen) -> None:
        self.choose_stage(message.index)

    def on_epoch_sought(self, message: EpochSought) -> None:
        epoch = self.main.cursor if message.epoch is None else message.epoch
        if epoch is not None:
            self.ask(lambda worker: worker.seek(epoch))

    def on_cursor_set(self) -> None:
        self.main.show_situation(self.situation)

    async def on_answer_given(self, message: AnswerGiven) -> None:
        await self.guide.answer(message.text)

    async def on_arrived(self, message: Arrived) -> None:
        await self.guide.arrived(message)

    async def on_command_clicked(self, message: CommandClicked) -> None:
        await self.run_action(message.action)

    # Keys and palette ----------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if isinstance(self.screen, TakesAllKeys) and action in ("leave", "suspend_process"):
            return False  # ctrl+c copies there, and ctrl+z undoes
        name = f"{action}({parameters[0]})" if parameters else action
        command = BY_ACTION.get(name)
        if command is None:
            return super().check_action(action, parameters)
        situation = self.situation
        if not self.idle:
            # Nobody knows yet where the run will be when this key is handled.
            situation = replace(situation, pending=True)
        return True if command.enabled(situation) else None

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        for command in COMMANDS:
            if command.action != "command_palette" and command.enabled(self.situation):
                run = once(partial(self.run_action, command.action))
                yield SystemCommand(command.help, f"Key: {command.help_keys}", run)
        yield SystemCommand("Theme", "Choose among all themes", once(self.action_change_theme))
