"""What each command does."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from gdtui.engine.play.report import Report
from gdtui.ui.leaving import TolerantApp
from gdtui.ui.messages import EpochSought
from gdtui.ui.situation import Situation, faster, slower

if TYPE_CHECKING:
    from gdtui.engine.play.worker import Worker
    from gdtui.ui.guide import Guide
    from gdtui.ui.screens.main import MainScreen


class Actions(TolerantApp):
    """The methods behind the table of commands: a line or two each, to the worker or to the
    screen."""

    report: Report
    guide: Guide

    @property
    @abstractmethod
    def main(self) -> MainScreen:
        """The screen with the panes."""

    @property
    @abstractmethod
    def situation(self) -> Situation:
        """What can be done now."""

    @abstractmethod
    def ask(self, command: Callable[[Worker], object]) -> None:
        """Give the worker a command."""

    @abstractmethod
    def choose_stage(self, index: int) -> None:
        """Load another script of the list, counted from 0."""

    @abstractmethod
    def set_pace(self, pace: float) -> None:
        """Play at so many epochs a second."""

    @abstractmethod
    def choose_lesson(self, *, offer: bool = False) -> None:
        """Have the learner choose a lesson; ``offer`` greets one who has never been here."""

    @abstractmethod
    async def reset(self) -> None:
        """Put everything back as it was when the script was opened."""

    @abstractmethod
    async def step_rate(self, direction: int) -> None:
        """Try the next learning rate up (1) or down (-1)."""

    @abstractmethod
    async def undo(self) -> None:
        """Take back the last change of a setting, of the rule to stop, or of all of them."""

    @abstractmethod
    async def redo(self) -> None:
        """Take back the last undo."""

    @abstractmethod
    async def read_again(self) -> None:
        """Read the script's file again."""

    @abstractmethod
    def say(self, text: str) -> None:
        """Tell the learner of something that was done."""

    @abstractmethod
    def complain(self, text: str) -> None:
        """Tell the learner of something that is not as it should be."""

    def action_play(self) -> None:
        self.ask(lambda worker: worker.toggle())

    def action_next_statement(self) -> None:
        self.ask(lambda worker: worker.step())

    def action_step_into(self) -> None:
        self.ask(lambda worker: worker.step_into())

    def action_step_out(self) -> None:
        self.ask(lambda worker: worker.step_out())

    def action_previous_statement(self) -> None:
        self.ask(lambda worker: worker.back())

    def action_next_batch(self) -> None:
        self.ask(lambda worker: worker.next_batch())

    def action_previous_batch(self) -> None:
        self.ask(lambda worker: worker.previous_batch())

    def action_next_epoch(self) -> None:
        self.ask(lambda worker: worker.next_epoch())

    def action_previous_epoch(self) -> None:
        self.ask(lambda worker: worker.previous_epoch())

    def action_start(self) -> None:
        self.ask(lambda worker: worker.seek(0))

    def action_end(self) -> None:
        self.ask(lambda worker: worker.finish())

    def action_faster(self) -> None:
        self.set_pace(faster(self.report.pace))

    def action_slower(self) -> None:
        self.set_pace(slower(self.report.pace))

    def action_stage(self, number: int) -> None:
        self.choose_stage(number - 1)

    async def action_reset(self) -> None:
        await self.reset()

    def action_show_settings(self) -> None:
        self.main.focus_settings()

    async def action_step_rate(self, direction: int) -> None:
        await self.step_rate(direction)

    async def action_undo_change(self) -> None:
        await self.undo()

    async def action_redo_change(self) -> None:
        await self.redo()

    async def action_read_again(self) -> None:
        await self.read_again()

    def action_scroll_code(self, direction: int) -> None:
        self.main.scroll_code(direction)

    def action_log_scale(self) -> None:
        self.main.switch_log_scale()

    def action_full_digits(self) -> None:
        self.main.switch_digits()

    def action_next_details(self) -> None:
        self.main.turn_details(1)

    def action_previous_details(self) -> None:
        self.main.turn_details(-1)

    def action_next_view(self) -> None:
        self.main.turn_view(1)

    def action_previous_view(self) -> None:
        self.main.turn_view(-1)

    def action_zoom(self) -> None:
        self.main.switch_zoom()

    def action_cursor_back(self) -> None:
        self.main.move_cursor(-1)

    def action_cursor_on(self) -> None:
        self.main.move_cursor(1)

    def action_cursor_leap(self, share: float) -> None:
        self.main.move_cursor(share=share)

    def action_cursor_go(self) -> None:
        self.post_message(EpochSought(None))

    def action_cursor_clear(self) -> None:
        self.main.clear_cursor()

    def action_focus_next(self) -> None:
        self.main.move_focus(1)

    def action_focus_previous(self) -> None:
        self.main.move_focus(-1)

    async def action_lesson_on(self) -> None:
        await self.guide.go_on()

    async def action_lesson_hint(self) -> None:
        await self.guide.do(lambda walk: walk.hint())

    async def action_lesson_skip(self) -> None:
        await self.guide.do(lambda walk: walk.skip())

    async def action_lesson_back(self) -> None:
        await self.guide.do(lambda walk: walk.back())

    async def action_lesson_put_back(self) -> None:
        await self.guide.put_back()

    def action_lessons(self) -> None:
        if self.guide.walk is not None:
            self.guide.leave()
        else:
            self.choose_lesson()

    def action_switch_theme(self) -> None:
        self.theme = "textual-light" if self.current_theme.dark else "textual-dark"

    def action_show_help(self) -> None:
        from gdtui.ui.screens.help import HelpScreen

        self.push_screen(HelpScreen())

    def action_choose_curves(self) -> None:
        from gdtui.ui.pictures import MOST_NORMS
        from gdtui.ui.screens.curves import CurvesScreen

        choices = self.main.curves_to_choose
        if choices:
            self.push_screen(CurvesScreen(choices, MOST_NORMS), self._draw_curves)

    def _draw_curves(self, names: tuple[str, ...] | None) -> None:
        if names is not None:
            self.main.choose_curves(names)

    def action_leave(self) -> None:
        self.exit()
