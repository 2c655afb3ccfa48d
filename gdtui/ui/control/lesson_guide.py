"""Leads the learner through a lesson in the app: the worker takes the run to the place of each
step, and the screen shows its page."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Protocol

from gdtui.engine.play.report import Report
from gdtui.engine.script.script import Script
from gdtui.lessons.errors import LessonError
from gdtui.ui.messages import Arrived

if TYPE_CHECKING:
    from textual.message import Message

    from gdtui.engine.play.worker import Worker
    from gdtui.engine.run.timeline import Timeline
    from gdtui.lessons.format.lesson import Lesson
    from gdtui.lessons.walk.navigation import Navigator, Task
    from gdtui.lessons.walk.progress import Progress
    from gdtui.lessons.walk.walk import Walk
    from gdtui.ui.screens.main import MainScreen


_GRACE = 0.15
"""Seconds that a run may take to reach a step before the page says so."""

_TO_STEP = "The run is on its way to where this step begins."
_TO_ANSWER = "The run goes on, to show what came of your answer."


class GuideHost(Protocol):
    """What a guide needs from the app."""

    @property
    @abstractmethod
    def main(self) -> MainScreen:
        """The screen with the panes."""

    @property
    @abstractmethod
    def script(self) -> Script:
        """The script that is loaded."""

    report: Report
    """The worker's last report."""

    @abstractmethod
    async def use_for_lesson(self, script: Script, own: Script) -> None:
        """Load a script; ``own`` is the lesson's, without what the learner has changed."""

    @abstractmethod
    def ask(self, command: Callable[[Worker], object]) -> None:
        """Give the worker a command."""

    @abstractmethod
    def post_message(self, message: Message) -> bool:
        """Send the app a message, from any thread."""

    @abstractmethod
    def complain(self, text: str) -> None:
        """Warn the learner."""

    @abstractmethod
    def forget_stop(self) -> None:
        """Drop the learner's stop rule."""

    @abstractmethod
    def lesson_changed(self) -> None:
        """Update the keys."""


class LessonGuide:
    """Leads the learner through one lesson at a time.

    Attributes:
        walk: the learner's walk through the lesson; None outside lessons.
    """

    def __init__(self, host: GuideHost, progress: Callable[[], Progress] | None) -> None:
        """``progress`` opens the learner's record of lessons; None keeps no record."""
        self.walk: Walk | None = None
        self._host = host
        self._open_progress = progress
        self._navigator: Navigator | None = None
        self._number = 0
        self._answering = False
        self._due: tuple[Script, Callable[[Timeline], None]] | None = None
        # Showing a page takes several turns of the event loop; without a lock an older page could
        # appear after a newer one.
        self._showing = asyncio.Lock()

    @cached_property
    def progress(self) -> Progress | None:
        """The learner's record of lessons; None if no record is kept."""
        return self._open_progress() if self._open_progress else None

    @property
    def is_moving(self) -> bool:
        """Whether the run is on its way to the place of the step."""
        return self.walk is not None and self.walk.state == "moving"

    @property
    def is_busy(self) -> bool:
        """Whether a page of the lesson is pending or is being shown."""
        return self.is_moving or self._showing.locked()

    async def begin(self, lesson: Lesson, *, again: bool = False) -> None:
        """Begin a lesson, from where it was left, or ``again`` from its first step."""
        # These import NumPy, which the first screen must not wait for.
        from gdtui.lessons.walk.bookmark import begin_walk
        from gdtui.lessons.walk.navigation import Navigator
        from gdtui.lessons.walk.walk import Walk

        try:
            keeps = self.progress
            self.walk = begin_walk(lesson, keeps, again=again) if keeps else Walk(lesson)
        except LessonError as error:
            self._host.complain(str(error))
            return
        self._navigator = Navigator()
        if lesson.runs_foreign_code:
            from gdtui.lessons.format.origin import FOREIGN_CODE

            self._host.complain(FOREIGN_CODE)
        self._host.forget_stop()
        await self._pursue()

    def leave(self) -> None:
        """Leave the lesson. The record keeps the place."""
        self.walk, self._due = None, None
        self._number += 1
        self._host.main.hide_lesson()
        self._host.lesson_changed()

    async def go_on(self) -> None:
        """Go on to the next step, or from the end of a lesson to the next lesson."""
        walk = self.walk
        if walk is None:
            return
        if walk.state == "over":
            await self._next_lesson(walk.lesson.name)
        elif walk.state == "asking":
            self._host.main.submit_answer()
        else:
            self._answering = False
            walk.go_on()
            await self._pursue()

    async def _next_lesson(self, name: str) -> None:
        from gdtui.lessons.format.library import following

        entry = following(name)
        if entry is None:
            self.leave()
        else:
            await self.begin(entry.read())

    @property
    def takes_script(self) -> bool:
        """Whether the lesson asks for an answer that an edited script can be."""
        walk = self.walk
        return walk is not None and walk.state == "asking" and walk.page.takes_script

    async def answer(self, text: str) -> None:
        """Answer the question."""
        await self._answer(lambda walk: walk.answer(text))

    async def answer_with(self, script: Script | None) -> None:
        """Answer the question with the edited script; None answers nothing."""
        if script is not None:
            await self._answer(lambda walk: walk.answer_with(script))

    async def _answer(self, give: Callable[[Walk], object]) -> None:
        if self.walk is None:
            return
        try:
            give(self.walk)
            self._answering = True
        except LessonError as error:
            self._host.main.complain_of_answer(str(error))
            return
        await self._pursue()

    async def put_back(self) -> None:
        """Return to the lesson's own script and settings, without a stop rule."""
        self._host.forget_stop()
        await self.do(lambda walk: walk.put_back())

    async def do(self, what: Callable[[Walk], object]) -> None:
        """Call another method of the walk, such as ``Walk.skip``."""
        if self.walk is not None:
            self._answering = False
            what(self.walk)
            await self._pursue()

    async def script_changed(self) -> None:
        """The learner has loaded another script, or the same one with other settings."""
        if self.walk is not None:
            self.walk.adopt(self._host.script)
            await self._pursue()

    async def arrived(self, message: Arrived) -> None:
        """The worker has carried out a task."""
        walk = self.walk
        if walk is None or message.number != self._number or message.arrival is None:
            return
        walk.arrive(message.arrival)
        await self._pursue()

    async def _pursue(self) -> None:
        """Move the run if the walk asks for it; otherwise show the current page."""
        walk = self.walk
        if walk is None:
            return
        if walk.state == "moving":
            await self._send(walk.task, walk.own_script)
            self._host.lesson_changed()
            main = self._host.main
            if main.is_running:  # a timer would outlive a closed screen
                main.set_timer(_GRACE, partial(self._say_on_way, self._number))
            return
        self._keep(walk)
        self._answering = False
        at = walk.snapshot.moment.position if walk.snapshot else None
        async with self._showing:
            await self._host.main.show_lesson(walk.lesson.heading, walk.page, at)
        self._host.lesson_changed()

    async def _say_on_way(self, number: int) -> None:
        """Say that the run is on its way if that takes long enough to be noticed. The page of the
        previous step must not look like the page of this one."""
        from gdtui.lessons.walk.page import Page

        async with self._showing:
            walk = self.walk
            if walk is not None and self.is_moving and number == self._number:
                way = _TO_ANSWER if self._answering else _TO_STEP
                page = Page(walk.step.title, walk.place, walk.state)
                await self._host.main.show_way(walk.lesson.heading, page, way)

    async def _send(self, task: Task, own: Script) -> None:
        self._number += 1
        number, navigator, host = self._number, self._navigator, self._host
        assert navigator is not None
        script = task.destination.script
        if script.text != host.script.text or script.path != host.script.path:
            await host.use_for_lesson(script, own)

        def carry_out(timeline: Timeline) -> None:
            is_there = timeline.script.text == script.text
            host.post_message(
                Arrived(number, task.carry_out(timeline, navigator) if is_there else None)
            )

        self._due = (script, carry_out)
        self.report_came()

    def report_came(self) -> None:
        """Handle a report of the worker. A move waits until the screen has shown the start of its
        run: without that, the plots would not know the first parameters."""
        report = self._host.report
        if self._due is not None and report.moment is not None and not report.error:
            script, carry_out = self._due
            if report.script is not None and report.script.text == script.text:
                self._due = None
                self._host.ask(lambda worker: worker.perform(carry_out))

    def _keep(self, walk: Walk) -> None:
        from gdtui.lessons.walk.bookmark import note_walk

        if self.progress is not None and (complaint := note_walk(self.progress, walk)):
            self._host.complain(complaint)
