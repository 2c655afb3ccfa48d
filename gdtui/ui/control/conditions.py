"""Goes to the first moment at which a condition holds, and pauses play where one becomes true."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gdtui.ui.control.surveying import Surveying
from gdtui.ui.messages import ConditionTold

if TYPE_CHECKING:
    from gdtui.engine.run.moment import Moment
    from gdtui.engine.run.timeline import Timeline
    from gdtui.experiments.breakpoint import Breakpoint
    from gdtui.experiments.condition import Condition
    from gdtui.experiments.departure import Departure
    from gdtui.ui.screens.condition import Wanted


class Conditions(Surveying):
    """The part of the app that looks for moments by a condition."""

    _asked_for = ""
    """The condition that was typed last."""

    _breakpoint: Breakpoint | None = None

    def ask_when(self) -> None:
        """Ask for a condition, to go to or to pause at."""
        from gdtui.ui.screens.condition import ConditionScreen, ready_conditions

        set_now = self._breakpoint.condition.text if self._breakpoint else ""
        moment = self.report.moment
        screen = ConditionScreen(
            self._asked_for,
            breakpoint=set_now,
            ready=ready_conditions(
                list(moment.parameters) if moment else [], [pin.label for pin in self.pins]
            ),
        )
        self.push_screen(screen, self._go_or_pause)

    def on_condition_told(self, message: ConditionTold) -> None:
        (self.complain if message.is_wrong else self.say)(message.text)
        if message.ends_breakpoint:
            self._pause_at(None)

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
        from gdtui.experiments.departure import Departure

        if wanted is None:
            return
        self._asked_for = "" if wanted.condition is None else wanted.condition.text
        if wanted.condition is None:
            self._pause_at(None)
        elif isinstance(wanted.condition, Departure):
            self._go_to_departure(wanted.condition)
        elif wanted.goes:
            self._go_to_first(wanted.condition)
        else:
            from gdtui.experiments.breakpoint import Breakpoint

            self._pause_at(Breakpoint(wanted.condition))

    def _go_to_first(self, condition: Condition) -> None:
        from gdtui.experiments.first_moment import Search

        def find(timeline: Timeline) -> bool:
            search = Search(timeline, condition)
            return search.run() is not None or search.interrupted

        self._search(find, f"{condition.text} never holds in this run.")

    def _go_to_departure(self, wanted: Departure) -> None:
        """Go to the first statement at which a quantity leaves a pinned run."""
        from gdtui.experiments.departure import departure

        pins = {pin.label: pin for pin in self.pins}
        name, label = wanted.name, wanted.label or (next(iter(pins)) if len(pins) == 1 else "")
        if not wanted.label and name in pins:  # left(A): any quantity
            name, label = "", name
        if label not in pins:
            there = (
                f"the pinned runs are {', '.join(pins)}" if pins else "no run is pinned; c pins one"
            )
            self.complain(f"{wanted.text}: {there}")
            return
        other, stop = pins[label].script, self._stop

        def find(timeline: Timeline) -> bool:
            found = departure(timeline, other, name, stop)
            return found is not None or timeline.is_interrupted

        self._search(find, f"{name or 'It'} never leaves run {label} in the epochs of both.")

    def _search(self, find: Callable[[Timeline], bool], never: str) -> None:
        """Have the worker look for a moment. Where there is none, it goes back, and says
        ``never``."""
        from gdtui.engine.errors import ScriptError
        from gdtui.experiments.condition import ConditionError

        def go(timeline: Timeline) -> None:
            before = timeline.moment
            try:
                if find(timeline):
                    return
                text, is_wrong = never, False
            except (ConditionError, ScriptError) as error:
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
                self.post_message(ConditionTold(str(error), is_wrong=True, ends_breakpoint=True))
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
        timeline.seek_statement(moment.epoch, moment.step)
