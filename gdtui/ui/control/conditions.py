"""Goes to the first moment at which a condition holds, and pauses play where one becomes true."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from gdtui.ui.control.inspecting import Inspecting
from gdtui.ui.messages import ConditionTold

if TYPE_CHECKING:
    from gdtui.engine.run.moment import Moment
    from gdtui.engine.run.timeline import Timeline
    from gdtui.experiments.breakpoint import Breakpoint
    from gdtui.experiments.condition import Condition
    from gdtui.ui.screens.condition import Wanted


class Conditions(Inspecting):
    """The part of the app that looks for moments by a condition."""

    _asked_for = ""
    """The condition that was typed last."""

    _breakpoint: Breakpoint | None = None

    def ask_when(self) -> None:
        """Ask for a condition, to go to or to pause at."""
        from gdtui.ui.screens.condition import ConditionScreen

        set_now = self._breakpoint.condition.text if self._breakpoint else ""
        self.push_screen(ConditionScreen(self._asked_for, breakpoint=set_now), self._go_or_pause)

    def on_condition_told(self, message: ConditionTold) -> None:
        if message.is_wrong:
            self.complain(message.text)
            self._pause_at(None)
        else:
            self.say(message.text)

    @property
    def _pause_notice(self) -> str:
        if self._breakpoint is None:
            return ""
        return f"Play pauses where {self._breakpoint.condition.text} becomes true. W removes that."

    def _load(self) -> None:
        super()._load()
        if self._breakpoint is not None:  # the worker may be another one
            self._pause_at(self._breakpoint)

    def _go_or_pause(self, wanted: Wanted | None) -> None:
        if wanted is None:
            return
        self._asked_for = "" if wanted.condition is None else wanted.condition.text
        if wanted.condition is None:
            self._pause_at(None)
        elif wanted.goes:
            self._go_to_first(wanted.condition)
        else:
            from gdtui.experiments.breakpoint import Breakpoint

            self._pause_at(Breakpoint(wanted.condition))

    def _go_to_first(self, condition: Condition) -> None:
        from gdtui.experiments.condition import ConditionError
        from gdtui.experiments.first_moment import Search

        def go(timeline: Timeline) -> None:
            before = timeline.moment
            search = Search(timeline, condition)
            try:
                if search.run() is not None or search.interrupted:
                    return
                text, is_wrong = f"{condition.text} never holds in this run.", False
            except ConditionError as error:
                text, is_wrong = str(error), True
            _return_to(timeline, before)
            self.post_message(ConditionTold(text, is_wrong=is_wrong))

        self.ask(lambda worker: worker.search(go))

    def _pause_at(self, breakpoint: Breakpoint | None) -> None:
        """Pause play where a condition becomes true; None pauses no more."""
        from gdtui.engine.run.timeline import Timeline
        from gdtui.experiments.condition import ConditionError

        self._breakpoint = breakpoint

        def run_on(timeline: Timeline, seconds: float, until_epoch: float) -> bool:
            assert breakpoint is not None
            try:
                pauses = breakpoint.run_for(timeline, seconds, until_epoch)
            except ConditionError as error:
                self.post_message(ConditionTold(str(error), is_wrong=True))
                return False
            return timeline.outcome is None and not pauses

        runs = Timeline.run_for if breakpoint is None else run_on
        self.ask(lambda worker: worker.play_by(runs))
        self.main.show_situation(self.situation)


def _return_to(timeline: Timeline, moment: Moment) -> None:
    """Go back to where a search began."""
    if moment.status.is_over:
        timeline.run()
    elif moment.epoch_over:
        timeline.seek(moment.epoch)
    else:
        steps = count(1)
        timeline.seek(moment.epoch - 1)
        timeline.step_until(lambda: next(steps) >= moment.step)
