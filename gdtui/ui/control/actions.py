"""The actions of the commands."""

from __future__ import annotations

from gdtui.engine.printable import clean_line
from gdtui.ui.commands.app_state import faster, slower
from gdtui.ui.control.conditions import Conditions
from gdtui.ui.messages import EpochSought
from gdtui.ui.themes import DARK, LIGHT

_TOLD = 200
"""The most characters of what was copied that a note repeats."""


class Actions(Conditions):
    """The part of the app with an ``action_`` method for each command: a line or two each, to the
    worker or to the screen."""

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

    def action_edit(self) -> None:
        self.edit()

    async def action_edit_elsewhere(self) -> None:
        await self.edit_elsewhere()

    async def action_read_again(self) -> None:
        await self.read_again()

    def action_choose_data(self) -> None:
        self.choose_data()

    def action_open_file(self) -> None:
        self.choose_file()

    def action_save_session(self) -> None:
        self.save_session()

    def action_compare(self) -> None:
        self.choose_other()

    def action_branch(self) -> None:
        self.branch()

    def action_show_findings(self) -> None:
        self.show_findings()

    def action_slice_loss(self) -> None:
        self.slice_loss()

    def action_choose_axes(self) -> None:
        self.choose_axes()

    def action_draw_curvature(self) -> None:
        self.draw_curvature()

    def action_sweep(self) -> None:
        self.choose_sweep()

    def action_take_home(self) -> None:
        self.take_home()

    def action_ask_when(self) -> None:
        self.ask_when()

    def action_pin(self) -> None:
        self.pin()

    def action_list_pins(self) -> None:
        self.list_pins()

    def action_copy(self) -> None:
        text = self.main.text_to_copy
        if text:
            self.copy_to_clipboard(text)
            self.say(f"Copied: {clean_line(text, _TOLD)}")
        else:
            self.say("There is nothing to copy here yet.")

    def action_search(self) -> None:
        self.main.open_search()

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
        if self.screen is self.main:
            self.main.move_focus(1)
        else:
            self.screen.focus_next()

    def action_focus_previous(self) -> None:
        if self.screen is self.main:
            self.main.move_focus(-1)
        else:
            self.screen.focus_previous()

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
        self.theme = LIGHT.name if self.current_theme.dark else DARK.name

    def action_show_help(self) -> None:
        from gdtui.ui.screens.help import HelpScreen

        self.push_screen(HelpScreen())

    def action_choose_curves(self) -> None:
        from gdtui.ui.plots.parameter_curves import MOST_NORMS
        from gdtui.ui.screens.curve_choice import CurvesScreen

        choices = self.main.curves_to_choose
        if choices:
            self.push_screen(CurvesScreen(choices, MOST_NORMS), self._draw_curves)

    def _draw_curves(self, names: tuple[str, ...] | None) -> None:
        if names is not None:
            self.main.choose_curves(names)

    def action_leave(self) -> None:
        self.exit()

    def choose_lesson(self, *, offer: bool = False) -> None:
        """Let the learner choose a lesson; ``offer`` greets one who is new here."""
        from gdtui.ui.screens.lesson_choice import LessonsScreen

        progress = self.guide.progress
        records = progress.records if progress else {}
        self.push_screen(LessonsScreen(records, offer=offer), self._begin_lesson)

    async def _begin_lesson(self, chosen: tuple[str, bool] | None) -> None:
        if chosen is not None:
            from gdtui.lessons.format.library import find_lesson

            name, again = chosen
            await self.guide.begin(find_lesson(name), again=again)
